"""Whole models against other tools, interleaved in one run: MiniLM, and programs of one op.

    python -m benchmarks.models [--tokens 16 128 512] [--batch 1 8] [--threads 1 2] [--load 0 2] [--json FILE]
    python -m benchmarks.models --model one-op

Each contender runs in a process of its own; in each round, each has a turn. One whose result differs from the
interpreter's in float64 is not timed. Times are those of the calls alone: the least and the median of all rounds by the
clock, and the median CPU time, of all threads together, which other processes disturb less. "of bound" is the time of
the model's multiply-adds at the speed of multiply-adds in registers, calibrated in the same rounds: at the best speed
of any 0.1 ms over the least time and over the CPU time; and the median over the median, where each round multiplies
and adds for as long as the model does. "to best" is the best other tool's time over this one's. "to 1 thread" is the
contender's own median on one thread without a load over this one's. All tools take part that are installed:
pip install 'tensorir[peers]'.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from attrs import asdict, evolve

from benchmarks.bound import Bound, Times, features_of
from benchmarks.contest import Contender, LeftOutError, Turn, busy
from benchmarks.machine import machine
from benchmarks.one_op import one_op
from benchmarks.peers import OURS, PEERS, Array, Shape, contender, device_of
from benchmarks.report import Row, print_rows
from tensorir.demo.minilm import build_minilm
from tensorir.demo.sentences import SENTENCES
from tensorir.demo.tokenizer import encode
from tensorir.demo.weights import load_weights
from tensorir.interp import interpret

TOLERANCE = 1e-4
"""The largest error of an element of a unit vector; in f32, all tools are within 1e-6."""


def sentences(shape: Shape) -> tuple[Array, Array]:
    """Ids and mask [B, S]: each sentence is another text, of exactly S tokens."""
    turned = (SENTENCES[i:] + SENTENCES[:i] for i in range(shape.batch))
    made = [encode(" ".join(text * (1 + shape.tokens // 100)), max_length=shape.tokens) for text in turned]
    ids, mask = (np.stack(parts) for parts in zip(*made, strict=True))
    return ids, mask


def expected(ids: Array, mask: Array) -> Array:
    """The embeddings [B, 384] in float64, sentence by sentence."""
    model = build_minilm(load_weights())
    return np.stack([interpret(model, "embed", args, widen=True)[0] for args in zip(ids, mask, strict=True)])


def started(name: str, shape: Shape, folder: Path, args: tuple[Array, Array], wanted: Array) -> tuple[Contender, Row]:
    """The contender, and its row without times. Raises LeftOutError also for a wrong result."""
    one = Contender(name, shape, folder, args)
    lengths = np.linalg.norm(one.first, axis=1) * np.linalg.norm(wanted, axis=1)
    cosine = float(np.min((one.first * wanted).sum(1) / lengths))
    error = float(np.max(np.abs(one.first - wanted)))
    if not error <= TOLERANCE:
        one.close()
        raise LeftOutError(f"its result is wrong by {error:.1e} (cosine {cosine:.6f})")
    return one, Row(shape, 0, name, (), (), Times(0.0, ()), cosine, error)


def contest(names: Sequence[str], shape: Shape, loads: Sequence[int], rounds: int, folder: Path) -> Iterator[list[Row]]:
    """The rows of one shape, for each load. Says who is left out, and why."""
    args = sentences(shape)
    wanted = expected(*args)
    bound = Bound(build_minilm(load_weights(), sequence=shape.tokens, batch=shape.batch), shape.threads)
    taking_part: dict[Contender, Row] = {}
    with ExitStack() as stack:
        for name in names:
            try:
                one, row = started(name, shape, folder, args, wanted)
            except LeftOutError as e:
                print(f"{name} is left out: {e}", flush=True)
            else:
                stack.callback(one.close)
                taking_part[one] = row
        for load in loads:
            yield race(taking_part, load, rounds, bound)


def race(taking_part: Mapping[Contender, Row], load: int, rounds: int, bound: Bound) -> list[Row]:
    """The rows with times: in each round, each contender has a turn, and the bound is calibrated.

    Beside a load it is calibrated before: it is the machine's, and not that of what a load leaves."""
    features = {one: features_of(device_of(one.name)) for one in taking_part}
    turns: dict[Contender, list[Turn]] = {one: [] for one in taking_part}
    for used in features.values():
        bound.calibrate(used)
    with busy(load):
        for _ in range(rounds):
            for one in list(turns):
                try:
                    turns[one].append(one.turn())
                except LeftOutError as e:
                    print(f"{one.name} is left out: {e}", flush=True)
                    del turns[one]
            for used in set(features.values()) if not load else ():
                bound.calibrate(used)
    rows: list[Row] = []
    for one, times in turns.items():
        wall, cpu = (tuple(seconds * 1e3 for seconds in clock) for clock in zip(*times, strict=True))
        rows.append(evolve(taking_part[one], load=load, wall=wall, cpu=cpu, bound=bound.times(features[one])))
    return rows


def minilm(args: argparse.Namespace, names: Sequence[str], folder: Path) -> list[Row]:
    """All contests that were asked for, printed one by one."""
    rows: list[Row] = []
    for tokens in args.tokens:
        for batch in args.batch:
            for threads in sorted(args.threads):  # one thread first: the others are compared with it
                for found in contest(names, Shape(tokens, batch, threads), args.load, args.rounds, folder):
                    rows += found
                    print_rows(found, rows)
    return rows


def installed(names: Sequence[str]) -> list[str]:
    """Those of the peers that can run; says which can't, and why."""
    found: list[str] = []
    for name in names:
        if missing := contender(name).missing():
            print(f"{name} is left out: {missing} is not installed; pip install 'tensorir[peers]'")
        else:
            found.append(name)
    return found


def main() -> None:
    """Prints tables, and writes all figures to a file if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", choices=("minilm", "one-op"), default="minilm")
    parser.add_argument("--tokens", type=int, nargs="+", default=[16, 128, 512], help="up to 512")
    parser.add_argument("--batch", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--load", type=int, nargs="+", default=[0], help="busy processes beside the contenders")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--peers", nargs="*", choices=list(PEERS), default=list(PEERS))
    parser.add_argument("--ours", nargs="*", default=["cpu/late"], metavar="DEVICE/TILING", help="such as cpu/off")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where all figures go")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where converted models stay for the next run")
    args = parser.parse_args()
    names = [*(OURS + spec for spec in args.ours), *installed(args.peers)]
    about = machine(names)
    versions = (f"{name} {version}" for name, version in about["versions"].items())
    reads = (f"{size} at {rate:.0f} GB/s" for size, rate in about["gigabytes_per_second"].items())
    print(f"{about['cpu']}, {about['cores']} cores, {about['busy']:.1f} busy before the run; reads {', '.join(reads)}")
    print(*versions, sep="; ", flush=True)
    with TemporaryDirectory() as temporary:
        folder: Path = args.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        rows = one_op(names, args.rounds) if args.model == "one-op" else minilm(args, names, folder)
    if args.json:
        args.json.write_text(json.dumps({**about, "rows": [asdict(row) for row in rows]}, indent=1), "utf-8")


if __name__ == "__main__":
    main()
