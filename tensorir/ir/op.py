"""Ops are frozen attrs classes whose fields define them. `@op` derives everything generic from the fields.

A field is an operand (`operand()`), a list of operands (`operand_list()`), an attribute compared by content
(`attribute()`) or a closed region (`region()`). `operands`, `regions`, `attributes` and the functions that copy an op
with changed fields are derived from them. They are generated once per class, because rewriting calls them for every op.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Flag, auto
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypeVar, dataclass_transform

import attrs

from tensorir.ir.diagnostic import Diagnostic, InferError, TensorIRError
from tensorir.ir.effects import ANY_EFFECTS, NO_EFFECTS, Effects
from tensorir.ir.immutable import Immutable
from tensorir.ir.location import UNKNOWN, Location
from tensorir.ir.relation import Relation, of_loops, unknown
from tensorir.ir.types import Type
from tensorir.ir.value import Value

if TYPE_CHECKING:
    from tensorir.ir.decomposition import Decomposition  # only named: a decomposition is made of ops
    from tensorir.ir.loops import Loops
    from tensorir.ir.module import ModuleSymbol  # only named: modules are made of ops
    from tensorir.ir.region import Region


class Trait(Flag):
    """Properties of an op class that passes may rely on without knowing the class."""

    NONE = 0
    PURE = auto()
    """Has no effects of its own (see `ir.effects`). Ops without this trait declare their effects in `effects()`."""
    CONSTANT = auto()
    """The results depend on no operand and are known before run time."""
    CONTRACTION = auto()
    ENCODE = auto()
    """Carries an encoding and computes nothing."""
    PARALLEL = auto()
    """Its regions run as parallel units without an order, so nothing in them may have effects."""
    ALLOCATES = auto()
    """Each op gives memory of its own, so equal ones are not one."""
    LAUNCH = auto()
    """Is a launch by itself, which can't stand inside of another one."""


_KIND = "tensorir.kind"


def operand() -> Any:
    """One operand."""
    return attrs.field(metadata={_KIND: "operand"})


def operand_list() -> Any:
    """Any number of operands, a tuple."""
    field: Any = attrs.field  # its overloads for converters don't cover a generic tuple
    return field(metadata={_KIND: "operands"}, converter=_as_tuple)


def _as_tuple(values: Sequence[Value]) -> tuple[Value, ...]:
    return tuple(values)


SymbolKind = Literal["global", "function", "executable"]


def attribute(*, default: Any = attrs.NOTHING, symbol: SymbolKind | None = None, kw_only: bool = False) -> Any:
    """A value compared by content. `symbol`: the attribute is the name of a symbol of this kind in the module.

    An op that names a function or an executable runs it; one that names a global declares in `effects` what it does."""
    return attrs.field(default=default, kw_only=kw_only, metadata={_KIND: "attribute", "symbol": symbol})


def region() -> Any:
    """A closed region: args, ops, yields."""
    return attrs.field(metadata={_KIND: "region"})


def _results_field(*, kw_only: bool = True, default: Any = None) -> Any:
    return attrs.field(default=attrs.Factory(_infer, takes_self=True), kw_only=True, metadata={_KIND: "results"})


def _loc_field(*, kw_only: bool = True, default: Any = None) -> Any:
    return attrs.field(default=UNKNOWN, kw_only=True, metadata={_KIND: "loc"})


def _infer(self: Op) -> tuple[Value, ...]:
    try:
        return tuple(Value(t) for t in self.infer_types())
    except (InferError, ZeroDivisionError) as e:
        types = ", ".join(str(v.type) for v in self.operands)
        raise TensorIRError([Diagnostic(f"{self.NAME}: {e}", self.loc, notes=(f"operands: {types}",))]) from None
    except (AttributeError, TypeError) as e:  # of what is no Value; anything else is a bug of the op
        for i, operand in enumerate(self.operands):
            if not isinstance(operand, Value):  # pyright: ignore[reportUnnecessaryIsInstance]  # written without a type checker
                raise TensorIRError(f"{self.NAME}: {self.operand_name(i)} is {a_value_not(operand)}", self.loc) from e
        raise


def a_value_not(found: object) -> str:
    """What stands where a value should, and the way out."""
    way = "; take a result of it" if isinstance(found, Op) and found.results else ""
    return f"a {type(found).__name__}, should be a Value{way}"


