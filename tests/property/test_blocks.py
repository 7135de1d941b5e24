"""Random functions of blocks, where they are read as branches and loops, compute what a walk through them does."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from hypothesis import event, given, note
from hypothesis import strategies as st

from tensorir.interp import interpret
from tensorir.ir.diagnostic import ParseError
from tensorir.mlir import parse

MASK = (1 << 32) - 1
REASONS = (
    *("may not be known here", "a loop that begins in several places", "a loop is left in several places"),
    "do not all meet again",
)
"""Why blocks may be refused."""


@frozen
class Node:
    """A block: it gets what is left (fuel) and a number, takes one from the fuel, and adds `plus` and the number that
    the block `seen` got. `to`: none to return, one block, or two: the first one if the number is odd, or, for `loops`,
    as long as there is fuel."""

    plus: int
    seen: int
    to: tuple[int, ...]
    loops: bool
    turned: bool


@st.composite
def functions(draw: st.DrawFn) -> list[Node]:
    count = draw(st.integers(2, 7))
    nodes: list[Node] = []
    for i in range(count):
        later = st.integers(i + 1, count - 1)
        kind = draw(st.sampled_from(("return", "one", "two", "two", "loop"))) if i < count - 1 else "return"
        loops = kind == "loop" and i > 0  # no branch leads to the first block
        first = (draw(st.integers(1, i)),) if loops else (draw(later),) if kind == "two" else ()
        to = () if kind == "return" else (*first, draw(later))
        nodes.append(Node(draw(st.integers(0, 9)), draw(st.integers(0, i)), to, loops, draw(st.booleans())))
    return nodes


def written(nodes: list[Node]) -> str:
    """As MLIR."""
    lines = ["func.func @main(%f_0: i32, %x_0: i32) -> i32 {", "%one = arith.constant 1 : i32"]
    lines += ["%zero = arith.constant 0 : i32"]
    for i, node in enumerate(nodes):
        if i:
            lines.append(f"^b{i}(%f_{i}: i32, %x_{i}: i32):")
        lines += [
            f"%left_{i} = arith.subi %f_{i}, %one : i32",
            f"%k_{i} = arith.constant {node.plus} : i32",
            f"%a_{i} = arith.addi %x_{i}, %k_{i} : i32",
            f"%y_{i} = arith.addi %a_{i}, %x_{node.seen} : i32",
        ]
        given = f"(%left_{i}, %y_{i} : i32, i32)"
        if not node.to:
            lines.append(f"return %y_{i} : i32")
        elif len(node.to) == 1:
            lines.append(f"cf.br ^b{node.to[0]}{given}")
        else:
            if node.loops:
                lines.append(f"%c_{i} = arith.cmpi {'sle' if node.turned else 'sgt'}, %left_{i}, %zero : i32")
            else:
                lines += [f"%odd_{i} = arith.andi %y_{i}, %one : i32"]
                lines += [f"%c_{i} = arith.cmpi {'ne' if node.turned else 'eq'}, %odd_{i}, %one : i32"]
            ways = node.to[::-1] if node.turned else node.to
            lines.append(f"cf.cond_br %c_{i}, ^b{ways[0]}{given}, ^b{ways[1]}{given}")
    return "\n".join([*lines, "}"])


def walked(nodes: list[Node], fuel: int, number: int) -> int:
    known: dict[int, int] = {}
    at = 0
    while True:
        node = nodes[at]
        known[at] = number
        fuel -= 1
        number = (number + node.plus + known[node.seen]) & MASK
        if not node.to:
            return number
        stay = fuel > 0 if node.loops else number % 2 == 1
        at = node.to[0 if stay else -1]


@given(functions(), st.integers(0, 6), st.integers(0, 9))
def test_blocks_are_read_as_what_they_do(nodes: list[Node], fuel: int, number: int) -> None:
    text = written(nodes)
    note(text)
    try:
        module = parse(text)
    except ParseError as e:
        reason = next((r for r in REASONS if r in e.diagnostics[0].message), None)
        if reason is None:
            raise
        event(reason)
        return
    event("read")
    (found,) = interpret(module, "main", [np.int32(fuel), np.int32(number)])
    assert int(found) & MASK == walked(nodes, fuel, number)
