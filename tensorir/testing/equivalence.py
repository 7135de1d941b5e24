"""Checks that two programs mean the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from attrs import frozen

from tensorir.interp import interpret
from tensorir.ir.module import Function, Module
from tensorir.ir.region import Region
from tensorir.testing.agreement import assert_within
from tensorir.testing.bounds.operations import error_bounds
from tensorir.testing.programs.random import arguments
from tensorir.testing.programs.values import is_exact

Array = npt.NDArray[Any]
Runnable = Module | Callable[..., Any]


def assert_equivalent(
    a: Module, b: Runnable, args: Sequence[Array] | None = None, *, function: str = "main", seed: int = 0
) -> None:
    """Fails unless `b` (a module, interpreted, or a callable such as a compiled program) gives the results of `a`.

    `args` default to small integers from `seed`. Integer results must be equal. A float result must be bit-identical
    if `a` computes it exactly: all its ops are exact on integers and a float64 run gives the same numbers. Otherwise
    |b − a₆₄| ≤ 16·|a − a₆₄| + 2⁻¹⁸·max(1, |a₆₄|), the maxima over the tensor, where a₆₄ is a float64 run of `a`
    (2⁻⁵ instead of 2⁻¹⁸ with bf16, 2⁻⁸ with f16); NaN and infinities must stand in the same places."""
    Expected.of(a, args, function=function, seed=seed).assert_given_by(b)


@frozen
class Expected:
    """What a module gives, to be compared with what several others give: see `assert_equivalent`."""

    module: Module
    function: str
    args: Sequence[Array]
    results: Sequence[Array]
    exact: Sequence[Array]
    """What a run in float64 gives."""

    @classmethod
    def of(
        cls, module: Module, args: Sequence[Array] | None = None, *, function: str = "main", seed: int = 0
    ) -> Expected:
        """`args` default to small integers from `seed`."""
        given = arguments(module, seed, function) if args is None else args
        results = interpret(module, function, given)
        return cls(module, function, given, results, interpret(module, function, given, widen=True))

    def assert_given_by(self, b: Runnable) -> None:
        """Fails unless `b` gives these results."""
        got: Any = interpret(b, self.function, self.args) if isinstance(b, Module) else b(*self.args)
        results = cast("tuple[Array, ...]", got if isinstance(got, tuple) else (got,))
        assert len(results) == len(self.results), f"{len(results)} results, expected {len(self.results)}"
        must_be_exact = _computes_exactly(self.module)
        unit = _unit(self.module)
        for i, (r, e, x) in enumerate(zip(results, self.results, self.exact, strict=True)):
            assert (r.dtype, r.shape) == (e.dtype, e.shape), (
                f"result {i}: {r.dtype}{r.shape}, expected {e.dtype}{e.shape}"
            )
            _assert_close(i, r, e, x, must_be_exact, unit)


def assert_agrees(
    module: Module,
    function: str,
    args: Sequence[npt.ArrayLike],
    results: Sequence[Array],
    *,
    scale: float = 1.0,
    signless: bool = False,
) -> bool:
    """Fails unless `results`, computed elsewhere, are what @function of `module` may give for `args`.

    Integers must be equal bit for bit, floats within `scale` times the bounds of `testing.error_bounds`
    (k·u·Σ|a||b| for contractions, zero for sums of small integers), NaN and infinities in the same places. With
    `signless` an unsigned result may come as the signed integer of its width. Returns whether the comparison shows
    anything: False if more than BLANK of all elements are zero or unknown; count that case as not run."""
    bounds = error_bounds(module, function, args)
    types = [y.type.dtype for y in module.lookup(Function, function).body.yields]
    return assert_within(bounds, types, results, scale=scale, signless=signless)


def _assert_close(i: int, got: Array, expected: Array, exact: Array, must_be_exact: bool, unit: float) -> None:
    if expected.dtype.kind in "iub" or expected.dtype.name in ("int4", "uint4"):
        _assert_same(i, got, expected)
        return
    wide = [np.asarray(a, np.float64) for a in (got, expected, exact)]
    if must_be_exact and np.array_equal(wide[1], wide[2], equal_nan=True):
        _assert_same(i, got, expected)
        return
    finite = np.isfinite(wide[2])
    np.testing.assert_array_equal(wide[0][~finite], wide[2][~finite], err_msg=f"result {i}: NaN or infinity")
    g, e, x = (w[finite] for w in wide)
    if not x.size:
        return
    bound = 16 * float(np.max(np.abs(e - x))) + unit * max(1.0, float(np.max(np.abs(x))))
    error = np.abs(g - x)
    worst = int(np.argmax(error))
    if not error[worst] <= bound:
        position = tuple(int(p) for p in np.argwhere(finite)[worst])
        raise AssertionError(f"result {i}{list(position)}: {g[worst]}, expected {x[worst]} ± {bound:.2e}")


def _assert_same(i: int, got: Array, expected: Array) -> None:
    np.testing.assert_array_equal(got, expected, err_msg=f"result {i} should be bit-identical")


def _computes_exactly(module: Module) -> bool:
    return all(is_exact(op) for region in _regions(module) for op in region.walk())


def _regions(module: Module) -> list[Region]:
    """The bodies of all functions: one may call the others."""
    return [f.body for f in module.functions]


def _unit(module: Module) -> float:
    """The slack for one tensor, by the coarsest float type in the program."""
    values = [v for body in _regions(module) for v in (*body.args, *(r for o in body.walk() for r in o.results))]
    names = {v.type.dtype.name for v in values}
    return 2.0**-5 if "bf16" in names else 2.0**-8 if "f16" in names else 2.0**-18
