"""Products of dequantized integers are as exact as products of the integers: random scales, zero points, spellings."""

from __future__ import annotations

import numpy as np
from hypothesis import given, note, settings
from hypothesis import strategies as st

from tensorir.api import compile
from tensorir.dialects.linalg import Contract
from tensorir.interp import interpret
from tensorir.ir.dtype import f32, i32
from tensorir.passes.runner import run_passes
from tensorir.pipelines import PASSES
from tensorir.testing.agreement import assert_within
from tensorir.testing.bounds.operations import error_bounds
from tensorir.text import print_module
from tests.support.models.quantized import qdq_mlp
from tests.support.quantized_products import QuantizedProduct

PROGRAMS = settings(max_examples=max(300, settings().max_examples))


@PROGRAMS
@given(drawn=st.data(), exact=st.booleans())
def test_a_product_of_dequantized_integers(drawn: st.DataObject, exact: bool) -> None:
    """It becomes one of integers, within the bound of the original, and bit for bit if no form rounds."""
    made = QuantizedProduct(drawn, exact=exact)
    note(print_module(made.module))
    passes = [PASSES[n]() for n in ("canonicalize", "integer-contractions", "canonicalize")]
    integers = run_passes(made.module, passes, verify_each=True)
    note(print_module(integers))
    body = integers.functions[0].body
    (product,) = (op for op in body.ops if isinstance(op, Contract))
    assert product.dtype is i32 and not product.lhs.type.dtype.is_float and not product.rhs.type.dtype.is_float
    with np.errstate(all="ignore"):
        (result,) = interpret(integers, "main", made.args)
        if exact:
            assert np.array_equal(result, interpret(made.module, "main", made.args)[0])
        assert_within(
            error_bounds(made.module, "main", made.args), [v.type.dtype for v in body.yields], [result], scale=1.0
        )


def test_a_compiled_quantized_mlp_multiplies_integers() -> None:
    """In what runs, too: within the bounds of the MLP of floats, with weights that are as narrow as before."""
    module = qdq_mlp(4)
    integers = run_passes(module, [PASSES["integer-contractions"]()], verify_each=True)
    assert [op.dtype for op in integers.functions[0].body.ops if isinstance(op, Contract)] == [i32] * 3
    x = np.random.default_rng(0).standard_normal((4, 256)).astype(np.float32)
    program = compile(integers)
    results = [program(x), *interpret(integers, "main", [x])]
    for result in results:
        assert_within(error_bounds(module, "main", [x]), [f32], [result])
    assert program.stats.weights_bytes <= 1.02 * compile(module).stats.weights_bytes
