"""Laws of the model: fingerprints and isomorphism, sizes."""

from __future__ import annotations

from attrs import evolve
from hypothesis import assume, given, note
from hypothesis import strategies as st

from tensorir.ir.dims import Dim, ceildiv, divisible, evaluate, floordiv, mod, substitute
from tensorir.ir.isomorphism import fingerprint, isomorphic
from tensorir.ir.module import Function, Module
from tensorir.ir.region import Region, clone
from tensorir.testing.strategies import dims, programs
from tensorir.text import print_module

VALUES = {"M": 5, "N": 16, "S": 33}


# -- fingerprint equal ⇔ isomorphic


def rebuilt(module: Module) -> Module:
    """The same program of other objects, with other names for private symbols and values."""
    return Module([evolve(f, body=clone(f.body)) for f in module.functions], module.globals, module.executables)


def mutated(module: Module, data: st.DataObject) -> Module:
    """The program with one small thing changed."""
    body = module.functions[0].body
    kind = data.draw(st.sampled_from(["yields", "drop op", "swap operands", "swap ops"]))
    ops = list(body.ops)
    yields = list(body.yields)
    at = data.draw(st.integers(0, max(len(ops) - 1, 0)))
    match kind:
        case "yields":
            yields = [*yields, data.draw(st.sampled_from([*body.args, *yields]))]
        case "drop op" if ops:
            gone = set(ops[at].results)
            keep = [o for o in ops if o is not ops[at]]
            assume(not any(v in gone for o in keep for v in o.operands) and not any(y in gone for y in yields))
            ops = keep
        case "swap operands" if ops and len(ops[at].operands) > 1:
            ops[at] = ops[at].with_operands(ops[at].operands[::-1])
        case "swap ops" if len(ops) > 1:
            i = data.draw(st.integers(0, len(ops) - 2))
            ops[i], ops[i + 1] = ops[i + 1], ops[i]
        case _:
            pass
    return Module([Function("main", Region(body.args, tuple(ops), tuple(yields)))], module.globals)


@given(programs())
def test_a_rebuilt_program_is_isomorphic_and_has_the_same_fingerprint(module: Module) -> None:
    other = rebuilt(module)
    assert isomorphic(module, other)
    assert fingerprint(module) == fingerprint(other)


@given(programs(), st.data())
def test_fingerprints_are_equal_exactly_if_programs_are_isomorphic(module: Module, data: st.DataObject) -> None:
    other = mutated(module, data)
    note(print_module(other))
    assert isomorphic(module, other) == (fingerprint(module) == fingerprint(other))


@given(programs(max_ops=4), programs(max_ops=4))
def test_the_same_for_independent_programs(a: Module, b: Module) -> None:
    assert isomorphic(a, b) == (fingerprint(a) == fingerprint(b))


# -- sizes


@given(dims(), dims(), st.integers(1, 20))
def test_arithmetic_on_sizes_is_arithmetic(a: Dim, b: Dim, k: int) -> None:
    x, y = evaluate(a, VALUES), evaluate(b, VALUES)
    assert evaluate(a + b, VALUES) == x + y
    assert evaluate(a - b, VALUES) == x - y
    assert evaluate(a * b, VALUES) == x * y
    assert evaluate(ceildiv(a, k), VALUES) == -(-x // k)
    assert evaluate(floordiv(a, k), VALUES) == x // k
    assert evaluate(mod(a, k), VALUES) == x % k


@given(dims(), dims())
def test_sizes_have_one_normal_form(a: Dim, b: Dim) -> None:
    assert a + b == b + a
    assert a * b == b * a
    assert a - a == 0
    assert (a + b) - b == a
    assert hash(a + b) == hash(b + a)


@given(dims(), st.integers(1, 20))
def test_what_is_called_divisible_is(a: Dim, k: int) -> None:
    if divisible(a, k):
        assert evaluate(a, VALUES) % k == 0


@given(dims(), dims())
def test_substitution_commutes_with_evaluation(a: Dim, b: Dim) -> None:
    inner = evaluate(b, VALUES)
    assert evaluate(substitute(a, {"M": b}), VALUES) == evaluate(a, {**VALUES, "M": inner})
