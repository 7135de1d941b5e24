"""Random changes of saved programs whose checksums are right: each file is refused with an error, or its calls end with
results or an error. Nothing else may happen, and no foreign memory may be touched.

python -m tests.fuzz.saved_programs [FILES] [--seed=0]
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, cast

import numpy as np
from attrs import frozen

from tensorir.ir.diagnostic import TensorIRError
from tests.support.children import SECONDS, in_a_child
from tests.support.saved_programs import File, all_calls, small

BATCH = 100
"""So many files are run in one child process; they are run one by one if that fails."""

_WORDS = (0, 1, -1, 2, 3, 7, 31, 64, 65, 1000, 2**31, 2**40, 2**62, -(2**62), 2**63 - 1, -(2**63))
_VALUES: tuple[Any, ...] = (
    *(None, True, -1, 0, 1, 2, 7, 2**31, 2**63 - 1, 2**64, 0.5, "", "main", "S", [], [0], [0, 1], {}, {"a": 1}),
    *("tensor<f32>", "tensor<[S]xf32>", "tensor<6x4xf64>", "tensor<0x[S]xi8>", "tensor<281474976710655x4xf32>"),
    *("tensor<[ceildiv(S, 3)]x4xf32>", "tensor<[S*S*S*S*S*S]xf64>", "X86_AVX2", "tensor<3xi32>"),
)


def mutant(rng: random.Random, file: File) -> File:
    """A few changes of the words, of the manifest, or of both."""

    def change(copy: File) -> None:
        for _ in range(rng.choice((1, 1, 1, 2, 4))):
            if rng.random() < 0.6:
                _change_word(rng, copy.words)
            else:
                _change_entry(rng, copy.manifest)
        copy.constants[rng.randrange(len(copy.constants))] ^= rng.randrange(256)

    return file.changed(change)


def _change_word(rng: random.Random, words: np.ndarray[Any, Any]) -> None:
    at = rng.randrange(400)  # the rest is padding
    old = int(words[at])
    near = max(-(2**63), min(2**63 - 1, old + rng.choice((-2, -1, 1, 2))))
    words[at] = rng.choice((near, near, rng.choice(_WORDS), int(words[rng.randrange(400)])))


def _change_entry(rng: random.Random, value: Any) -> None:
    """Goes down to some entry and puts something else there."""
    keys: list[Any] = _keys(value)
    if not keys:
        return
    key = rng.choice(keys)
    inner: Any = value[key]
    if _keys(inner) and rng.random() < 0.85:
        _change_entry(rng, inner)
        return
    what = rng.randrange(4)
    if what == 0 and isinstance(inner, int):
        value[key] = inner + rng.choice((-64, -1, 1, 64))
    elif what == 1:
        del value[key]
    elif what == 2 and not isinstance(key, str):
        value.append(rng.choice((inner, rng.choice(_VALUES))))
    else:
        value[key] = rng.choice(_VALUES)


def _keys(value: Any) -> list[Any]:
    """Names or numbers of the entries of an object or a list."""
    match value:
        case dict():
            return list(cast("dict[str, Any]", value))
        case list():
            return list(range(len(cast("list[Any]", value))))
        case _:
            return []


@frozen
class Outcome:
    """How many files ran, how many were refused by loading or by a call; and how those that are faults ended."""

    ran: int
    refused: int
    faults: tuple[str, ...]


def run(seed: int, count: int) -> Outcome:
    """`count` files, the same ones for the same seed."""
    rng = random.Random(seed)
    answers: Counter[str] = Counter()
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        good = Path(folder, "good.tirx")
        small().save(good)
        file = File.read(good)
        for first in range(0, count, BATCH):
            paths = [Path(folder, f"{i}.tirx") for i in range(first, min(count, first + BATCH))]
            for path in paths:
                mutant(rng, file).write(path)
            log = Path(folder, "log")
            log.unlink(missing_ok=True)
            if ended := in_a_child(lambda p=paths, log=log: _all(p, log)):
                alone = {path.name: in_a_child(lambda p=path, log=log: _all([p], log)) for path in paths}
                faults += [f"{ended} in a batch from {first}"] if not any(alone.values()) else []
                faults += [f"{name}: {how}" for name, how in alone.items() if how]
            elif log.exists():  # else a file asked for endless work
                answers.update(log.read_text("utf-8").split())
            for path in paths:
                path.unlink()
    return Outcome(answers["ran"], answers["refused"], tuple(faults))


def _all(paths: list[Path], log: Path) -> None:
    """Writes to `log` how each file ended; whatever is not TensorIRError ends the process."""
    said: list[str] = []
    for path in paths:
        signal.alarm(SECONDS)
        try:
            all_calls(path)
            said.append("ran")
        except TensorIRError:
            said.append("refused")
    log.write_text(" ".join(said), "utf-8")


def main(argv: list[str] | None = None) -> int:
    """Exit code 1 if there is a fault."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("files", nargs="?", type=int, default=20_000)
    p.add_argument("--seed", type=int, default=0)
    args = p.parse_args(argv)
    outcome = run(args.seed, args.files)
    print(f"{args.files} files: {outcome.ran} ran, {outcome.refused} refused, {len(outcome.faults)} faults")
    print(*outcome.faults, sep="\n")
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())
