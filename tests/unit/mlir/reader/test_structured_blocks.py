"""Blocks are read as branches and loops, or refused with the place of the branch."""

from __future__ import annotations

import numpy as np
import pytest

from tensorir.dialects.control import If, While
from tensorir.interp import interpret
from tensorir.ir.diagnostic import ParseError
from tensorir.mlir import parse
from tensorir.mlir.reader.document import parse_document
from tests.support.growth import growth

HEAD = "func.func @main(%n: i32, %c: i1) -> i32 {\n  %zero = arith.constant 0 : i32\n  %one = arith.constant 1 : i32\n"


def function(text: str) -> str:
    return f"{HEAD}{text}\n}}"


def results(text: str, *numbers: int, flag: bool = True) -> list[int]:
    module = parse(function(text))
    return [int(interpret(module, "main", [np.int32(n), np.bool_(flag)])[0]) for n in numbers]


BOTH_RETURN = """
  cf.cond_br %c, ^a, ^b(%n : i32)
^a:
  return %one : i32
^b(%x: i32):
  return %x : i32
"""
MEET = """
  cf.cond_br %c, ^meet(%n : i32), ^other
^other:
  %m = arith.addi %n, %one : i32
  cf.br ^meet(%m : i32)
^meet(%x: i32):
  %y = arith.addi %x, %x : i32
  return %y : i32
"""


def test_a_branch_whose_ways_both_return_or_meet_again() -> None:
    assert results(BOTH_RETURN, 7) == [1]
    assert results(BOTH_RETURN, 7, flag=False) == [7]
    assert results(MEET, 7) == [14]
    assert results(MEET, 7, flag=False) == [16]
    assert sum(isinstance(op, If) for op in parse(function(MEET)).walk()) == 1


WHILE = """
  cf.br ^head(%n, %zero : i32, i32)
^head(%i: i32, %s: i32):
  %half = arith.divsi %i, %two : i32
  %done = arith.cmpi eq, %i, %zero : i32
  cf.cond_br %done, ^end, ^body
^body:
  %t = arith.addi %s, %half : i32
  %j = arith.subi %i, %one : i32
  cf.br ^head(%j, %t : i32, i32)
^end:
  %r = arith.addi %s, %half : i32
  return %r : i32
"""


def test_a_loop_that_is_left_at_its_beginning_when_its_condition_holds() -> None:
    """What the first block computes is read in the body and behind the loop."""
    text = "%two = arith.constant 2 : i32" + WHILE
    assert results(text, 0, 1, 5) == [0, 0, 2 + 2 + 1 + 1]
    assert sum(isinstance(op, While) for op in parse(function(text)).walk()) == 1


DO_WHILE = """
  cf.br ^head(%zero, %zero : i32, i32)
^head(%i: i32, %s: i32):
  %j = arith.addi %i, %one : i32
  cf.cond_br %c, ^a, ^last(%j : i32)
^a:
  %k = arith.addi %j, %j : i32
  cf.br ^last(%k : i32)
^last(%x: i32):
  %t = arith.addi %s, %x : i32
  %more = arith.cmpi slt, %j, %n : i32
  cf.cond_br %more, ^head(%j, %t : i32, i32), ^end
^end:
  %r = arith.addi %t, %i : i32
  return %r : i32
"""


def test_a_loop_that_is_left_at_its_end() -> None:
    """There are branches in it, and values of its last iteration are read behind it."""
    assert results(DO_WHILE, 0, 1, 4, flag=False) == [1, 1, 10 + 3]
    assert results(DO_WHILE, 4) == [20 + 3]


IN_THE_MIDDLE = """
  cf.br ^head(%zero, %zero : i32, i32)
^head(%i: i32, %s: i32):
  %j = arith.addi %i, %one : i32
  cf.cond_br %c, ^a, ^last(%s : i32)
^a:
  %t = arith.addi %s, %j : i32
  cf.br ^last(%t : i32)
^last(%x: i32):
  %more = arith.cmpi slt, %j, %n : i32
  cf.cond_br %more, ^rest(%x : i32), ^end
^rest(%y: i32):
  %u = arith.addi %y, %i : i32
  cf.br ^head(%j, %u : i32, i32)
^end:
  %r = arith.addi %x, %j : i32
  return %r : i32
"""


def test_a_loop_that_is_left_in_its_middle() -> None:
    """The first part of each iteration has branches, and the second one reads values of it."""
    assert results(IN_THE_MIDDLE, 0, 3, flag=False) == [1, (0 + 1) + 3]
    assert results(IN_THE_MIDDLE, 0, 3) == [1 + 1, (1 + 0 + 2 + 1 + 3) + 3]


NESTED = """
  cf.br ^rows(%zero, %zero : i32, i32)
^rows(%i: i32, %s: i32):
  %more = arith.cmpi slt, %i, %n : i32
  cf.cond_br %more, ^columns(%zero, %s : i32, i32), ^end
^columns(%k: i32, %t: i32):
  %go = arith.cmpi slt, %k, %i : i32
  cf.cond_br %go, ^inner, ^next
^inner:
  %u = arith.addi %t, %k : i32
  %l = arith.addi %k, %one : i32
  cf.br ^columns(%l, %u : i32, i32)
^next:
  %j = arith.addi %i, %one : i32
  cf.br ^rows(%j, %t : i32, i32)
^end:
  return %s : i32
"""


