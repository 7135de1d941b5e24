"""What materialization makes of one contraction, as facts: read from IREE's ops and from ours, to be compared.

A case is a contraction by its maps, element types and sizes, on an ISA. `iree_structure` sets IREE's encodings on it
and runs IREE's own materialization pass in this process (about 1 ms a case); `our_structure` runs our passes with
`IreeResolver` as the device.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Any, Literal

from attrs import field, frozen

from tensorir.dialects.encode import SetEncoding, UnsetEncoding
from tensorir.dialects.linalg import Contract
from tensorir.dialects.packing import BatchMmt4d, Mmt4d, Pack, Unpack
from tensorir.encoding.layout import Layout
from tensorir.ir.affine import AffineMap
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.dtype import DType
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.passes.pass_ import PassContext
from tensorir.passes.runner import run_passes
from tensorir.targets.device import Device
from tensorir.targets.target import Target
from tensorir.testing.iree import require_iree
from tensorir.testing.iree.tiles import ISAS, IreeLowering, IreeResolver
from tensorir.transforms.datatiling.materialize_encodings import MaterializeEncodings
from tensorir.transforms.datatiling.set_encodings import SetEncodings
from tensorir.transforms.datatiling.specialize_encodings import SpecializeEncodings

OpKind = Literal["mmt4d", "batch_mmt4d", "row-major"]
ROLES = ("lhs", "rhs", "init")


@frozen
class Case:
    """`result[maps[2]] = init + Σ lhs[maps[0]]·rhs[maps[1]]`; a size of None is only known at run time."""

    types: tuple[DType, DType, DType]
    maps: tuple[AffineMap, AffineMap, AffineMap]
    sizes: tuple[int | None, ...]
    isa: str

    def shape(self, operand: int) -> tuple[int | None, ...]:
        return tuple(self.sizes[d] for d in self.maps[operand].positions())

    def __str__(self) -> str:
        types = "×".join(map(str, self.types[:2])) + f"→{self.types[2]}"
        sizes = "×".join("?" if s is None else str(s) for s in self.sizes)
        dims = " ".join("".join(str(d) for d in m.positions()) for m in self.maps)
        return f"{self.isa} {types} {sizes} maps {dims}"


@frozen
class Packing:
    """How one tensor is stored. `by` is how it got there: an op, or a reshape where nothing has to move."""

    inner_dims: tuple[int, ...]
    inner_tiles: tuple[int, ...]
    outer_perm: tuple[int, ...]
    by: Literal["pack", "unpack", "reshape"] = "pack"


@frozen
class Structure:
    """The facts: the op, which operands it reads in which order, and how lhs, rhs, init and result are stored."""

    kind: OpKind
    order: tuple[str, ...] = ()
    stored: tuple[Packing | None, ...] = ()
    tiles: tuple[int, ...] = field(default=())
    """The last dims of the op's left side, right side and result: rows × k, columns × k, rows × columns."""


def iree_structure(case: Case) -> Structure:
    """What IREE makes of the case. Raises TensorIRError with IREE's message, and where IREE is known to crash."""
    require_iree()
    if not set(case.maps[0].positions()) & set(case.maps[1].positions()) - set(case.maps[2].positions()):
        raise TensorIRError(f"{case}: IREE 3.13 crashes on a contraction that sums over no dim")
    ir, context, passes = _iree()
    try:
        module = ir.Module.parse(_text(case), context=context)
        passes.run(module.operation)
    except ir.MLIRError as e:
        raise TensorIRError(f"{case}: IREE: {e}") from None
    block = module.body.operations[0].regions[0].blocks[0]
    ops = [o.operation for o in block.operations]
    packings = {_argument(ir, o.operands[0]): _iree_packing(ir, o, "pack") for o in ops if o.name == "linalg.pack"}
    unpacks = [_iree_packing(ir, o, "unpack") for o in ops if o.name == "linalg.unpack"]
    main = next((o for o in ops if o.name in ("linalg.mmt4d", "linalg.batch_mmt4d")), None)
    if main is None:
        return Structure("row-major")
    order = tuple(ROLES[_argument(ir, v)] for v in main.operands)
    tiles = tuple(s for v in main.operands for s in ir.RankedTensorType(v.type).shape[-2:])
    kind: OpKind = "mmt4d" if main.name == "linalg.mmt4d" else "batch_mmt4d"
    stored = (*(packings.get(i) for i in range(3)), unpacks[0] if unpacks else None)
    return Structure(kind, order, stored, tiles)


