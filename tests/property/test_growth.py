"""Linear time: ten times the ops must take less than twenty times as long, for every way to walk a program."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tensorir.dialects.encode import SetEncoding, UnsetEncoding
from tensorir.dialects.linalg import Transpose
from tensorir.dialects.registry import OPS
from tensorir.encoding.layout import Layout
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dtype import f32
from tensorir.ir.isomorphism import fingerprint
from tensorir.ir.module import Function, Module
from tensorir.ir.region import Region
from tensorir.ir.types import TensorType
from tensorir.ir.verify import verify
from tensorir.rewrite.greedy import greedy
from tensorir.rewrite.sweep import sweep
from tensorir.text import parse, print_module
from tensorir.transforms.simplify.canonicalize import PATTERNS
from tests.support.growth import growth

SMALL, LARGE, LIMIT = 1_000, 10_000, 20


def pairs(count: int) -> Region:
    """set, unset, set, unset, …: everything folds away."""
    b = RegionBuilder()
    value = first = b.arg(TensorType((64, 64), f32), "x")
    for _ in range(count // 2):
        value = b.add(UnsetEncoding(b.add(SetEncoding(value, Layout((0,), (8,), (0, 1)))).result)).result
    assert first is not value
    return b.finish([value])


def transposes(count: int) -> Region:
    """A fan of transposes of the argument: nothing folds, everything is used."""
    b = RegionBuilder()
    x = b.arg(TensorType((64, 32), f32), "x")
    return b.finish([b.add(Transpose(x, (1, 0))).result for _ in range(count)])


def module(region: Region) -> Module:
    return Module((Function("main", region),))


def build(count: int) -> Callable[[], object]:
    return lambda: pairs(count)


def parse_text(count: int) -> Callable[[], object]:
    text = print_module(module(pairs(count)))
    return lambda: parse(text, OPS)


def print_text(count: int) -> Callable[[], object]:
    m = module(pairs(count))
    return lambda: print_module(m)


def verify_all(count: int) -> Callable[[], object]:
    m = module(pairs(count))
    return lambda: verify(m)


def hash_all(count: int) -> Callable[[], object]:
    region = pairs(count)
    return lambda: fingerprint(region)


def greedy_nothing(count: int) -> Callable[[], object]:
    region = transposes(count)

    def work() -> None:
        assert greedy(region, PATTERNS) is region

    return work


def greedy_fold_all(count: int) -> Callable[[], object]:
    region = pairs(count)

    def work() -> None:
        assert not greedy(region, PATTERNS).ops

    return work


def sweep_all(count: int) -> Callable[[], object]:
    region = transposes(count)

    def work() -> None:
        after = sweep(region, lambda op, operands: Transpose(operands[0], (1, 0)))
        assert len(after.ops) == count

    return work


@pytest.mark.parametrize(
    "prepare", [build, parse_text, print_text, verify_all, hash_all, greedy_nothing, greedy_fold_all, sweep_all]
)
def test_ten_times_the_ops_take_less_than_twenty_times_as_long(prepare: Callable[[int], Callable[[], object]]) -> None:
    assert growth(prepare(SMALL), prepare(LARGE), LIMIT) < LIMIT
