"""Which operands and iteration dims scalar expressions read, and the same expressions with others instead."""

from __future__ import annotations

from collections.abc import Iterable

from tensorir.ir.scalar import Scalar, ScalarBody, arg, iteration_index, rewritten, with_operands


def args_of(*roots: Scalar) -> tuple[int, ...]:
    """The numbers of the operands that expressions read, ascending."""
    return tuple(sorted({node.index for root in roots for node in nodes(root) if node.fn == "arg"}))


def indices_of(*roots: Scalar) -> tuple[int, ...]:
    """The iteration dims whose index expressions read, ascending."""
    return tuple(sorted({node.index for root in roots for node in nodes(root) if node.fn == "index"}))


def nodes(root: Scalar) -> Iterable[Scalar]:
    """Every node once, operands before users."""
    return ScalarBody((), root).nodes()


def renumbered(root: Scalar, args: dict[int, int], dims: dict[int, int]) -> Scalar:
    """`root` with operands and iteration dims renamed."""

    def renamed(node: Scalar, operands: tuple[Scalar, ...]) -> Scalar:
        if node.fn == "arg":
            return arg(args[node.index], node.dtype)
        return iteration_index(dims[node.index]) if node.fn == "index" else with_operands(node, operands)

    return rewritten(root, renamed)
