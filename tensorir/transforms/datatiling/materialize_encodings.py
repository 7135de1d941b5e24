"""materialize-encodings: layouts become pack, unpack, relayout and mmt4d; packed types become plain ones.

unset∘set of one layout vanishes; if two layouts differ only in the order of outer dims, it becomes one transpose of
whole tiles, and one copy if they have other tiles. A pack that moves nothing is a reshape. Padding is zero after a
pack, and after such a copy in dims that get other tiles; it is unspecified after anything else.
"""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from attrs import evolve, frozen

from tensorir.dialects.encode import SetEncoding, UnsetEncoding
from tensorir.dialects.flow import Dispatch, GlobalLoad
from tensorir.dialects.linalg import Contract, Fold
from tensorir.encoding.layout import Layout
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.module import Function, Global, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.types import Type, TypeEncoding
from tensorir.ir.value import Value
from tensorir.passes.decisions import Refuse
from tensorir.passes.levels import NO_CALLS, NO_ENCODINGS, NO_LAYOUTS, PLAIN_BOUNDARIES, Level
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.transforms.datatiling.packed import Emitter, Packed
from tensorir.transforms.datatiling.physical import contract_panels, form_of
from tensorir.transforms.datatiling.physical_folds import fold

Zeros = frozenset[int]


@frozen
class MaterializeEncodings(Pass):
    """Laws: no type has an encoding afterwards; interp(materialize(m)) == interp(m) for any contents of the padding,
    with states that callers give and get row-major."""

    name: ClassVar[str] = "materialize-encodings"
    requires: ClassVar[tuple[Level, ...]] = (NO_CALLS, NO_ENCODINGS, PLAIN_BOUNDARIES)
    ensures: ClassVar[tuple[Level, ...]] = (NO_LAYOUTS,)

    def run(self, module: Module, ctx: PassContext) -> Module:
        work = _Materializer({}, ctx.decisions.of(self.name))
        globals: list[Global] = []
        for g in module.globals:
            made = self._global(g, work)
            globals.append(made)
        module = module.replace(globals=globals)
        return module.map_regions(work.function, Function)

    def _global(self, symbol: Global, work: _Materializer) -> Global:
        if isinstance(symbol.value, Region):
            body, zeros = work.region(symbol.value, ())
            work.zeros_of_global[symbol.name] = zeros[0]
            made = symbol.with_region(body)
            return evolve(made, logical=symbol.type) if made.type != symbol.type and symbol.mutable else made
        if isinstance(symbol.type.encoding, Layout):
            raise TensorIRError(f"@{symbol.name}: data with a layout must come from an initializer", symbol.loc)
        return evolve(symbol, type=symbol.type.with_encoding(None)) if symbol.type.encoding else symbol


class _Materializer:
    """Rebuilds regions from front to back; `zeros_of_global` gives the dims of globals whose padding is known to be
    zero, `wanted` those of results of dispatches whose padding a reader needs to be zero."""

    def __init__(self, zeros_of_global: dict[str, Zeros], refuse: Refuse) -> None:
        self.refuse = refuse
        self.zeros_of_global = zeros_of_global
        self.wanted: dict[Value, Zeros] = {}
        self.done: dict[tuple[Region, tuple[Zeros, ...], tuple[Zeros, ...]], _Rebuild] = {}

    def function(self, region: Region) -> Region:
        """Returns the physical body of a function. Padding that must be zero is written by the dispatch that makes the
        tensor, of which a part is in no other place, rather than by those that read it, each of which would copy it."""
        before = len(self.wanted)
        made = self.region(region, ())
        if len(self.wanted) > before:
            self.done.clear()
            made = self.region(region, ())
        return made[0]

    def region(self, region: Region, zeros: tuple[Zeros, ...]) -> tuple[Region, list[Zeros]]:
        """Returns the physical region, and for each yield the dims whose padding is zero. `zeros`: the same for each
        argument."""
        if not any(_mentions_layout(v.type) for v in _values(region)):
            return region, [frozenset()] * len(region.yields)
        found = self.rebuilt(region, zeros, ())
        return found.made, found.zeros

    def rebuilt(self, region: Region, zeros: tuple[Zeros, ...], wanted: tuple[Zeros, ...]) -> _Rebuild:
        """The same, once for each combination of dims that are zero in arguments, and must be zero in yields."""
        if (key := (region, zeros, wanted)) not in self.done:
            self.done[key] = _Rebuild(self, region, zeros, wanted)
        return self.done[key]


