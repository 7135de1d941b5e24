"""Analyses what a scalar body does with the total that it updates; used by `scans`."""

from __future__ import annotations

from attrs import frozen

from tensorir.ir.scalar import Scalar, ScalarBody


def reads(node: Scalar, own: Scalar) -> bool:
    """Returns whether an expression depends on the total."""
    return any(n is own for n in ScalarBody((), node).nodes())


@frozen
class Compared:
    """A comparison of an element with the total: whether the smaller one wins, and whether an equal one loses."""

    element: Scalar
    key: Scalar
    smallest: bool
    strict: bool


def comparison(condition: Scalar, own: Scalar) -> Compared | None:
    """Returns the first comparison of an element with the total."""
    nodes = tuple(ScalarBody((), condition).nodes())
    inverted = {n.operands[0] for n in nodes if n.fn == "xor" and n.operands[1].fn == "const"}
    for node in nodes:
        if node.fn not in ("lt", "le", "gt", "ge"):
            continue
        a, b = node.operands
        if reads(a, own) == reads(b, own):
            continue
        element, key = (b, a) if reads(a, own) else (a, b)
        smallest, strict = (node.fn in ("lt", "le")) == (element is a), node.fn in ("lt", "gt")
        return Compared(element, key, smallest != (node in inverted), strict != (node in inverted))
    return None


def linear(body: Scalar, own: Scalar) -> tuple[Scalar, Scalar] | None:
    """Returns a and b of `own·a + b`, neither of which reads `own`."""
    match body:
        case Scalar(fn="fma", operands=(x, y, term)):
            pass
        case Scalar(fn="add", operands=(Scalar(fn="mul", operands=(x, y)), term)) if own in (x, y):
            pass
        case Scalar(fn="add", operands=(term, Scalar(fn="mul", operands=(x, y)))):
            pass
        case _:
            return None
    if own not in (x, y):
        return None
    factor = y if x is own else x
    return None if reads(factor, own) or reads(term, own) else (factor, term)