@cache
def _iree() -> tuple[Any, Any, Any]:
    ir = import_module("iree.compiler.ir")
    context = ir.Context()
    context.enable_multithreading(False)
    pipeline = "builtin.module(func.func(iree-codegen-materialize-device-encoding))"
    return ir, context, import_module("iree.compiler.passmanager").PassManager.parse(pipeline, context=context)


def _argument(ir: Any, value: Any) -> int:
    """The number of the function argument that `value` comes from, through packs and reshapes."""
    while not isinstance(value, ir.BlockArgument):
        value = value.owner.operands[0]
    return value.arg_number


def _iree_packing(ir: Any, op: Any, by: Literal["pack", "unpack"]) -> Packing:
    def ints(name: str) -> tuple[int, ...]:
        return tuple(ir.DenseI64ArrayAttr(op.attributes[name])) if name in op.attributes else ()

    rank = ir.RankedTensorType(op.operands[0 if by == "pack" else 1].type).rank
    outer = ints("outer_dims_perm") or tuple(range(rank))
    return Packing(ints("inner_dims_pos"), ints("static_inner_tiles"), outer, by)


def _text(case: Case) -> str:
    isa = ISAS[case.isa]
    target = (
        f'#hal.executable.target<"llvm-cpu", "embedded-elf-{isa.architecture}", {{cpu_features = "{isa.features}", '
        f'target_triple = "{isa.architecture}-none-elf", '
        "iree.encoding.resolver = #iree_cpu.cpu_encoding_resolver<>}>"
    )
    dims = ", ".join(f"d{d}" for d in range(len(case.sizes)))
    maps = ", ".join(f"affine_map<({dims}) -> ({', '.join(f'd{d}' for d in m.positions())})>" for m in case.maps)
    sizes = ", ".join("?" if s is None else str(s) for s in case.sizes)
    types = ", ".join(str(t) for t in case.types)
    encoding = (
        "#iree_encoding.encoding<operand_index = {} : index, op_type = matmul, element_types = [" + types + "], "
        "user_indexing_maps = [" + maps + "], iteration_sizes = [" + sizes + "]>"
    )
    plain = [_tensor(case.shape(i), t) for i, t in enumerate(case.types)]
    coded = [_tensor(case.shape(i), t, encoding.format(i)) for i, t in enumerate(case.types)]
    dynamic = [d for d, s in enumerate(case.sizes) if s is None]
    given = f" encoding_dims{{{', '.join(f'%s{d}' for d in dynamic)}}}" if dynamic else ""
    wanted = [d for d in case.maps[2].positions() if d in dynamic]
    result = f"{{{', '.join(f'%s{d}' for d in wanted)}}}" if wanted else ""
    kinds = ", ".join('"parallel"' if d in case.maps[2].positions() else '"reduction"' for d in range(len(case.sizes)))
    extra = "".join(f", %s{d}: index" for d in dynamic)
    sets = [
        f"  %e{i} = iree_encoding.set_encoding %a{i}{given} : {p} -> {c}\n"
        for i, (p, c) in enumerate(zip(plain, coded, strict=True))
    ]
    return (
        f"func.func @f({', '.join(f'%a{i}: {t}' for i, t in enumerate(plain))}{extra}) -> {plain[2]} "
        f"attributes {{hal.executable.target = {target}}} {{\n"
        f"{''.join(sets)}"
        f"  %r = linalg.generic {{indexing_maps = [{maps}], iterator_types = [{kinds}]}} "
        f"ins(%e0, %e1 : {coded[0]}, {coded[1]}) outs(%e2 : {coded[2]}) {{\n"
        f"  ^bb0(%x: {case.types[0]}, %y: {case.types[1]}, %z: {case.types[2]}):\n{_body(case.types)}"
        f"  }} -> {coded[2]}\n"
        f"  %u = iree_encoding.unset_encoding %r{given} : {coded[2]} -> {plain[2]}{result}\n"
        f"  return %u : {plain[2]}\n}}\n"
    )


