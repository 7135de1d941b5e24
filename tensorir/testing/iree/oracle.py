"""IREE as a second opinion: compiles MLIR text in this process, to be run on NumPy arrays. Needs the extra `iree`.

`compile_mlir(text)` gives a program: `program("main", args)` are the results. A crash inside IREE ends this process
(with Python's fault handler its stack is printed); `isolated=True` compiles and runs in a process of its own instead,
where a crash or a hang is an error like any other. Random programs do crash IREE 3.13.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Literal

import numpy.typing as npt
from attrs import field, frozen

from tensorir.ir.diagnostic import Diagnostic, TensorIRError
from tensorir.ir.location import Location
from tensorir.testing.iree.child import IsolatedProgram
from tensorir.testing.iree.runtime import Array, IreeProgram

DataTiling = Literal["off", "early", "late"]

_TILING: Mapping[DataTiling, tuple[str, ...]] = {
    "off": (),
    "early": ("--iree-global-opt-data-tiling",),
    "late": ("--iree-dispatch-creation-data-tiling",),
}

NOTHING_DEMOTED = ("--iree-input-demote-f64-to-f32=false", "--iree-input-demote-i64-to-i32=false")
"""IREE computes f64 in f32 unless it is told not to."""


@frozen
class IreeOptions:
    """How IREE compiles for this machine's CPU.

    `devices`: the names of several devices that the program places tensors on (`#hal.device.promise<@name>`), each of
    them this CPU. `flags`: more flags of iree-compile. `timeout`: seconds for each isolated call."""

    data_tiling: DataTiling = "off"
    devices: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    timeout: float = field(default=120.0)

    def all_flags(self) -> tuple[str, ...]:
        """The flags for iree-compile, in full."""
        targets = tuple(f"--iree-hal-target-device={name}=local[{i}]" for i, name in enumerate(self.devices))
        if targets:  # constants would be evaluated where the devices are not declared: IREE 3.13 crashes
            targets += ("--iree-opt-const-eval=false",)
        return (
            *(targets or ("--iree-hal-target-device=local",)),
            "--iree-hal-local-target-device-backends=llvm-cpu",
            "--iree-llvmcpu-target-cpu=host",
            *NOTHING_DEMOTED,
            *_TILING[self.data_tiling],
            *self.flags,
        )


def iree_available() -> bool:
    """Returns whether the extra `iree` (compiler and runtime) is installed, without importing it."""
    try:
        return all(find_spec(name) is not None for name in ("iree.compiler", "iree.runtime"))
    except ModuleNotFoundError:
        return False


def compile_mlir(
    text: str,
    options: IreeOptions | None = None,
    *,
    parameters: Mapping[str, Mapping[str, Array]] | None = None,
    isolated: bool = False,
    file: str = "<string>",
) -> IreeProgram | IsolatedProgram:
    """Compiles the program in `text`; the result is called as `program(function, args)`.

    `parameters`: scope → key → array, for `#flow.parameter.named<scope::key>`. Raises TensorIRError with IREE's own
    messages and their places in `file`, and if IREE is not installed."""
    chosen = IreeOptions() if options is None else options
    if isolated:
        program = IsolatedProgram(text, chosen, parameters or {}, file)
        program.check()
        return program
    return IreeProgram(vm_bytecode(text, chosen, file), parameters or {}, max(len(chosen.devices), 1))


def run_mlir(
    text: str,
    args: Sequence[npt.ArrayLike],
    function: str = "main",
    options: IreeOptions | None = None,
    *,
    parameters: Mapping[str, Mapping[str, Array]] | None = None,
    isolated: bool = False,
    file: str = "<string>",
) -> tuple[Array, ...]:
    """Calls `compile_mlir` and runs one function. Raises TensorIRError for what IREE refuses, at compile time or run
    time."""
    if isolated:
        chosen = IreeOptions() if options is None else options
        return IsolatedProgram(text, chosen, parameters or {}, file)(function, args)
    return compile_mlir(text, options, parameters=parameters, file=file)(function, args)


def require_iree() -> None:
    """Raises TensorIRError with the command that installs the extra, if it is not installed."""
    if not iree_available():
        raise TensorIRError("IREE is not installed: pip install 'tensorir[iree]'")


def verify_mlir(text: str, file: str = "<string>") -> None:
    """Raises TensorIRError with IREE's message if its parser or the verifiers of its ops refuse `text`."""
    require_iree()
    ir = import_module("iree.compiler.ir")
    context = ir.Context()
    context.enable_multithreading(False)
    try:
        with context:
            ir.Module.parse(text, context=context)
    except ir.MLIRError as e:
        first = e.error_diagnostics[0]
        raise TensorIRError(f"IREE: {first.message}", _place(str(first.location), file, '"-"')) from None


def vm_bytecode(text: str, options: IreeOptions, file: str = "<string>") -> bytes:
    """What iree-compile writes for `text`. Raises TensorIRError as `compile_mlir`."""
    require_iree()
    api = import_module("iree.compiler.api")
    session = api.Session()
    try:
        try:
            session.set_flags(*options.all_flags())
        except ValueError as e:
            raise TensorIRError(f"IREE: {e}") from None
        return _compile(text, session, api, file)
    finally:
        session.close()


def _compile(text: str, session: Any, api: Any, file: str) -> bytes:
    messages: list[Diagnostic] = []

    def collect(diagnostic: Any) -> bool:
        messages.append(_diagnostic(diagnostic, file))
        return True

    context = session.context
    context.enable_multithreading(False)  # messages come in order, and from this thread
    handler = context.attach_diagnostic_handler(collect)
    invocation = session.invocation()
    output = api.Output.open_membuffer()
    try:
        source = api.Source.wrap_buffer(session, text.encode() + b"\0", buffer_name="source.mlir")
        try:
            if invocation.parse_source(source) and invocation.execute():
                invocation.output_vm_bytecode(output)
                return bytes(output.map_memory())
        except ValueError as e:
            messages.append(Diagnostic(f"IREE: {e}", Location(file)))
        errors = [m for m in messages if m.severity == "error"]
        raise TensorIRError(errors or [Diagnostic("IREE failed without a message", Location(file))])
    finally:
        output.close()
        invocation.close()
        handler.detach()


def _place(location: str, file: str, name: str = '"source.mlir"') -> Location:
    """Where IREE's `loc("source.mlir":3:5)` is in `file`."""
    found = re.search(re.escape(name) + r":(\d+):(\d+)", location)
    return Location(file, int(found[1]), int(found[2])) if found else Location(file)


def _diagnostic(given: Any, file: str) -> Diagnostic:
    """Converts IREE's message to a diagnostic. Its notes must not be accessed: the bindings would free them without the
    lock."""
    severity = {"ERROR": "error", "WARNING": "warning", "NOTE": "note"}.get(given.severity.name, "remark")
    assert severity in ("error", "warning", "note", "remark")
    return Diagnostic(f"IREE: {str(given.message).strip()[:2000]}", _place(str(given.location), file), severity)
