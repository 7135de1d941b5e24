"""specialize-encodings: each device answers the encodings of its own dispatches; intent becomes layout or nothing."""

from __future__ import annotations

from typing import Any, ClassVar

from attrs import evolve, frozen

from tensorir.dialects.encode import SetEncoding, UnsetEncoding
from tensorir.dialects.flow import Dispatch
from tensorir.dialects.linalg import Contract
from tensorir.encoding.encoding import Encoding
from tensorir.encoding.layout import Layout
from tensorir.encoding.resolver import Declined, Identity, Resolver, layout_for
from tensorir.ir.module import Function, Global, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.types import Type, TypeEncoding
from tensorir.ir.value import Value
from tensorir.passes.pass_ import Pass, PassContext, option
from tensorir.rewrite.sweep import sweep
from tensorir.targets.registry import device_target


@frozen
class SpecializeEncodings(Pass):
    """Every encoding becomes the layout that the device's resolver gives, or vanishes where it declines.

    Laws: no Encoding is left; interp(specialize(m)) == interp(m); where every answer is IDENTITY the program is
    isomorphic to one that was never encoded. Each declined contraction is a remark with the resolver's reason."""

    name: ClassVar[str] = "specialize-encodings"
    device: str = option("cpu", "the device whose resolver answers")

    def run(self, module: Module, ctx: PassContext) -> Module:
        work = _Specializer(device_target(self.device).resolver, self.device)
        globals = [self._global(g, work) for g in module.globals]
        module = module.replace(globals=globals).map_regions(work.region, Function)
        for op, reason in work.declined:
            ctx.remark(self.name, op.NAME, "declined", f"{self.device}: {reason}", op.loc)
        return module

    def _global(self, symbol: Global, work: _Specializer) -> Global:
        if isinstance(symbol.value, Region):
            return symbol.with_region(work.region(symbol.value))
        type = work.type(symbol.type)
        return symbol if type is symbol.type else evolve(symbol, type=type)


class _Specializer:
    """Maps types and ops. Memoised by encoding and by region, so shared things stay shared."""

    def __init__(self, resolver: Resolver, device: str) -> None:
        self.resolver = resolver
        self.device = device
        self.layouts: dict[Encoding, Layout | None] = {}
        self.declined: list[tuple[Op, str]] = []

    def layout(self, encoding: Encoding) -> Layout | None:
        if encoding not in self.layouts:
            found = layout_for(self.resolver, encoding)
            self.layouts[encoding] = None if isinstance(found, Identity) or found.is_plain else found
        return self.layouts[encoding]

    def encoding(self, encoding: TypeEncoding | None) -> TypeEncoding | None:
        return self.layout(encoding) if isinstance(encoding, Encoding) else encoding

    def type(self, type: Type) -> Type:
        return type.with_encoding(self.encoding(type.encoding))

    def region(self, region: Region) -> Region:
        types = [self.type(a.type) for a in region.args]
        unchanged = all(t is a.type for t, a in zip(types, region.args, strict=True))
        args = region.args if unchanged else tuple(Value(t, a.hint) for t, a in zip(types, region.args, strict=True))
        return sweep(region, self.op, args)

    def op(self, op: Op, operands: tuple[Value, ...]) -> Value | Op | None:
        if isinstance(op, SetEncoding | UnsetEncoding):
            return self._encode_op(op, operands[0])
        if isinstance(op, Contract) and isinstance(op.encoding, Encoding):
            choice = self.resolver.tiles_for(op.encoding.contraction)
            if isinstance(choice, Declined):
                self.declined.append((op, choice.reason))
        changes: dict[str, Any] = {}
        for name in op.ATTRIBUTES:
            value = getattr(op, name)
            if isinstance(value, Encoding):
                changes[name] = self.layout(value)
            elif isinstance(value, Type) and isinstance(value.encoding, Encoding):
                changes[name] = self.type(value)
        for name, inner in zip(op.REGIONS, op.regions, strict=True):
            if (made := self.region(inner)) is not inner:
                changes[name] = made
        if isinstance(op, Dispatch):
            changes["device"] = self.device
        if not changes:
            return None
        return op.evolve(operands, **changes)

    def _encode_op(self, op: SetEncoding | UnsetEncoding, source: Value) -> Value | Op | None:
        """On a tensor that has no layout, an encode op is nothing."""
        if isinstance(op, UnsetEncoding):
            return source if source.type.encoding is None else None
        layout = self.encoding(op.encoding)
        return source if layout is None else SetEncoding(source, layout, loc=op.loc)
