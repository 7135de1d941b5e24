"""Converts one function or initializer: its arguments, its ops in order, its results."""

from __future__ import annotations

import re
from collections.abc import Callable

from tensorir.analysis.liveness import without_dead
from tensorir.ir.diagnostic import Diagnostic, InferError, ParseError, TensorIRError
from tensorir.ir.dims import Dim, symbol, symbols_of
from tensorir.ir.module import Function
from tensorir.ir.region import Region
from tensorir.ir.sizes import mentioned_sizes
from tensorir.mlir.importer.attributes import size_list
from tensorir.mlir.importer.definitions import body, error, function_name, function_type, is_private
from tensorir.mlir.importer.ops.devices import devices
from tensorir.mlir.importer.program import ImportState
from tensorir.mlir.importer.registry import IMPORTERS
from tensorir.mlir.importer.scope import NO_SIZE, Scope
from tensorir.mlir.importer.signature import argument_type
from tensorir.mlir.importer.sizes import SizeEquations
from tensorir.mlir.importer.states import States
from tensorir.mlir.importer.types import element_type, has_signless, is_token, ranked
from tensorir.mlir.syntax import (
    ArrayAttr,
    Block,
    Operation,
    RankedTensor,
)
from tensorir.text.lexer import did_you_mean

MAX_ROUNDS = 100
"""The limit of conversions of one function, which is converted again whenever it states new equalities of sizes."""


def convert_function(op: Operation, program: ImportState) -> Function:
    """Returns the function that `op` defines. Raises ParseError at the op that can't be converted."""
    name = function_name(op)
    block = body(op)
    sizes = SizeEquations()
    states: list[str] = []
    try:
        shapes = _argument_shapes(op, block, sizes, program)
        arg_devices, result_devices = devices(op, "arg_attrs"), devices(op, "res_attrs")
    except InferError as e:
        raise error(op, f"@{name}: {e}") from None

    def convert() -> Region:
        scope = Scope(program, sizes, run)
        scope.states = States(program.globals, scope.region)
        for i, v in enumerate(block.args):
            if is_token(v.type):
                scope.bind_nothing(v, "is an argument without data")
                continue
            written = argument_type(op, i, program)
            shape = tuple(map(sizes.known, shapes[i]))
            hint = v.name.lstrip("%")
            scope.arg(v, scope.type(written, shape), hint if not hint[:1].isdigit() else f"arg{i}")
        run(block, scope)
        states[:] = scope.states.args
        return _finished(op, scope)

    try:
        region = until_settled(convert, sizes, program)
        _check_known(region, sizes)
    except InferError as e:  # the expression of an argument's size has become too large
        raise error(op, f"@{name}: {e}") from None
    kept = [i for i, v in enumerate(block.args) if not is_token(v.type)]
    given_on = tuple(arg_devices[i] for i in kept) if arg_devices else ()
    private = is_private(op)
    signless = not private and has_signless([v.type for v in block.args])
    if states and private:
        program.private_states[name] = tuple(states)
    own = () if private else tuple(states)
    unplaced = ("",) * len(states)
    if given_on:
        given_on = (*given_on, *unplaced)
    if result_devices:
        result_devices = (*result_devices, *unplaced)
    return Function(name, region, op.loc, given_on, result_devices, private, signless, own)


def convert_initializer(block: Block, program: ImportState, name: str) -> Region:
    """Returns what a block without arguments stores to the global @name. Raises ParseError if it stores nothing."""
    scope = Scope(program, SizeEquations(), run)
    scope.stores = {}
    run(block, scope)
    return without_dead(scope.region.finish((scope.stores[name],)))


def until_settled(convert: Callable[[], Region], sizes: SizeEquations, program: ImportState) -> Region:
    """Converts until the function states no new equality of sizes."""
    for _ in range(MAX_ROUNDS):
        before, remarks = sizes.solved, len(program.remarks)
        try:
            made = convert()
            if sizes.solved == before:
                return made
        except ParseError:
            if sizes.solved == before:
                raise
        del program.remarks[remarks:]
    return convert()


def run(block: Block, scope: Scope) -> None:
    """Converts the ops of a block in order."""
    for op in block.ops:
        scope.at(op)
        importer = IMPORTERS.get(op.name)
        if importer is None:
            raise error(op, f"this op is not supported{did_you_mean(op.name, IMPORTERS)}")
        try:
            importer(op, scope)
        except ParseError:
            raise
        except TensorIRError as e:
            raise ParseError([_named(op, d) for d in e.diagnostics]) from None
        except InferError as e:
            raise error(op, str(e)) from None
        except ZeroDivisionError:
            raise error(op, "a size is divided by zero") from None


