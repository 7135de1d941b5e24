"""Products of operands that are repeated for several heads: computed and read once for all of them, bit for bit."""

from __future__ import annotations

import numpy as np
from hypothesis import given, note, settings
from hypothesis import strategies as st

from tensorir.builder.module import ModuleBuilder
from tensorir.dialects.linalg import Contract
from tensorir.interp import interpret
from tensorir.ir.dtype import f32
from tensorir.ir.module import Module
from tensorir.ir.value import Value
from tensorir.passes.runner import run_passes
from tensorir.pipelines import PASSES
from tensorir.text import print_module

PROGRAMS = settings(max_examples=max(300, settings().max_examples))
SIZES = {"h": 2, "g": 3, "m": 5, "n": 3, "k": 4}


def shared(drawn: st.DataObject) -> Module:
    """contract(q, f(repeat k)) over heads h, groups g, rows, columns and summed k: the repeated side is scaled or not,
    has its dims in any order, and heads are merged with groups or not."""
    draw = drawn.draw
    module = ModuleBuilder()
    f = module.function("main")
    letters = "".join(draw(st.permutations("hgnk")))
    kept = "".join(c for c in letters if c != "g")
    k = f.arg("k", tuple(SIZES[c] for c in kept), f32)
    wide = k.reshape(*(1 if c == "g" else SIZES[c] for c in letters)).broadcast_to(tuple(SIZES[c] for c in letters))
    merged = "hg" in letters and draw(st.booleans())
    heads = letters.replace("hg", "h") if merged else letters
    if draw(st.booleans()):
        wide = wide * 0.25
    sizes = SIZES | ({"h": 6} if merged else {})
    wide = wide.reshape(*(sizes[c] for c in heads))
    if draw(st.booleans()):
        varies = heads[-1] in "nk" and draw(st.booleans())  # with other operands, which the heads share too
        wide = (wide + f.arg("s", (sizes[heads[-1]],), f32)).exp() if varies else wide * 0.5
    order = draw(st.permutations(range(len(heads))))
    wide, right = wide.transpose(*order), "".join(heads[i] for i in order)
    left = "".join(draw(st.permutations("hmk" if merged else "hgmk")))
    q = f.arg("q", tuple(sizes[c] for c in left), f32)
    out = "".join(draw(st.permutations("hmn" if merged else "hgmn")))
    pair = ((q, left), (wide, right)) if draw(st.booleans()) else ((wide, right), (q, left))
    f.returns(pair[0][0].contract(pair[1][0], f"{pair[0][1]},{pair[1][1]}->{out}"))
    return module.build()


def _elements(value: Value) -> int:
    return int(np.prod([n for n in value.type.shape if isinstance(n, int)]))


@PROGRAMS
@given(drawn=st.data(), seed=st.integers(0, 1 << 16))
def test_what_heads_share(drawn: st.DataObject, seed: int) -> None:
    module = shared(drawn)
    note(print_module(module))
    made = run_passes(
        module, [PASSES[n]() for n in ("canonicalize", "sink-collapse-shape", "canonicalize")], verify_each=True
    )
    note(print_module(made))
    shapes = [[n for n in t.shape if isinstance(n, int)] for t in module.functions[0].body.arg_types]
    rng = np.random.default_rng(seed)
    args = [rng.standard_normal(shape, np.float32) for shape in shapes]
    assert np.array_equal(interpret(made, "main", args)[0], interpret(module, "main", args)[0])
    (product,) = (op for op in made.functions[0].body.ops if isinstance(op, Contract))
    small, large = sorted((product.lhs, product.rhs), key=_elements)
    assert _elements(small) == SIZES["h"] * SIZES["n"] * SIZES["k"], "an operand is repeated"
    assert _elements(large) == 6 * SIZES["m"] * SIZES["k"]
