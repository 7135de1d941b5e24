"""row-major-boundaries: makes arguments and results of public functions row-major.

A front end may give an argument or a result an encoding. Callers do not know the layout that a device chooses for it,
so the encoding is set after the argument and unset before the result.
"""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from tensorir.dialects.encode import SetEncoding, UnsetEncoding
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.location import Location
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.passes.levels import NO_CALLS, PLAIN_BOUNDARIES, Level
from tensorir.passes.pass_ import Pass, PassContext


@frozen
class RowMajorBoundaries(Pass):
    """Laws: interp(boundaries(m)) == interp(m); no argument and no result of a public function has an encoding.

    Raises TensorIRError for a state with an encoding: how it is stored is chosen, because no caller sees it."""

    name: ClassVar[str] = "row-major-boundaries"
    requires: ClassVar[tuple[Level, ...]] = (NO_CALLS,)
    ensures: ClassVar[tuple[Level, ...]] = (PLAIN_BOUNDARIES,)

    def run(self, module: Module, ctx: PassContext) -> Module:
        for g in module.globals:
            if g.mutable and g.type.encoding is not None:
                message = f"the state @{g.name} is {g.type}: leave its encoding out, its layout is chosen"
                raise TensorIRError(message, g.loc)

        def plain(function: Function) -> Function:
            return function if function.private else function.with_region(_plain(function.body, function.loc))

        return module.replace(functions=[plain(f) for f in module.functions])


def _plain(body: Region, loc: Location) -> Region:
    """Returns the body with row-major arguments and results; itself if it already has them."""
    if all(v.type.encoding is None for v in (*body.args, *body.yields)):
        return body
    args: list[Value] = []
    first: list[Op] = []
    for arg in body.args:
        encoding = arg.type.encoding
        if encoding is None:
            args.append(arg)
            continue
        args.append(plain := Value(arg.type.with_encoding(None), arg.hint))
        first.append(SetEncoding(plain, encoding, results=(arg,), loc=loc))  # the body then reads the argument as it is
    last = {y: UnsetEncoding(y, loc=loc) for y in body.yields if y.type.encoding is not None}
    yields = tuple(last[y].result if y in last else y for y in body.yields)
    return Region(tuple(args), (*first, *body.ops, *last.values()), yields)
