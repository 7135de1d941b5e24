"""The vector functions in higher precision, the inputs on which they are tried, and errors in units in the last place.

As a program it tries functions on inputs of its own: `python -m tests.kernels.math_oracle exp gelu` all 2^32 of f32,
without names a sample of every function, as a table.
"""

import math
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from tensorir.native import Features
from tensorir.native._kernels import ffi, lib

from . import oracle

Array = NDArray[Any]

VECTOR = Path(__file__).parents[2] / "kernels" / "vector"
FUNCTIONS = re.findall(r"^TIR_FUNCTION\((\w+),", (VECTOR / "functions.inc").read_text(encoding="utf-8"), re.MULTILINE)
TYPES = {"f32": np.dtype(np.float32), "f64": np.dtype(np.float64)}
_TYPE_NUMBERS = {"f32": 1, "f64": 2}
_AVX2 = Features.X86_AVX2


@frozen
class Line:
    """A line of math.inc."""

    name: str
    type: str
    operands: int
    ulp: float
    portable: float

    @property
    def dtype(self) -> np.dtype[Any]:
        return TYPES[self.type]

    def bound(self, features: Features) -> float:
        """The largest error allowed, in units in the last place."""
        return self.ulp if features & _AVX2 else self.portable

    def __str__(self) -> str:
        return f"{self.name}-{self.type}"


_LINE = re.compile(r"^TIR_MATH\((\w+), (f32|f64), ([12]), ([0-9.]+), ([0-9.]+)\)$", re.MULTILINE)
LINES = [
    Line(name, kind, int(operands), float(ulp), float(portable))
    for name, kind, operands, ulp, portable in _LINE.findall((VECTOR / "math.inc").read_text(encoding="utf-8"))
]


def levels() -> list[Features]:
    """The sets of features with different code."""
    return [level for level in oracle.levels() if level in (Features.NONE, _AVX2, _AVX2 | Features.X86_AVX512)]


def run(name: str, kind: str, operands: list[Array], out: Array, features: Features) -> Array:
    """Runs a vector function; arrays are contiguous."""
    assert all(a.flags.c_contiguous and a.dtype == TYPES[kind] and a.size == out.size for a in [*operands, out])
    a, b = (ffi.cast("void*", operand.ctypes.data) for operand in (operands[0], operands[-1]))
    to = ffi.cast("void*", out.ctypes.data)
    status = lib.tir_math_block(FUNCTIONS.index(name), _TYPE_NUMBERS[kind], int(features), a, b, to, out.size)
    assert status == 0, status
    return out


# ---- functions in higher precision ---------------------------------------------------------------------------------


def _erf_series(x: Array) -> Array:
    """2/sqrt(pi) e^-x² (x + 2 x³/3 + 4 x⁵/15 + …) for |x| < 2, where 60 terms are enough."""
    total = term = x
    for n in range(1, 60):
        term = term * (2 * x * x / (2 * n + 1))
        total = total + term
    return total * np.exp(-x * x) * (2 / np.sqrt(_pi(x)))


def _scaled_erfc(x: Array) -> Array:
    """e^x² erfc(x) for x >= 2, by its continued fraction."""
    tail = x
    for n in range(120, 0, -1):
        tail = x + n / x.dtype.type(2) / tail
    return 1 / (tail * np.sqrt(_pi(x)))


def _pi(x: Array) -> Array:
    return 4 * np.arctan(np.ones((), x.dtype))


def _gauss(x: Array, scale: float) -> Array:
    """e^(-scale x²) for an x that was a float64: the square of its first 26 bits is exact."""
    high = (x.astype(np.float64).view(np.uint64) & np.uint64(0xFFFFFFFFF8000000)).view(np.float64).astype(x.dtype)
    return np.exp(-scale * high * high) * np.exp(-scale * (x - high) * (x + high))


def _erfc_of(size: Array, x: Array, scale: float) -> Array:
    """erfc(size) for size = x sqrt(scale) >= 0."""
    far = _gauss(x, scale) * _scaled_erfc(np.maximum(size, 2))
    return np.where(size < 2, 1 - _erf_series(np.minimum(size, 2)), np.where(size > 100, 0, far))


def _erf(x: Array) -> Array:
    size = np.abs(x)
    near = _erf_series(np.minimum(size, 2))
    return np.copysign(np.where(size < 1, near, 1 - _erfc_of(size, size, 1)), x)


def _erfc(x: Array) -> Array:
    tail = _erfc_of(np.abs(x), np.abs(x), 1)
    return np.where(x < 0, 2 - tail, tail)


def _gelu(x: Array) -> Array:
    size = np.abs(x)
    tail = _erfc_of(size * np.sqrt(x.dtype.type(0.5)), size, 0.5) / 2
    return x * np.where(x > 0, 1 - tail, tail)


