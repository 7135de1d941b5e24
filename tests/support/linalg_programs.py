"""Small programs with ops of linalg: one op each, given its operands' types, and arguments for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from attrs import frozen

from tensorir.ir.dtype import DTYPES as CORE

Array = npt.NDArray[Any]
Oracle = (
    Callable[[], Any]
    | Callable[[Any], Any]
    | Callable[[Any, Any], Any]
    | Callable[[Any, Any, Any], Any]
    | Callable[[Any, Any, Any, Any], Any]
)
"""What NumPy computes for a program's arguments."""

DTYPES: Mapping[str, np.dtype[Any]] = {**{n: t.numpy for n, t in CORE.items()}, "index": np.dtype(np.int64)}


@frozen
class Case:
    """A function @main of tensors (`4x8xf32`, `?x8xf32`) or scalars (`f32`), the shapes that it is called with."""

    name: str
    text: str
    args: tuple[str, ...]
    sizes: tuple[int, ...] = ()
    """What stands for each `?` of the arguments, in order."""
    whole: bool = False
    """Floats are small whole numbers: sums are exact in any order."""

    def arrays(self, seed: int = 0) -> tuple[Array, ...]:
        """Arguments, the same ones each time."""
        rng = np.random.default_rng(seed)
        sizes = iter(self.sizes)
        made: list[Array] = []
        for arg in self.args:
            *dims, dtype = arg.split("x") if "x" in arg.removesuffix("index") else [arg]
            shape = tuple(next(sizes) if d == "?" else int(d) for d in dims)
            made.append(values(rng, shape, dtype, whole=self.whole))
        return tuple(made)


def values(rng: np.random.Generator, shape: Sequence[int], dtype: str, *, whole: bool = False) -> Array:
    """Elements of both signs; integers over the whole range of 8 bits."""
    made: Array
    if dtype == "i1":
        made = rng.integers(0, 2, shape).astype(bool)
    elif dtype[0] in "i":
        made = rng.integers(-128, 128, shape)
    else:
        made = rng.integers(-4, 5, shape) if whole else rng.uniform(-2, 2, shape)
    return np.asarray(made).astype(DTYPES[dtype])


def type_text(type: str) -> str:
    """`4x8xf32` as a tensor type, `f32` as it is. A tensor of rank 0 is written `xf32`."""
    return f"tensor<{type.removeprefix('x')}>" if "x" in type.removesuffix("index") else type


def one_op(
    op: str,
    ins: Sequence[str],
    out: str,
    *,
    init: str | None = "0",
    attributes: str = "",
    sizes: Sequence[int] = (),
    name: str = "",
    whole: bool = False,
    keyword: str = "",
) -> Case:
    """`linalg.<op> ins(…) outs(…)`: `init` is the literal that outs is filled with, or None for one more argument."""
    element = re.split(r"x", out)[-1]
    args = [*ins, *([] if init is not None else [out])]
    names = [f"%a{i}" for i in range(len(args))]
    result = type_text(out)
    lines = [
        f"func.func @main({', '.join(f'{n}: {type_text(t)}' for n, t in zip(names, args, strict=True))}) -> {result} {{"
    ]
    if init is None:
        into = names[-1]
    else:
        into = "%f"
        lines += [f"  %c = arith.constant {literal(init, element)}"]
        lines += [f"  %e = tensor.empty() : {result}"]
        lines += [f"  %f = linalg.fill ins(%c : {element}) outs(%e : {result}) -> {result}"]
    operands = f"{', '.join(names[: len(ins)])} : {', '.join(map(type_text, ins))}"
    lines += [f"  %r = linalg.{op}{keyword} {attributes} ins({operands}) outs({into} : {result}) -> {result}"]
    lines += [f"  return %r : {result}", "}"]
    return Case(name or op, "\n".join(lines) + "\n", tuple(args), tuple(sizes), whole)


def literal(value: str, element: str) -> str:
    """A literal with its type: floats have a point."""
    if element == "i1":
        return {"0": "false", "1": "true"}[value]
    number = value if element[0] == "i" or not re.fullmatch(r"-?\d+", value) else f"{value}.0"
    return f"{number} : {element}"


def called(oracle: Oracle, args: Sequence[Array]) -> tuple[Array, ...]:
    """The results of an oracle, always as a tuple."""
    function: Any = oracle
    results: Any = function(*args)
    if not isinstance(results, tuple):
        return (results,)
    return cast(tuple[Array, ...], results)
