"""Branches and loops, with functions of Python that build their regions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from tensorir.builder.scopes import Part, Scope
from tensorir.dialects.control import For, If, While
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.location import Location
from tensorir.ir.op import Op
from tensorir.ir.value import Value

if TYPE_CHECKING:
    from tensorir.builder.module import Weight
    from tensorir.builder.places import Places
    from tensorir.builder.tensor import Tensor

Made: TypeAlias = "Tensor | Weight | Sequence[Tensor | Weight]"
"""What a function returns that builds a region."""

Body: TypeAlias = """(
    Callable[[Tensor], Made]
    | Callable[[Tensor, Tensor], Made]
    | Callable[[Tensor, Tensor, Tensor], Made]
    | Callable[[Tensor, Tensor, Tensor, Tensor], Made]
)"""
"""A function of the values of an iteration. One of more values than four takes `*values`."""


class ControlFlow:
    """The part of a function under construction that makes regions in it.

    What raises NotImplementedError here is what FunctionBuilder, its only subclass, defines."""

    _places: Places
    _scope: Scope
    """The region that is being built: of the function, or of a branch or a loop in it."""

    def add_all(self, op: Op) -> tuple[Tensor, ...]:
        """Appends an op, and returns all of its results."""
        raise NotImplementedError

    def own(self, x: Tensor | Weight, what: str) -> Tensor:
        """Returns `x` as a tensor of this function."""
        raise NotImplementedError

    def constant(self, value: npt.ArrayLike) -> Tensor:
        """Returns a literal."""
        raise NotImplementedError

    def location(self) -> Location:
        """Returns the line of the caller."""
        raise NotImplementedError

    def _tensor(self, value: Value) -> Tensor:
        raise NotImplementedError

    def branch(self, condition: Tensor, then: Callable[[], Made], otherwise: Callable[[], Made]) -> tuple[Tensor, ...]:
        """Returns what `then()` returns if the condition, an i1 of rank 0, is true, else what `otherwise()` returns:
        each a tensor or several of them, both of the same types. Only that one runs. The functions may use all tensors
        of this function.

        Raises TensorIRError for results that differ in their types."""
        at = self.location()
        asked = self.own(condition, "the condition").value
        parts = [self._part((), make) for make in (then, otherwise)]
        captured = list(dict.fromkeys(v for part in parts for v in part.captured))
        inputs = self._here([self._tensor(v) for v in captured])
        return self.add_all(If(asked, tuple(inputs), *(part.region(captured) for part in parts), loc=at))

    def while_loop(
        self,
        condition: Body,
        body: Body,
        *start: Tensor | Weight,
    ) -> tuple[Tensor, ...]:
        """Returns what a loop has made of `start`: as long as `condition(*values)`, an i1 of rank 0, is true,
        `body(*values)` returns the next values, of the same types. The functions may use all tensors of this
        function."""
        at = self.location()
        first = [self.own(x, f"value {i} of the loop").value for i, x in enumerate(start)]
        parts = [self._part(first, make) for make in (condition, body)]
        captured = list(dict.fromkeys(v for part in parts for v in part.captured))
        inputs = self._here([self._tensor(v) for v in (*first, *captured)])
        return self.add_all(While(tuple(inputs), *(part.region(captured) for part in parts), loc=at))

    def for_loop(
        self,
        upper: Tensor,
        body: Body,
        *start: Tensor | Weight,
        lower: Tensor | None = None,
        step: Tensor | None = None,
    ) -> tuple[Tensor, ...]:
        """Returns what a loop has made of `start`: `body(i, *values)` returns the next values, for i = lower (by
        default 0), lower + step (by default 1), … below `upper`. All three are integers of rank 0 of one type."""
        at = self.location()
        end = self.own(upper, "upper")
        bounds = [self.constant(np.array(n, end.dtype.numpy)) if x is None else x for n, x in ((0, lower), (1, step))]
        first = [self.own(x, f"value {i} of the loop").value for i, x in enumerate(start)]
        part = self._part([end.value, *first], body, "i")
        captured = list(part.captured)
        inputs = self._here([self._tensor(v) for v in (*first, *captured)])
        low, by = (self.own(x, "a bound").value for x in bounds)
        return self.add_all(For(low, end.value, by, tuple(inputs), part.region(captured), loc=at))

    def _part(self, args: Sequence[Value], make: Callable[..., Made], *names: str) -> Part:
        """Builds a region that takes values like `args`, of which the first have other `names`."""
        outer = self._scope
        self._scope = inner = Scope(self._places, outer)
        try:
            given = [inner.arg(v, name) for v, name in zip_longest(args, names)]
            made = make(*(self._tensor(v) for v in given))
            results = list(made) if isinstance(made, Sequence) else [made]
            yields = self._here([self.own(x, f"result {i} of a region") for i, x in enumerate(results)])
        finally:
            self._scope = outer
        region = inner.builder.finish(yields)
        return Part(tuple(given), region.ops, region.yields, inner.captured)

    def _here(self, tensors: Sequence[Tensor]) -> list[Value]:
        """The values that stand for tensors in the region that is being built. Raises TensorIRError for a tensor of a
        branch or a loop that has ended."""
        local = [self._scope.local(t.value) for t in tensors]
        if any(v is None for v in local):
            raise TensorIRError(
                "a tensor of a branch or a loop is used outside of it: return it there", self.location()
            )
        return [v for v in local if v is not None]
