"""A convolutional network as MLIR text: residual blocks, a smaller stage with a depthwise and a 1×1 convolution, and a
classifier. Channels are last, and borders are zeros."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tensorir.ir.module import Module
from tensorir.mlir import parse
from tensorir.transforms.constants.bind_parameters import bind_parameters

SIDE, CHANNELS, WIDTH, WIDER, CLASSES = 28, 3, 32, 64, 10

Shape = tuple[int, ...]


def cnn(blocks: int = 1) -> Module:
    """@main(image: [1, 28, 28, 3]) → [1, 10]; `blocks` residual blocks of two convolutions each."""
    return bind_parameters(parse(cnn_text(blocks)), cnn_parameters(blocks))


def cnn_text(blocks: int = 1) -> str:
    """The program, whose weights are parameters."""
    return _written(blocks).text()


def cnn_parameters(blocks: int = 1) -> dict[str, dict[str, npt.NDArray[Any]]]:
    """Random weights by scope and key."""
    random = np.random.default_rng(0)
    shapes = _written(blocks).weights
    made = {n: random.standard_normal(s, np.float32) / np.float32(np.prod(s[:-1]) ** 0.5) for n, s in shapes.items()}
    return {"model": made}


def _written(blocks: int) -> _Text:
    t = _Text()
    x = t.relu((1, SIDE, SIDE, WIDTH), t.convolution("%image", (1, SIDE, SIDE, CHANNELS), (3, 3, CHANNELS, WIDTH)))
    shape = (1, SIDE, SIDE, WIDTH)
    for _ in range(blocks):
        inner = t.relu(shape, t.convolution(x, shape, (3, 3, WIDTH, WIDTH)))
        x = t.relu(shape, t.sum(shape, t.convolution(inner, shape, (3, 3, WIDTH, WIDTH)), x))
    half = (1, SIDE // 2, SIDE // 2, WIDTH)
    x = t.relu(half, t.convolution(x, shape, (3, 3, WIDTH, WIDTH), step=2))
    x = t.relu(half, t.convolution(x, half, (3, 3, WIDTH)))
    wide = (*half[:3], WIDER)
    x = t.total(wide, t.relu(wide, t.convolution(x, half, (1, 1, WIDTH, WIDER))))
    t.result = t.product(x, WIDER, CLASSES)
    return t


class _Text:
    """The ops of @main, and its weights by name."""

    def __init__(self) -> None:
        self.ops: list[str] = []
        self.weights: dict[str, Shape] = {}
        self.result = ""

    def text(self) -> str:
        head = "".join(
            f'util.global private @{n} = #flow.parameter.named<"model"::"{n}"> : {_type(s)}\n'
            for n, s in self.weights.items()
        )
        result = _type((1, CLASSES))
        head += f"func.func @main(%image: {_type((1, SIDE, SIDE, CHANNELS))}) -> {result} {{\n"
        head += "  %zero = arith.constant 0.0 : f32\n"
        return head + "".join(f"  {op}\n" for op in self.ops) + f"  return {self.result} : {result}\n}}\n"

    def op(self, text: str) -> str:
        """Adds an op and returns its result."""
        self.ops.append(f"%{len(self.ops)} = {text}")
        return f"%{len(self.ops) - 1}"

    def weight(self, shape: Shape) -> str:
        name = f"w{len(self.weights)}"
        self.weights[name] = shape
        return self.op(f"util.global.load @{name} : {_type(shape)}")

    def zeros(self, shape: Shape) -> str:
        empty = self.op(f"tensor.empty() : {_type(shape)}")
        return self.op(f"linalg.fill ins(%zero : f32) outs({empty} : {_type(shape)}) -> {_type(shape)}")

    def convolution(self, x: str, shape: Shape, filter: Shape, step: int = 1) -> str:
        """A convolution and a bias; it is depthwise if the filter has no dim of outputs."""
        border = filter[0] // 2
        if border:
            edge = f"[0, {border}, {border}, 0]"
            larger = (1, shape[1] + 2 * border, shape[2] + 2 * border, shape[3])
            body = "{ ^bb0(%a: index, %b: index, %c: index, %d: index): tensor.yield %zero : f32 }"
            x = self.op(f"tensor.pad {x} low{edge} high{edge} {body} : {_type(shape)} to {_type(larger)}")
            shape = larger
        result = (1, (shape[1] - filter[0]) // step + 1, (shape[2] - filter[1]) // step + 1, filter[-1])
        name = "conv_2d_nhwc_hwcf" if len(filter) == 4 else "depthwise_conv_2d_nhwc_hwc"
        steps = f"{{dilations = dense<1> : vector<2xi64>, strides = dense<{step}> : vector<2xi64>}}"
        ins = f"ins({x}, {self.weight(filter)} : {_type(shape)}, {_type(filter)})"
        outs = f"outs({self.zeros(result)} : {_type(result)}) -> {_type(result)}"
        made = self.op(f"linalg.{name} {steps} {ins} {outs}")
        return self.generic(result, (made, self.weight(filter[-1:])), "arith.addf %x, %y : f32")

    def relu(self, shape: Shape, x: str) -> str:
        return self.generic(shape, (x,), "arith.maximumf %x, %zero : f32")

    def sum(self, shape: Shape, x: str, y: str) -> str:
        return self.generic(shape, (x, y), "arith.addf %x, %y : f32", same=True)

    def generic(self, shape: Shape, inputs: tuple[str, ...], body: str, same: bool = False) -> str:
        """An elementwise op; a second input is a vector along the channels unless it has the `same` shape."""
        whole, last = ("affine_map<(n, h, w, c) -> (n, h, w, c)>", "affine_map<(n, h, w, c) -> (c)>")
        maps = ", ".join((*(whole, whole if same else last)[: len(inputs)], whole))
        types = ", ".join((_type(shape), _type(shape if same else shape[-1:]))[: len(inputs)])
        args = ", ".join(f"%{n}: f32" for n in ("x", "y")[: len(inputs)])
        kinds = ", ".join(['"parallel"'] * 4)
        empty = self.op(f"tensor.empty() : {_type(shape)}")
        return self.op(
            f"linalg.generic {{indexing_maps = [{maps}], iterator_types = [{kinds}]}} "
            f"ins({', '.join(inputs)} : {types}) outs({empty} : {_type(shape)}) {{\n"
            f"  ^bb0({args}, %o: f32):\n    %r = {body}\n    linalg.yield %r : f32\n  }} -> {_type(shape)}"
        )

    def total(self, shape: Shape, x: str) -> str:
        """The sum over all places: [1, H, W, C] → [1, C]."""
        result = (shape[0], shape[3])
        return self.op(
            f"linalg.reduce {{arith.addf}} ins({x} : {_type(shape)}) outs({self.zeros(result)} : {_type(result)}) "
            "dimensions = [1, 2]"
        )

    def product(self, x: str, inputs: int, outputs: int) -> str:
        w, zeros = self.weight((inputs, outputs)), self.zeros((1, outputs))
        ins = f"ins({x}, {w} : {_type((1, inputs))}, {_type((inputs, outputs))})"
        return self.op(f"linalg.matmul {ins} outs({zeros} : {_type((1, outputs))}) -> {_type((1, outputs))}")


def _type(shape: Shape) -> str:
    return f"tensor<{'x'.join(map(str, shape))}xf32>"
