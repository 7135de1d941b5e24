"""The manifest: what is written is what is read, and what is equal is stored once."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
from attrs import evolve

import tensorir as ti
from tensorir.runtime.finish import finished
from tensorir.runtime.saved.container import LINE, Sections, offsets
from tensorir.runtime.saved.fields import Malformed
from tensorir.runtime.saved.manifest import StoredProgram, decoded, encoded
from tests.support.saved_programs import small


def stored() -> StoredProgram:
    program = small()
    features = program.device.executor
    assert features is not None
    return StoredProgram("cpu", features, tuple(map(finished, program.plans.values())), program.stats)


def read_again(program: StoredProgram) -> StoredProgram:
    manifest, words, constants = encoded(program)
    data = np.zeros(sum(-(-c.nbytes // LINE) * LINE for c in constants), np.uint8)
    for at, c in zip(offsets([c.nbytes for c in constants]), constants, strict=True):
        data[at : at + c.nbytes] = c
    return decoded(Sections(manifest, np.frombuffer(words, np.int64), data))


def test_what_is_written_is_read() -> None:
    program = stored()
    found = read_again(program)
    stats = evolve(program.stats, constants_packed=0)  # reading packs nothing
    assert (found.device, found.features, found.stats) == (program.device, program.features, stats)
    for a, b in zip(found.functions, program.functions, strict=True):
        assert (a.signature, a.commands, a.required, a.kernels) == (b.signature, b.commands, b.required, b.kernels)
        assert (a.image == b.image).all()
        for c, d in zip(a.constants, b.constants, strict=True):
            assert c.tobytes() == d.tobytes()


def test_equal_constants_are_stored_once_and_others_apart() -> None:
    """Equal bytes of other arrays, and of another type; not those of another length."""
    program = stored()
    first, second = program.functions
    ones = np.ones(100, np.float32)
    constants = (ones, ones.copy(), ones.view(np.int32).reshape(10, 10).copy(), ones[:99].copy(), 2 * ones)
    both = (evolve(first, constants=constants), evolve(second, constants=(ones + 1, ones)))
    manifest, _, held = encoded(evolve(program, functions=both))
    assert [f["constants"] for f in json.loads(manifest)["functions"]] == [[0, 0, 0, 1, 2], [2, 0]]
    assert [c.nbytes for c in held] == [400, 396, 400]


def with_states() -> StoredProgram:
    m = ti.ModuleBuilder()
    s = m.state("s", np.arange(6, dtype=np.float32).reshape(2, 3))
    f = m.function("main")
    f.update(s, f.state(s) + f.arg("x", (2, 3), ti.f32))
    f.returns(f.state(s))
    program = ti.compile(m.build())
    features = program.device.executor
    assert features is not None
    functions = tuple(map(finished, program.plans.values()))
    return StoredProgram("cpu", features, functions, program.stats, program.states)


def test_states_are_read_again() -> None:
    found = read_again(with_states())
    (function,) = found.functions
    assert (function.signature.states, function.in_place) == (("s",), (True,))
    assert found.states["s"].initial.tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize(
    ("where", "value", "said"),
    [
        (("states", 0, 1), "tensor<2x4xf32>", "has another number of bytes than its first value, 24"),
        (("states", 0, 1), "tensor<[N]xf32>", "is not the type of a state"),
        (("states", 0, 1), "tensor<3x2xf32>", "expected them as the last arguments and results"),
        (("states", 0, 1), "tensor<2x3xi32>", "expected them as the last arguments and results"),
        (("states", 0, 2), 7, "states[0]"),
        (("states", 0, 0), "other", "expected different states of the program"),
        (("functions", 0, "states"), [["s", True], ["s", True]], "expected different states of the program"),
        (("functions", 0, "states"), [["s", 1]], "expected true or false"),
    ],
)
def test_states_that_do_not_fit_are_refused(where: tuple[Any, ...], value: object, said: str) -> None:
    manifest, words, constants = encoded(with_states())
    changed = at = json.loads(manifest)
    for step in where[:-1]:
        at = at[step]
    at[where[-1]] = value
    data = np.zeros(LINE, np.uint8)
    data[:24] = constants[0]
    with pytest.raises(Malformed, match=re.escape(said)):
        decoded(Sections(json.dumps(changed).encode(), np.frombuffer(words, np.int64), data))