def _results_last(_: type, fields: list[attrs.Attribute[Any]]) -> list[attrs.Attribute[Any]]:
    """`loc` then `results` come last, because inferring results may report an error at `loc`."""
    rank = {"loc": 1, "results": 2}
    return sorted(fields, key=lambda f: rank.get(f.name, 0))


C = TypeVar("C", bound="type[Op]")


@dataclass_transform(
    frozen_default=True,
    eq_default=False,
    field_specifiers=(operand, operand_list, attribute, region, _results_field, _loc_field),
)
def _op_base(cls: type[Any]) -> Any:
    return attrs.frozen(cls, eq=False, repr=False, field_transformer=_results_last)


@_op_base
class Op(Immutable):
    """Base of all ops. `results` are inferred from the operands unless given; `loc` is ignored by all comparisons."""

    NAME: ClassVar[str] = "op"
    TRAITS: ClassVar[Trait] = Trait.NONE
    OPERANDS: ClassVar[tuple[str, ...]] = ()
    ATTRIBUTES: ClassVar[tuple[str, ...]] = ()
    SYMBOLS: ClassVar[Mapping[str, SymbolKind]] = {}
    """Attributes that name a symbol → its kind."""
    PLAIN: ClassVar[bool] = True
    """True if the op holds no region and runs no symbol, so that it has only its own effects."""
    REGIONS: ClassVar[tuple[str, ...]] = ()
    FIELDS: ClassVar[tuple[str, ...]] = ()

    results: tuple[Value, ...] = _results_field(kw_only=True, default=None)
    loc: Location = _loc_field(kw_only=True, default=None)

    def infer_types(self) -> Sequence[Type]:
        """Returns the types of the results. Raises InferError saying what does not fit."""
        raise NotImplementedError(f"{self.NAME} does not infer its types")  # a bug in the subclass

    def verify(self) -> Iterator[str]:
        """Checks rules beyond types; yields one message per broken rule."""
        return iter(())

    def verify_symbols(self, symbols: Mapping[str, ModuleSymbol]) -> Iterator[str]:
        """Checks rules about the symbols that the op names, which exist and have the kind that the attribute
        declares; yields one message per broken rule."""
        return iter(())

    def loops(self) -> Loops | None:
        """Returns the loops of an op that is one scalar computation per position of an iteration space."""
        return None

    def decomposition(self) -> Decomposition | None:
        """Returns this op in simpler ones, for a named op that could be written without its name.

        It depends only on the op's types and attributes, which may hold sizes that are known only at run time."""
        return None

    def effects(self) -> Effects:
        """Returns what the op itself does besides computing its results, without the regions and symbols that it runs.

        By default an op that is not PURE has all effects; see `ir.effects`."""
        return NO_EFFECTS if self.TRAITS & Trait.PURE else ANY_EFFECTS

    def runs(self) -> tuple[str, ...]:
        """The functions and executables that it runs."""
        return () if self.PLAIN else tuple(getattr(self, n) for n, kind in self.SYMBOLS.items() if kind != "global")

    def relation(self) -> Relation:
        """Returns how the dims of the operands relate to those of the results (`ir.relation`). By default it follows
        from `loops()`, or without loops it is what is true of every op. Fusion, propagation and views follow from
        it."""
        if (loops := self.loops()) is not None:
            return of_loops(loops)
        return unknown([v.type.rank for v in self.operands], [v.type.rank for v in self.results])

    @property
    def operands(self) -> tuple[Value, ...]:
        """All operands, in the order of the fields."""
        return ()

    @property
    def regions(self) -> tuple[Region, ...]:
        return ()

    def with_operands(self, operands: Sequence[Value]) -> Self:
        """Returns the same op, including its results, on other operands of the same types."""
        raise AssertionError(f"@op generates this for {type(self).__name__}, given {len(operands)} operands")

    def evolve(
        self, operands: Sequence[Value] | None = None, *, results: tuple[Value, ...] | None = None, **changes: Any
    ) -> Self:
        """Returns this op on other operands (in the order of `operands`) with some fields replaced.

        Results are inferred again and keep their names, unless `results` are given, which must fit. Raises TypeError
        for an unknown field, TensorIRError at the place of the op if the new op is invalid."""
        fresh = self.with_operands(self.operands if operands is None else operands)
        for name, value in changes.items():
            if name not in self.FIELDS:
                raise TypeError(f"{self.NAME} has no field {name!r}; it has: {', '.join(self.FIELDS)}")
            object.__setattr__(fresh, name, value)  # the object is still under construction and not shared yet
        object.__setattr__(fresh, "results", _infer(fresh) if results is None else results)
        if results is None:
            name_after(self.results, fresh.results)
        return fresh

    def with_regions(self, regions: tuple[Region, ...]) -> Self:
        """Returns this op, including its results, with other regions of the same types; itself if none changed."""
        if all(a is b for a, b in zip(self.regions, regions, strict=True)):
            return self
        changes: dict[str, Any] = dict(zip(self.REGIONS, regions, strict=True))
        return self.evolve(results=self.results, **changes)

    @property
    def result(self) -> Value:
        """The only result."""
        (value,) = self.results
        return value

    def attributes(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.ATTRIBUTES}

    def is_(self, trait: Trait) -> bool:
        return bool(self.TRAITS & trait)

    def operand_name(self, index: int) -> str:
        """Returns the field to which operand number `index` belongs; in a list, with its position, as in
        `inputs[2]`."""
        position = 0
        for name in self.OPERANDS:
            value: Value | tuple[Value, ...] = getattr(self, name)
            if isinstance(value, tuple):
                if index < position + len(value):
                    return f"{name}[{index - position}]"
                position += len(value)
            else:
                if position == index:
                    return name
                position += 1
        raise IndexError(f"{self.NAME} has no operand {index}")

    def __repr__(self) -> str:
        return f"<{self.NAME}>"


