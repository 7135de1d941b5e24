"""One program per named op of linalg, with what NumPy computes for it: every op that IREE 3.13 has a name for."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

from tests.support.linalg_programs import Case, Oracle, one_op

Array = npt.NDArray[Any]

UNSIGNED = "{cast = #linalg.type_fn<cast_unsigned>}"


@frozen
class Named:
    """A program, and its result for the program's arguments."""

    case: Case
    oracle: Oracle
    in_iree: bool = True
    """Whether IREE 3.13 compiles it, and rightly."""

    @property
    def name(self) -> str:
        return self.case.name


# -- sums of products


def _product(spec: str, dtype: str, *, unsigned: bool = False) -> Oracle:
    """einsum in the result's type; a third argument is what it starts from."""

    def oracle(a: Array, b: Array, start: Array | None = None) -> Array:
        a, b = (_converted(x, dtype, unsigned) for x in (a, b))
        total = np.einsum(spec, a, b)
        return total if start is None else total + start

    return oracle


def _quantized(spec: str) -> Oracle:
    def oracle(a: Array, b: Array, za: Array, zb: Array) -> Array:
        return np.einsum(spec, a.astype(np.int32) - za, b.astype(np.int32) - zb)

    return oracle


def _converted(x: Array, dtype: str, unsigned: bool) -> Array:
    if unsigned:
        x = x.view(f"u{x.dtype.itemsize}")
    if x.dtype == np.bool_ and dtype[0] == "i" and dtype != "i1":
        x = -x.astype(np.int8)  # the i1 true is -1
    return x.astype({"f64": "f8", "f32": "f4", "i32": "i4", "i8": "i1", "i1": "?"}[dtype])


def _products() -> list[Named]:
    found: list[Named] = []

    def add(op: str, spec: str, ins: Sequence[str], out: str, init: str | None = "0", **options: Any) -> None:
        unsigned = options.get("attributes") == UNSIGNED
        name = f"{op}_{'_'.join(t.split('x')[-1] for t in (*ins, out))}" + ("_unsigned" if unsigned else "")
        case = one_op(op, ins, out, init=init, name=name + ("_init" if init is None else ""), **options)
        found.append(Named(case, _product(spec, out.split("x")[-1], unsigned=unsigned)))

    f32 = ["5x7xf32", "7x4xf32"]
    add("matmul", "mk,kn->mn", f32, "5x4xf32")
    add("matmul", "mk,kn->mn", f32, "5x4xf32", init=None)
    add("matmul", "mk,kn->mn", f32, "5x4xf64")
    for element, out in (("i8", "i32"), ("i8", "f32"), ("i16", "i8"), ("i1", "i32"), ("i1", "i1"), ("f16", "f32")):
        add("matmul", "mk,kn->mn", [f"5x7x{element}", f"7x4x{element}"], f"5x4x{out}")
    add("matmul", "mk,kn->mn", ["5x7xbf16", "7x4xbf16"], "5x4xf32")
    add("matmul", "mk,kn->mn", ["5x7xi8", "7x4xi8"], "5x4xi32", attributes=UNSIGNED)
    add("batch_matmul", "bmk,bkn->bmn", ["2x5x7xf32", "2x7x4xf32"], "2x5x4xf32")
    add("batch_reduce_matmul", "bmk,bkn->mn", ["2x5x7xf32", "2x7x4xf32"], "5x4xf32")
    add("matvec", "mk,k->m", ["5x7xf32", "7xf32"], "5xf32")
    add("vecmat", "k,kn->n", ["7xf32", "7x4xf32"], "4xf32")
    add("batch_matvec", "bmk,bk->bm", ["2x5x7xf32", "2x7xf32"], "2x5xf32")
    add("batch_vecmat", "bk,bkn->bn", ["2x7xf32", "2x7x4xf32"], "2x4xf32")
    add("dot", "k,k->", ["7xf32", "7xf32"], "xf32")
    add("mmt4d", "mkac,nkbc->mnab", ["2x3x4x5xf32", "6x3x7x5xf32"], "2x6x4x7xf32")
    add("mmt4d", "mkac,nkbc->mnab", ["2x3x4x5xi8", "6x3x7x5xi8"], "2x6x4x7xi32", init=None)
    add("batch_mmt4d", "xmkac,xnkbc->xmnab", ["2x2x3x4x5xf32", "2x6x3x7x5xf32"], "2x2x6x4x7xf32")
    maps = "affine_map<(i,j,k)->(k,i)>, affine_map<(i,j,k)->(j,k)>, affine_map<(i,j,k)->(i,j)>"
    tt = one_op("matmul", ["7x5xf32", "4x7xf32"], "5x4xf32", keyword=f" indexing_maps = [{maps}]", name="matmul_maps")
    found.append(Named(tt, lambda a, b: a.T @ b.T))
    maps = "affine_map<(i,j,k,l)->(i,k,l)>, affine_map<(i,j,k,l)->(j,l,k)>, affine_map<(i,j,k,l)->(j,i)>"
    two = one_op("contract", ["5x7x2xf32", "4x2x7xf32"], "4x5xf32", keyword=f" indexing_maps = [{maps}]")
    found.append(Named(two, lambda a, b: np.einsum("ikl,jlk->ji", a, b)))
    quantized = one_op("quantized_matmul", ["5x7xi8", "7x4xi8", "i32", "i32"], "5x4xi32")
    found.append(Named(quantized, _quantized("mk,kn->mn")))
    batch = one_op("quantized_batch_matmul", ["2x5x7xi8", "2x7x4xi8", "i32", "i32"], "2x5x4xi32")
    found.append(Named(batch, _quantized("bmk,bkn->bmn")))
    return found


