"""An OpenCL device as this process uses it: its context, its queue, and its memory, which is used again and again."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import cached_property
from threading import RLock
from time import sleep
from typing import Any
from weakref import WeakSet

import numpy as np
import numpy.typing as npt

from tensorir.ir.diagnostic import TensorIRError, UnsupportedError
from tensorir.targets.launcher import DeviceMemoryError

Array = npt.NDArray[Any]

MOST_FREE = 256
"""So many pieces of memory wait for their next use, at most."""

_GRANULE = 4096
"""Sizes of pieces are multiples of it, so that they fit more often."""

_OUT_OF_MEMORY = ("MEM_OBJECT_ALLOCATION_FAILURE", "OUT_OF_RESOURCES", "OUT_OF_HOST_MEMORY", "INVALID_BUFFER_SIZE")


def driver() -> Any:
    """Returns the module pyopencl. Raises UnsupportedError with the way to install it."""
    try:
        import pyopencl
    except ImportError as e:
        raise UnsupportedError(f"the device opencl needs pyopencl: pip install 'tensorir[opencl]' ({e})") from None
    return pyopencl


class Piece:
    """A piece of memory. The driver frees it when nothing refers to it any more."""

    __slots__ = ("__weakref__", "buffer", "nbytes")

    def __init__(self, buffer: Any, nbytes: int) -> None:
        self.buffer, self.nbytes = buffer, nbytes


class Machine:
    """One device, or one part of a device, with one queue that runs everything in order. `limit`: the most bytes of its
    memory that may be used; None: all that it has. `fill`: new memory is filled with bytes 255."""

    def __init__(self, device: Any, name: str, limit: int | None, fill: bool) -> None:
        cl = self._cl = driver()
        self.device, self.name = device, name
        self._limit, self._fill = limit, fill
        with self.errors("open the device"):
            self.context = cl.Context([device])
            self.queue = cl.CommandQueue(self.context)
        self._process = os.getpid()
        self._pieces: WeakSet[Piece] = WeakSet()
        self._free: list[Piece] = []
        self.lock = RLock()

    # ---- what it can do ---------------------------------------------------------------------------------------------

    @cached_property
    def units(self) -> int:
        """How many groups of work items run at the same time."""
        return int(self.device.max_compute_units)

    @cached_property
    def is_cpu(self) -> bool:
        return bool(self.device.type & self._cl.device_type.CPU)

    @cached_property
    def has_f64(self) -> bool:
        return "cl_khr_fp64" in self.device.extensions.split()

    @cached_property
    def options(self) -> list[str]:
        """Those with which kernels are built: quotients and roots of f32 are rounded correctly where that is known."""
        exact = self._cl.device_fp_config.CORRECTLY_ROUNDED_DIVIDE_SQRT
        return [
            "-cl-std=CL1.2",
            "-w",
            *(["-cl-fp32-correctly-rounded-divide-sqrt"] if self.device.single_fp_config & exact else []),
        ]

    # ---- errors -----------------------------------------------------------------------------------------------------

    @contextmanager
    def errors(self, what: str) -> Generator[None]:
        """Turns errors of the driver into ours."""
        cl = self._cl
        try:
            yield
        except (MemoryError, cl.Error) as e:
            text = str(e).strip().split("\n")[0]
            if isinstance(e, MemoryError) or any(word in text for word in _OUT_OF_MEMORY):
                raise DeviceMemoryError(f"the device {self.name!r} has not enough memory to {what}: {text}") from e
            raise TensorIRError(f"the device {self.name!r} can't {what}: {text}") from e

    def check_process(self) -> None:
        """Raises UnsupportedError in a forked child, where the driver has no threads."""
        if os.getpid() != self._process:
            raise UnsupportedError(
                f"the device {self.name!r} was opened before this process was forked, and drivers don't survive that: "
                'start processes with multiprocessing.set_start_method("spawn")'
            )

    # ---- memory -----------------------------------------------------------------------------------------------------

    @property
    def pieces_in_use(self) -> int:
        """How many pieces of memory somebody has."""
        with self.lock:
            return len(self._pieces) - len(self._free)

    @property
    def bytes_held(self) -> int:
        """The bytes of all pieces, also of those that wait for their next use."""
        with self.lock:
            return sum(piece.nbytes for piece in self._pieces)

    def allocate(self, nbytes: int) -> Piece:
        """Returns a piece of at least so many bytes. Raises DeviceMemoryError."""
        self.check_process()
        wanted = max(1, -(-nbytes // _GRANULE)) * _GRANULE
        with self.lock:
            found = next((p for p in reversed(self._free) if p.nbytes == wanted), None)
            if found is not None:
                self._free.remove(found)
            else:
                found = self._made(wanted)
        if self._fill:
            self._fill_with_ones(found)
        return found

    def _made(self, nbytes: int) -> Piece:
        try:
            return self._new(nbytes)
        except DeviceMemoryError:
            if not self._free:
                raise
            self._free.clear()
            self.queue.finish()  # what was queued may still use them
            return self._new(nbytes)

    def _new(self, nbytes: int) -> Piece:
        what = f"hold {nbytes} bytes more"
        held = self.bytes_held
        if self._limit is not None and held + nbytes > self._limit:
            raise DeviceMemoryError(
                f"the device {self.name!r} has not enough memory to {what}: {held} of the {self._limit} that its "
                "option memory allows are held"
            )
        with self.errors(what):
            buffer = self._cl.Buffer(self.context, self._cl.mem_flags.READ_WRITE, nbytes)
        piece = Piece(buffer, nbytes)
        self._pieces.add(piece)
        return piece

    def _fill_with_ones(self, piece: Piece) -> None:
        with self.lock, self.errors("fill memory"):
            self._cl.enqueue_fill_buffer(self.queue, piece.buffer, np.uint8(255), 0, piece.nbytes)

    def release(self, piece: Piece) -> None:
        """Takes a piece back. What was queued before may still use it, because the queue keeps its order."""
        with self.lock:
            self._free.append(piece)
            if len(self._free) > MOST_FREE:
                del self._free[0]

    def copy_in(self, piece: Piece, array: Array) -> None:
        """Copies a contiguous array to the beginning of a piece, and returns when the array is not read any more."""
        if array.nbytes:
            given = array.reshape(-1).view(np.uint8)
            self.wait(lambda: self._copy(piece.buffer, given), "copy to its memory")

    def copy_out(self, piece: Piece, array: Array) -> None:
        """Copies the beginning of a piece to a contiguous array, when all that was queued before is done."""
        if array.nbytes:
            made = array.reshape(-1).view(np.uint8)
            self.wait(lambda: self._copy(made, piece.buffer), "copy from its memory")

    def _copy(self, target: Any, source: Any) -> Any:
        return self._cl.enqueue_copy(self.queue, target, source, is_blocking=False)

    # ---- the queue --------------------------------------------------------------------------------------------------

    def wait(self, enqueue: Callable[[], Any], what: str) -> None:
        """Queues something and waits until it is done, in such a way that Ctrl-C ends the wait. Before it leaves, the
        device is done with the memory of the caller in any case."""
        self.check_process()
        with self.errors(what):
            with self.lock:
                event = enqueue()
                self.queue.flush()
            try:
                self._poll(event)
            except BaseException:
                event.wait()
                raise
            event.wait()  # raises what failed on the device

    def _poll(self, event: Any) -> None:
        done = self._cl.command_execution_status.COMPLETE
        pause = 0.0
        while event.command_execution_status > done:
            sleep(pause)
            pause = min(pause + 2e-5, 1e-3)