def name_after(old: Sequence[Value], new: Sequence[Value]) -> None:
    """Gives new values, which are not shared yet, the hints of the values that they replace."""
    for before, after in zip(old, new, strict=False):  # an op with another body may have another number of results
        object.__setattr__(after, "hint", before.hint)


@dataclass_transform(
    frozen_default=True,
    eq_default=False,
    field_specifiers=(operand, operand_list, attribute, region, _results_field, _loc_field),
)
def op(name: str, traits: Trait = Trait.NONE) -> Callable[[C], C]:
    """Makes a class an op called `name` (`dialect.op`)."""

    def decorate(cls: C) -> C:
        made = attrs.frozen(cls, eq=False, repr=False, field_transformer=_results_last)
        fields = attrs.fields(made)
        of_kind = {k: tuple(f.name for f in fields if f.metadata[_KIND] == k) for k in ("attribute", "region")}
        operand_fields = [(f.name, f.metadata[_KIND]) for f in fields if f.metadata[_KIND].startswith("operand")]
        made.NAME = name
        made.TRAITS = traits
        made.OPERANDS = tuple(n for n, _ in operand_fields)
        made.ATTRIBUTES = of_kind["attribute"]
        made.REGIONS = of_kind["region"]
        made.FIELDS = tuple(f.name for f in fields if f.name != "results")
        made.SYMBOLS = {f.name: f.metadata["symbol"] for f in fields if f.metadata.get("symbol")}
        made.PLAIN = not made.REGIONS and all(kind == "global" for kind in made.SYMBOLS.values())
        for attribute_name, code in _generated(tuple(f.name for f in fields), operand_fields, made.REGIONS).items():
            setattr(made, attribute_name, code)
        return made

    return decorate


def _generated(names: tuple[str, ...], operands: list[tuple[str, str]], regions: tuple[str, ...]) -> dict[str, Any]:
    """Generates `operands`, `regions` and `with_operands` for one class, as straight-line code instead of a loop per
    op."""
    parts = [f"*self.{n}" if kind == "operands" else f"self.{n}" for n, kind in operands]
    lines = [
        f"def operands(self): return ({''.join(p + ', ' for p in parts)})",
        f"def regions(self): return ({''.join(f'self.{r}, ' for r in regions)})",
        "def with_operands(self, new, _new=object.__new__, _set=object.__setattr__):",
        "  copy = _new(self.__class__)",
        "  at = 0",
    ]
    for name, kind in operands:
        if kind == "operand":
            lines += [f"  _set(copy, {name!r}, new[at]); at += 1"]
        else:
            lines += [f"  size = len(self.{name})", f"  _set(copy, {name!r}, tuple(new[at:at + size])); at += size"]
    taken = {n for n, _ in operands}
    lines += [f"  _set(copy, {name!r}, self.{name})" for name in names if name not in taken]
    lines += ["  return copy"]
    namespace: dict[str, Any] = {}
    exec("\n".join(lines), namespace)  # the text contains only field names of classes
    return {
        "operands": property(namespace["operands"]),
        "regions": property(namespace["regions"]),
        "with_operands": namespace["with_operands"],
    }
