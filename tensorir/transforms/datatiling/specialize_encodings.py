"""specialize-encodings: each device resolves the encodings of its own dispatches to layouts, or removes them.

The tiles and the kernel that the device chose are attributes of the op and are not chosen again.
"""

from __future__ import annotations

from typing import Any, ClassVar

from attrs import evolve, frozen

from tensorir.dialects.encode import SetEncoding, UnsetEncoding
from tensorir.dialects.flow import Dispatch, Launch
from tensorir.dialects.linalg import Contract
from tensorir.dialects.packing import BatchMmt4d, Mmt4d
from tensorir.encoding.encoding import Encoding
from tensorir.encoding.resolver import Declined, Tiles
from tensorir.ir.location import UNKNOWN, Location
from tensorir.ir.module import Global, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.types import Type
from tensorir.ir.value import Value
from tensorir.passes.decisions import Refuse
from tensorir.passes.levels import NO_CALLS, NO_ENCODINGS, NO_LAYOUTS, Level
from tensorir.passes.pass_ import Pass, PassContext, device_option
from tensorir.rewrite.sweep import sweep
from tensorir.targets.answers import Answers
from tensorir.targets.device import Device

_CUT = "a reshape or broadcast on the way here cuts a tile: the tensor stays row-major"


@frozen
class SpecializeEncodings(Pass):
    """Every encoding becomes the layout that the device's resolver chooses, or vanishes if it declines.

    Laws: no Encoding is left; interp(specialize(m)) == interp(m); if every encoding resolves to IDENTITY, the program
    is isomorphic to one that was never encoded. Each contraction that no kernel of the device computes is a remark with
    the reason."""

    name: ClassVar[str] = "specialize-encodings"
    requires: ClassVar[tuple[Level, ...]] = (NO_CALLS,)
    ensures: ClassVar[tuple[Level, ...]] = (NO_ENCODINGS,)
    breaks: ClassVar[tuple[Level, ...]] = (NO_LAYOUTS,)
    device: str = device_option("the device whose resolver answers")

    def run(self, module: Module, ctx: PassContext) -> Module:
        work = _Specializer(self.device, ctx.device(self.device), ctx.decisions.of(self.name))
        return _with_global_types(module.map_regions(work.region), work)


def _with_global_types(module: Module, work: _Specializer) -> Module:
    """Maps the types of globals that hold data."""

    def typed(g: Global) -> Global:
        type = work.type(g.type, g.loc)
        return g if type is g.type else evolve(g, type=type)

    return module.replace(globals=[typed(g) for g in module.globals])


class _Specializer:
    """Maps types and ops by the choices of one device."""

    def __init__(self, name: str, device: Device, refuse: Refuse) -> None:
        self.name = name
        self.refuse = refuse
        self.device = device
        self.answers = Answers(device)

    def type(self, type: Type, loc: Location) -> Type:
        encoding = type.encoding
        return type.with_encoding(self.answers.layout(encoding, loc)) if isinstance(encoding, Encoding) else type

    def region(self, region: Region) -> Region:
        loc = region.ops[0].loc if region.ops else UNKNOWN  # arguments have no location
        types = [self.type(a.type, loc) for a in region.args]
        unchanged = all(t is a.type for t, a in zip(types, region.args, strict=True))
        args = region.args if unchanged else tuple(Value(t, a.hint) for t, a in zip(types, region.args, strict=True))
        return sweep(region, self.op, args)

    def op(self, op: Op, operands: tuple[Value, ...]) -> Value | Op | None:
        if isinstance(op, SetEncoding | UnsetEncoding):
            return self._encode_op(op, operands[0])
        changes: dict[str, Any] = {}
        for name in op.ATTRIBUTES:
            value = getattr(op, name)
            if isinstance(value, Encoding):
                changes[name] = self.answers.layout(value, op.loc)
                if value in self.answers.cut:
                    self.refuse(op, "view", _CUT)
            elif isinstance(value, Type) and isinstance(value.encoding, Encoding):
                changes[name] = self.type(value, op.loc)
        for name, inner in zip(op.REGIONS, op.regions, strict=True):
            if (made := self.region(inner)) is not inner:
                changes[name] = made
        match op:
            case Dispatch():
                changes["device"] = self.device.name
            case Launch():
                changes["types"] = tuple(self.type(t, op.loc) for t in op.types)
            case Contract() if op.tiles is None:
                changes |= self._contraction(op)
            case Mmt4d() | BatchMmt4d() if not op.kernel and (tiles := _stored_tiles(op)) is not None:
                changes |= self._kernel(op, (op.lhs.type.dtype, op.rhs.type.dtype, op.dtype), tiles)
            case _:
                pass
        return op.evolve(operands, **changes) if changes else None

    def _encode_op(self, op: SetEncoding | UnsetEncoding, source: Value) -> Value | Op | None:
        """An encode op on a tensor without a layout vanishes."""
        if isinstance(op, UnsetEncoding):
            return source if source.type.encoding is None else None
        if not isinstance(op.encoding, Encoding):
            return None
        layout = self.answers.layout(op.encoding, op.loc)
        if op.encoding in self.answers.cut:
            self.refuse(op, "view", _CUT, "source")
        return source if layout is None else SetEncoding(source, layout, loc=op.loc)

    def _contraction(self, op: Contract) -> dict[str, Any]:
        """Returns the tiles and the kernel for a contraction, or nothing, with a remark, if it stays row-major."""
        space, encoding = op.space(), op.encoding
        if not isinstance(encoding, Encoding):
            return self._row_major(op, "no-encoding", "it has no encoding, and stays row-major")
        asked = encoding.contraction
        if encoding.role != "result" or encoding.views or (asked.maps, asked.types) != (space.maps, space.types):
            message = f"its result has the encoding of another tensor ({encoding}), and it stays row-major"
            return self._row_major(op, "other-encoding", message)
        choice = self.answers.choice(asked, op.loc)
        if isinstance(choice, Declined):
            return self._row_major(op, "declined", choice.reason)
        return {"tiles": choice, **self._kernel(op, space.types, choice)}

    def _kernel(self, op: Op, types: Any, tiles: Tiles) -> dict[str, Any]:
        kernel = self.answers.kernel(types, tiles, op.loc)
        if isinstance(kernel, Declined):
            return self._row_major(op, "no-kernel", f"{kernel.reason}: its tiles {tiles} are multiplied by NumPy")
        return {"kernel": kernel}

    def _row_major(self, op: Op, rule: str, reason: str) -> dict[str, Any]:
        self.refuse(op, rule, f"{self.name}: {reason}")
        return {}


def _stored_tiles(op: Mmt4d | BatchMmt4d) -> Tiles | None:
    """Returns the tiles of a packed matmul of the original program, or None if a size is known only at run time."""
    m0, k0 = op.lhs.type.shape[-2:]
    n0 = op.result.type.shape[-1]
    if isinstance(m0, int) and isinstance(n0, int) and isinstance(k0, int) and min(m0, n0, k0) > 0:
        return Tiles(m0, n0, k0, op.rhs_order)
    return None