# -- convolutions and poolings


def windows(
    image: Array, axes: Sequence[int], window: Sequence[int], strides: Sequence[int], dilations: Sequence[int]
) -> Array:
    """`image` with its axes of space counting windows, and a last axis more for each of them."""
    for axis, size, stride, dilation in zip(axes, window, strides, dilations, strict=True):
        count = (image.shape[axis] - (size - 1) * dilation - 1) // stride + 1
        steps = [range(k * dilation, k * dilation + count * stride, stride) for k in range(size)]
        image = np.stack([np.take(image, list(s), axis) for s in steps], -1)
    return image


def _convolution(
    image: str, kernel: str, out: str, strides: Sequence[int], dilations: Sequence[int], *, quantized: bool
) -> Oracle:
    """Layouts with a letter per dim; the positions within a window are capital letters in einsum's terms."""
    space = [c for c in image if c in "dhw"]

    def oracle(x: Array, k: Array, start: Array | None = None) -> Array:
        if x.dtype == np.int8:
            x, k = x.astype(np.int32), k.astype(np.int32)
        sizes = [k.shape[kernel.index(c)] for c in space]
        seen = windows(x, [image.index(c) for c in space], sizes, strides, dilations)
        wide = image + "".join(space).upper()
        narrow = "".join(c.upper() if c in space else c for c in kernel)
        total = np.einsum(f"{wide},{narrow}->{out}", seen, k)
        return total if start is None else total + start

    def with_zero_points(x: Array, k: Array, zx: Array, zk: Array) -> Array:
        return oracle(x.astype(np.int32) - zx, k.astype(np.int32) - zk)

    return with_zero_points if quantized else oracle


_SIZES = {"n": 2, "c": 3, "f": 4, "g": 2, "m": 2}
_SPACE = {"d": (4, 2, 1, 1), "h": (9, 3, 2, 1), "w": (8, 2, 1, 2)}
"""Size of the image, of the window, stride, dilation."""


