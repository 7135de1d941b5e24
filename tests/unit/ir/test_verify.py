"""Every rule of the verifier, broken once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tensorir.dialects.device import Transfer
from tensorir.dialects.encode import SetEncoding, UnsetEncoding
from tensorir.dialects.flow import Dispatch, GlobalLoad, Launch
from tensorir.dialects.func import Call
from tensorir.dialects.linalg import Fold, Generic, Reduce, Transpose
from tensorir.dialects.tensor import Empty, ExtractSlice, InsertSlice, Size
from tensorir.encoding.encoding import ContractionSpace, Encoding
from tensorir.encoding.layout import Layout
from tensorir.encoding.views import Expanded, Projected
from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import VerifyError
from tensorir.ir.dims import iteration_dim, symbol
from tensorir.ir.dtype import f32, f64
from tensorir.ir.location import Location
from tensorir.ir.module import Executable, Function, Global, Module, Parameter
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.scalar import ScalarBody, arg
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.ir.verify import diagnose, verify

T = TensorType((2, 3), f32)
X = Value(T, "x")
Y = Value(T, "y")
HERE = Location("model.py", 7, 3)


def function(*ops: Op, args: tuple[Value, ...] = (X,), yields: tuple[Value, ...] | None = None) -> Module:
    results = (ops[-1].results if ops else args) if yields is None else yields
    return Module([Function("main", Region(args, ops, results))])


def nested(depth: int) -> Module:
    region = Region((X,), (), (X,))
    for _ in range(depth):
        x = Value(T)
        d = Dispatch((x,), region)
        region = Region((x,), (d,), d.results)
    return Module([Function("main", region)])


WINDOW = AffineMap(3, (iteration_dim(0), iteration_dim(1) + iteration_dim(2)))
ok = Transpose(X, (1, 0))
op_itself: Any = ok


def untyped(value: Any) -> Any:
    """The value, for which a type checker is not asked."""
    return value


def with_type(type: TensorType) -> Module:
    x = Value(type)
    return function(args=(x,), yields=(x,))


D = Executable("d", "cpu", Region((Y,), (), (Y,)))
BROKEN: dict[str, tuple[Module, str]] = {
    "symbol defined twice": (
        Module([Function("f", Region((), (), ()))], [Global("f", T, Dense(np.zeros((2, 3), np.float32)))]),
        "the symbol @f is defined twice",
    ),
    "used before it is defined": (
        function(Transpose(Y, (1, 0))),
        "linalg.transpose: source (%y) is used before it is defined in this region",
    ),
    "used before its definition in order": (
        function(Transpose(ok.result, (1, 0)), ok, yields=ok.results),
        "is used before it is defined",
    ),
    "yield not defined": (function(yields=(Y,)), "@main: yield 0 (%y) is not defined in this region"),
    "defined twice": (function(ok, ok), "%? is defined twice"),
    "argument twice": (function(args=(X, X), yields=(X,)), "%x is defined twice"),
    "wrong result type": (
        function(Transpose(X, (1, 0), results=(Value(T),))),
        "results are (tensor<2x3xf32>), should be (tensor<3x2xf32>)",
    ),
    "operands that don't fit": (
        function(Transpose(X, (0, 0), results=(Value(T),))),
        "permutation [0, 0] is not a permutation of 2 dims",
    ),
    "an op's own rule": (
        function(ExtractSlice(X, (1, 0), (2, 3), (1, 1))),
        "dim 0: [1 : 3 : 1] is outside of the size 2",
    ),
    "set of an encoded tensor": (
        function(
            one := SetEncoding(X, Layout((0,), (8,), (0, 1))), SetEncoding(one.result, Layout((0,), (4,), (0, 1)))
        ),
        "source already has an encoding",
    ),
    "unset of a plain tensor": (function(UnsetEncoding(X)), "source has no encoding"),
    "encoding of another rank": (
        function(args=(v := Value(TensorType((2,), f32, Layout((0,), (8,), (0, 1)))),), yields=(v,)),
        "is for rank 2, the tensor has rank 1",
    ),
    "global that is not there": (function(GlobalLoad("w", T)), "there is no symbol @w in the module"),
    "executable that is not there": (function(Launch((X,), "e", (T,))), "there is no symbol @e in the module"),
    "data of another type": (
        Module([], [Global("w", T, Dense(np.zeros((3, 2), np.float32)))]),
        "@w is tensor<2x3xf32>, its data f32[3, 2]",
    ),
    "initializer of another type": (
        Module([], [Global("w", T, Region((), (load := GlobalLoad("w", TensorType((1,), f64)),), load.results))]),
        "@w is tensor<2x3xf32>, its initializer yields tensor<1xf64>",
    ),
    "initializer with an argument": (
        Module([], [Global("w", T, Region((X,), (), (X,)))]),
        "must have no argument and one yield",
    ),
    "dispatch with a missing input": (
        function(Dispatch((), Region((Y,), (), (Y,)))),
        "0 inputs for a body of 1 arguments",
    ),
    "dispatch with another type": (
        function(Dispatch((X,), Region((b := Value(TensorType((2,), f32)),), (), (b,)))),
        "inputs[0] is tensor<2x3xf32>, the body's argument tensor<2xf32>",
    ),
    "dispatch within a dispatch": (nested(2), "flow.dispatch: a launch can't launch"),
    "launch of an executable in another": (
        Module([], [], [Executable("e", "cpu", Region((X,), (inner := Launch((X,), "d", (T,)),), inner.results)), D]),
        "flow.launch: a launch can't launch: this op runs inside of one, in @e",
    ),
    "dispatch in an executable": (
        Module([], [], [Executable("e", "cpu", Region((X,), (cut := Dispatch((X,), D.body),), cut.results))]),
        "flow.dispatch: a launch can't launch: this op runs inside of one, in @e",
    ),
    "call of what launches by a call": (
        Module(
            [
                *function(Dispatch((X,), Region((Y,), (calls := Call((Y,), "outer", (T,)),), calls.results))).functions,
                Function("outer", Region((X,), (on := Call((X,), "inner", (T,)),), on.results)),
                Function("inner", Region((X,), (starts := Launch((X,), "d", (T,)),), starts.results)),
            ],
            [],
            [D],
        ),
        "func.call: a launch can't launch: this op runs inside of one, in @main: flow.dispatch",
    ),
    "a size of a slice that nothing binds": (
        function(ExtractSlice(X, (symbol("Q"), 0), (1, 3), (1, 1))),
        "tensor.extract_slice: offsets: the size Q is bound by no argument",
    ),
    "an extent that nothing binds": (
        function(Reduce(X, "add", (0,), symbol("Q"))),
        "linalg.reduce: extent: the size Q is bound by no argument",
    ),
    "a size that nothing binds as a number": (function(Size(symbol("Q"))), "tensor.size: size: the size Q is bound by"),
    "a size in a dispatch that nothing binds": (
        function(Dispatch((X,), Region((Y,), (part := Reduce(Y, "add", (0,), symbol("Q")),), part.results))),
        "linalg.reduce: extent: the size Q is bound by no argument",
    ),
    "a size in an initializer": (
        Module([], [Global("w", t := TensorType((symbol("Q"),), f32), Region((), (e := Empty(t),), e.results))]),
        "tensor.empty: the size Q in tensor<[Q]xf32> is bound by no argument",
    ),
    "a size that is text": (
        with_type(TensorType(untyped(("M", 3)), f32)),
        "argument 0: shape[0] is 'M', should be",
    ),
    "a size that is a float": (
        with_type(TensorType(untyped((2, 3.0)), f32)),
        "argument 0: shape[1] is 3.0, should",
    ),
    "a size that is a truth value": (
        with_type(TensorType(untyped((True,)), f32)),
        "argument 0: shape[0] is True",
    ),
    "a shape that is a number": (with_type(TensorType(untyped(3), f32)), "argument 0: the shape 3 is not a tuple"),
    "an element type that is text": (
        with_type(TensorType((2,), untyped("f32"))),
        "type 'f32' is not a DType",
    ),
    "an encoding that is text": (with_type(TensorType((2,), f32, untyped("tiled"))), "'tiled' is not a TypeEncoding"),
    "no type": (with_type(untyped(None)), "@main: argument 0: None is not a TensorType"),
    "no type of a global": (
        Module([], [Global("w", untyped(None), Parameter("a", "b"))]),
        "@w: None is not a TensorType",
    ),
    "no type of a result": (function(Empty(untyped(None))), "tensor.empty: None is not a TensorType"),
    "yield of an op": (
        function(yields=(op_itself,)),
        "yield 0 is a Transpose, should be a Value; take a result",
    ),
    "a size that nothing binds": (
        function(Transpose(Value(TensorType((symbol("S"), 3), f32)), (1, 0)), yields=()),
        "the size S in tensor<3x[S]xf32> is bound by no argument",
    ),
    "call of what is no function": (
        Module(function(Call((X,), "w", (T,))).functions, [Global("w", T, Dense(np.zeros((2, 3), np.float32)))]),
        "func.call: callee: @w is a global, should be a function",
    ),
    "call of a function that is not there": (function(Call((X,), "f", (T,))), "callee: there is no symbol @f"),
    "call with other arguments": (
        Module([*function(Call((), "f", (T,))).functions, Function("f", Region((Y,), (), (Y,)))]),
        "@f: 0 inputs for 1 arguments",
    ),
    "call with other results": (
        Module([*function(Call((X,), "f", (T, T))).functions, Function("f", Region((Y,), (), (Y,)))]),
        "@f gives (tensor<2x3xf32>), not (tensor<2x3xf32>, tensor<2x3xf32>)",
    ),
    "transfer to nowhere": (function(Transfer(X, "")), "the name of the device is empty"),
    "devices of other arguments": (
        Module([Function("f", Region((X,), (), (X,)), arg_devices=("a", "b"))]),
        "@f: 2 devices for 1 arguments",
    ),
    "devices of other results": (
        Module([Function("f", Region((X,), (), ()), result_devices=("a",))]),
        "@f: 1 devices for 0 results",
    ),
    "parameter of unknown size": (
        Module([], [Global("w", TensorType((symbol("S"),), f32), Parameter("scope", "key"))]),
        "@w is tensor<[S]xf32>, but a parameter has static sizes",
    ),
    "a window that leaves its operand": (
        function(Generic((X,), (WINDOW, identity(3)), ScalarBody((f32,), arg(0, f32)), (2, 2, 3))),
        "inputs[0]: (d0, d1, d2) -> (d0, d1 + d2) reads 0 … 3 of dim 1, which has the size 3",
    ),
    "a fold that leaves its operand": (
        function(
            i := Empty(TensorType((2, 2), f32)),
            Fold((X, i.result), (WINDOW, select(3, (0, 1))), (ScalarBody((f32, f32), arg(0, f32)),), (2, 2, 3)),
        ),
        "linalg.fold: tensors[0]: (d0, d1, d2) -> (d0, d1 + d2) reads 0 … 3 of dim 1",
    ),
    "a slice put in outside": (function(InsertSlice(X, X, (1, 0), (1, 1))), "dim 0: [1 : 3 : 1] is outside"),
    "negative size": (function(args=(n := Value(TensorType((-1,), f32)),), yields=(n,)), "outside 0 ≤ size < 2**48"),
    "iteration dim as a size": (
        function(args=(d := Value(TensorType((2 * iteration_dim(0),), f32)),), yields=(d,)),
        "the size 2*d0 in tensor<[2*d0]xf32> is over iteration dims of an affine map, which are not sizes",
    ),
    "huge size": (function(args=(h := Value(TensorType((1 << 48,), f32)),), yields=(h,)), "outside 0 ≤ size < 2**48"),
    "huge rank": (function(args=(r := Value(TensorType((1,) * 65, f32)),), yields=(r,)), "over the limit of 64"),
    "huge product": (
        function(args=(p := Value(TensorType((1 << 40, 1 << 40), f32)),), yields=(p,)),
        "over the limit of 2**60",
    ),
    "deep nesting": (nested(300), "regions are nested deeper than 256"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_broken_rules_are_reported(what: str) -> None:
    module, message = BROKEN[what]
    with pytest.raises(VerifyError) as e:
        verify(module)
    assert message in str(e.value)


def test_all_errors_are_collected_with_op_neighbours_and_location() -> None:
    first = Transpose(Y, (1, 0), loc=HERE)
    second = Transpose(Value(T, "z"), (1, 0))
    found = list(diagnose(function(ok, first, second)))
    assert len(found) == 2
    assert found[0].loc == HERE
    assert str(found[0]).startswith("model.py:7:3: error: linalg.transpose: source (%y)")
    assert [note[:2] for note in found[0].notes] == ["  ", "->", "  "]
    assert "linalg.transpose %y : (tensor<2x3xf32>) -> (tensor<3x2xf32>)" in found[0].notes[1]


def test_products_of_many_sums_are_checked_in_time() -> None:
    dims = tuple(symbol(f"A{i}") + symbol(f"B{i}") for i in range(64))
    value = Value(TensorType(dims, f32))
    bind = tuple(Value(TensorType((symbol(f"{c}{i}"),), f32)) for c in "AB" for i in range(64))
    verify(Module([Function("main", Region((*bind, value), (), (value,)))]))


def test_valid_modules_pass() -> None:
    b = RegionBuilder()
    x = b.arg(T, "x")
    module = Module(
        [Function("main", b.finish([b.add(Transpose(x, (1, 0))).result]))],
        [Global("w", T, Dense(np.zeros((2, 3), np.float32)))],
        [Executable("e", "cpu", Region((X,), (), (X,)))],
    )
    verify(module)


def test_an_initializer_may_be_encoded_for_a_tensor_whose_size_a_call_gives() -> None:
    """A bias is stored as the part of a result that was split by a run-time size: the encoding names the size, and
    nothing evaluates it. A size that is evaluated must be bound."""
    maps = (select(3, (0, 2)), select(3, (2, 1)), select(3, (0, 1)))
    space = ContractionSpace(maps, (f32, f32, f32), (None, None, None))
    split = Expanded(((0, 1), (2,)), (1, symbol("S"), 3))
    encoding = Encoding(space, "result").through(split).through(Projected((2,)))
    b = RegionBuilder()
    w = b.add(GlobalLoad("w", TensorType((3,), f32))).result
    stored = b.finish([b.add(SetEncoding(w, encoding)).result])
    data = Global("w", TensorType((3,), f32), Dense(np.zeros(3, np.float32)))
    verify(Module([], [data, Global("w.0", stored.yields[0].type, stored)]))
    b = RegionBuilder()
    size = b.finish([b.add(Size(symbol("S"))).result])
    with pytest.raises(VerifyError, match="the size S is bound by no argument"):
        verify(Module([], [Global("n", size.yields[0].type, size)]))