def _named(op: Operation, d: Diagnostic) -> Diagnostic:
    message = d.message if d.message.startswith(f"{op.name}: ") else f"{op.name}: {d.message}"
    return Diagnostic(message, op.loc, notes=d.notes)


# -- arguments and results


def _argument_shapes(op: Operation, block: Block, sizes: SizeEquations, program: ImportState) -> list[tuple[Dim, ...]]:
    """Returns the sizes of each argument: a symbol for each `?`, named by `tensorir_sizes` or after the argument."""
    function_type(op)
    named = named_sizes(op)
    for dims in named or ():
        for dim in dims:
            for name in sorted(symbols_of(dim)):
                sizes.declare(name)
    shapes: list[tuple[Dim, ...]] = []
    for i, v in enumerate(block.args):
        if is_token(v.type):
            shapes.append(())
            continue
        written = argument_type(op, i, program)
        element_type(written)
        if not isinstance(written, RankedTensor):
            shapes.append(())
        elif named is not None:
            shapes.append(_checked(named[i], written, f"argument {i}"))
        else:
            name = v.name.lstrip("%")
            prefix = f"arg{i}" if not name or name[0].isdigit() else re.sub(r"[^A-Za-z0-9_]", "_", name)
            shapes.append(tuple(sizes.fresh(f"{prefix}_{d}") if n is None else n for d, n in enumerate(written.shape)))
    return shapes


def named_sizes(op: Operation) -> list[tuple[Dim, ...]] | None:
    """Returns the sizes of each argument in `tensorir_sizes`. Raises InferError if it is malformed."""
    found = op.attributes.get("tensorir_sizes")
    if found is None:
        return None
    if not isinstance(found, ArrayAttr) or len(found.items) != len(body(op).args):
        raise InferError("tensorir_sizes must be an array with one array of sizes (strings) per argument")
    return [size_list(item, f"tensorir_sizes of argument {i}") for i, item in enumerate(found.items)]


def _checked(dims: tuple[Dim, ...], written: RankedTensor, what: str) -> tuple[Dim, ...]:
    if len(dims) != len(written.shape) or any(
        (isinstance(a, int) and a != b) or (not isinstance(a, int) and b is not None)
        for a, b in zip(dims, ranked(written).shape, strict=False)
    ):
        raise InferError(f"tensorir_sizes of {what} are [{', '.join(map(str, dims))}], its type is {written}")
    return dims


def _finished(op: Operation, scope: Scope) -> Region:
    """Returns the function's region, with results of the written types and without dead ops."""
    scope.at(op)
    if scope.returned is None:
        raise error(op, f"@{function_name(op)} does not return")
    try:
        written = function_type(op).results
        if len(written) != len(scope.returned):
            raise InferError(f"returns {len(scope.returned)} values, its type has {len(written)}")
        returned = tuple(v.type for v in scope.returned)
        if returned != written:
            given, wanted = (", ".join(map(str, types)) for types in (returned, written))
            raise InferError(f"returns ({given}), its type says ({wanted})")
        results = [
            scope.fitted(scope.tensor(v), type)
            for v, type in zip(scope.returned, written, strict=True)
            if not is_token(type)
        ]
    except InferError as e:
        raise error(op, f"@{function_name(op)}: {e}") from None
    except TensorIRError as e:
        raise error(op, f"@{function_name(op)}: {e.diagnostics[0].message}") from None
    return without_dead(scope.region.finish([*results, *(scope.states.results if scope.states else ())]))


def _check_known(region: Region, sizes: SizeEquations) -> None:
    """Raises ParseError if a size in the function is unknown."""
    unknown = {str(made): (v, user) for v, (made, user) in sizes.unknowns.items()}
    unknown = {name: found for name, found in unknown.items() if sizes.known(symbol(name)) == symbol(name)}
    if not unknown:
        return
    for op in region.ops:
        used = {n for r in op.results for n in r.type.symbols} | set(mentioned_sizes(tuple(op.attributes().values())))
        for name in sorted(used & set(unknown)):
            v, user = unknown[name]
            raise error(user, NO_SIZE.format(v.name))
    for name in sorted(frozenset[str]().union(*(t.symbols for t in region.arg_types)) & set(unknown)):
        v, user = unknown[name]
        raise error(user, NO_SIZE.format(v.name))
