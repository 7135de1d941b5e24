"""propagate-encodings: the law that it adds nothing but encode ops. Rules and refusals are shown in
tests/filetests/propagate-encodings."""

from __future__ import annotations

import pytest

from tensorir.dialects.encode import SetEncoding, UnsetEncoding
from tensorir.encoding.encoding import Encoding
from tensorir.ir.isomorphism import isomorphic
from tensorir.ir.module import Module
from tensorir.ir.verify import verify
from tensorir.passes.runner import run_passes
from tensorir.testing.equivalence import assert_equivalent
from tensorir.transforms.datatiling.propagate_encodings import PropagateEncodings
from tensorir.transforms.datatiling.set_encodings import SetEncodings
from tensorir.transforms.datatiling.specialize_encodings import SpecializeEncodings
from tests.support.graphs import GRAPHS


def propagated(module: Module) -> Module:
    return run_passes(module, (SetEncodings(), PropagateEncodings()))


@pytest.mark.parametrize("name", GRAPHS)
def test_without_its_encode_ops_the_program_is_what_it_was(name: str) -> None:
    module = GRAPHS[name]()
    bare = run_passes(module, (SpecializeEncodings(device="reference"),))
    assert isomorphic(run_passes(propagated(module), (SpecializeEncodings(device="reference"),)), bare)


@pytest.mark.parametrize("name", GRAPHS)
def test_nothing_is_left_to_move(name: str) -> None:
    once = propagated(GRAPHS[name]())
    verify(once)
    assert run_passes(once, (PropagateEncodings(),)) is once


@pytest.mark.parametrize("name", GRAPHS)
def test_what_is_read_encoded_was_encoded_so(name: str) -> None:
    """An op gives an encoding only if it reads one of the same contraction: none is invented."""
    for f in propagated(GRAPHS[name]()).functions:
        for op in f.body.ops:
            if isinstance(op, SetEncoding | UnsetEncoding):
                continue
            given = {v.type.encoding for v in op.results} - {None}
            read = [v.type.encoding for v in op.operands]
            for e in given:
                assert isinstance(e, Encoding)
                assert any(isinstance(r, Encoding) and r.contraction == e.contraction for r in read)


@pytest.mark.parametrize("name", ["residual", "softmax between", "mlp"])
def test_the_meaning_is_kept(name: str) -> None:
    module = GRAPHS[name]()
    assert_equivalent(module, propagated(module), seed=1)
