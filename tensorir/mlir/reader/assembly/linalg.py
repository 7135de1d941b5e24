"""linalg: map, reduce, transpose, broadcast, softmax, index, yield. Structured ops are in `structured`, packing in
`packing`."""

from __future__ import annotations

from collections.abc import Mapping

from tensorir.ir.location import Location
from tensorir.mlir.reader.assembly import arith, math
from tensorir.mlir.reader.assembly.common import group, i64s, integers, number, read_integer, terminator
from tensorir.mlir.reader.assembly.renamed import RENAMED
from tensorir.mlir.reader.assembly.structured import arrow_types, ins_outs
from tensorir.mlir.reader.parser import Assembly, OpParser, Parsed
from tensorir.mlir.syntax import INDEX, Attribute, Block, Operation, SSAValue, Type, element_of

_DEFAULTS = {**arith.DEFAULTS, **math.DEFAULTS}


class _Payload:
    """`{ arith.addf {…} }`: the op that the region of a map or a reduction consists of."""

    def __init__(self, p: OpParser) -> None:
        lex = p.lex
        lex.expect("{", "before the op")
        self.loc: Location = lex.location(lex.start)
        name = lex.take("name", "the name of an op")
        self.name = RENAMED.get(name, name)
        self.attributes: dict[str, Attribute] = {**_DEFAULTS.get(self.name, {}), **p.optional_attr_dict()}
        lex.expect("}", "after the op")

    def region(self, types: list[Type], first: int, count: int) -> tuple[Block, ...]:
        """One block with arguments of these types. The op takes `count` of them, argument `first` before the others,
        and gives the type of the last one, which is yielded."""
        args = [SSAValue(type, f"%{i}", self.loc) for i, type in enumerate(types)]
        result = SSAValue(types[-1], "%result", self.loc)
        operands = args[:count] if not first else [args[first], *args[:first], *args[first + 1 :]][:count]
        op = Operation(self.name, tuple(operands), (result,), self.attributes, (), self.loc)
        return (Block(args, [op, Operation("linalg.yield", (result,), loc=self.loc)]),)


def _named_arguments(p: OpParser) -> list[tuple[str, int, Type]]:
    """`(%a: type, %b: type)`: the arguments of a region that follows."""
    lex = p.lex
    lex.expect("(", "before the region's arguments")
    found: list[tuple[str, int, Type]] = []
    while lex.text != ")":
        if found:
            lex.expect(",", "between the region's arguments")
        start, name = lex.start, lex.take("value", "the name of an argument")
        lex.expect(":", "and the argument's type")
        found.append((name, start, p.type()))
        p.optional_location()
    lex.advance()
    return found


def _map(p: OpParser, op: str) -> Parsed:
    """`linalg.map ins(…) outs(…) {…} (%a: type, …) { region }`, or `linalg.map { op } ins(…) outs(…) {…}`.

    The region has an argument for `outs` too; in LLVM 19 it has none, and gets it here.
    """
    payload = _Payload(p) if p.lex.text == "{" else None
    start = p.lex.start
    ins, outs = ins_outs(p)
    if len(outs) != 1:
        raise p.lex.error("linalg.map has one value in outs(…)", start)
    attributes = p.optional_attr_dict()
    types = [element_of(v.type) for v in (*ins, *outs)]
    if payload is not None:
        region = payload.region(types, 0, len(ins))
    else:
        region = p.region(_named_arguments(p))
        for block in region:
            with_out_argument(block, ins + outs)
    return Parsed(ins + outs, _written(outs), attributes, (region,))


def with_out_argument(block: Block, operands: tuple[SSAValue, ...]) -> None:
    """Gives the block of a linalg.map the argument for `outs`, if it has one for each input only."""
    if len(block.args) == len(operands) - 1:
        block.args.append(SSAValue(element_of(operands[-1].type), "%out"))


def _reduce(p: OpParser, op: str) -> Parsed:
    """`linalg.reduce ins(…) outs(…) dimensions = [1] {…} (%in: type, %acc: type) { region }`, or
    `linalg.reduce { op } ins(…) outs(…) dimensions = [1] {…}`, where the op takes the accumulator first."""
    payload = _Payload(p) if p.lex.text == "{" else None
    ins, outs = ins_outs(p)
    start = p.lex.start
    p.lex.expect("dimensions", "and the dims that are reduced")
    p.lex.expect("=")
    dimensions = i64s(integers(p))
    attributes = p.optional_attr_dict()
    attributes["dimensions"] = dimensions
    if payload is None:
        return Parsed(ins + outs, _written(outs), attributes, (p.region(_named_arguments(p)),))
    if len(ins) != 1 or len(outs) != 1:
        raise p.lex.error("the form with one op is for one input and one output", start)
    types = [element_of(v.type) for v in (*ins, *outs)]
    return Parsed(ins + outs, _written(outs), attributes, (payload.region(types, len(types) - 1, len(types)),))


def _written(outs: tuple[SSAValue, ...]) -> tuple[Type, ...]:
    """The results of ops that do not write their types: those of `outs`."""
    return tuple([v.type for v in outs])


def _transpose(p: OpParser, op: str) -> Parsed:
    """`linalg.transpose ins(…) outs(…) permutation = [1, 0] {…}`."""
    return _moved(p, "permutation")


def _broadcast(p: OpParser, op: str) -> Parsed:
    """`linalg.broadcast ins(…) outs(…) dimensions = [0] {…}`."""
    return _moved(p, "dimensions")


def _moved(p: OpParser, keyword: str) -> Parsed:
    start = p.lex.start
    ins, outs = group(p, "ins"), group(p, "outs")
    if len(ins) != 1 or len(outs) != 1:
        raise p.lex.error("expected one value in ins(…) and one in outs(…)", start)
    p.lex.expect(keyword)
    p.lex.expect("=")
    dims = i64s(integers(p))
    return Parsed(ins + outs, _written(outs), {**p.optional_attr_dict(), keyword: dims})


def _softmax(p: OpParser, op: str) -> Parsed:
    """`linalg.softmax {…} dimension(1) ins(…) outs(…) -> type`."""
    lex = p.lex
    attributes = p.optional_attr_dict()
    lex.expect("dimension")
    lex.expect("(")
    attributes["dimension"] = number(read_integer(p))
    lex.expect(")")
    ins, outs = ins_outs(p)
    return Parsed(ins + outs, arrow_types(p, op, outs), attributes)


def _index(p: OpParser, op: str) -> Parsed:
    """`linalg.index 0 {…} : index`."""
    dim = number(read_integer(p, "the number of an iteration dim"))
    attributes = p.optional_attr_dict()
    p.lex.expect(":", "and 'index'")
    p.lex.expect("index")
    return Parsed(results=(INDEX,), attributes={**attributes, "dim": dim})


ASSEMBLY: Mapping[str, Assembly] = {
    "linalg.map": _map,
    "linalg.reduce": _reduce,
    "linalg.transpose": _transpose,
    "linalg.broadcast": _broadcast,
    "linalg.softmax": _softmax,
    "linalg.index": _index,
    "linalg.yield": terminator,
}
