"""Ops and regions of MLIR: the generic form here, the pretty forms through a table of assembly functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from attrs import Factory, frozen

from tensorir.mlir.reader.attributes import AttributeReader
from tensorir.mlir.reader.branches import Successors, successors_of
from tensorir.mlir.reader.lexer import Lexer
from tensorir.mlir.reader.limits import MAX_RESULTS, REGION_COST
from tensorir.mlir.reader.structured_blocks import structured
from tensorir.mlir.reader.types import shown
from tensorir.mlir.syntax import Attribute, Block, Operation, SSAValue, Type
from tensorir.text.lexer import did_you_mean

ISOLATED = frozenset(
    {
        *("module", "builtin.module", "func.func", "util.func", "util.initializer", "ml_program.func"),
        *("flow.dispatch.workgroups", "stream.async.execute", "stream.cmd.execute"),
    }
)
"""Ops whose regions do not see the values around them."""


TERMINATORS = frozenset(
    {
        *("func.return", "return", "util.return", "util.unreachable", "linalg.yield", "tensor.yield"),
        *("ml_program.return", "ml_program.output", "scf.yield", "scf.condition", "cf.br", "cf.cond_br"),
    }
)
"""Ops that end their block, by the names that they are written with."""

_OP_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_$.\-]{0,200}").fullmatch


@frozen
class Use:
    """An operand as written, not resolved yet."""

    name: str
    start: int


@frozen
class Parsed:
    """What an assembly function made of an op; the parser binds the names of its results."""

    operands: tuple[SSAValue, ...] = ()
    results: tuple[Type, ...] = ()
    attributes: dict[str, Attribute] = Factory(dict["str", "Attribute"])
    regions: tuple[tuple[Block, ...], ...] = ()
    name: str = ""
    """Another op name, where the spelling is a variant (`tensor.pack` for `linalg.pack`)."""
    successors: Successors = ()


@frozen
class _Names:
    """`%a` or `%b:2` before the `=` of an op."""

    name: str
    count: int
    start: int


class OpParser(AttributeReader):
    """Reads ops at the current token of `lex`. Values are looked up by name in the regions around them."""

    def __init__(
        self, lex: Lexer, assembly: Mapping[str, Assembly], current: Mapping[str, Current] | None = None
    ) -> None:
        super().__init__(lex)
        self.assembly = assembly
        self.current = current or {}
        self._values: dict[str, SSAValue] = {}
        self._defined: list[str] = []
        """Names in the order of their definition: those of a region are taken back at its end."""
        self._op = ""
        """The op being read."""
        self.op_start = 0
        """Where the name of the op that was begun last stands."""

    # -- values

    def use(self) -> Use:
        """An operand: `%x` or `%x#1`."""
        start = self.lex.start
        return Use(self.lex.take("value", "a value (%name)"), start)

    def uses(self, end: str = "") -> list[Use]:
        """Reads operands separated by commas; none if the current token is not a value. If `end` is given, it must
        follow and is skipped."""
        lex = self.lex
        found: list[Use] = []
        if lex.kind == "value":
            found.append(self.use())
            while lex.accept(","):
                found.append(self.use())
        if end:
            lex.expect(end, "after operands")
        return found

    def value(self, use: Use) -> SSAValue:
        """The value of this name. Raises ParseError if there is none yet."""
        value = self._values.get(use.name)
        if value is None and use.name.endswith("#0"):
            value = self._values.get(use.name[:-2])
        if value is None:
            close = did_you_mean(use.name, self._values)
            raise self.lex.error(f"the value {use.name} is not defined before this use{close}", use.start)
        return value

    def resolve(self, use: Use, type: Type) -> SSAValue:
        """The value of this name, which must have this type. Raises ParseError."""
        value = self._values.get(use.name) or self.value(use)
        if value.type is not type and value.type != type:
            raise self.lex.error(f"{use.name} is a {shown(value.type)}, here it is meant as a {shown(type)}", use.start)
        return value

    def define(self, name: str, type: Type, start: int) -> SSAValue:
        """A new value of this name. Raises ParseError if the name is taken."""
        if name in self._values:
            loc = self._values[name].loc
            raise self.lex.error(f"the value {name} is defined twice, first at {loc.line}:{loc.col}", start)
        value = SSAValue(type, name, self.lex.location(start))
        self._values[name] = value
        self._defined.append(name)
        return value

    # -- regions

    def region(self, args: Sequence[tuple[str, int, Type]] = ()) -> tuple[Block, ...]:
        """`{ ops }`. `args` are (name, start, type) of block arguments that are named outside of it. No block if
        there is nothing between the brackets and no argument."""
        lex = self.lex
        lex.expect("{", "before a region")
        self.enter(REGION_COST)
        isolated = self._op in ISOLATED
        outer_values, outer_defined = self._values, self._defined
        self._defined = []
        if isolated:
            self._values = {}
        block = Block()
        block.args = [self.define(name, type, start) for name, start, type in args]
        blocks = {"": block}
        has_block = bool(args)
        if lex.kind == "block":
            if has_block and self._op not in ISOLATED:
                raise lex.error("the arguments of this region's block are named before the region: no label here")
            if not has_block:
                blocks = {self._label(block): block}
            has_block = True
        while lex.text != "}":
            if lex.kind == "block":
                block = self._next_block(block, blocks)
                continue
            if lex.kind == "end":
                raise lex.error("expected '}' after a region, found the end of the text")
            start = lex.start
            op = self.operation()
            if block.ops and block.ops[-1].name in TERMINATORS:
                raise lex.error(f"an op stands after {block.ops[-1].name}, which ends its block", start)
            block.ops.append(op)
            has_block = True
        if len(blocks) > 1 or any(op.successors for op in block.ops[-1:]):
            block = self._structured(blocks)
        lex.advance()
        if not isolated:
            for name in self._defined:
                del self._values[name]
        self._values, self._defined = outer_values, outer_defined
        self.depth -= REGION_COST
        return (block,) if has_block else ()

    def _next_block(self, last: Block, blocks: dict[str, Block]) -> Block:
        """Adds the block whose label is the current token, which comes behind `last` in the text."""
        lex = self.lex
        if self._op not in ISOLATED:
            raise lex.error(f"only functions may have several blocks: {lex.text} begins another one in '{self._op}'")
        if not last.ops or last.ops[-1].name not in TERMINATORS:
            raise lex.error(f"the block before {lex.text} does not end with a branch or a return")
        if lex.text in blocks:
            raise lex.error(f"{lex.text} is the label of two blocks")
        block = Block()
        blocks[self._label(block)] = block
        return block

    def _structured(self, blocks: Mapping[str, Block]) -> Block:
        """One block with scf ops for several."""
        if self._op not in ISOLATED:
            raise self.lex.error(f"'{self._op}' has a branch in its region: only functions may have several blocks")

        def refuse(message: str, op: Operation) -> Exception:
            return self.lex.error(message, self.lex.position(op.loc))

        return structured(blocks, refuse)

    def _label(self, block: Block) -> str:
        """`^bb0(%a: type, …):`. Returns the label."""
        lex = self.lex
        label = lex.take("block", "a block's label")
        if lex.accept("("):
            while lex.text != ")":
                if block.args:
                    lex.expect(",", "between the arguments of a block")
                start, name = lex.start, lex.take("value", "the name of a block's argument")
                lex.expect(":", "before the type of a block's argument")
                block.args.append(self.define(name, self.type(), start))
                self.optional_location()
            lex.advance()
        lex.expect(":", "after a block's label")
        return label

    # -- ops

    def optional_location(self) -> None:
        """`loc(…)` if there is one: read and left out."""
        if self.lex.text == "loc":
            self.locations.skip()

    def operation(self) -> Operation:
        """One op with its results' names and its location."""
        lex = self.lex
        names = self._names() if lex.kind == "value" else ()
        start, outer = lex.start, self._op
        if lex.kind == "string":
            name = self._op = lex.string()
            if not _OP_NAME(name):
                raise lex.error(f"this is not the name of an op: {name!r}", start)
            parsed = self._generic()
            if name in self.current:
                parsed = self.current[name](parsed)
        elif lex.kind == "name":
            name = self._op = lex.text
            self.op_start = start
            lex.advance()
            assembly = self.assembly.get(name) or self.assembly.get(f"{name.partition('.')[0]}.*")
            if assembly is None:
                raise self._unknown(name, start)
            parsed = assembly(self, name)
        else:
            raise lex.error(f"expected an op, found {lex.found()}")
        self._op = outer
        self.optional_location()
        results = self._results(names, parsed.results, name, start)
        made = Operation(
            parsed.name or name, parsed.operands, results, parsed.attributes, parsed.regions, lex.location(start)
        )
        made.successors = parsed.successors
        return made

    def _names(self) -> tuple[_Names, ...]:
        """`%a, %b:2 =`."""
        lex = self.lex
        names: list[_Names] = []
        while True:
            start, name = lex.start, lex.take("value", "the name of a result")
            if "#" in name:
                raise lex.error(f"a result's name has no '#': {name}", start)
            count = 1
            if lex.accept(":"):
                at, text = lex.start, lex.take("int", "how many results have this name")
                count = int(text) if len(text) < 9 else MAX_RESULTS + 1
                if not 0 < count <= MAX_RESULTS:
                    raise lex.error(f"an op has 1 to {MAX_RESULTS} results of one name", at)
            names.append(_Names(name, count, start))
            if not lex.accept(","):
                break
        lex.expect("=", "after the names of results")
        return tuple(names)

    def _results(self, names: tuple[_Names, ...], types: tuple[Type, ...], op: str, start: int) -> tuple[SSAValue, ...]:
        """The op's results, bound to their names. An op may leave the names out."""
        if len(names) == 1 and len(types) == 1 and names[0].count == 1:
            return (self.define(names[0].name, types[0], names[0].start),)
        if not names:
            return tuple([SSAValue(type, "", self.lex.location(start)) for type in types])
        named = sum(n.count for n in names)
        if named != len(types):
            raise self.lex.error(f"'{op}' has {len(types)} results, here are names for {named}", names[0].start)
        results: list[SSAValue] = []
        for n in names:
            first = self.define(n.name, types[len(results)], n.start)
            if n.count > 1:
                first.name = f"{n.name}#0"
                self._alias(f"{n.name}#0", first)
            results.append(first)
            results += [self.define(f"{n.name}#{i}", types[len(results) + i - 1], n.start) for i in range(1, n.count)]
        return tuple(results)

    def _alias(self, name: str, value: SSAValue) -> None:
        self._values[name] = value
        self._defined.append(name)

    def _generic(self) -> Parsed:
        """The generic form, after the op's name."""
        lex = self.lex
        lex.expect("(", "after the name of an op in generic form")
        uses = self.uses(")")
        labels = self._successors()
        attributes: dict[str, Attribute] = {}
        if lex.accept("<"):
            attributes = self.dictionary()
            lex.expect(">", "after properties")
        regions: list[tuple[Block, ...]] = []
        if lex.accept("("):
            regions.append(self.region())
            while lex.accept(","):
                regions.append(self.region())
            lex.expect(")", "after regions")
        if lex.text == "{":
            start = lex.start
            for key, value in self.dictionary().items():
                if key in attributes:
                    raise lex.error(f"the attribute {key!r} is also given as a property", start)
                attributes[key] = value
        lex.expect(":", "and the op's type, as generic form has it")
        at = lex.start
        inputs = self.types_in_parentheses()
        lex.expect("->", "in an op's type")
        results = self.result_types()
        if len(inputs) != len(uses):
            raise lex.error(f"'{self._op}' has {len(uses)} operands and {len(inputs)} types for them", at)
        operands = tuple([self.resolve(use, type) for use, type in zip(uses, inputs, strict=True)])
        successors = successors_of(self._op, labels, operands, attributes) if labels else ()
        if labels and successors is None:
            raise lex.error(f"'{self._op}' is no branch, or its operands are not those of {len(labels)} blocks", at)
        kept = operands[:1] if len(labels) > 1 else () if labels else operands
        return Parsed(kept, results, attributes, tuple(regions), successors=successors or ())

    def _successors(self) -> list[str]:
        """`[^a, ^b]` of the generic form, if there is any."""
        lex = self.lex
        labels: list[str] = []
        if lex.accept("["):
            while not lex.accept("]"):
                if labels:
                    lex.expect(",", "between the blocks that may follow")
                labels.append(lex.take("block", "a block's label"))
        return labels

    def _unknown(self, name: str, start: int) -> Exception:
        close = did_you_mean(name, self.assembly)
        return self.lex.error(
            f"unknown op '{name}'{close or '.'} Any op can be written in generic form: \"{name}\"(…) : (…) -> …", start
        )


Assembly: TypeAlias = Callable[[OpParser, str], Parsed]
"""(parser, the op's name as written): reads what follows the name, up to but without a trailing `loc(…)`."""


Current: TypeAlias = Callable[[Parsed], Parsed]
"""Brings an op of an older version, in generic form, to the current form."""
