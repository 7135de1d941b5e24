"""Named convolutions and poolings: their maps follow from the layouts in their names, strides and dilations.

Letters of a layout: n batch, d h w space, c channel, f filter, g group, m channel multiplier.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from attrs import frozen

from tensorir.ir.affine import AffineMap, affine_map
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim, iteration_dim
from tensorir.ir.scalar import Scalar
from tensorir.mlir.importer.attributes import integers, segments
from tensorir.mlir.importer.linalg.elements import (
    ADD,
    MAX,
    MAX_UNSIGNED,
    MIN,
    MIN_UNSIGNED,
    Element,
    converted,
    is_unsigned,
)
from tensorir.mlir.importer.linalg.products import product_body, quantized_body
from tensorir.mlir.importer.linalg.regions import Written, named_op
from tensorir.mlir.importer.scope import Scope
from tensorir.mlir.syntax import Operation

_SPACE = "dhw"

_CONVOLUTIONS = (
    *("conv_1d", "conv_2d", "conv_3d"),
    *("conv_1d_nwc_wcf", "conv_1d_ncw_fcw"),
    *("conv_2d_nhwc_hwcf", "conv_2d_nhwc_fhwc", "conv_2d_nchw_fchw"),
    *("conv_2d_nhwc_hwcf_q", "conv_2d_nhwc_fhwc_q", "conv_2d_nchw_fchw_q"),
    *("conv_2d_ngchw_fgchw", "conv_2d_ngchw_gfchw", "conv_2d_nhwgc_gfhwc"),
    *("conv_2d_ngchw_gfchw_q", "conv_2d_nhwgc_gfhwc_q"),
    *("conv_3d_ndhwc_dhwcf", "conv_3d_ncdhw_fcdhw", "conv_3d_ndhwc_dhwcf_q"),
    *("depthwise_conv_1d_nwc_wc", "depthwise_conv_1d_nwc_wcm", "depthwise_conv_1d_ncw_cw"),
    *("depthwise_conv_2d_nhwc_hwc", "depthwise_conv_2d_nhwc_hwcm", "depthwise_conv_2d_nchw_chw"),
    *("depthwise_conv_2d_nhwc_hwc_q", "depthwise_conv_2d_nhwc_hwcm_q"),
    *("depthwise_conv_3d_ndhwc_dhwc", "depthwise_conv_3d_ndhwc_dhwcm", "depthwise_conv_3d_ncdhw_cdhw"),
)
_POOLINGS = tuple(
    f"pooling_{layout}_{kind}"
    for layout in ("nwc", "ncw", "nhwc", "nchw", "ndhwc", "ncdhw")
    for kind in ("sum", "max", "min", "max_unsigned", "min_unsigned")
)


@frozen
class Layouts:
    """One letter per dim of each tensor; space in the filter or the pooling window is that of the window."""

    image: str
    window: str
    out: str

    @property
    def space(self) -> str:
        """Returns the letters of space, in the order of strides and dilations."""
        return "".join(c for c in self.image if c in _SPACE)


def layouts_of(name: str) -> Layouts:
    """Returns the layouts in the name of an op."""
    words = name.removesuffix("_q").split("_")
    if words[0] == "pooling":
        image = words[1]
        return Layouts(image, "".join(c for c in image if c in _SPACE), image)
    if words[-1][0].isdigit():
        space = _SPACE[3 - int(words[-1][0]) :]
        return Layouts(space, space, space)
    image, window = words[-2:]
    if words[0] == "depthwise":
        return Layouts(image, window, image + window[len(window.rstrip("m")) :])
    return Layouts(image, window, image.replace("c", "f"))


def window_maps(layouts: Layouts, strides: Sequence[int], dilations: Sequence[int]) -> tuple[AffineMap, ...]:
    """Returns the maps of image, window and result. Iteration dims: those of the result, then of the window, then the
    rest."""
    summed = [c.upper() if c in _SPACE else c for c in layouts.image if c in _SPACE or c not in layouts.out]
    order = [*layouts.out, *summed]
    dims = {c: iteration_dim(i) for i, c in enumerate(order)}  # a capital letter is the position within the window
    steps = dict(zip(layouts.space, zip(strides, dilations, strict=True), strict=True))

    def position(letter: str) -> Dim:
        if letter not in steps:
            return dims[letter]
        stride, dilation = steps[letter]
        return dims[letter] * stride + dims[letter.upper()] * dilation

    count = len(order)
    return (
        affine_map(count, [position(c) for c in layouts.image]),
        affine_map(count, [dims[c.upper()] if c in _SPACE else dims[c] for c in layouts.window]),
        affine_map(count, [dims[c] for c in layouts.out]),
    )


def _maps(op: Operation, name: str, scalars: int) -> tuple[AffineMap, ...]:
    layouts = layouts_of(name)
    ones = (1,) * len(layouts.space)
    strides, dilations = (integers(op, key, ones) for key in ("strides", "dilations"))
    strides, dilations = (v * len(ones) if len(v) == 1 else v for v in (strides, dilations))
    for key, values in (("strides", strides), ("dilations", dilations)):
        if len(values) != len(ones) or any(v < 1 for v in values):
            raise InferError(f"{key} must be {len(ones)} numbers of at least 1, got {list(values)}")
    image, window, out = window_maps(layouts, strides, dilations)
    return (image, window, *[AffineMap(out.num_dims, ())] * scalars, out)


def _convolution(op: Operation, scope: Scope) -> None:
    inputs, outs = segments(op, 2)
    name = op.name.removeprefix("linalg.")
    quantized = name.endswith("_q")
    if len(inputs) != (4 if quantized else 2) or len(outs) != 1:
        raise InferError(f"takes {4 if quantized else 2} ins and 1 outs, got {len(inputs)} and {len(outs)}")
    body = quantized_body if quantized else product_body(is_unsigned(op))
    named_op(op, scope, inputs, outs, _maps(op, name, len(inputs) - 2), body, product="contract")


def _pooling(op: Operation, scope: Scope) -> None:
    inputs, outs = segments(op, 2)
    name = op.name.removeprefix("linalg.")
    if len(inputs) != 2 or len(outs) != 1:
        raise InferError(f"takes 2 ins and 1 outs, got {len(inputs)} and {len(outs)}")
    named_op(op, scope, inputs, outs, _maps(op, name, 0), _pooling_body(name, is_unsigned(op)))


_COMBINERS: Mapping[str, Element] = {
    "sum": ADD,
    "max": MAX,
    "min": MIN,
    "max_unsigned": MAX_UNSIGNED,
    "min_unsigned": MIN_UNSIGNED,
}


def _pooling_body(name: str, cast_unsigned: bool) -> Written:
    kind = name.split("_", 2)[2]
    unsigned = cast_unsigned or kind.endswith("_unsigned")

    def body(elements: Sequence[Scalar]) -> tuple[Scalar, ...]:
        image, _, acc = elements
        return (_COMBINERS[kind](acc, converted(image, acc.dtype, unsigned=unsigned)),)

    return body


OPS: Mapping[str, Callable[[Operation, Scope], None]] = {
    **{f"linalg.{name}": _convolution for name in _CONVOLUTIONS},
    **{f"linalg.{name}": _pooling for name in _POOLINGS},
}
