from __future__ import annotations

import pytest

from tensorir.dialects.registry import OPS
from tensorir.ir.diagnostic import ParseError
from tensorir.ir.isomorphism import fingerprint, isomorphic
from tensorir.text import parse, print_module

BODY = "(%x: tensor<[M]x4xf32>) -> (tensor<[M]x4xf32>) {\n  return %x : tensor<[M]x4xf32>\n}\n"
EXECUTABLE = "(%x: tensor<[M]x4xf32>) -> (tensor<[M]x4xf32>) {\n  yield %x : tensor<[M]x4xf32>\n}\n"


def module(sizes: str) -> str:
    executable = f'executable @e target("cpu") for {sizes} {EXECUTABLE}'
    return f"{executable}\nfunc @main{BODY}\nfunc @main.few of @main for {sizes} {BODY}"


@pytest.mark.parametrize("sizes", ["M from 0 to 8 typically 1", "M from 9 typically 16", '$"a b" from 0 typically 1'])
def test_ranges_are_read_as_they_are_printed(sizes: str) -> None:
    read = parse(module(sizes), OPS)
    assert print_module(read).replace("@main (", "@main(") == module(sizes)
    assert isomorphic(read, parse(print_module(read), OPS))


def test_programs_for_other_ranges_differ() -> None:
    a, b = (parse(module(f"M from 0 to {n} typically 1"), OPS) for n in (8, 9))
    assert not isomorphic(a, b)
    assert fingerprint(a) != fingerprint(b)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ("2*M from 0 to 8 typically 1", "expected the name of a size"),
        ("7 from 0 to 8 typically 1", "expected the name of a size"),
        ("M from 9 to 8 typically 9", "M = 9 … 8: there is no such size"),
        ("M from 0 to 8 typically 9", "its typical size, 9, is outside of it"),
        ("M to 8 typically 1", "from"),
        ("M from 0 to 8", "typically"),
    ],
)
def test_other_texts_are_refused(sizes: str, message: str) -> None:
    with pytest.raises(ParseError) as e:
        parse(module(sizes), OPS)
    assert message in str(e.value)


def test_the_other_function_must_be_there() -> None:
    with pytest.raises(ParseError, match="there is no symbol @other"):
        parse(f"func @few of @other for M from 0 to 8 typically 1 {BODY}", OPS)