def _tensor(shape: Sequence[int | None], dtype: DType, encoding: str = "") -> str:
    sizes = "".join(f"{'?' if s is None else s}x" for s in shape)
    return f"tensor<{sizes}{dtype}{', ' if encoding else ''}{encoding}>"


def _body(types: tuple[DType, DType, DType]) -> str:
    to = types[2]
    lines: list[str] = []
    for name, dtype in (("x", types[0]), ("y", types[1])):
        if dtype != to:
            lines.append(f"%{name}w = arith.{'extf' if to.is_float else 'extsi'} %{name} : {dtype} to {to}")
    x, y = (f"%{n}w" if t != to else f"%{n}" for n, t in (("x", types[0]), ("y", types[1])))
    kind = "f" if to.is_float else "i"
    lines += [f"%m = arith.mul{kind} {x}, {y} : {to}", f"%s = arith.add{kind} %z, %m : {to}", f"linalg.yield %s : {to}"]
    return "".join(f"    {line}\n" for line in lines)


def our_structure(case: Case) -> Structure:
    """What our passes make of the case with IREE's tiles."""
    module = contraction_module(case)
    device = iree_device(case.isa)
    passes = (SetEncodings(), SpecializeEncodings(device=device.name))
    specialized = run_passes(module, passes, PassContext(devices={device.name: device}))
    after = run_passes(specialized, (MaterializeEncodings(),))
    body = after.functions[0].body
    main = next((o for o in body.ops if isinstance(o, Mmt4d | BatchMmt4d)), None)
    if main is None:
        return Structure("row-major")
    layouts = _layouts(specialized)
    definitions = body.definitions

    def argument(value: Value) -> int:
        while value not in body.args:
            value = definitions[value].operands[0]
        return body.args.index(value)

    packs = {argument(o.source): o for o in body.ops if isinstance(o, Pack)}
    unpack = next((o for o in body.ops if isinstance(o, Unpack)), None)
    packings = [_our_packing(packs.get(i), layouts[i], "pack") for i in range(3)]
    kind: OpKind = "mmt4d" if isinstance(main, Mmt4d) else "batch_mmt4d"
    return Structure(
        kind,
        tuple(ROLES[argument(v)] for v in main.operands),
        (*packings, _our_packing(unpack, layouts[3], "unpack")),
        tuple(s for v in main.operands for s in v.type.shape[-2:] if isinstance(s, int)),
    )


def contraction_module(case: Case) -> Module:
    """The case as a program: @main(lhs, rhs, init)."""
    sizes: tuple[Dim, ...] = tuple(symbol(f"D{d}") if s is None else s for d, s in enumerate(case.sizes))
    b = RegionBuilder()
    shapes = [tuple(sizes[d] for d in m.positions()) for m in case.maps]
    lhs, rhs, init = (b.arg(TensorType(s, t), n) for s, t, n in zip(shapes, case.types, ROLES, strict=True))
    out = b.add(Contract(lhs, rhs, (init,), case.maps, case.types[2]))
    return Module([Function("main", b.finish([out.result]))])


@cache
def iree_device(isa: str) -> Device:
    """A device that answers with IREE's tiles."""
    return Device(Target(f"iree-{isa}", IreeResolver(isa), f"IREE's tiles for {isa}", lowering=IreeLowering()))


def _layouts(specialized: Module) -> tuple[Layout, Layout, Layout, Layout]:
    """The layouts of lhs, rhs, init and result."""
    found: list[Layout] = []
    for op in specialized.functions[0].body.ops:
        layout = (
            op.encoding
            if isinstance(op, SetEncoding)
            else op.source.type.encoding
            if isinstance(op, UnsetEncoding)
            else None
        )
        if isinstance(layout, Layout):
            found.append(layout)
    lhs, rhs, init, result = found
    return lhs, rhs, init, result


def _our_packing(op: Op | None, layout: Layout, by: Literal["pack", "unpack"]) -> Packing:
    if isinstance(op, Pack | Unpack):
        return Packing(op.inner_dims_pos, op.inner_tiles, op.outer_dims_perm, by)
    return Packing(layout.inner_dims, layout.inner_tiles, layout.outer_perm, "reshape")
