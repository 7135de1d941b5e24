"""The verifier: collects every broken rule of a module, each with the op, its neighbours and its location."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator, Mapping
from functools import cached_property
from typing import Any, cast

from tensorir.ir.diagnostic import Diagnostic, InferError, VerifyError
from tensorir.ir.dims import DimExpr, iteration_dims_of
from tensorir.ir.dtype import DType
from tensorir.ir.effects import EffectsIn
from tensorir.ir.location import UNKNOWN, Location
from tensorir.ir.module import Executable, Function, Global, Module, ModuleSymbol, Parameter
from tensorir.ir.op import Op, SymbolKind, Trait, a_value_not
from tensorir.ir.ranges import check_range
from tensorir.ir.region import Region
from tensorir.ir.sizes import needed_sizes
from tensorir.ir.states import check_states
from tensorir.ir.types import TensorType, Type, TypeEncoding
from tensorir.ir.value import Value

MAX_RANK = 64
MAX_DIM = 1 << 48
MAX_BYTES = 1 << 60
MAX_NESTING = 256


def verify(module: Module) -> None:
    """Raises VerifyError with all diagnostics if `module` breaks a rule."""
    if found := list(diagnose(module)):
        raise VerifyError(found)


def diagnose(module: Module) -> Iterator[Diagnostic]:
    """Returns every broken rule: duplicate symbols, types, uses before definition, wrong result types, op rules."""
    seen: set[str] = set()
    effects = EffectsIn(module)
    launching = _Launching(module)
    for symbol in module.all_symbols():
        if symbol.name in seen:
            yield Diagnostic(f"the symbol @{symbol.name} is defined twice", symbol.loc)
        seen.add(symbol.name)
        if isinstance(symbol, Global):
            if why := _malformed(symbol.type):
                yield Diagnostic(f"@{symbol.name}: {why}", symbol.loc)
                continue
            yield from _check_global(symbol)
        if isinstance(symbol, Function):
            yield from _check_devices(symbol)
            yield from check_states(symbol, module)
            yield from check_range(symbol, module)
        if (body := symbol.region) is not None and not (yield from _check_arguments(body, symbol)):
            bound = frozenset[str]().union(*(t.symbols for t in body.arg_types))
            checker = _Checker(module, None if isinstance(symbol, Executable) else bound, effects, launching)
            free, launched = not isinstance(symbol, Function), isinstance(symbol, Executable)
            yield from checker.region(body, f"@{symbol.name}", symbol.loc, free=free, launched=launched)


def describe(op: Op) -> str:
    """Describes an op, which may be invalid, in one line: results, name, operands, types."""

    def names(values: tuple[Value, ...]) -> str:
        return ", ".join(f"%{v.hint or '?'}" for v in values)

    types = ", ".join(str(v.type) for v in op.operands)
    out = ", ".join(str(v.type) for v in op.results)
    head = f"{names(op.results)} = " if op.results else ""
    return f"{head}{op.NAME} {names(op.operands)} : ({types}) -> ({out})"


def check_type(type: Type) -> Iterator[str]:
    """Checks limits that no real program reaches: the rank, each size, and the bytes of a static tensor."""
    if type.rank > MAX_RANK:
        yield f"rank {type.rank} is over the limit of {MAX_RANK}"
    for dim in type.shape:
        if isinstance(dim, int) and not 0 <= dim < MAX_DIM:
            yield f"the size {dim} in {type} is outside 0 ≤ size < 2**48"
        elif not isinstance(dim, int) and iteration_dims_of(dim):
            yield f"the size {dim} in {type} is over iteration dims of an affine map, which are not sizes"
    nbytes = type.dtype.itemsize * math.prod(d for d in type.shape if isinstance(d, int))
    if type.is_static and nbytes > MAX_BYTES:
        yield f"{type} takes {nbytes} bytes, over the limit of 2**60"
    if type.encoding is not None and type.encoding.rank != type.rank:
        yield f"the encoding of {type} is for rank {type.encoding.rank}, the tensor has rank {type.rank}"


def _malformed(type: Any) -> str:
    """What makes it no type at all, which Python does not check; "" for a type."""
    if not isinstance(type, TensorType):
        return f"{type!r} is not a TensorType"
    shape: Any = type.shape
    if not isinstance(shape, tuple):
        return f"the shape {shape!r} is not a tuple"
    for d, dim in enumerate(cast("tuple[object, ...]", shape)):
        if isinstance(dim, bool) or not isinstance(dim, int | DimExpr):
            return f"shape[{d}] is {dim!r}, should be an int or a size such as symbol('M')"
    for what, value, kind in (("element type", type.dtype, DType), ("encoding", type.encoding, TypeEncoding | None)):
        if not isinstance(value, kind):
            return f"the {what} {value!r} is not a {'DType' if kind is DType else 'TypeEncoding'}"
    return ""


def _check_arguments(body: Region, symbol: ModuleSymbol) -> Generator[Diagnostic, None, bool]:
    """Arguments whose type is none. Returns whether there are any: nothing can be said of such a body."""
    found = [(i, why) for i, a in enumerate(body.args) if (why := _malformed(a.type))]
    for i, why in found:
        yield Diagnostic(f"@{symbol.name}: argument {i}: {why}", symbol.loc)
    return bool(found)


def _check_global(symbol: Global) -> Iterator[Diagnostic]:
    value = symbol.value
    if symbol.mutable and not symbol.type.is_static:
        yield Diagnostic(f"@{symbol.name} is {symbol.type}, but a state has static sizes", symbol.loc)
    if isinstance(value, Region):
        if value.args or len(value.yields) != 1:
            yield Diagnostic(f"the initializer of @{symbol.name} must have no argument and one yield", symbol.loc)
        elif value.yields[0].type != symbol.type:
            yield Diagnostic(
                f"@{symbol.name} is {symbol.type}, its initializer yields {value.yields[0].type}", symbol.loc
            )
    elif isinstance(value, Parameter):
        if not symbol.type.is_static:
            yield Diagnostic(f"@{symbol.name} is {symbol.type}, but a parameter has static sizes", symbol.loc)
    elif (value.shape, value.dtype) != (symbol.type.shape, symbol.type.dtype):
        yield Diagnostic(f"@{symbol.name} is {symbol.type}, its data {value.dtype}{list(value.shape)}", symbol.loc)


def _check_devices(function: Function) -> Iterator[Diagnostic]:
    body = function.body
    for what, devices, values in (
        ("arguments", function.arg_devices, body.args),
        ("results", function.result_devices, body.yields),
    ):
        if devices and len(devices) != len(values):
            yield Diagnostic(f"@{function.name}: {len(devices)} devices for {len(values)} {what}", function.loc)


class _Checker:
    """Verifies regions; `bound` are the size symbols that the arguments bind (None: each launch gives them)."""

    def __init__(self, module: Module, bound: frozenset[str] | None, effects: EffectsIn, launching: _Launching) -> None:
        self.module = module
        self.bound = bound
        self.effects = effects
        self.launching = launching

    def region(
        self, region: Region, where: str, loc: Location = UNKNOWN, depth: int = 0, *, free: bool, launched: bool
    ) -> Iterator[Diagnostic]:
        """`free`: ops must have no effects, because it is unspecified when and how often the region runs. `launched`:
        the ops run in a launch, so they must not launch."""
        if depth > MAX_NESTING:
            yield Diagnostic(f"{where}: regions are nested deeper than {MAX_NESTING}", loc)
            return
        defined: set[Value] = set()
        for arg in region.args:
            for message in self._define(arg, defined):
                yield Diagnostic(f"{where}: argument: {message}", loc)
        for position, op in enumerate(region.ops):
            messages = [*self._op(op, defined), *(m for r in op.results for m in self._define(r, defined))]
            if free and not messages and (found := op.effects() if op.REGIONS else self.effects(op)):
                messages.append(f"it {found}, which is allowed in functions only: {where} has no order to keep")
            if launched and self.launching(op):
                messages.append(f"a launch can't launch: this op runs inside of one, in {where}")
            notes = _window(region, position) if messages else ()  # names cost more than the checks
            for message in messages:
                yield Diagnostic(f"{op.NAME}: {message}", op.loc, notes=notes)
            for inner in op.regions:
                units = op.is_(Trait.PARALLEL)
                yield from self.region(
                    inner, f"{where}: {op.NAME}", op.loc, depth + 1, free=free or units, launched=launched or units
                )
        for i, value in enumerate(region.yields):
            if not isinstance(value, Value):  # pyright: ignore[reportUnnecessaryIsInstance]  # written without a type checker
                yield Diagnostic(f"{where}: yield {i} is {a_value_not(value)}", loc)
            elif value not in defined:
                yield Diagnostic(f"{where}: yield {i} (%{value.hint or '?'}) is not defined in this region", loc)

    def _define(self, value: Value, defined: set[Value]) -> Iterator[str]:
        if value in defined:
            yield f"%{value.hint or '?'} is defined twice"
        defined.add(value)
        if why := _malformed(value.type):
            yield why
            return
        yield from check_type(value.type)
        if self.bound is not None and (free := value.type.symbols - self.bound):
            yield f"the size {', '.join(sorted(free))} in {value.type} is bound by no argument"

    def _op(self, op: Op, defined: set[Value]) -> Iterator[str]:
        for i, value in enumerate(op.operands):
            if value not in defined:
                yield f"{op.operand_name(i)} (%{value.hint or '?'}) is used before it is defined in this region"
        symbols = self.module.symbols
        wrong = [message for name, kind in op.SYMBOLS.items() for message in _check_kind(op, name, kind, symbols)]
        yield from wrong
        try:
            expected = tuple(op.infer_types())
        except InferError as e:
            yield str(e)
            return
        actual = tuple(v.type for v in op.results)
        if expected != actual:
            yield f"results are ({', '.join(map(str, actual))}), should be ({', '.join(map(str, expected))})"
        yield from self._sizes(op)
        yield from op.verify()
        if op.SYMBOLS and not wrong:
            yield from op.verify_symbols(symbols)

    def _sizes(self, op: Op) -> Iterator[str]:
        """Sizes in attributes that no argument binds and no result has, which is told already."""
        if self.bound is None or any(_malformed(r.type) for r in op.results):
            return
        known = self.bound.union(*(r.type.symbols for r in op.results))
        for name in op.ATTRIBUTES:
            if free := {*needed_sizes(getattr(op, name))} - known:
                yield f"{name}: the size {', '.join(sorted(free))} is bound by no argument"


class _Launching:
    """Whether running an op launches something: by itself, or in a function that it calls."""

    def __init__(self, module: Module) -> None:
        self.module = module

    def __call__(self, op: Op) -> bool:
        return _launches(op) or not self.functions.isdisjoint(op.runs())

    @cached_property
    def functions(self) -> frozenset[str]:
        """The functions that launch something, themselves or by calls."""
        callers: dict[str, list[str]] = {}
        todo: list[str] = []
        for f in self.module.functions:
            for op in f.body.walk():
                if _launches(op):
                    todo.append(f.name)
                for callee in op.runs():
                    callers.setdefault(callee, []).append(f.name)
        found: set[str] = set()
        while todo:
            if (name := todo.pop()) not in found:
                found.add(name)
                todo += callers.get(name, ())
        return frozenset(found)


def _launches(op: Op) -> bool:
    return op.is_(Trait.LAUNCH) or "executable" in op.SYMBOLS.values()


def _check_kind(op: Op, attribute: str, kind: SymbolKind, symbols: Mapping[str, ModuleSymbol]) -> Iterator[str]:
    name: str = getattr(op, attribute)
    found = symbols.get(name)
    if found is None:
        yield f"{attribute}: there is no symbol @{name} in the module"
    elif kind != found.KIND:
        same = [f"@{s.name}" for s in symbols.values() if kind == s.KIND]
        choice = f"; the module has {', '.join(same[:5])}{', …' if len(same) > 5 else ''}" if same else ""
        yield f"{attribute}: @{name} is {_A[found.KIND]}, should be {_A[kind]}{choice}"


_A: Mapping[SymbolKind, str] = {"global": "a global", "function": "a function", "executable": "an executable"}


def _window(region: Region, position: int, reach: int = 2) -> tuple[str, ...]:
    """Prints the op with its neighbours and marks the op itself."""
    near = range(max(0, position - reach), min(len(region.ops), position + reach + 1))
    return tuple(("-> " if i == position else "   ") + describe(region.ops[i]) for i in near)