def test_loops_in_loops_and_a_block_that_loops_to_itself() -> None:
    assert results(NESTED, 0, 3, 5) == [0, 1, 10]
    itself = """
  cf.br ^b(%zero : i32)
^b(%i: i32):
  %j = arith.addi %i, %one : i32
  %more = arith.cmpi slt, %j, %n : i32
  cf.cond_br %more, ^b(%j : i32), ^end
^end:
  return %j : i32
"""
    assert results(itself, 0, 1, 9) == [1, 1, 9]


def test_blocks_that_nothing_leads_to_are_left_out_and_generic_form_is_the_same() -> None:
    assert results("  return %n : i32\n^never:\n  return %one : i32", 5) == [5]
    generic = MEET.replace(
        "cf.cond_br %c, ^meet(%n : i32), ^other",
        '"cf.cond_br"(%c, %n) [^meet, ^other] {operandSegmentSizes = array<i32: 1, 1, 0>} : (i1, i32) -> ()',
    ).replace("cf.br ^meet(%m : i32)", '"cf.br"(%m) [^meet] : (i32) -> ()')
    assert generic.count('"cf.') == 2
    assert results(generic, 7) == [14]


REFUSED = [
    ("¦cf.br ^ends\n^end:\n  return %n : i32", "there is no block ^ends; did you mean ^end?"),
    ("¦cf.br ^a(%n : i32)\n^a:\n  return %n : i32", "^a takes 0 values"),
    ("¦cf.br ^a(%c : i1)\n^a(%x: i32):\n  return %n : i32", "^a takes 1 values of other types"),
    ("cf.br ^a\n^a:\n  return %n : i32\n¦^a:\n  return %n : i32", "^a is the label of two blocks"),
    ("%x = arith.addi %n, %n : i32\n¦^a:\n  return %n : i32", "does not end with a branch or a return"),
    ("cf.br ^a\n^a:\n  ¦cf.br ^a", "this block never gets to the end of its region"),
    (
        "cf.cond_br %c, ^a, ^b\n^a:\n  %x = arith.addi %n, %n : i32\n  cf.br ^b\n^b:\n  ¦return %x : i32",
        "%x may not be known here: not all ways lead through it",
    ),
    (
        "cf.cond_br %c, ^a, ^b\n^a:\n  ¦cf.cond_br %c, ^b, ^e\n^b:\n  cf.br ^a\n^e:\n  return %n : i32",
        "this block is in a loop that begins in several places",
    ),
    (
        "cf.br ^a\n^a:\n  ¦cf.cond_br %c, ^b, ^e\n^b:\n  cf.cond_br %c, ^a, ^e\n^e:\n  return %n : i32",
        "a loop is left in several places",
    ),
    (
        "cf.cond_br %c, ^a, ^b\n^a:\n  cf.cond_br %c, ^r, ^b\n^r:\n  return %n : i32\n^b:\n  ¦return %one : i32",
        "ways that lead here do not all meet again: some return before",
    ),
]


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_what_has_no_structure_is_refused_at_its_branch(text: str, message: str) -> None:
    before, after = function(text).split("¦")
    with pytest.raises(ParseError) as caught:
        parse(before + after)
    (found,) = caught.value.diagnostics
    assert message in found.message
    assert (found.loc.line, found.loc.col) == (before.count("\n") + 1, len(before) - before.rfind("\n"))


def test_nesting_has_a_limit() -> None:
    deep = "".join(f"cf.cond_br %c, ^a{i}, ^b{i}\n^b{i}:\n  return %n : i32\n^a{i}:\n" for i in range(60))
    with pytest.raises(ParseError, match="nested deeper than 40"):
        parse(function(f"{deep}  return %one : i32"))


BRANCH = "cf.cond_br %c, ^a{0}, ^b{0}\n^a{0}:\n  cf.br ^b{0}\n^b{0}:\n"
LOOP = """cf.br ^h{0}(%n : i32)
^h{0}(%i{0}: i32):
  %c{0} = arith.cmpi eq, %i{0}, %zero : i32
  cf.cond_br %c{0}, ^e{0}, ^b{0}
^b{0}:
  %j{0} = arith.subi %i{0}, %one : i32
  cf.br ^h{0}(%j{0} : i32)
^e{0}:
"""


@pytest.mark.parametrize("part", [BRANCH, LOOP], ids=["branches", "loops"])
def test_time_is_linear_in_the_number_of_blocks(part: str) -> None:
    def chain(count: int) -> str:
        return function("".join(part.format(i) for i in range(count)) + "  return %one : i32")

    small, large = chain(30), chain(300)
    assert growth(lambda: parse_document(small), lambda: parse_document(large), 20) < 20
