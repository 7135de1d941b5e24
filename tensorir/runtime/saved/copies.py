"""The only commands of a saved program that run in Python: copies of a buffer to another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from attrs import frozen

from tensorir.interp.context import Context
from tensorir.ir.diagnostic import TensorIRError
from tensorir.native.plans import Frame
from tensorir.runtime.compiled_function import Array, CompiledFunction
from tensorir.runtime.saved.fields import Malformed
from tensorir.runtime.words import ARENA, BRANCH, COPY, JUMP, LAUNCH, OUTSIDE, QUEUED, RESULT, SHARED

_AT_BUFFERS, _AT_COMMANDS = 9, 13
"""Words of the header of a plan (docs/plan-image.md)."""
_BUFFER_WORDS = 5
_WRITABLE = (RESULT, ARENA, SHARED)
"""Kinds of buffers that may be written."""


@frozen(eq=False)
class Copies:
    """Those of a function whose plan the executor accepts; no other methods may be called before."""

    function: CompiledFunction

    @property
    def words(self) -> npt.NDArray[np.int64]:
        return self.function.image

    def run(
        self, number: int, frame: Frame, arguments: Sequence[Array], results: Sequence[Array], ctx: Context
    ) -> None:
        """Runs command `number`. Raises TensorIRError if its buffers don't have the same bytes."""
        source, target = map(frame.buffer, self._buffers(number))
        if len(source) != len(target):
            place = self.function.commands[number].command
            message = f"{place.op}: {len(source)} bytes would be copied to {len(target)}: the program is damaged"
            raise TensorIRError(message, place.loc)
        target[:] = source

    def finish(self, frame: Frame) -> None:
        """Copies are done at once."""

    def end(self, frame: Frame) -> None:
        """There is nothing to give back."""

    def why_impossible(self, sizes: Mapping[str, int], memory_limit: int | None) -> TensorIRError | None:
        """Nothing is known of the ops but what the function says."""
        return None

    def check(self) -> None:
        """Raises Malformed for a command that is not a copy to a buffer that may be written."""
        for number, places in enumerate(self.function.commands):
            kind, _, _ = self._command(number)
            if kind in (LAUNCH, COPY, JUMP, BRANCH):  # the executor runs them
                continue
            at = int(self.words[_AT_BUFFERS])
            buffers = [int(self.words[at + _BUFFER_WORDS * b]) for b in self._buffers(number)]
            copies = len(buffers) == 2 and buffers[0] != OUTSIDE and buffers[1] in _WRITABLE
            if kind == QUEUED or not copies or places.steps:
                raise Malformed(f"@{self.function.signature.name}: command {number} is not a copy")

    def _command(self, number: int) -> list[int]:
        at = int(self.words[int(self.words[_AT_COMMANDS]) + number])
        return self.words[at : at + 3].tolist()

    def _buffers(self, number: int) -> list[int]:
        at = int(self.words[int(self.words[_AT_COMMANDS]) + number])
        count = int(self.words[at + 2])
        return self.words[at + 3 : at + 3 + count].tolist()
