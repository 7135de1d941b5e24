"""What is said to a user: errors with a place, and remarks about rewrites that were done or refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from attrs import frozen

from tensorir.ir.location import UNKNOWN, Location

Severity = Literal["error", "warning", "remark", "note"]


@frozen
class Diagnostic:
    """One message: `location: severity: message`, then its notes, one indented line each."""

    message: str
    loc: Location = UNKNOWN
    severity: Severity = "error"
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        head = f"{self.loc}: {self.severity}: {self.message}"
        return "\n".join([head, *("  " + line for note in self.notes for line in note.splitlines())])


@frozen
class Remark:
    """What a pass did or declined to do. `operand` names the place within the op, if there is one."""

    pass_name: str
    op: str
    rule: str
    message: str
    operand: str = ""
    loc: Location = UNKNOWN

    def __str__(self) -> str:
        operand = f" ({self.operand})" if self.operand else ""
        return f"{self.loc}: remark: [{self.pass_name}] {self.op}{operand}: {self.rule}: {self.message}"


class TensorIRError(ValueError):
    """Everything this package refuses. `diagnostics` holds each reason with its place."""

    diagnostics: tuple[Diagnostic, ...]

    def __init__(self, diagnostics: Iterable[Diagnostic] | str, loc: Location = UNKNOWN) -> None:
        if isinstance(diagnostics, str):
            diagnostics = (Diagnostic(diagnostics, loc),)
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(map(str, self.diagnostics)))

    def __reduce__(self) -> tuple[Any, ...]:
        """By its diagnostics: an error that comes from another process says the same."""
        return type(self), (self.diagnostics,)


class ParseError(TensorIRError):
    """Text that is not a program. The message carries `file:line:col` and a caret under the place."""


class VerifyError(TensorIRError):
    """A program that breaks a rule of its ops."""


class UnsupportedError(TensorIRError):
    """A valid program that can't be compiled (yet)."""


class OutOfMemoryError(TensorIRError, MemoryError):
    """A valid program that takes more memory than there is: refused before it is taken, or stopped when it ran out."""


class InferError(ValueError):
    """Raised by `Op.infer_types`: the operands do not fit together. The caller adds the place."""