def _conv(op: str, image: str, kernel: str, out: str, element: str = "f32", *, plain: bool = False) -> Named:
    space = [c for c in image if c in "dhw"]
    steps = {c: (1, 1) if plain else _SPACE[c][2:] for c in space}
    count = {c: (_SPACE[c][0] - (_SPACE[c][1] - 1) * steps[c][1] - 1) // steps[c][0] + 1 for c in space}

    def type(letters: str, of_space: dict[str, int]) -> str:
        return "".join(f"{of_space.get(c) or _SIZES[c]}x" for c in letters)

    ins = [
        type(image, {c: _SPACE[c][0] for c in space}) + element,
        type(kernel, {c: _SPACE[c][1] for c in space}) + element,
    ]
    ins += ["i32", "i32"] if op.endswith("_q") else []
    result = type(out, count) + ("f32" if element == "f32" else "i32")
    strides, dilations = ([steps[c][i] for c in space] for i in (0, 1))
    vector = f"tensor<{len(space)}xi64>"
    attributes = (
        "" if plain else f"{{strides = dense<{strides}> : {vector}, dilations = dense<{dilations}> : {vector}}}"
    )
    case = one_op(op, ins, result, attributes=attributes, name=f"{op}_{element}" if element != "f32" else op)
    return Named(case, _convolution(image, kernel, out, strides, dilations, quantized=op.endswith("_q")))


def _convolutions() -> list[Named]:
    return [
        _conv("conv_1d", "w", "w", "w", plain=True),
        _conv("conv_2d", "hw", "hw", "hw", plain=True),
        _conv("conv_3d", "dhw", "dhw", "dhw", plain=True),
        _conv("conv_1d_nwc_wcf", "nwc", "wcf", "nwf"),
        _conv("conv_1d_ncw_fcw", "ncw", "fcw", "nfw"),
        _conv("conv_2d_nhwc_hwcf", "nhwc", "hwcf", "nhwf"),
        _conv("conv_2d_nhwc_fhwc", "nhwc", "fhwc", "nhwf"),
        _conv("conv_2d_nchw_fchw", "nchw", "fchw", "nfhw"),
        _conv("conv_2d_nchw_fchw", "nchw", "fchw", "nfhw", "i8"),
        _conv("conv_2d_nhwc_hwcf_q", "nhwc", "hwcf", "nhwf", "i8"),
        _conv("conv_2d_nhwc_fhwc_q", "nhwc", "fhwc", "nhwf", "i8"),
        _conv("conv_2d_nchw_fchw_q", "nchw", "fchw", "nfhw", "i8"),
        _conv("conv_2d_ngchw_fgchw", "ngchw", "fgchw", "ngfhw"),
        _conv("conv_2d_ngchw_gfchw", "ngchw", "gfchw", "ngfhw"),
        _conv("conv_2d_ngchw_gfchw_q", "ngchw", "gfchw", "ngfhw", "i8"),
        _conv("conv_2d_nhwgc_gfhwc", "nhwgc", "gfhwc", "nhwgf"),
        _conv("conv_2d_nhwgc_gfhwc_q", "nhwgc", "gfhwc", "nhwgf", "i8"),
        _conv("conv_3d_ndhwc_dhwcf", "ndhwc", "dhwcf", "ndhwf"),
        _conv("conv_3d_ncdhw_fcdhw", "ncdhw", "fcdhw", "nfdhw"),
        _conv("conv_3d_ndhwc_dhwcf_q", "ndhwc", "dhwcf", "ndhwf", "i8"),
        _conv("depthwise_conv_1d_nwc_wc", "nwc", "wc", "nwc"),
        _conv("depthwise_conv_1d_nwc_wcm", "nwc", "wcm", "nwcm"),
        _conv("depthwise_conv_1d_ncw_cw", "ncw", "cw", "ncw"),
        _conv("depthwise_conv_2d_nhwc_hwc", "nhwc", "hwc", "nhwc"),
        _conv("depthwise_conv_2d_nhwc_hwcm", "nhwc", "hwcm", "nhwcm"),
        _conv("depthwise_conv_2d_nchw_chw", "nchw", "chw", "nchw"),
        _conv("depthwise_conv_2d_nhwc_hwc_q", "nhwc", "hwc", "nhwc", "i8"),
        _conv("depthwise_conv_2d_nhwc_hwcm_q", "nhwc", "hwcm", "nhwcm", "i8"),
        _conv("depthwise_conv_3d_ndhwc_dhwc", "ndhwc", "dhwc", "ndhwc"),
        _conv("depthwise_conv_3d_ndhwc_dhwcm", "ndhwc", "dhwcm", "ndhwcm"),
        _conv("depthwise_conv_3d_ncdhw_cdhw", "ncdhw", "cdhw", "ncdhw"),
    ]


def _pooling(layout: str, kind: str, element: str = "f32", init: str | None = "0") -> Named:
    space = [c for c in layout if c in "dhw"]
    steps = {c: _SPACE[c][2:] for c in space}
    count = {c: (_SPACE[c][0] - (_SPACE[c][1] - 1) * steps[c][1] - 1) // steps[c][0] + 1 for c in space}
    image = "".join(f"{_SPACE[c][0] if c in space else _SIZES[c]}x" for c in layout) + element
    window = "".join(f"{_SPACE[c][1]}x" for c in space) + element
    out = "".join(f"{count.get(c) or _SIZES[c]}x" for c in layout) + element
    strides, dilations = ([steps[c][i] for c in space] for i in (0, 1))
    vector = f"tensor<{len(space)}xi64>"
    attributes = f"{{strides = dense<{strides}> : {vector}, dilations = dense<{dilations}> : {vector}}}"
    op = f"pooling_{layout}_{kind}"
    case = one_op(op, [image, window], out, init=init, attributes=attributes, name=f"{op}_{element}_{init}")

    def oracle(x: Array, k: Array, start: Array | None = None) -> Array:
        begin: Any = np.asarray(init, x.dtype) if start is None else start
        if kind.endswith("unsigned"):
            x, begin = x.view(f"u{x.itemsize}"), begin.view(f"u{x.itemsize}")
        seen = windows(x, [layout.index(c) for c in space], k.shape, strides, dilations)
        axes = tuple(range(x.ndim, seen.ndim))
        if kind == "sum":
            return begin + seen.sum(axes, dtype=x.dtype)
        function = np.maximum if "max" in kind else np.minimum
        found: Array = function(begin, function.reduce(seen, axes))
        return found.view(f"i{x.itemsize}") if kind.endswith("unsigned") else found

    return Named(case, oracle)


def _poolings() -> list[Named]:
    found = [_pooling(layout, kind) for layout, kind in product(("nhwc", "ndhwc", "nwc"), ("sum", "max", "min"))]
    found += [_pooling(layout, kind, init=None) for layout, kind in product(("nchw", "ncw"), ("sum", "max"))]
    kinds = ("max_unsigned", "min_unsigned")
    found += [_pooling("nhwc", kind, "i8", "5") for kind in kinds]
    found += [_pooling("nwc", kind, "i32", None) for kind in kinds]
    return [*found, _pooling("nhwc", "sum", "i32"), _pooling("nhwc", "max", "i8", "-128")]


# -- elementwise, moves


def _of_unsigned(function: Callable[[Any, Any], Any]) -> Oracle:
    return lambda a, b: function(a.view("u1"), b.view("u1")).view("i1")


def _elementwise() -> list[Named]:
    functions: dict[str, Oracle] = {
        **{
            n: getattr(np, n) for n in ("exp", "log", "log2", "log1p", "ceil", "floor", "sqrt", "tanh", "square", "abs")
        },
        **{n: getattr(np, n) for n in ("sin", "cos", "tan", "reciprocal")},
        **{n: getattr(np, "arc" + n[1:]) for n in ("asin", "acos", "atan", "asinh", "acosh", "atanh")},
        "negf": np.negative,
        "round": lambda x: np.trunc(x + np.copysign(0.5, x)),
        "rsqrt": lambda x: 1 / np.sqrt(x),
        "erf": np.vectorize(math.erf),
    }
    found = [
        Named(one_op("elementwise", ["3x4xf32"], "3x4xf32", keyword=f" <{kind}>", name=f"elementwise_{kind}"), function)
        for kind, function in functions.items()
    ]
    log10 = one_op("elementwise", ["3x4xf32"], "3x4xf32", keyword=" <log10>", name="elementwise_log10")
    found.append(Named(log10, np.log10, in_iree=False))  # it calls log10f, and links no C library
    binary: dict[str, tuple[str, Oracle]] = {
        "add": ("f32 i8", np.add),
        "sub": ("f32 i8", np.subtract),
        "mul": ("f32 i8", np.multiply),
        "div": ("f32", np.divide),
        "max_signed": ("f32 i8", np.maximum),
        "min_signed": ("f32 i8", np.minimum),
        "powf": ("f32", np.power),
    }
    for kind, (elements, function) in binary.items():
        for element in elements.split():
            type = f"3x4x{element}"
            case = one_op("elementwise", [type] * 2, type, keyword=f" <{kind}>", name=f"elementwise_{kind}_{element}")
            found.append(Named(case, function))
    for kind, function in {"max_unsigned": np.maximum, "min_unsigned": np.minimum}.items():
        case = one_op("elementwise", ["3x4xi8"] * 2, "3x4xi8", keyword=f" <{kind}>", name=f"elementwise_{kind}")
        found.append(Named(case, _of_unsigned(function)))
    for kind, function, in_iree in (
        ("add", np.logical_or, True),
        ("mul", np.logical_and, True),
        ("max_signed", np.logical_and, False),  # IREE's compiler crashes; true is -1
        ("max_unsigned", np.logical_or, False),
    ):
        case = one_op("elementwise", ["3x4xi1"] * 2, "3x4xi1", keyword=f" <{kind}>", name=f"elementwise_{kind}_i1")
        found.append(Named(case, function, in_iree))
    ins = ["3x4xi1", "3x4xf32", "3x4xf32"]
    found.append(Named(one_op("elementwise", ins, "3x4xf32", keyword=" <select>", name="elementwise_select"), np.where))
    maps = "affine_map<(i,j)->(j)>, affine_map<(i,j)->(j,i)>, affine_map<(i,j)->(i,j)>"
    keyword = f" <sub> indexing_maps = [{maps}]"
    maps_case = one_op("elementwise", ["4xf32", "4x3xf32"], "3x4xf32", keyword=keyword, name="elementwise_maps")
    return [*found, Named(maps_case, lambda a, b: a - b.T)]


def _moves() -> list[Named]:
    copies = [
        Named(one_op("copy", ["3x4xf32"], "3x4xf32"), lambda a: a),
        Named(one_op("copy", ["3x4xf32"], "3x4xf64", name="copy_f64"), lambda a: a.astype("f8")),
        Named(one_op("copy", ["3x4xi8"], "3x4xi32", name="copy_i32"), lambda a: a.astype("i4")),
        # IREE forgets the attribute on the way to LLVM; the region that it prints has arith.extui.
        Named(
            one_op("copy", ["3x4xi8"], "3x4xi32", attributes=UNSIGNED, name="copy_unsigned"),
            lambda a: a.view("u1").astype("i4"),
            in_iree=False,
        ),
    ]
    random = one_op("fill_rng_2d", ["f64", "f64", "i32"], "3x4xf32")
    return [
        *copies,
        Named(random, _random),
        Named(one_op("fill", ["f32"], "3x4xf32", init=None), lambda v, x: v + 0 * x),
    ]


def _random(low: Array, high: Array, seed: Array) -> Array:
    def step(x: Any) -> Any:
        return (x * 1103515245 + 12345) & 0xFFFFFFFF

    drawn = step(np.arange(4)[None, :] + step(np.arange(3)[:, None] + int(seed) & 0xFFFFFFFF) & 0xFFFFFFFF)
    signed = np.asarray(drawn, np.uint32).astype(np.int32).astype(np.float64)
    return np.asarray((2147483647 + signed) * ((high - low) * 2.3283064e-10) + low, np.float32)


NAMED: tuple[Named, ...] = (*_products(), *_convolutions(), *_poolings(), *_elementwise(), *_moves())
