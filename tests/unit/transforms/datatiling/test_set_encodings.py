"""set-encodings: which contractions get an intent. What the intent is is shown in tests/filetests/set-encodings."""

from __future__ import annotations

import pytest

from tensorir.dialects.encode import SetEncoding, UnsetEncoding
from tensorir.dialects.linalg import Contract, Softmax
from tensorir.encoding.encoding import Encoding
from tensorir.ir.dims import Dim, symbol
from tensorir.ir.isomorphism import isomorphic
from tensorir.ir.module import Global, Module
from tensorir.passes.pass_ import PassContext
from tensorir.passes.runner import run_passes
from tensorir.transforms.datatiling.set_encodings import SetEncodings
from tests.support.graphs import GRAPHS, Graph

S = symbol("S")


def encoded(module: Module, min_parallel: int = 1) -> Module:
    return run_passes(module, (SetEncodings(min_parallel=min_parallel),))


@pytest.mark.parametrize("name", GRAPHS)
def test_every_contraction_stands_between_its_encode_ops(name: str) -> None:
    after = encoded(GRAPHS[name]())
    for f in after.functions:
        for op in f.body.ops:
            if isinstance(op, Contract):
                roles = [e.role for v in op.operands if isinstance(e := v.type.encoding, Encoding)]
                assert roles == ["lhs", "rhs", "result"][: len(op.operands)]
                (reader,) = [o for o in f.body.ops if op.result in o.operands]
                assert isinstance(reader, UnsetEncoding)


@pytest.mark.parametrize("name", GRAPHS)
def test_a_program_with_its_intents_stays_as_it_is(name: str) -> None:
    once = encoded(GRAPHS[name]())
    assert isomorphic(encoded(once), once)


@pytest.mark.parametrize(
    ("m", "n", "least", "kept"), [(4, 8, 32, True), (4, 8, 33, False), (S, 1, 1000, True), (0, 8, 1, False)]
)
def test_only_a_static_number_of_results_can_be_too_small(m: Dim, n: Dim, least: int, kept: bool) -> None:
    g = Graph()
    after = encoded(g.done(g.matmul(g.arg(m, 3), g.arg(3, n))), least)
    assert any(isinstance(o, SetEncoding) for o in after.walk()) == kept


def test_initializers_are_left_alone() -> None:
    """What runs once need not be tiled, and its weights would be packed for nothing."""
    g = Graph()
    product = g.matmul(g.weight("w", 4, 4), g.weight("w", 4, 4))
    region = g.b.finish([product])
    module = Module((), (*g.globals, Global("squared", product.type, region)))
    assert not any(isinstance(o, SetEncoding) for o in encoded(module).walk())


def test_without_a_contraction_the_program_is_returned_itself() -> None:
    g = Graph()
    module = g.done(g.b.add(Softmax(g.arg(4, 4), (1,))).result)
    assert SetEncodings().run(module, PassContext()) is module
