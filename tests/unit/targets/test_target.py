from __future__ import annotations

from typing import Any

import pytest

from tensorir.ir.diagnostic import TensorIRError
from tensorir.targets.reference import REFERENCE, DeclineAll
from tensorir.targets.target import Option, Target

OPTION = Option("threads", "how many", int, lambda target, value: target)


def make(**fields: Any) -> Target:
    given: dict[str, Any] = {"name": "t", "resolver": DeclineAll(), **fields}
    return Target(**given)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": ""}, "a target's name is a word without spaces, braces and commas, got ''"),
        ({"name": "my cpu"}, "got 'my cpu'"),
        ({"name": "cpu{}"}, "got 'cpu{}'"),
        ({"name": None}, "got None"),
        ({"resolver": None}, "target 't': resolver must be an object with tiles_for, got None"),
        ({"resolver": DeclineAll}, "resolver must be an object with tiles_for, got <class"),
        ({"kernels": True}, "kernels must be an object with call, select, got True"),
        ({"lowering": "mmt4d"}, "lowering must be an object with refusal, got 'mmt4d'"),
        ({"memory": 1 << 30}, "memory must be an object with allocate, got 1073741824"),
        ({"options": (OPTION, OPTION)}, "two options have the same name: threads, threads"),
    ],
)
def test_a_part_that_is_not_what_it_should_be_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(TensorIRError) as e:
        make(**fields)
    assert message in str(e.value)


def test_targets_are_compared_by_what_they_are() -> None:
    assert Target("reference", DeclineAll(), REFERENCE.description) == REFERENCE
    assert Target("reference", DeclineAll(), options=(OPTION,)) != REFERENCE
