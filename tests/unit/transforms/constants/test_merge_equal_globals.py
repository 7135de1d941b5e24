"""merge-equal-globals: what is equal is stored once, and nothing else is merged."""

from __future__ import annotations

import numpy as np
import pytest

from tensorir.api import compile
from tensorir.builder.module import ModuleBuilder
from tensorir.dialects.flow import GlobalLoad
from tensorir.dialects.linalg import Transpose
from tensorir.interp import interpret
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import symbol
from tensorir.ir.dtype import DType, f32, i32
from tensorir.ir.effects import Effects
from tensorir.ir.module import Function, Global, Module, Parameter
from tensorir.ir.op import Op, attribute, op
from tensorir.ir.types import TensorType
from tensorir.ir.verify import verify
from tensorir.passes.pass_ import PassContext
from tensorir.transforms.constants.merge_equal_globals import MergeEqualGlobals

SQUARE = TensorType((2, 2), f32)
NAN = np.array([0x7FC00000, 0x7FC00001], np.uint32).view(np.float32)


def data(name: str, *values: float, dtype: DType = f32) -> Global:
    value = Dense(np.array(values, dtype.numpy))
    return Global(name, TensorType(value.shape, dtype), value)


def transposed(name: str, source: str) -> Global:
    b = RegionBuilder()
    value = b.add(Transpose(b.add(GlobalLoad(source, SQUARE)).result, (1, 0))).result
    return Global(name, SQUARE, b.finish([value]))


def square(name: str, *values: float) -> Global:
    return Global(name, SQUARE, Dense(np.array(values, np.float32).reshape(2, 2)))


def merged(*globals: Global) -> Module:
    """After the pass: a program that returns every global."""
    b = RegionBuilder()
    results = [b.add(GlobalLoad(g.name, g.type)).result for g in globals]
    module = Module((Function("main", b.finish(results)),), globals)
    verify(module)
    after = MergeEqualGlobals().run(module, PassContext())
    verify(after)
    for got, wanted in zip(interpret(after, "main", []), interpret(module, "main", []), strict=True):
        assert got.tobytes() == wanted.tobytes()
    assert MergeEqualGlobals().run(after, PassContext()) is after
    return after


def names(module: Module) -> list[str]:
    return [g.name for g in module.globals]


def test_equal_data_is_one() -> None:
    after = merged(data("a", 1, 2), data("b", 1, 2), data("c", 1, 3))
    assert names(after) == ["a", "c"]
    loaded = [op.symbol for op in after.functions[0].body.ops if isinstance(op, GlobalLoad)]
    assert loaded == ["a", "a", "c"]


@pytest.mark.parametrize(
    "pair",
    [
        (data("a", 0.0), data("b", -0.0)),
        (Global("a", TensorType((1,), f32), Dense(NAN[:1])), Global("b", TensorType((1,), f32), Dense(NAN[1:]))),
        (data("a", 0), data("b", 0, dtype=i32)),
        (square("a", 1, 1, 1, 1), data("b", 1, 1, 1, 1)),
    ],
    ids=["signs of zero", "payloads of NaN", "element types", "shapes"],
)
def test_other_bytes_or_another_type_are_not_equal(pair: tuple[Global, Global]) -> None:
    assert names(merged(*pair)) == ["a", "b"]


def test_one_nan_is_equal_to_itself() -> None:
    a, b = (Global(n, TensorType((2,), f32), Dense(NAN)) for n in "ab")
    assert names(merged(a, b)) == ["a"]


def test_initializers_on_equal_globals_are_equal_in_any_order() -> None:
    globals = [square("a", 1, 2, 3, 4), square("b", 1, 2, 3, 4), transposed("p", "a"), transposed("q", "b")]
    assert names(merged(*globals)) == ["a", "p"]
    assert len(merged(*reversed(globals)).globals) == 2
    chain = [transposed("r", "p"), transposed("s", "q")]
    assert names(merged(*chain, *globals)) == ["r", "a", "p"]


def test_initializers_that_do_something_else_stay() -> None:
    assert names(
        merged(square("a", 1, 2, 3, 4), square("c", 1, 2, 3, 5), transposed("p", "a"), transposed("q", "c"))
    ) == [*"acpq"]


def test_parameters_are_equal_by_what_they_name() -> None:
    type = TensorType((2,), f32)
    globals = [Global(n, type, Parameter("s", key)) for n, key in (("a", "k"), ("b", "k"), ("c", "l"))]
    after = MergeEqualGlobals().run(Module(globals=globals), PassContext())
    assert names(after) == ["a", "c"]


def test_an_initializer_that_needs_itself_is_left_for_the_evaluation_to_report() -> None:
    module = Module(globals=[transposed("a", "b"), transposed("b", "a")])
    assert MergeEqualGlobals().run(module, PassContext()) is module
    with pytest.raises(TensorIRError, match="the initializer of @a depends on itself: a → b → a"):
        compile(module_with_main(module))


def module_with_main(module: Module) -> Module:
    b = RegionBuilder()
    return Module((Function("main", b.finish([b.add(GlobalLoad("a", SQUARE)).result])),), module.globals)


@pytest.mark.parametrize("data_tiling", ["late", "off"])
@pytest.mark.parametrize("device", ["cpu", "reference"])
def test_a_weight_of_prefill_and_decode_is_stored_once(device: str, data_tiling: str) -> None:
    weight = np.arange(64 * 64, dtype=np.float32).reshape(64, 64)
    m = ModuleBuilder()
    w, tied = m.weight("w", weight), m.weight("tied", weight.copy())
    prefill = m.function("prefill")
    prefill.returns(prefill.arg("x", (symbol("S"), 64), f32) @ w + 1.0)
    decode = m.function("decode")
    decode.returns(decode.arg("x", (1, 64), f32) @ w * 2.0)
    head = m.function("head")
    head.returns(head.arg("x", (symbol("S"), 64), f32) @ tied)
    program = compile(m.build(), devices=(device,), data_tiling=data_tiling)
    assert program.stats.weights_bytes == weight.nbytes
    x = np.arange(64, dtype=np.float32).reshape(1, 64) % 3
    np.testing.assert_array_equal(program(x, function="decode"), program(x, function="head") * 2)
    np.testing.assert_array_equal(program(x, function="prefill"), program(x, function="head") + 1)


def test_the_data_of_weights_that_differ_in_a_sample_is_not_hashed() -> None:
    globals = [data(f"w{i}", *range(i, i + 1000)) for i in range(20)]
    MergeEqualGlobals().run(Module(globals=globals), PassContext())
    assert not any("digest" in vars(g.value) for g in globals)


def test_a_global_that_is_written_is_not_merged() -> None:
    @op("test.write")
    class Write(Op):
        symbol: str = attribute(symbol="global")

        def infer_types(self) -> tuple[TensorType, ...]:
            return ()

        def effects(self) -> Effects:
            return Effects(writes=frozenset({f"@{self.symbol}"}))

    b = RegionBuilder()
    b.add(Write("b"))
    main = Function("main", b.finish([b.add(GlobalLoad("b", TensorType((2,), f32))).result]))
    module = Module((main,), [data("a", 1, 2), data("b", 1, 2), data("c", 1, 2)])
    ctx = PassContext()
    assert names(MergeEqualGlobals().run(module, ctx)) == ["a", "b"]
    assert [(r.op_id, r.rule, r.message) for r in ctx.remarks] == [
        ("@b", "merge", "an equal global stands before it, but this one may be written")
    ]
