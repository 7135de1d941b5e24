"""What is decided before anything is chosen: by the device, by the program's own encodings, and by its packed ops."""

from __future__ import annotations

from typing import Any

from attrs import define, field

from tensorir.dialects.encode import SetEncoding
from tensorir.dialects.flow import Launch
from tensorir.dialects.linalg import Contract
from tensorir.dialects.packing import BatchMmt4d, Mmt4d
from tensorir.encoding.encoding import Encoding
from tensorir.encoding.form import Form, Stored
from tensorir.encoding.layout import Layout
from tensorir.encoding.resolver import Declined, Tiles
from tensorir.ir.dtype import DType
from tensorir.ir.location import UNKNOWN, Location
from tensorir.ir.op import Op
from tensorir.ir.types import Type
from tensorir.passes.decisions import Refuse
from tensorir.targets.answers import Answers
from tensorir.transforms.layouts.forms import contraction_form, packed_forms, row_major
from tensorir.transforms.layouts.program import states_intent

_CUT = "a reshape or broadcast on the way here cuts a tile: the tensor stays row-major"


@define
class Given:
    """The answers of a device, which the program calls `name`. `always`: contractions are tiled wherever the device has
    tiles."""

    answers: Answers
    name: str
    refuse: Refuse
    always: bool = False
    _forms: dict[Op, list[Form] | None] = field(factory=dict[Op, "list[Form] | None"])

    def layout(self, type: Type, loc: Location = UNKNOWN) -> Stored:
        """Returns the layout that the encoding of a type stands for on the device."""
        encoding = type.encoding
        if isinstance(encoding, Encoding):
            return self.answers.layout(encoding, loc)
        return encoding if isinstance(encoding, Layout) else None

    def type(self, type: Type, loc: Location = UNKNOWN) -> Type:
        """Returns the type with that layout."""
        return type.with_encoding(self.layout(type, loc)) if isinstance(type.encoding, Encoding) else type

    def forms(self, op: Op) -> list[Form] | None:
        """Returns the forms of an op, if they do not follow from its neighbours: those of contractions, and those of
        ops for which the program states an encoding."""
        if op not in self._forms:
            self._forms[op] = self._found(op)
        return self._forms[op]

    def attributes(self, op: Op) -> dict[str, Any]:
        """Returns the attributes of an op that change: types get layouts, packed products their kernels."""
        changes: dict[str, Any] = {}
        for name in op.ATTRIBUTES:
            value = getattr(op, name)
            if isinstance(value, Type) and isinstance(value.encoding, Encoding):
                changes[name] = self.type(value, op.loc)
        if isinstance(op, Launch) and (types := tuple(self.type(t, op.loc) for t in op.types)) != op.types:
            changes["types"] = types
        if isinstance(op, Mmt4d | BatchMmt4d) and not op.kernel and (tiles := _stored_tiles(op)) is not None:
            kernel = self._kernel(op, (op.lhs.type.dtype, op.rhs.type.dtype, op.dtype), tiles)
            changes |= {"kernel": kernel} if kernel else {}
        return changes

    def _kernel(self, op: Op, types: tuple[DType, DType, DType], tiles: Tiles) -> str:
        kernel = self.answers.kernel(types, tiles, op.loc)
        if isinstance(kernel, Declined):
            self._say(op, "no-kernel", f"{kernel.reason}: its tiles {tiles} are multiplied by NumPy")
            return ""
        return kernel

    def _found(self, op: Op) -> list[Form] | None:
        if isinstance(op, Contract) and op.tiles is None:
            if states_intent(op):
                tiled = self._tiled(op)
                return tiled if self.always and tiled else [row_major(op), *tiled]
            if op.encoding is None:
                self._say(op, "no-encoding", "it has no encoding, and stays row-major")
            else:
                what = f"its result has the encoding of another tensor ({op.encoding}), and it stays row-major"
                self._say(op, "other-encoding", what)
        if len(op.results) != 1 or op.result.type.encoding is None:
            return None
        encoding, layout = op.result.type.encoding, self.layout(op.result.type, op.loc)
        if encoding in self.answers.cut:
            self.refuse(op, "view", _CUT, "source" if isinstance(op, SetEncoding) else "")
        if layout is None:
            return [row_major(op)]
        if isinstance(op, SetEncoding):
            return [Form((layout,), layout)]
        if isinstance(op, Contract) and op.tiles is not None:
            return [contraction_form(op, op.tiles, op.kernel)]
        packed = [f for f in packed_forms(op, [()] * len(op.operands), [layout]) if f.result == layout]
        return packed[:1] or [Form((None,) * len(op.operands), layout)]

    def _tiled(self, op: Contract) -> list[Form]:
        """Returns the form with the device's tiles, or nothing, with a remark."""
        space = op.space()
        choice = self.answers.choice(space, op.loc)
        if isinstance(choice, Declined):
            self._say(op, "declined", choice.reason)
            return []
        return [contraction_form(op, choice, self._kernel(op, space.types, choice))]

    def _say(self, op: Op, rule: str, reason: str) -> None:
        self.refuse(op, rule, f"{self.name}: {reason}")


def _stored_tiles(op: Mmt4d | BatchMmt4d) -> Tiles | None:
    """Returns the tiles of a packed matmul of the original program, or None if a size is known only at run time."""
    m0, k0 = op.lhs.type.shape[-2:]
    n0 = op.result.type.shape[-1]
    if isinstance(m0, int) and isinstance(n0, int) and isinstance(k0, int) and min(m0, n0, k0) > 0:
        return Tiles(m0, n0, k0, op.rhs_order)
    return None