class _Rebuild:
    """`made`: the physical region. `zeros`: for each yield, the dims whose padding is zero. `asked`: arguments of which
    a dim is made zero here."""

    def __init__(
        self, owner: _Materializer, region: Region, zeros: tuple[Zeros, ...], wanted: tuple[Zeros, ...]
    ) -> None:
        self.owner = owner
        self.old = region
        self.emit = Emitter()
        self.asked: dict[Value, Zeros] = {}
        self.emit.zeroing = self._ask
        self.env: dict[Value, Packed] = {}
        for i, a in enumerate(region.args):
            value = Value(_physical(a.type), a.hint) if a.type.encoding is not None else a
            self.env[a] = _packed(value, a.type, zeros[i] if zeros else frozenset())
        self.args = tuple(self.env[a].value for a in region.args)
        self.of_argument = dict(zip(self.args, region.args, strict=True))
        self._run()
        yields = [self.env[y] for y in region.yields]
        for i, dims in enumerate(wanted):
            for d in sorted(dims):
                yields[i] = self.emit.with_zeros(yields[i], d)
        self.made = Region(self.args, tuple(self.emit.ops), tuple(y.value for y in yields))
        self.zeros = [y.zero for y in yields]

    def _ask(self, x: Packed, dim: int) -> None:
        if (arg := self.of_argument.get(x.value)) is not None:
            self.asked[arg] = self.asked.get(arg, frozenset()) | {dim}

    def _run(self) -> None:
        for op in self.old.ops:
            self.emit.loc = op.loc
            self.emit.through_row_major = partial(self._relaid, op)
            self._op(op)

    def _op(self, op: Op) -> None:
        operands = [self.env[v] for v in op.operands]
        match op:
            case SetEncoding(encoding=Layout() as layout):
                origin = self._stored_origin(op.source) or operands[0]
                self.env[op.result] = self.emit.stored(origin, layout)
            case UnsetEncoding():
                self.env[op.result] = self.emit.stored(operands[0], None)
            case Dispatch():
                self._dispatch(op, operands)
            case GlobalLoad():
                load = op if op.type.encoding is None else GlobalLoad(op.symbol, _physical(op.type), loc=op.loc)
                self.emit.add(load)
                zeros = self.owner.zeros_of_global.get(op.symbol, frozenset())
                self.env[op.result] = _packed(load.result, op.type, zeros)
            case _ if op.REGIONS:
                self._holder(op, operands)
            case _:
                self._compute(op, operands)

    def _stored_origin(self, value: Value) -> Packed | None:
        """Returns the tensor from which `value` was unset, if any, because set∘unset need not go through row-major."""
        match self.old.definitions.get(value):
            case UnsetEncoding(source=x):
                return self.env[x]
            case _:
                return None

    def _compute(self, op: Op, operands: list[Packed]) -> None:
        layouts = [v.type.encoding for v in op.results]
        form = form_of(op)
        if form is not None and len(layouts) == 1 and isinstance(layouts[0], Layout):
            made = form(op, operands, layouts[0], self.emit)
            if made is not None:
                self.env[op.result] = made
                return
        if isinstance(op, Contract) and op.tiles is None and layouts == [None]:
            made = contract_panels(op, operands, self.emit)
            if made is not None:
                self.env[op.result] = made
                return
        if isinstance(op, Fold) and (folded := fold(op, operands, self.emit)) is not None:
            self.env.update(zip(op.results, folded, strict=True))
            return
        self._say_row_major(op, operands, layouts, form is not None)
        plain = [self.emit.stored(x, None).value for x in operands]
        unencoded = {"encoding": None} if getattr(op, "encoding", None) is not None else {}
        same = not unencoded and all(a is b for a, b in zip(plain, op.operands, strict=True))
        new = self.emit.add(op if same else op.evolve(plain, **unencoded))
        for old, value, layout in zip(op.results, new.results, layouts, strict=True):
            row_major = Packed(value, old.type.shape)
            self.env[old] = self.emit.stored(row_major, layout if isinstance(layout, Layout) else None)

    def _relaid(self, op: Op, x: Packed) -> None:
        """Records a remark that an operand of `op`, or a value derived from one, changes its tiles by being
        unpacked."""
        names = [op.operand_name(i) for i, v in enumerate(op.operands) if self.env[v] is x]
        reason = "its tiles differ from those needed here: it is unpacked and packed again"
        self.owner.refuse(op, "relayout", reason, names[0] if names else "")

    def _say_row_major(self, op: Op, operands: list[Packed], layouts: list[TypeEncoding | None], form: bool) -> None:
        """Records a remark that `op` is computed on unpacked operands, if there are packed ones or a packed result is
        wanted."""
        packed = [i for i, x in enumerate(operands) if x.layout is not None]
        if not packed and not any(isinstance(e, Layout) for e in layouts):
            return
        reason = "its packed form does not fit these tiles" if form else "it has no packed form"
        operand = op.operand_name(packed[0]) if packed else ""
        self.owner.refuse(op, "packed-form", f"{reason}: it is computed on row-major operands", operand)

    def _dispatch(self, op: Dispatch, operands: list[Packed]) -> None:
        wanted = tuple(self.owner.wanted.get(r, frozenset()) for r in op.results)
        body, zeros = op.body, [frozenset[int]()] * len(op.results)
        if any(_mentions_layout(v.type) for v in _values(op.body)):
            made = self.owner.rebuilt(op.body, tuple(x.zero for x in operands), wanted)
            body, zeros = made.made, made.zeros
            for value, arg in zip(op.inputs, op.body.args, strict=True):
                if arg in made.asked and isinstance(self.old.definitions.get(value), Dispatch):
                    self.owner.wanted[value] = self.owner.wanted.get(value, frozenset()) | made.asked[arg]
        inputs = tuple(x.value for x in operands)
        same = body is op.body and all(a is b for a, b in zip(inputs, op.inputs, strict=True))
        new = self.emit.add(op if same else op.evolve(inputs, body=body))
        for old, value, zero in zip(op.results, new.results, zeros, strict=True):
            self.env[old] = _packed(value, old.type, zero)

    def _holder(self, op: Op, operands: list[Packed]) -> None:
        """Handles an op with regions. Nothing is known about the padding of their arguments."""
        bodies: dict[str, Any] = {n: self.owner.region(r, ())[0] for n, r in zip(op.REGIONS, op.regions, strict=True)}
        new = self.emit.add(op.evolve([x.value for x in operands], **bodies))
        for old, value in zip(op.results, new.results, strict=True):
            self.env[old] = _packed(value, old.type, frozenset())


def _physical(type: Type) -> Type:
    return type.encoding.packed_type(type) if isinstance(type.encoding, Layout) else type


def _packed(value: Value, type: Type, zeros: Zeros) -> Packed:
    layout = type.encoding if isinstance(type.encoding, Layout) else None
    return Packed(value, type.shape, layout, zeros if layout is not None else frozenset())


def _mentions_layout(type: Type) -> bool:
    return isinstance(type.encoding, Layout)


def _values(region: Region) -> list[Value]:
    inner = [v for o in region.walk() for v in o.results]
    bodies = [v for o in region.walk() for r in o.regions for v in r.args]
    return [*region.args, *inner, *bodies]
