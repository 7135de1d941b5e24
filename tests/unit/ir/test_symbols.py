"""Ops that name a symbol: every one of them, with every kind of symbol, and with types that are not the symbol's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import evolve

from tensorir.api import compile
from tensorir.dialects.flow import Launch
from tensorir.dialects.registry import OPS
from tensorir.dialects.tensor import Empty
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import TensorIRError, VerifyError
from tensorir.ir.dims import Dim, ceildiv, symbol
from tensorir.ir.dtype import f32, i32
from tensorir.ir.location import Location
from tensorir.ir.module import Executable, Function, Global, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.types import TensorType, Type
from tensorir.ir.value import Value
from tensorir.ir.verify import verify
from tensorir.text import parse

HERE = Location("model.py", 7, 3)
N, M = symbol("N"), symbol("M")


def t(*shape: Dim) -> TensorType:
    return TensorType(shape, f32)


IN, OUT = t(2, 3), t(2)


def body(arg: Type = IN, result: Type = OUT) -> Region:
    x = Value(arg)
    made = Empty(result)
    return Region((x,), (made,), made.results)


SYMBOLS = {
    "global": Global("g", OUT, Dense(np.zeros(2, np.float32))),
    "function": Function("f", body(), private=True),
    "executable": Executable("e", "cpu", body()),
}
NAMING = [(cls, attribute, kind) for cls in OPS.values() for attribute, kind in cls.SYMBOLS.items()]
"""Every op class that names a symbol."""


def naming(cls: type[Op], attribute: str, name: str, inputs: tuple[Value, ...], types: tuple[Type, ...]) -> Op:
    """An op of the class that names `name`: inputs and types where it has such fields."""
    fields: dict[str, Any] = {attribute: name}
    if cls.OPERANDS:
        fields[cls.OPERANDS[0]] = inputs
    if "types" in cls.ATTRIBUTES:
        fields["types"] = types
    if "type" in cls.ATTRIBUTES:
        fields["type"] = types[0]
    make: Callable[..., Op] = cls
    return make(**fields, loc=HERE)


def module_with(op: Op, inputs: tuple[Value, ...]) -> Module:
    main = Function("main", Region(inputs, (op,), op.results))
    g, f, e = SYMBOLS["global"], SYMBOLS["function"], SYMBOLS["executable"]
    assert isinstance(g, Global)
    assert isinstance(f, Function)
    assert isinstance(e, Executable)
    return Module([main, f], [g], [e])


def test_there_are_such_ops() -> None:
    assert {kind for _, _, kind in NAMING} == set(SYMBOLS)


@pytest.mark.parametrize(("cls", "attribute", "kind"), NAMING, ids=lambda v: getattr(v, "NAME", v))
@pytest.mark.parametrize("named", [*SYMBOLS, "nothing"])
def test_an_op_names_a_symbol_of_its_kind(cls: type[Op], attribute: str, kind: str, named: str) -> None:
    name = SYMBOLS[named].name if named in SYMBOLS else "nobody"
    inputs = (Value(IN),)
    module = module_with(naming(cls, attribute, name, inputs, (OUT,)), inputs)
    if named == kind:
        verify(module)
        return
    wrong = f"is an? {named}, should be an? {kind}; the module has @" if named in SYMBOLS else "in the module"
    with pytest.raises(VerifyError, match=rf"model\.py:7:3: error: {cls.NAME}: {attribute}: .*@{name} {wrong}"):
        verify(module)


@pytest.mark.parametrize(("cls", "attribute", "kind"), NAMING, ids=lambda v: getattr(v, "NAME", v))
@pytest.mark.parametrize("result", [t(3), t(2, 1), t(N), TensorType((2,), i32)], ids=str)
def test_an_op_gives_what_its_symbol_is(cls: type[Op], attribute: str, kind: str, result: Type) -> None:
    inputs = (Value(IN), Value(t(N)))
    op = naming(cls, attribute, SYMBOLS[kind].name, inputs[:1], (result,))
    with pytest.raises(VerifyError, match=rf"model\.py:7:3: error: {cls.NAME}: @{SYMBOLS[kind].name} (is|gives)"):
        verify(module_with(op, inputs))


@pytest.mark.parametrize(
    ("cls", "attribute", "kind"),
    [case for case in NAMING if case[0].OPERANDS],
    ids=lambda v: getattr(v, "NAME", v),
)
@pytest.mark.parametrize(
    "given", [(), (IN, IN), (t(3, 3),), (t(2, N),), (t(2, 3, 1),), (TensorType((2, 3), i32),)], ids=str
)
def test_an_op_takes_what_its_symbol_takes(cls: type[Op], attribute: str, kind: str, given: tuple[Type, ...]) -> None:
    inputs = tuple(map(Value, given))
    op = naming(cls, attribute, SYMBOLS[kind].name, inputs, (OUT,))
    with pytest.raises(VerifyError, match=rf"model\.py:7:3: error: {cls.NAME}: @{SYMBOLS[kind].name}: .*input"):
        verify(module_with(op, (*inputs, Value(t(N)))))


FILES = sorted((Path(__file__).parent / "symbols").glob("*.tir"))


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_a_symbol_used_as_what_it_is_not_is_refused_at_its_place(file: Path) -> None:
    module = parse(file.read_text("utf-8"), OPS, file=file.name)
    with pytest.raises(VerifyError, match=rf"{file.name}:\d+:3: error: (global\.load|flow\.launch|func\.call): .*@"):
        verify(module)
    with pytest.raises(TensorIRError, match=rf"{file.name}:\d+:3: error"):
        compile(module)


LAUNCHES = """
executable @e target("cpu") (%x: tensor<[ceildiv(s0, 4)]x4xf32>) -> (tensor<[s0]xf32>) {{
  %0 = linalg.unpack %x {{inner_dims_pos = [0], inner_tiles = [4], outer_dims_perm = [0], shape = [s0]}}
    : (tensor<[ceildiv(s0, 4)]x4xf32>) -> tensor<[s0]xf32>
  yield %0 : tensor<[s0]xf32>
}}
func @main(%x: tensor<[ceildiv(M, 4)]x4xf32>, %y: tensor<[M]xf32>) -> (tensor<[M]xf32>) {{
  %0 = flow.launch %x {{executable = @e, types = [tensor<[M]xf32>]{sizes}}}
    : (tensor<[ceildiv(M, 4)]x4xf32>) -> tensor<[M]xf32>
  return %0 : tensor<[M]xf32>
}}
"""


def launching(sizes: str) -> Module:
    return parse(LAUNCHES.format(sizes=sizes), OPS, file="l.tir")


def test_a_launch_says_the_sizes_that_no_argument_binds() -> None:
    verify(launching(", sizes = [M]"))
    assert launching(", sizes = [M]").executables[0].free_sizes == ("s0",)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ("", "@e: 0 sizes for 1 that no argument binds: s0"),
        (", sizes = [M, M]", "@e: 2 sizes for 1 that no argument binds: s0"),
        (", sizes = [8]", "@e: input 0 is tensor<[ceildiv(M, 4)]x4xf32>, the argument"),
        (", sizes = [ceildiv(M, 4)*4]", r"@e gives (tensor<[4*ceildiv(M, 4)]xf32>), not (tensor<[M]xf32>)"),
    ],
)
def test_wrong_sizes_of_a_launch_are_refused(sizes: str, message: str) -> None:
    with pytest.raises(VerifyError) as e:
        verify(launching(sizes))
    assert message in str(e.value)
    assert "l.tir:8:3: error: flow.launch: @e" in str(e.value)


def test_a_size_too_many_is_told_without_a_list_of_none() -> None:
    x = Value(t(N))
    main = Function("main", Region((x,), (op := Launch((x,), "e", (t(N),), (N,), loc=HERE),), op.results))
    with pytest.raises(VerifyError, match=r"@e: 1 sizes for 0 that no argument binds\n"):
        verify(Module([main], [], [Executable("e", "cpu", Region((x,), (), (x,)))]))


def test_a_data_type_that_is_another_is_refused_for_initializers_too() -> None:
    g = SYMBOLS["global"]
    assert isinstance(g, Global)
    load = naming(OPS["global.load"], "symbol", "g", (), (t(3),))
    other = evolve(g, name="h", type=t(3), value=Region((), (load,), load.results))
    with pytest.raises(VerifyError, match=r"global\.load: @g is tensor<2xf32>, not tensor<3xf32>"):
        verify(Module([], [g, other]))


def test_sizes_of_expressions_bind_nothing() -> None:
    x = Value(t(ceildiv(N, 2), M))
    assert Executable("e", "cpu", Region((x,), (), (x,))).free_sizes == ("N",)


def test_free_sizes_do_not_depend_on_the_order_in_which_ops_mention_them() -> None:
    ops = [Empty(t(N)), Empty(t(M))]
    for body in (ops, ops[::-1]):
        assert Executable("e", "cpu", Region((), tuple(body), (ops[0].result,))).free_sizes == ("M", "N")
