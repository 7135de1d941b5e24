"""Activation functions from their parts: gelu, its approximation by tanh, silu."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

from attrs import frozen

from tensorir.dialects.linalg import Generic
from tensorir.dialects.linalg.structured import accumulation_type
from tensorir.ir.dtype import DType
from tensorir.ir.scalar import Scalar, ScalarBody, apply, arg, cast, const, rewritten, with_operands
from tensorir.rewrite.pattern import Pattern, Refused, RegionView, Rewrite, pattern
from tensorir.transforms.raising.formulas import close
from tensorir.transforms.raising.rational import Polynomial, Rational, rational
from tensorir.transforms.raising.rows import read_elsewhere
from tensorir.transforms.raising.terms import Apply, At, Reading, Term

SEARCHED = 24
"""How many terms below a product are searched for erf, tanh or exp, and how many below that for x."""

_FUNCTIONS = frozenset({"erf", "erfc", "tanh", "exp"})
_ODD = frozenset({"erf", "tanh"})

SLOPE = (2 / 3.141592653589793) ** 0.5
CUBIC = 0.044715


@frozen
class Formula:
    """`over / under` in x and E = `function(inner polynomial in x)` is `name`, which `made` writes."""

    name: str
    function: str
    inner: Polynomial
    over: Polynomial
    under: Polynomial
    made: Callable[[Scalar], Scalar]


def _gelu(x: Scalar) -> Scalar:
    return apply("gelu", x)


def _silu(x: Scalar) -> Scalar:
    return _times_logistic(x, x)


def _gelu_tanh(x: Scalar) -> Scalar:
    cube = apply("mul", apply("mul", x, x), x)
    sum = apply("add", x, apply("mul", const(CUBIC, x.dtype), cube))
    return _times_logistic(x, apply("mul", const(2 * SLOPE, x.dtype), sum))


def _times_logistic(x: Scalar, y: Scalar) -> Scalar:
    return apply("div", x, apply("add", const(1, x.dtype), apply("exp", apply("neg", y))))


_ONE: Polynomial = {(0, 0): 1.0}
_HALF_AND_HALF: Polynomial = {(1, 0): 0.5, (1, 1): 0.5}
_CUBE: Polynomial = {(1, 0): SLOPE, (3, 0): SLOPE * CUBIC}

FORMULAS = (
    Formula("gelu", "erf", {(1, 0): 0.5**0.5}, _HALF_AND_HALF, _ONE, _gelu),
    Formula("gelu", "erfc", {(1, 0): -(0.5**0.5)}, {(1, 1): 0.5}, _ONE, _gelu),
    Formula("gelu_tanh", "tanh", _CUBE, _HALF_AND_HALF, _ONE, _gelu_tanh),
    Formula("silu", "exp", {(1, 0): -1.0}, {(1, 0): 1.0}, {(0, 0): 1.0, (0, 1): 1.0}, _silu),
    Formula("silu", "tanh", {(1, 0): 0.5}, _HALF_AND_HALF, _ONE, _silu),
)


@pattern(Generic)
def raise_activation(op: Generic, view: RegionView) -> Rewrite:
    """x/2·(1 + erf(x/√2)) == gelu(x); x/2·(1 + tanh u) == x/(1 + exp(−2u)); x·1/(1 + exp(−x)) == x/(1 + exp(−x))

    Here u is √(2/π)·(x + 0.044715·x³) for gelu's approximation and x/2 for silu. Constants may be rounded to the
    element type, and sums and products may be grouped and ordered in any way. In exact arithmetic the two sides are
    equal but for the rounding of the constants, 4·u relative to each. The right side rounds less, and it keeps its
    digits where 1 + erf or 1 + tanh loses them, for negative x; for 16-bit types it is computed in f32, in which exp
    does not overflow as early. −∞ gives NaN on both sides, +∞ and NaN themselves."""
    if op.encoding is not None or not _may_hold_one(op, view):
        return None
    r = Reading(op, view)
    refused: Refused | None = None
    for node, term in reversed(r.body):
        if node.fn not in ("mul", "div", "add") or not node.dtype.is_float or (found := _found(r, term)) is None:
            continue
        formula, x = found
        if (made := _with(op, r, node, formula, x)) is None:
            continue
        starts = [op.inputs[n.index] for n in ScalarBody(op.body.args, node).nodes() if n.fn == "arg"]
        leaves = [x.value] if isinstance(x, At) else starts
        refused = read_elsewhere(op, leaves, view, starts=starts, every=True)
        if refused is None:
            return made
    return refused


def _may_hold_one(op: Generic, view: RegionView) -> bool:
    """A quick look: whether the body, or one that it reads, multiplies, and erf, tanh or exp is near."""
    fns = {n.fn for n in op.body.nodes()}
    if fns.isdisjoint({"mul", "div"}):
        return False
    near = [op]
    for _ in range(6):
        if any(n.fn in _FUNCTIONS for o in near for n in o.body.nodes()):
            return True
        near = [o for at in near for v in at.inputs if isinstance(o := view.def_of(v), Generic)][:4]
    return False


def _found(r: Reading, root: Term) -> tuple[Formula, Term] | None:
    for function in _below(r, root):
        if not isinstance(function, Apply) or function.fn not in _FUNCTIONS:
            continue
        for x in _below(r, function.terms[0]):
            r.widest = x.dtype.bits
            inner = rational(r, function.terms[0], x, None)
            if inner is None or len(inner.under) != 1 or set(inner.over) - {(1, 0), (3, 0)}:
                continue
            whole = rational(r, root, x, function)
            if whole is None or max(r.widest, function.dtype.bits) > accumulation_type(root.dtype).bits:
                continue
            for formula in FORMULAS:
                if formula.function == function.fn and _is(formula, inner, whole, root.dtype):
                    return formula, x
        return None
    return None


def _is(formula: Formula, inner: Rational, whole: Rational, dtype: DType) -> bool:
    for sign in (1.0, -1.0) if formula.function in _ODD else (1.0,):
        over = {(i, j): c * (sign if j % 2 else 1.0) for (i, j), c in whole.over.items()}
        argument = {key: c * sign for key, c in inner.over.items()}
        if (
            _close(argument, formula.inner, dtype)
            and _close(over, formula.over, dtype)
            and _close(whole.under, formula.under, dtype)
        ):
            return True
    return False


def _close(found: Polynomial, wanted: Polynomial, dtype: DType) -> bool:
    return found.keys() == wanted.keys() and all(close(c, wanted[key], dtype) for key, c in found.items())


def _below(r: Reading, root: Term) -> Iterator[Term]:
    """The term and what its arithmetic is made of, nearest first: where a value is read, then what defines it."""
    left = SEARCHED
    queue = deque([root])
    while queue and left:
        left -= 1
        term = queue.popleft()
        yield term
        match term:
            case Apply(fn="add" | "sub" | "mul" | "div" | "neg" | "cast" | "pow"):
                queue.extend(term.terms)
            case At() if (after := r.step(term)) is not None:
                queue.appendleft(after)
            case _:
                pass


def _with(op: Generic, r: Reading, node: Scalar, formula: Formula, x: Term) -> Generic | None:
    """The op with `node` of its body replaced by the formula of x, which may be one more input."""
    inputs, maps, args = [*op.inputs], list(op.maps[:-1]), list(op.body.args)
    known = next((s for s, t in r.body if t is x or (isinstance(t, At) and t == x)), None)
    if known is None:
        if not isinstance(x, At):
            return None
        known = arg(len(inputs), x.dtype)
        inputs.append(x.value)
        maps.append(x.map.compose(op.maps[-1]))
        args.append(x.dtype)
    own = formula.made is _gelu and known.dtype == node.dtype  # a function, which rounds once
    inner = node.dtype if own else accumulation_type(node.dtype)
    made = cast(formula.made(cast(known, inner)), node.dtype)
    if made is node:
        return None
    result = rewritten(op.body.result, lambda n, operands: made if n is node else with_operands(n, operands))
    body = ScalarBody(tuple(args), result)
    return Generic(tuple(inputs), (*maps, op.maps[-1]), body, op.iteration_shape, loc=op.loc)


ACTIVATIONS: tuple[Pattern, ...] = (raise_activation,)
