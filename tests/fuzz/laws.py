"""The laws of tests/support/laws.py on many random programs: `python -m tests.fuzz.laws [PROGRAMS] [SEED] [JOBS]`.

With `--mixes` they are spread over three devices of any kinds, otherwise each runs on one. The programs are drawn anew
for each SEED, by JOBS processes. What is left of one that breaks a law, made as small as possible, is printed with what
to call to see it again; at the end stands how many were checked. The exit status is 1 if a law was broken."""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from multiprocessing import get_context
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tensorir.ir.module import Module
from tensorir.targets.device import DevicesLike
from tensorir.testing.strategies import programs
from tensorir.text import print_module
from tensorir.tools.shrink import shrink
from tests.support.device_programs import MIX, NAMES, spread_programs
from tests.support.laws import DECLINED, DEVICE, LAWS, Case

PART = 250
"""How many programs a process draws for one seed."""


DRAWN: Mapping[str, Sequence[st.SearchStrategy[Any]]] = {
    "one": (programs(), DEVICE),
    "mixes": (spread_programs(NAMES), MIX),
}
"""What is drawn: programs, and the devices that they run on."""


def broken(part: tuple[str, int, int]) -> tuple[Counter[str], list[str]]:
    """Returns how many programs were checked for each law, and a text for each break of one. `part`: what is
    drawn, the seed, and how many programs."""
    what, part_seed, count = part
    checked: Counter[str] = Counter()
    found: list[str] = []

    @seed(part_seed)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(*DRAWN[what], st.integers(0, 1 << 30), st.sampled_from(DECLINED))
    def look(module: Module, devices: DevicesLike, number: int, declined: str) -> None:
        case = Case(module, number, devices, declined)
        for name, law in LAWS.items():
            checked[name] += 1
            try:
                law(case)
            except Exception as e:
                kind = name, type(e), str(e)
                if kind not in kinds:  # Hypothesis also draws programs that are almost the same
                    kinds.add(kind)
                    where = f"law {name}, seed {number}, {devices}, declined: {declined}, of part {part_seed}"
                    smaller = print_module(shrink(module, partly(law, type(e), number, devices, declined)))
                    found.append(f"{where}\n{traceback.format_exc(limit=-3)}\n{smaller}")

    kinds: set[tuple[str, type[Exception], str]] = set()
    look()
    return checked, found


def partly(
    law: Callable[[Case], None], error: type[Exception], number: int, devices: DevicesLike, declined: str
) -> Callable[[Module], bool]:
    """Whether a part of a program breaks the law in the same way."""

    def breaks(part: Module) -> bool:
        try:
            law(Case(part, number, devices, declined))
        except Exception as e:
            return type(e) is error
        return False

    return breaks


def main(count: int, first_seed: int, jobs: int, what: str) -> int:
    start = time.monotonic()
    parts = [(what, first_seed + i, min(PART, count - i * PART)) for i in range(-(-count // PART))]
    checked: Counter[str] = Counter()
    breaks = 0
    # A process that ends after some parts gives its memory back. The pool of concurrent.futures may hang then
    # (python/cpython#115634).
    with get_context("spawn").Pool(jobs, maxtasksperchild=8) as pool:
        for i, (looked, texts) in enumerate(pool.imap(broken, parts), 1):
            checked += looked
            breaks += len(texts)
            print(*texts, sep="\n\n", end="\n\n" if texts else "", flush=True)
            print(f"{i} of {len(parts)} parts, {time.monotonic() - start:.0f} s", flush=True)
    print(f"{breaks} breaks;", ", ".join(f"{name}: {n} programs" for name, n in checked.items()))
    return int(breaks > 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("programs", type=int, nargs="?", default=20_000)
    parser.add_argument("seed", type=int, nargs="?", default=0)
    parser.add_argument("jobs", type=int, nargs="?", default=2)
    parser.add_argument("--mixes", action="store_true", help="spread each program over three devices")
    args = parser.parse_args()
    sys.exit(main(args.programs, args.seed, args.jobs, "mixes" if args.mixes else "one"))
