"""inline-calls beyond what random programs show: chains, nested regions, cycles, growth."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tensorir.dialects.func import Call
from tensorir.dialects.registry import OPS
from tensorir.interp import interpret
from tensorir.ir.diagnostic import TensorIRError, UnsupportedError
from tensorir.ir.isomorphism import isomorphic
from tensorir.ir.module import Module
from tensorir.ir.region import Region
from tensorir.ir.verify import verify
from tensorir.passes.pass_ import PassContext
from tensorir.text import parse
from tensorir.transforms.simplify.inline_calls import InlineCalls

T = "tensor<4xf32>"


def inline(module: Module) -> Module:
    after = InlineCalls().run(module, PassContext())
    verify(after)
    return after


def read(text: str) -> Module:
    module = parse(text, OPS, file="f.tir")
    verify(module)
    return module


def func(name: str, *lines: str, result: str = "%x", head: str = "func") -> str:
    body = "".join(f"  {line}\n" for line in lines)
    return f"{head} @{name}(%x: {T}) -> ({T}) {{\n{body}  return {result} : {T}\n}}\n"


def call(result: str, callee: str, operand: str = "%x") -> str:
    return f"{result} = func.call {operand} {{callee = @{callee}, types = [{T}]}} : ({T}) -> {T}"


ADD = "{maps = [(i) -> (i), (i) -> (i), (i) -> (i)], body = (a: f32, b: f32) { s = add a, b; yield s }}"
DOUBLE = func("double", f"%y = linalg.generic %x, %x {ADD} : ({T}, {T}) -> {T}", result="%y")


def test_calls_of_calls_in_any_order_of_the_functions() -> None:
    four = func("four", call("%a", "double"), call("%b", "double", "%a"), result="%b", head="func private")
    main = func("main", call("%a", "four"), call("%b", "four", "%a"), result="%b")
    x = np.arange(4, dtype=np.float32)
    for text in (main + four + DOUBLE, DOUBLE + four + main):
        module = read(text)
        after = inline(module)
        assert {f.name for f in after.functions} == {"main", "double"}
        assert not any(isinstance(o, Call) for f in after.functions for o in f.body.walk())
        np.testing.assert_array_equal(interpret(after, "main", [x])[0], 16 * x)
        assert inline(after) is after


def test_a_module_without_calls_is_left_alone() -> None:
    module = read(DOUBLE)
    assert inline(module) is module


def test_calls_in_initializers_and_dispatches() -> None:
    module = read(
        f"global @w : {T} = {{\n  %c = tensor.constant {{value = dense<1.0> : {T}}} : () -> {T}\n"
        f"  {call('%y', 'double', '%c')}\n  yield %y : {T}\n}}\n"
        + DOUBLE
        + func(
            "main",
            f"%w = global.load {{symbol = @w, type = {T}}} : () -> {T}",
            f"%y = flow.dispatch %w : ({T}) -> {T} (%x: {T}) {{ {call('%y', 'double')} yield %y : {T} }}",
            result="%y",
        )
    )
    after = inline(module)
    bodies = [f.body for f in after.functions] + [g.value for g in after.globals if isinstance(g.value, Region)]
    assert not any(isinstance(o, Call) for body in bodies for o in body.walk())
    got = [interpret(m, "main", [np.zeros(4, np.float32)])[0].tolist() for m in (module, after)]
    assert got == [[4.0] * 4] * 2


def test_a_result_that_is_an_argument() -> None:
    module = read(func("same", head="func private") + func("main", call("%y", "same"), result="%y"))
    assert isomorphic(inline(module), read(func("main")))


@pytest.mark.parametrize("cycle", [["main"], ["main", "f"], ["main", "f", "g"]], ids=len)
def test_cycles_are_refused_with_their_names_and_place(cycle: list[str]) -> None:
    after = dict(zip(cycle, [*cycle[1:], "main"], strict=True))
    module = read("".join(func(n, call("%y", after[n]), result="%y") for n in cycle) + func("apart"))
    arrows = " → ".join(f"@{n}" for n in (*cycle, "main"))
    with pytest.raises(UnsupportedError) as e:
        inline(module)
    assert f"func.call: functions that call themselves can't be compiled: {arrows}" in str(e.value)
    assert e.value.diagnostics[0].loc.line == 4 * len(cycle) - 2


def test_a_cycle_that_main_only_leads_to_is_named_alone() -> None:
    module = read(func("main", call("%y", "f")) + func("f", call("%y", "f")))
    with pytest.raises(UnsupportedError, match=r"compiled: @f → @f$"):
        inline(module)


def test_programs_that_would_grow_exponentially_are_refused() -> None:
    names = [f"f{i}" for i in range(64)]
    text = "".join(func(a, call("%p", b), call("%q", b, "%p"), result="%q") for a, b in pairwise(names))
    module = read(text + DOUBLE.replace("double", names[-1]))
    with pytest.raises(UnsupportedError, match=r"with all calls inlined the program has \d+ ops, over the limit"):
        inline(module)


def test_a_long_chain_of_calls_needs_no_deep_stack() -> None:
    names = [f"f{i}" for i in range(3000)]
    text = "".join(func(a, call("%p", b), result="%p") for a, b in pairwise(names))
    after = inline(read(text + DOUBLE.replace("double", names[-1])))
    assert all(len(f.body.ops) == 1 for f in after.functions)


def test_sizes_of_a_call_that_the_callee_can_not_have_are_an_error_with_its_place() -> None:
    module = parse(
        """func private @f(%x: tensor<[N]xf32>) -> (tensor<8xf32>) {
  %y = tensor.pad %x {low = [0], high = [-N + 8]} : (tensor<[N]xf32>) -> tensor<8xf32>
  return %y : tensor<8xf32>
}
func @main(%x: tensor<9xf32>) -> (tensor<8xf32>) {
  %y = func.call %x {callee = @f, types = [tensor<8xf32>]} : (tensor<9xf32>) -> tensor<8xf32>
  return %y : tensor<8xf32>
}""",
        OPS,
        file="f.tir",
    )
    with pytest.raises(TensorIRError, match=r"f.tir:2:3: error: tensor.pad: padding must not be negative"):
        inline(module)


def test_wrong_calls_are_errors_even_where_nobody_verified() -> None:
    wrong = func("main", call("%y", "f"))
    module = parse("func @f(%x: tensor<5xf32>) -> (tensor<5xf32>) { return %x : tensor<5xf32> }\n" + wrong, OPS)
    with pytest.raises(TensorIRError, match="@f: input 0 is tensor<4xf32>, the argument tensor<5xf32>"):
        InlineCalls().run(module, PassContext())


def test_private_functions_in_a_long_chain_are_copied_once_each() -> None:
    names = ["main", *(f"f{i}" for i in range(2000))]
    double = f"%d = linalg.generic %x, %x {ADD} : ({T}, {T}) -> {T}"
    parts = [func("main", call("%p", "f0"), result="%p")]
    parts += [func(a, double, call("%p", b, "%d"), result="%p", head="func private") for a, b in pairwise(names[1:])]
    parts += [DOUBLE.replace("func @double", f"func private @{names[-1]}")]
    (main,) = inline(read("".join(parts))).functions  # 2,000 ops: copied at each level they would be 2,000,000
    assert len(main.body.ops) == 2000


def test_what_no_public_function_reaches_does_not_count() -> None:
    names = [f"f{i}" for i in range(64)]
    text = "".join(
        func(a, call("%p", b), call("%q", b, "%p"), result="%q", head="func private") for a, b in pairwise(names)
    )
    after = inline(read(text + DOUBLE.replace("double", names[-1]) + func("main")))
    assert {f.name for f in after.functions} == {"main", names[-1]}


def test_sizes_of_calls_within_calls_are_those_of_the_outermost() -> None:
    t, s = "tensor<[N]xf32>", "tensor<[2*N]xf32>"
    twice = f"func private @twice(%x: {t}) -> ({s}) {{\n  %y = tensor.concat %x, %x {{dim = 0}} : ({t}, {t}) -> {s}\n"
    twice += f"  return %y : {s}\n}}\n"
    inner = twice + f"func private @four(%x: {t}) -> (tensor<[4*N]xf32>) {{\n"
    inner += f"  %y = func.call %x {{callee = @twice, types = [{s}]}} : ({t}) -> {s}\n"
    inner += f"  %z = func.call %y {{callee = @twice, types = [tensor<[4*N]xf32>]}} : ({s}) -> tensor<[4*N]xf32>\n"
    inner += "  return %z : tensor<[4*N]xf32>\n}\n"
    main = func("main", f"%y = func.call %x {{callee = @four, types = [tensor<16xf32>]}} : ({T}) -> tensor<16xf32>")
    after = inline(
        read(inner + main.replace(f"-> ({T})", "-> (tensor<16xf32>)").replace(f"%x : {T}", "%y : tensor<16xf32>"))
    )
    assert [str(o.result.type) for o in after.functions[0].body.ops] == ["tensor<8xf32>", "tensor<16xf32>"]
