"""Modules: functions, globals and executables, each found by its symbol."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from importlib import import_module
from typing import Any, ClassVar, TypeAlias, TypeVar, Union, cast

from attrs import evolve, field, frozen

from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.immutable import Immutable
from tensorir.ir.known import NOTHING, Known
from tensorir.ir.location import UNKNOWN, Location
from tensorir.ir.op import Op, SymbolKind
from tensorir.ir.region import Region
from tensorir.ir.signature import Signature
from tensorir.ir.size_range import SizeRange
from tensorir.ir.sizes import free_sizes
from tensorir.ir.types import Type
from tensorir.ir.value import Value


@frozen(eq=False, repr=False)
class Function(Immutable):
    """A callable program. Symbols in the argument types are bound by each call.

    `arg_devices`, `result_devices`: the device of each argument and result, "" where it is not specified; () if none
    is. `private`: only other functions of the module call it, so its name has no meaning outside and the function may
    be removed. `signless`: the integers of its arguments have no sign in the text from which it was read, so an array
    of the unsigned type of the same width is also accepted. `states`: the mutable globals whose values are the last
    arguments, and whose new values are the last results, in this order. `of`, `sizes`: the function computes what the
    function of that name does, and runs its calls with these sizes; "" and None for a function that callers name."""

    KIND: ClassVar[SymbolKind] = "function"

    name: str
    body: Region
    loc: Location = UNKNOWN
    arg_devices: tuple[str, ...] = ()
    result_devices: tuple[str, ...] = ()
    private: bool = False
    signless: bool = False
    states: tuple[str, ...] = ()
    of: str = ""
    sizes: SizeRange | None = None

    def __repr__(self) -> str:
        return f"<Function @{self.name}>"

    @property
    def region(self) -> Region:
        """The body."""
        return self.body

    def with_region(self, region: Region) -> Function:
        """Returns this function with another body; itself if the body is the same."""
        return self if region is self.body else evolve(self, body=region)

    @cached_property
    def signature(self) -> Signature:
        """What a caller must know."""
        body = self.body
        names = tuple(v.hint for v in body.args)
        given = names, body.arg_types, body.yield_types, self.loc, self.signless, self.states
        return Signature(self.of or self.name, *given, self.sizes)

    @property
    def state_args(self) -> tuple[Value, ...]:
        """The arguments that are the values of states, in their order."""
        return self.body.args[len(self.body.args) - len(self.states) :]

    @property
    def state_yields(self) -> tuple[Value, ...]:
        """The new values of states, in their order."""
        return self.body.yields[len(self.body.yields) - len(self.states) :]

    @property
    def symbols(self) -> tuple[str, ...]:
        """The size variables of the arguments, sorted."""
        return self.signature.symbols


@frozen
class Parameter:
    """Data that is not in the module: the entry `key` of a file or table called `scope` (#flow.parameter.named)."""

    scope: str
    key: str

    def __str__(self) -> str:
        return f'"{self.scope}"::"{self.key}"'


@frozen(eq=False)
class Global(Immutable):
    """A constant of the module: its data, an initializer (a region without arguments, one yield), or the name of
    data that is given when the module is compiled (see `transforms.simplify.bind_parameters`).

    A `mutable` one is a state: its value is the first one of a session, and functions take and return the current
    value (`Function.states`); no op loads it. `logical`: its type with the layout that was chosen for it, if `type` is
    the form in memory of that."""

    KIND: ClassVar[SymbolKind] = "global"

    name: str
    type: Type
    value: Dense | Region | Parameter
    loc: Location = UNKNOWN
    mutable: bool = False
    logical: Type | None = None

    @property
    def region(self) -> Region | None:
        """The initializer, or None if the value is not computed."""
        return self.value if isinstance(self.value, Region) else None

    def with_region(self, region: Region) -> Global:
        """Returns this global with another initializer and its type; itself if the initializer is the same."""
        return self if region is self.value else evolve(self, value=region, type=region.yields[0].type)


@frozen(eq=False)
class Executable(Immutable):
    """A dispatch body outlined for a target and shared by all its launches. Each launch binds its sizes. `sizes`: those
    of one symbol with which it is launched, if they are known."""

    KIND: ClassVar[SymbolKind] = "executable"

    name: str
    target: str
    body: Region
    loc: Location = UNKNOWN
    sizes: SizeRange | None = None

    @property
    def known(self) -> Known:
        """What holds for its sizes."""
        return NOTHING if self.sizes is None else self.sizes.known

    @cached_property
    def free_sizes(self) -> tuple[str, ...]:
        """The size symbols that no argument binds; each launch states their values."""
        return free_sizes(self.body)

    @property
    def region(self) -> Region:
        """The body."""
        return self.body

    def with_region(self, region: Region) -> Executable:
        """Returns this executable with another body; itself if the body is the same."""
        return self if region is self.body else evolve(self, body=region)


ModuleSymbol: TypeAlias = Union[Function, Global, Executable]
S = TypeVar("S", Function, Global, Executable)


@frozen(eq=False, repr=False)
class Module(Immutable):
    """Everything that is compiled together. Symbols are unique over all three kinds (checked by `verify`)."""

    functions: tuple[Function, ...] = field(default=(), converter=tuple)
    globals: tuple[Global, ...] = field(default=(), converter=tuple)
    executables: tuple[Executable, ...] = field(default=(), converter=tuple)

    def __repr__(self) -> str:
        return f"<Module {', '.join('@' + f.name for f in self.functions) or 'without functions'}>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Shows the short form where a pretty printer (IPython's, hypothesis's) would unfold every field."""
        printer.text(repr(self))

    def __str__(self) -> str:
        """Returns the text of the module, with digests in place of long data."""
        text = import_module("tensorir.text")  # text imports ir, and only printing needs it
        return text.print_module(self, apart={})

    @cached_property
    def symbols(self) -> dict[str, ModuleSymbol]:
        return {s.name: s for s in self.all_symbols()}

    def all_symbols(self) -> Iterator[ModuleSymbol]:
        yield from self.globals
        yield from self.executables
        yield from self.functions

    def lookup(self, kind: type[S], name: str) -> S:
        """Returns the symbol `name`. Raises TensorIRError listing the known ones if it is missing or of another
        kind."""
        found = self.symbols.get(name)
        if isinstance(found, kind):
            return found
        names = ", ".join("@" + s.name for s in self.symbols.values() if isinstance(s, kind)) or "none"
        raise TensorIRError(f"no {kind.__name__.lower()} @{name} in the module; known: {names}")

    def replace(
        self,
        *,
        functions: Sequence[Function] | None = None,
        globals: Sequence[Global] | None = None,
        executables: Sequence[Executable] | None = None,
    ) -> Module:
        """Returns this module with whole lists of symbols replaced; itself if no entry differs."""
        functions = self.functions if functions is None else functions
        globals = self.globals if globals is None else globals
        executables = self.executables if executables is None else executables
        pairs = [(functions, self.functions), (globals, self.globals), (executables, self.executables)]
        if all(len(a) == len(b) and all(x is y for x, y in zip(a, b, strict=True)) for a, b in pairs):
            return self
        return Module(tuple(functions), tuple(globals), tuple(executables))

    def walk(self) -> Iterator[Op]:
        """Iterates over all ops of all regions, symbol by symbol, each op before those inside its own regions."""
        for symbol in self.all_symbols():
            if (region := symbol.region) is not None:
                yield from region.walk()

    def map_regions(self, fn: Callable[[Region], Region], *kinds: type[ModuleSymbol]) -> Module:
        """Applies `fn` to the region of every symbol of the `kinds` (by default all), in the order of `all_symbols`;
        returns itself if nothing changed. Regions inside ops are left to `fn`; see `tensorir.rewrite.symbols`."""

        def mapped(symbol: S) -> S:
            region = symbol.region
            if region is None or (kinds and not isinstance(symbol, kinds)):
                return symbol
            return cast("S", symbol.with_region(fn(region)))

        return self.replace(
            globals=[mapped(g) for g in self.globals],
            executables=[mapped(e) for e in self.executables],
            functions=[mapped(f) for f in self.functions],
        )
