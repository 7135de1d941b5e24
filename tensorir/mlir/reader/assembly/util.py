"""util: IREE's functions, calls and globals. Types after a call may name an operand (`%a`, `%a as type`): the result
shares its storage, which is a hint that values do not depend on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tensorir.mlir.reader.assembly.arith import literal
from tensorir.mlir.reader.assembly.common import (
    index_number,
    resolve_each,
    terminator,
    typed_value,
    values_and_types,
)
from tensorir.mlir.reader.assembly.elementwise import same_type
from tensorir.mlir.reader.assembly.signature import (
    arguments,
    attribute_lists,
    body,
    function_attributes,
    global_head,
    visibility,
)
from tensorir.mlir.reader.parser import Assembly, OpParser, Parsed, Use
from tensorir.mlir.syntax import (
    ArrayAttr,
    Attribute,
    DialectAttr,
    FunctionType,
    StringAttr,
    SymbolRef,
    Type,
    TypeAttr,
    UnitAttr,
)


class _Results:
    """Result types, each perhaps tied to an argument."""

    def __init__(self, names: Sequence[str], types: Sequence[Type]) -> None:
        self._by_name = dict(zip(names, range(len(names)), strict=True))
        self._argument_types = types
        self.types: list[Type] = []
        self.tied: list[int] = []
        self.attributes: list[dict[str, Attribute]] = []

    def read(self, p: OpParser) -> None:
        """One result, or several in parentheses, where each may have attributes."""
        if not p.lex.accept("("):
            self._one(p)
            return
        if p.lex.accept(")"):
            return
        while True:
            self._one(p)
            self.attributes.append(p.optional_attr_dict())
            if not p.lex.accept(","):
                break
        p.lex.expect(")", "after the results")

    def _one(self, p: OpParser) -> None:
        """`type`, `%arg` or `%arg as type`."""
        lex = p.lex
        if lex.kind == "value":
            position = self._by_name.get(lex.text)
            if position is None:
                raise lex.error(f"'{lex.text[:40]}' is not an argument here: a result can't share its storage")
            lex.advance()
            self.tied.append(position)
            self.types.append(p.type() if lex.accept("as") else self._argument_types[position])
        else:
            self.tied.append(-1)
            self.types.append(p.type())

    @property
    def tied_operands(self) -> dict[str, Attribute]:
        """Per result the argument that it is tied to, or -1."""
        return {"tied_operands": ArrayAttr(tuple(map(index_number, self.tied)))} if self.tied else {}


def _function(p: OpParser, op: str) -> Parsed:
    """`util.func public @f(%a: type {…}) -> (%a as type {…}, …) attributes {…} { … }`."""
    seen = visibility(p)
    name = p.symbol()
    read = arguments(p)
    results = _Results([n for n, _, _ in read.named], [t for _, _, t in read.named])
    if p.lex.accept("->"):
        results.read(p)
    type = FunctionType(tuple(read.types), tuple(results.types))
    given = {
        **seen,
        **attribute_lists("arg_attrs", read.attributes),
        **attribute_lists("res_attrs", results.attributes),
        **results.tied_operands,
    }
    attributes = function_attributes(p, name, type, given)
    return Parsed(attributes=attributes, regions=body(p, read))


def _call(p: OpParser, op: str) -> Parsed:
    """`util.call @f(%a) {…} : (type) -> (%a as type, …)`."""
    lex = p.lex
    callee = p.symbol_ref()
    lex.expect("(", "before the operands")
    uses = p.uses(")")
    attributes = p.optional_attr_dict()
    lex.expect(":", "and the function's type")
    start = lex.start
    operand_types = p.types_in_parentheses()
    operands = resolve_each(p, uses, operand_types, start)
    lex.expect("->", "and the types of the results")
    results = _Results([use.name for use in uses], operand_types)
    results.read(p)
    return Parsed(operands, tuple(results.types), {**attributes, "callee": callee, **results.tied_operands})


def _global(p: OpParser, op: str) -> Parsed:
    """`util.global private mutable @g {…} = value : type`, or `: type` without a value."""
    lex = p.lex
    attributes = global_head(p)
    attributes |= p.optional_attr_dict()
    if lex.accept("="):
        attributes["initial_value"], type = typed_value(p)
    else:
        lex.expect(":", "and the global's type, or '=' and its value")
        type = p.type()
    attributes["type"] = TypeAttr(type)
    return Parsed(attributes=attributes)


def _global_load(p: OpParser, op: str) -> Parsed:
    """`util.global.load immutable @g {…} : type`."""
    attributes: dict[str, Attribute] = {"is_immutable": UnitAttr()} if p.lex.accept("immutable") else {}
    attributes["global"] = p.symbol_ref()
    attributes |= p.optional_attr_dict()
    p.lex.expect(":", "and the global's type")
    return Parsed(results=(p.type(),), attributes=attributes)


def _global_store(p: OpParser, op: str) -> Parsed:
    """`util.global.store %x, @g {…} : type`."""
    use = p.use()
    p.lex.expect(",", "and the global")
    symbol: SymbolRef = p.symbol_ref()
    attributes = p.optional_attr_dict()
    p.lex.expect(":", "and the type")
    return Parsed((p.resolve(use, p.type()),), attributes={**attributes, "global": symbol})


def _initializer(p: OpParser, op: str) -> Parsed:
    """`util.initializer attributes {…} { … }`."""
    attributes: dict[str, Attribute] = {"function_type": TypeAttr(FunctionType((), ()))}
    if p.lex.accept("attributes"):
        attributes |= p.optional_attr_dict()
    return Parsed(attributes=attributes, regions=(p.region(),))


def _optimization_barrier(p: OpParser, op: str) -> Parsed:
    """`util.optimization_barrier {…} %a, %b : type, type`: its operands."""
    attributes = p.optional_attr_dict()
    operands = values_and_types(p)
    return Parsed(operands, tuple([v.type for v in operands]), attributes)


def _null(p: OpParser, op: str) -> Parsed:
    """`util.null : type {…}`."""
    p.lex.expect(":", "and the type")
    return Parsed(results=(p.type(),), attributes=p.optional_attr_dict())


def _assume_int(p: OpParser, op: str) -> Parsed:
    """`util.assume.int %n<umin = 1, umax = 32>, %m[<…>, <…>] {…} : type, type`: its operands, of which something is
    known."""
    lex = p.lex
    uses: list[Use] = []
    assumptions: list[Attribute] = []
    while not uses or lex.accept(","):
        uses.append(p.use())
        found: list[Attribute] = []
        if lex.accept("["):
            while lex.text != "]":
                if found:
                    lex.expect(",", "between assumptions")
                found.append(DialectAttr("util.int.assumption", lex.balanced("<")))
            lex.advance()
        else:
            found.append(DialectAttr("util.int.assumption", lex.balanced("<")))
        assumptions.append(ArrayAttr(tuple(found)))
    attributes = p.optional_attr_dict()
    lex.expect(":", "and the types")
    start = lex.start
    types = p.type_list()
    operands = resolve_each(p, uses, types, start)
    return Parsed(operands, types, {**attributes, "assumptions": ArrayAttr(tuple(assumptions))})


def _unreachable(p: OpParser, op: str) -> Parsed:
    """`util.unreachable "message"`."""
    message: dict[str, Attribute] = {}
    if p.lex.kind == "string":
        message["message"] = StringAttr(p.lex.string())
    return Parsed(attributes={**message, **p.optional_attr_dict()})


ASSEMBLY: Mapping[str, Assembly] = {
    "util.func": _function,
    "util.call": _call,
    "util.return": terminator,
    "util.global": _global,
    "util.global.load": _global_load,
    "util.global.store": _global_store,
    "util.initializer": _initializer,
    "util.optimization_barrier": _optimization_barrier,
    "util.unreachable": _unreachable,
    "util.null": _null,
    "util.assume.int": _assume_int,
    "util.align": same_type(2),
    "util.unfoldable_constant": literal,
}