REFERENCE: Mapping[str, Callable[..., Array]] = {
    **{name: getattr(np, name) for name in ("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "cbrt")},
    **{name: getattr(np, name) for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
    **{f"a{name}": getattr(np, f"arc{name}") for name in ("sin", "cos", "tan", "tan2", "sinh", "cosh", "tanh")},
    "pow": np.power,
    "erf": _erf,
    "erfc": _erfc,
    "gelu": _gelu,
}


def reference(line: Line, operands: list[Array]) -> Array:
    """What the function should be, in float64 for f32 and long double for f64."""
    wide = np.float64 if line.type == "f32" else np.longdouble
    with np.errstate(all="ignore"):
        return REFERENCE[line.name](*(a.astype(wide) for a in operands))


def errors(got: Array, wanted: Array) -> Array:
    """The errors in units in the last place of what is wanted; inf where NaN, or the sign of a zero, is wrong.

    An infinity counts as the first power of two that is too large, so a bound says how far from it an overflow may
    be."""
    info = np.finfo(got.dtype)
    one = np.ones((), wanted.dtype)
    with np.errstate(all="ignore"):
        top = np.ldexp(one, info.maxexp)
        near, exact = (np.clip(a.astype(wanted.dtype), -top, top) for a in (got, wanted))
        exponent = np.frexp(np.where(np.isfinite(exact), exact, 1))[1]
        last_place = np.ldexp(one, np.clip(exponent - 1, info.minexp, info.maxexp - 1) - info.nmant)
        error = np.where(got == wanted, 0, np.abs(near - exact) / last_place)
    error = np.where(np.isnan(wanted) & np.isnan(got), 0, np.where(np.isnan(error), np.inf, error))
    return np.where((got == 0) & (np.signbit(got) != np.signbit(wanted)), np.inf, error)


# ---- inputs --------------------------------------------------------------------------------------------------------


def special(dtype: np.dtype[Any]) -> Array:
    """Zeros, infinities, NaN, the ends of the range, powers of two, small integers, and the neighbours of all."""
    info = np.finfo(dtype)
    whole = [*range(1, 41), 64, 88, 89, 100, 104, 127, 128, 150, 709, 710, 745, 746, 1023, 1024, 1075, 10**6]
    base = [0.0, np.inf, np.nan, info.tiny, info.smallest_subnormal, info.max, *whole, *(1 / n for n in whole)]
    base += [math.pi * n / 4 for n in range(1, 20)] + [2.0**n for n in range(-60, 70, 7)] + [0.5**0.5, math.e]
    with np.errstate(all="ignore"):
        positive = np.array(base).astype(dtype)
        near = [positive, np.nextafter(positive, dtype.type(np.inf)), np.nextafter(positive, dtype.type(0))]
    return np.concatenate([s * a for s in (1, -1) for a in near]).astype(dtype)


def sweep(dtype: np.dtype[Any], count: int, rng: np.random.Generator) -> Array:
    """About `count` values: all exponents alike, and as many where functions are neither 0 nor constant."""
    bits = np.dtype(f"u{dtype.itemsize}")
    raw = rng.integers(0, 2 ** (8 * dtype.itemsize) - 1, count // 2, dtype=bits, endpoint=True).view(dtype)
    usual = rng.normal(0, 1, count // 2) * np.exp2(rng.integers(-8, 8, count // 2))
    return np.concatenate([raw, usual.astype(dtype)])


def inputs(line: Line, count: int, seed: int) -> list[Array]:
    """Operands for a line: special values (of two operands, all pairs) and about `count` others."""
    rng = np.random.default_rng(seed)
    few, many = special(line.dtype), sweep(line.dtype, count, rng)
    if line.operands == 1:
        return [np.concatenate([few, many])]
    pairs = np.meshgrid(few, few)
    return [np.concatenate([pair.ravel(), rng.permutation(many)]) for pair in pairs]


# ---- as a program --------------------------------------------------------------------------------------------------


def rounded_once_more(line: Line, operands: list[Array]) -> Array:
    """A fast reference for f32: the vector function of f64, which has bounds of its own."""
    with np.errstate(invalid="ignore"):  # signalling NaNs
        wide = [a.astype(np.float64) for a in operands]
    return run(line.name, "f64", wide, np.empty_like(wide[0]), levels()[-1])


def all_f32(step: int = 1 << 22) -> Iterator[Array]:
    """Every float32, in parts."""
    for start in range(0, 1 << 32, step):
        yield np.arange(start, start + step, dtype=np.uint64).astype(np.uint32).view(np.float32)


def worst(
    line: Line,
    parts: Iterator[list[Array]],
    features: Features,
    exact: Callable[[Line, list[Array]], Array] = reference,
) -> tuple[float, list[float]]:
    """The largest error, and where it is."""
    largest, where = -1.0, [math.nan]
    for operands in parts:
        got = run(line.name, line.type, operands, np.empty_like(operands[0]), features)
        found = errors(got, exact(line, operands))
        at = int(np.argmax(found))
        if found[at] > largest:
            largest, where = float(found[at]), [float(a[at]) for a in operands]
    return largest, where


def main(names: list[str]) -> None:
    """Prints the largest errors of all functions on a sample, or of the named ones on every float32."""
    if names:
        for name in names:
            (line,) = (line for line in LINES if line.name == name and line.type == "f32" and line.operands == 1)
            largest, where = worst(line, ([part] for part in all_f32()), levels()[-1], rounded_once_more)
            print(f"{line}: {largest:.3f} ulp at {where[0]!r}, allowed {line.bound(levels()[-1])}", flush=True)
            if largest > line.bound(levels()[-1]):
                sys.exit(1)
        return
    print("| function | " + " | ".join(f"{kind} {text}" for kind in TYPES for text in ("ulp", "portable")) + " |")
    print("|---|" + "---|" * 4)
    for name in dict.fromkeys(line.name for line in LINES):
        cells: list[str] = []
        for line in (line for line in LINES if line.name == name):
            for level in (levels()[-1], Features.NONE):
                cells.append(f"{worst(line, iter([inputs(line, 1 << 20, 1)]), level, reference)[0]:.2f}")
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
