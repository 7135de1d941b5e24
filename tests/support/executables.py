"""Single executables, from text: lowered to tiles, and compared with what their ops mean."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import frozen

from tensorir.dialects.flow import Launch
from tensorir.dialects.registry import OPS
from tensorir.dialects.tile import Grid, Step
from tensorir.interp import interpret
from tensorir.interp.context import Array
from tensorir.ir.dims import evaluate, symbol
from tensorir.ir.module import Executable, Function, Module
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.native.table import Features
from tensorir.passes.pass_ import PassContext
from tensorir.passes.runner import run_passes
from tensorir.text import parse
from tensorir.transforms.tiles.lower_to_tiles import LowerToTiles
from tests.support.tile_programs import execute, interpret_apart, same_bits, with_smallest_units


def executable(arguments: str, results: str, body: str) -> Executable:
    """The only executable of a text. `body`: ops, then what they yield."""
    head = f'executable @e target("cpu{{features=none}}") ({arguments}) -> ({results})'
    (found,) = parse(f"{head} {{\n{body}\n}}", OPS).executables
    return found


@frozen
class Lowered:
    """An executable as tile programs, and why some of its ops have none."""

    made: Executable
    refused: tuple[str, ...]
    source: Module
    module: Module

    @property
    def grid(self) -> Grid:
        """The only grid."""
        (found,) = (op for op in self.made.body.ops if isinstance(op, Grid))
        return found

    @property
    def steps(self) -> list[Step]:
        return [op for op in self.grid.body.ops if isinstance(op, Step)]

    @property
    def kinds(self) -> list[str]:
        """What steps run, in order."""
        return [op.NAME.removeprefix("tile.") for op in self.steps]

    def check(self, **sizes: int) -> None:
        """Fails unless the tile program means what the ops mean, bit for bit, for any cut into units."""
        args = arguments(self.source, sizes)
        expected = interpret(self.source, "main", args)
        same_bits(interpret(self.module, "main", args), expected)
        smallest = with_smallest_units(self.module)
        same_bits(interpret_apart(smallest, args, 0), expected)
        for module in (self.module, smallest):
            same_bits(execute(self.source, module, args, Features.NONE, 2), expected)


def arguments(module: Module, sizes: Mapping[str, int]) -> list[Array]:
    """Small whole numbers, so that no sum is rounded; indices are 0 and 1."""
    rng = np.random.default_rng(0)
    made: list[Array] = []
    for arg in module.lookup(Function, "main").body.args:
        shape = tuple(evaluate(d, sizes) for d in arg.type.shape)
        most = 2 if arg.type.dtype.is_integer else 9
        made.append(rng.integers(0, most, shape).astype(arg.type.dtype.numpy))
    return made


def lowered(arguments: str, results: str, body: str) -> Lowered:
    """Lowers the only executable of a text, whose sizes are all bound by arguments, or by a further %sizes."""
    e = executable(arguments, results, body)
    args = tuple(Value(a.type, a.hint) for a in e.body.args)
    free = tuple(symbol(name) for name in e.free_sizes)
    extra = (Value(args[0].type.with_shape(free), "sizes"),) if free else ()
    launch = Launch(args, "e", tuple(y.type for y in e.body.yields), free)
    main = Function("main", Region((*args, *extra), (launch,), launch.results))
    source = Module((main,), (), (e,))
    ctx = PassContext()
    module = run_passes(source, (LowerToTiles(),), ctx)
    return Lowered(module.lookup(Executable, "e"), tuple(r.message for r in ctx.remarks), source, module)
