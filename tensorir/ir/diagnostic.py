"""Diagnostics for users: errors with a place, and remarks about rewrites that were applied or refused."""

from __future__ import annotations

from collections import Counter
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
    """A decision of a pass, applied or declined. `operand` names the place within the op, if there is one; `op_id`,
    such as `@main#17`, names the op of the original program from which this op was made."""

    pass_name: str
    op: str
    rule: str
    message: str
    operand: str = ""
    loc: Location = UNKNOWN
    op_id: str = ""

    @property
    def where(self) -> str:
        """The place, the op with its id, and the operand."""
        which = f" {self.op_id}" if self.op_id else ""
        return f"{self.loc}: {self.op}{which}{f' ({self.operand})' if self.operand else ''}"

    def __str__(self) -> str:
        operand = f" ({self.operand})" if self.operand else ""
        which = f" {self.op_id}" if self.op_id else ""
        return f"{self.loc}: remark: [{self.pass_name}] {self.op}{which}{operand}: {self.rule}: {self.message}"


class Remarks(tuple[Remark, ...]):
    """Remarks in their order. When printed, they are grouped by pass, rule and message."""

    __slots__ = ()

    def counts(self) -> Counter[tuple[str, str]]:
        """Returns (pass, rule) → number of remarks."""
        return Counter((r.pass_name, r.rule) for r in self)

    def __str__(self) -> str:
        groups: dict[tuple[str, str, str], list[Remark]] = {}
        for r in self:
            groups.setdefault((r.pass_name, r.rule, r.message), []).append(r)
        lines: list[str] = []
        for (pass_name, rule, message), found in groups.items():
            lines.append(
                f"remark: [{pass_name}] {rule}, {len(found)} times: {message}"
                if len(found) > 1
                else f"remark: [{pass_name}] {rule}: {message}"
            )
            lines += [f"  {r.where}" for r in found]
        return "\n".join(lines)


class TensorIRError(ValueError):
    """Base of the errors of this package. `diagnostics` holds each reason with its place."""

    diagnostics: tuple[Diagnostic, ...]

    def __init__(self, diagnostics: Iterable[Diagnostic] | str, loc: Location = UNKNOWN) -> None:
        if isinstance(diagnostics, str):
            diagnostics = (Diagnostic(diagnostics, loc),)
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(map(str, self.diagnostics)))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickles the diagnostics, so that an error from another process has the same message."""
        return type(self), (self.diagnostics,)


class ParseError(TensorIRError):
    """The text is not a program. The message has `file:line:col` and a caret under the place."""


class VerifyError(TensorIRError):
    """The program breaks a rule of its ops."""


class UnsupportedError(TensorIRError):
    """The program is valid but can't be compiled (yet)."""


class OutOfMemoryError(TensorIRError, MemoryError):
    """The program is valid but needs more memory than is available; it is refused before allocating, or stopped when
    memory runs out."""


class InferError(ValueError):
    """Raised by `Op.infer_types` if the operands do not fit together. The caller adds the place."""
