"""Random changes of MLIR texts: whatever is read, the answer is a module or an error with a place, and soon.

python -m tests.fuzz.mlir_reader [INPUTS] [--seed=0] [--jobs=2] [--save=FOLDER]
"""

from __future__ import annotations

import argparse
import random
import re
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from attrs import frozen

from tensorir.ir.diagnostic import TensorIRError
from tensorir.mlir import parse
from tensorir.text.split import split_input

TESTS = Path(__file__).parents[1]
SECONDS = 5.0
"""What one input may take."""

MEMORY = 3 << 30
"""Address space of a process that reads inputs: what needs more is a fault."""

_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|->|::|[%@#!^]?[A-Za-z0-9_$.]+|\s+|//[^\n]*|.', re.DOTALL)
_EXTREMES = (
    *("0", "-1", "1", "2", "7", "64", "65", "4294967296", "281474976710656", "9223372036854775808", "9" * 50),
    *("?", "0x7FC00000", "0xFFFFFFFFFFFFFFFFF", "1.0e400", "-9223372036854775808", "nan", "0x", "1."),
)
_STRAYS = (
    *("(", ")", "[", "]", "{", "}", "<", ">", ",", ":", "=", "->", "::", '"', "#", "%", "@", "!", "^", "*", "?", "-"),
    *("loc(", "dense<", "tensor<", "affine_map<", "{-#", "#-}", "^bb1:", "\\", "\x00", "é", "array<i64: ", "\n", "//"),
)


@frozen
class Fault:
    """An input that did not end as it must."""

    what: str
    text: str


@frozen
class Outcome:
    """What became of some inputs: how many were read, how many refused, and which are faults."""

    read: int
    refused: int
    slowest: float
    faults: tuple[Fault, ...]


def corpus() -> list[list[str]]:
    """Valid texts as tokens: small files as they are, of larger ones each function, with the aliases of the file."""
    texts: list[str] = []
    for folder in ("fuzz/texts", "e2e/iree_programs", "unit/mlir/corpus"):
        for path in sorted((TESTS / folder).glob("*.mlir")):
            whole = path.read_text("utf-8")
            for _, part in split_input(whole):
                texts += [part] if len(part) < 3000 else _functions(part)
    return [_TOKEN.findall(text) for text in texts]


def _functions(text: str) -> list[str]:
    aliases = "".join(f"{m[0]}\n" for m in re.finditer(r"^[#!]\w+ = .*", text, re.MULTILINE))
    bodies = re.finditer(r"^( *)(?:func|util)\.func [^\n]*\{\n.*?^\1\}$", text, re.MULTILINE | re.DOTALL)
    return [aliases + m[0] for m in bodies if len(m[0]) < 8000]


def mutant(rng: random.Random, texts: list[list[str]]) -> str:
    """One text of the corpus with a few changes."""
    tokens = list(rng.choice(texts))
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        rng.choice(_CHANGES)(rng, tokens, texts)
    return "".join(tokens)


def _spot(rng: random.Random, tokens: list[str]) -> int:
    return rng.randrange(max(len(tokens), 1))


def _swap(rng: random.Random, tokens: list[str], texts: list[list[str]]) -> None:
    if tokens:
        i, j = _spot(rng, tokens), _spot(rng, tokens)
        tokens[i], tokens[j] = tokens[j], tokens[i]


def _delete(rng: random.Random, tokens: list[str], texts: list[list[str]]) -> None:
    i = _spot(rng, tokens)
    del tokens[i : i + rng.choice((1, 1, 1, 2, 5, 30))]


def _duplicate(rng: random.Random, tokens: list[str], texts: list[list[str]]) -> None:
    i = _spot(rng, tokens)
    tokens[i:i] = tokens[i : i + rng.choice((1, 1, 2, 8, 40))]


def _splice(rng: random.Random, tokens: list[str], texts: list[list[str]]) -> None:
    other = rng.choice(texts)
    i, j = _spot(rng, tokens), _spot(rng, other)
    tokens[i : i + rng.choice((0, 1, 5, 20))] = other[j : j + rng.choice((1, 2, 10, 60))]


def _replace(rng: random.Random, tokens: list[str], texts: list[list[str]]) -> None:
    """A token for another one that begins alike: a value for a value, a name for a name."""
    if tokens:
        i = _spot(rng, tokens)
        alike = [t for t in rng.choice(texts) if t[:1] == tokens[i][:1] or t.isalnum() == tokens[i].isalnum()]
        tokens[i] = rng.choice(alike or ["x"])


def _number(rng: random.Random, tokens: list[str], texts: list[list[str]]) -> None:
    places = [i for i, t in enumerate(tokens) if t[:1].isdigit()]
    if places:
        i = rng.choice(places)
        tokens[i] = re.sub(r"[0-9]+", lambda m: rng.choice(_EXTREMES), tokens[i], count=1)


def _everywhere(rng: random.Random, tokens: list[str], texts: list[list[str]]) -> None:
    """All of one token for another one that begins alike: another op, another type."""
    if tokens:
        old = tokens[_spot(rng, tokens)]
        new = rng.choice([t for t in rng.choice(texts) if t[:1] == old[:1]] or ["x"])
        tokens[:] = [new if t == old else t for t in tokens]


def _resize(rng: random.Random, tokens: list[str], texts: list[list[str]]) -> None:
    """A size in all types: the program often stays one."""
    types = [i for i, t in enumerate(tokens) if re.fullmatch(r"(?:[0-9?]+x)+[a-z0-9]+", t)]
    if types:
        old = rng.choice(tokens[rng.choice(types)].split("x")[:-1])
        new = rng.choice(("?", "0", "1", "2", "3", "64", "1000000", old + "0", "281474976710655"))
        pattern = rf"(?<![0-9?]){re.escape(old)}(?=x)"
        for i in types:
            tokens[i] = re.sub(pattern, new, tokens[i])
        if rng.random() < 0.5:
            tokens[:] = [new if t == old and new != "?" else t for t in tokens]


def _stray(rng: random.Random, tokens: list[str], texts: list[list[str]]) -> None:
    tokens.insert(_spot(rng, tokens), rng.choice(_STRAYS))


def _truncate(rng: random.Random, tokens: list[str], texts: list[list[str]]) -> None:
    del tokens[_spot(rng, tokens) :]


def _repeat(rng: random.Random, tokens: list[str], texts: list[list[str]]) -> None:
    """Deep nesting, long lists."""
    i = _spot(rng, tokens)
    tokens[i:i] = tokens[i : i + rng.choice((1, 2, 3))] * rng.choice((50, 300))


_CHANGES: tuple[Callable[[random.Random, list[str], list[list[str]]], None], ...] = (
    *(_swap, _delete, _duplicate, _splice, _replace, _number, _stray),
    *(_swap, _delete, _duplicate, _splice, _replace, _number, _number, _replace, _replace, _truncate, _repeat),
    *(_everywhere, _everywhere, _everywhere, _resize, _resize, _resize, _resize),
)


class TooLong(BaseException):
    """Raised from the outside into what takes too long; no `except Exception` catches it."""


@contextmanager
def limited(seconds: float) -> Generator[None]:
    """Raises TooLong within what runs longer, in CPU time."""

    def stop(signum: int, frame: object) -> None:
        raise TooLong

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def fault(text: str) -> str:
    """What is wrong with how the reader takes this text. "read" and "refused" if all is well."""
    try:
        with limited(SECONDS):
            parse(text, file="fuzz.mlir")
        return "read"
    except TensorIRError as e:
        placed = all(d.loc.line > 0 and d.loc.file == "fuzz.mlir" for d in e.diagnostics)
        return "refused" if placed and e.diagnostics else f"an error without its place: {e}"
    except (Exception, TooLong) as e:  # whatever it is, it is a fault
        frame = [f for f in traceback.extract_tb(e.__traceback__) if f.filename != __file__ or f.name != "stop"][-1]
        return f"{type(e).__name__} in {Path(frame.filename).name}:{frame.lineno}: {str(e)[:200]}"


def run(seed: int, count: int) -> Outcome:
    """`count` inputs, the same ones for the same seed."""
    rng = random.Random(seed)
    texts = corpus()
    answers: Counter[str] = Counter()
    faults: list[Fault] = []
    slowest = 0.0
    for _ in range(count):
        text = mutant(rng, texts)
        begin = time.process_time()
        answer = fault(text)
        slowest = max(slowest, time.process_time() - begin)
        answers[answer] += 1
        if answer not in ("read", "refused") and len(faults) < 50:
            faults.append(Fault(answer, text))
    return Outcome(answers["read"], answers["refused"], slowest, tuple(faults))


def _limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _chunk(job: tuple[int, int]) -> Outcome:
    return run(*job)


def main(argv: list[str] | None = None) -> int:
    """Exit code 1 if there is a fault."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("inputs", nargs="?", type=int, default=200_000)
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--jobs", type=int, default=2)
    p.add_argument("--save", type=Path, help="write the inputs that are faults to this folder")
    args = p.parse_args(argv)
    size = 1000
    jobs = [(args.seed * 1_000_003 + i, min(size, args.inputs - i)) for i in range(0, args.inputs, size)]
    read = refused = 0
    slowest = 0.0
    faults: dict[str, str] = {}
    with get_context("spawn").Pool(args.jobs, _limit_memory) as pool:
        for outcome in pool.imap_unordered(_chunk, jobs):
            read, refused = read + outcome.read, refused + outcome.refused
            slowest = max(slowest, outcome.slowest)
            for f in outcome.faults:
                faults.setdefault(f.what, f.text)
    print(
        f"{args.inputs} inputs: {read} read, {refused} refused, slowest {slowest:.2f} s, {len(faults)} kinds of faults"
    )
    for i, (what, text) in enumerate(sorted(faults.items())):
        print(f"--- {what}", *([] if args.save else [text]), sep="\n")
        if args.save:
            args.save.mkdir(parents=True, exist_ok=True)
            (args.save / f"{i}.mlir").write_text(text, "utf-8")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
