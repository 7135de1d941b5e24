"""Scalar expressions taken apart and put together: which operands they read, the same with others instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tensorir.ir.scalar import Scalar, ScalarBody, apply, arg, bitcast, cast, iteration_index


def args_of(*roots: Scalar) -> tuple[int, ...]:
    """The numbers of the operands that expressions read, ascending."""
    return tuple(sorted({node.index for root in roots for node in nodes(root) if node.fn == "arg"}))


def indices_of(*roots: Scalar) -> tuple[int, ...]:
    """The iteration dims whose index expressions read, ascending."""
    return tuple(sorted({node.index for root in roots for node in nodes(root) if node.fn == "index"}))


def nodes(root: Scalar) -> Iterable[Scalar]:
    """Every node once, operands before users."""
    return ScalarBody((), root).nodes()


def rebuilt(root: Scalar, leaf: Callable[[Scalar], Scalar]) -> Scalar:
    """`root` with each node replaced by what `leaf` makes of it; `leaf` sees nodes whose operands are done already.

    Iterative, and each shared node is visited once."""
    made: dict[int, Scalar] = {}
    for node in nodes(root):
        operands = tuple(made[id(o)] for o in node.operands)
        made[id(node)] = leaf(node if operands == node.operands else with_operands(node, operands))
    return made[id(root)]


def with_operands(node: Scalar, operands: tuple[Scalar, ...]) -> Scalar:
    """The same function of other operands of the same types."""
    if node.fn == "cast":
        return cast(operands[0], node.dtype)
    if node.fn == "bitcast":
        return bitcast(operands[0], node.dtype)
    return apply(node.fn, *operands) if operands else node


def renumbered(root: Scalar, args: dict[int, int], dims: dict[int, int]) -> Scalar:
    """`root` with operands and iteration dims renamed."""

    def leaf(node: Scalar) -> Scalar:
        if node.fn == "arg":
            return arg(args[node.index], node.dtype)
        return iteration_index(dims[node.index]) if node.fn == "index" else node

    return rebuilt(root, leaf)
