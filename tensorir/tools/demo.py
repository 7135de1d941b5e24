"""`tensorir demo`: runs all-MiniLM-L6-v2 through the late pipeline, ranks sentences, then says what the compiler
did."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorir.api import compile
from tensorir.demo.minilm import build_minilm
from tensorir.demo.sentences import QUERY, SENTENCES
from tensorir.demo.tokenizer import encode
from tensorir.demo.weights import load_weights
from tensorir.dialects.encode import SetEncoding
from tensorir.dialects.linalg import Contract
from tensorir.interp import interpret
from tensorir.ir.dense import Dense
from tensorir.ir.module import Module
from tensorir.ir.region import Region
from tensorir.passes.pass_ import Pass
from tensorir.pipelines import DATA_TILING
from tensorir.runtime.program import Program
from tensorir.tools.devices import add_device_flag
from tensorir.tools.files import read_text
from tensorir.tools.usage import UsageError

Array = npt.NDArray[Any]


def add_parser(commands: Any) -> None:
    """Adds the command."""
    p = commands.add_parser("demo", help="rank sentences by meaning with MiniLM, compiled here (needs tensorir[demo])")
    p.add_argument("files", nargs="*", help="text files with one sentence per line; default: built-in sentences")
    p.add_argument("--query", default=QUERY, help="what to look for")
    p.add_argument("--top", type=int, default=8, help="how many sentences to print (default 8)")
    p.add_argument("--data-tiling", choices=DATA_TILING, default="late")
    add_device_flag(p)
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Embeds and ranks the sentences, then reports."""
    sentences = _sentences(args.files)
    module = build_minilm(load_weights())
    counts = _Counts()
    program = compile(module, args.device, args.data_tiling, snapshot=counts.after, progress=_progress_bar())
    start = perf_counter()
    vectors = [_embed(program, s) for s in sentences]
    query = _embed(program, args.query)
    seconds = perf_counter() - start
    print(f"query: {args.query}")
    scores = [float(v @ query) for v in vectors]
    for i in sorted(range(len(sentences)), key=lambda i: -scores[i])[: max(args.top, 0)]:
        print(f"  {scores[i]:6.3f}  {sentences[i]}")
    _report(module, program, args, counts, seconds / (len(sentences) + 1))
    return 0


def _sentences(files: Sequence[str]) -> Sequence[str]:
    if not files:
        return SENTENCES
    lines = [line.strip() for f in files for line in read_text(f).splitlines()]
    if not any(lines):
        raise UsageError("the files contain no sentences")
    return [line for line in lines if line]


def _embed(program: Program, sentence: str) -> Array:
    ids, mask = encode(sentence)
    return program(ids, mask)


def _report(module: Module, program: Program, args: argparse.Namespace, counts: _Counts, seconds: float) -> None:
    """Prints what the compiler did, and how far the result is from a float64 run of the interpreter."""
    other = "off" if args.data_tiling == "late" else "late"
    dispatches = {
        args.data_tiling: program.stats.dispatches,
        other: compile(module, args.device, other).stats.dispatches,
    }
    ids, mask = encode(args.query)
    (exact,) = interpret(module, "embed", [ids, mask], widen=True)
    difference = float(np.max(np.abs(program(ids, mask) - exact)))
    print(f"\nwhat the compiler did (device {args.device}, data-tiling {args.data_tiling}):")
    print(f"  dispatches per sentence     off {dispatches['off']}, late {dispatches['late']}")
    stats = program.stats
    print(f"  contractions                {counts.contractions}")
    print(f"  encodings                   {counts.encodings} set; {counts.propagated} more ops work on tiles")
    print(f"  of those constant           {counts.hoisted} hoisted, {counts.evaluated} evaluated when compiled")
    print(f"  initializers left for load  {stats.init_dispatches}")
    print(f"  packed weights              {counts.packed_bytes / 1e6:.1f} MB of {stats.weights_bytes / 1e6:.1f} MB")
    print(f"  compile time                {program.stats.compile_s:.2f} s; per sentence {seconds * 1e3:.1f} ms")
    kernels = ", ".join(f"{n} ×{c}" for n, c in sorted(program.stats.kernels.items())) or "none"
    print(f"  C kernels per sentence      {kernels}")
    print(f"  largest difference from a float64 run of the interpreter: {difference:.1e}")


class _Counts:
    """Counts encodings after each pass, from the module that the pass returned."""

    def __init__(self) -> None:
        self.contractions = self.encodings = self.propagated = self.hoisted = self.evaluated = 0
        self.packed_bytes = 0
        self.pending: set[str] = set()

    def after(self, p: Pass, module: Module) -> None:
        ops = [o for f in module.functions for o in f.body.walk()]
        sets = sum(isinstance(o, SetEncoding) for o in ops)
        match p.name:
            case "set-encodings":
                self.contractions = sum(isinstance(o, Contract) for o in ops)
                self.encodings = sets
            case "specialize-encodings":
                encoded = [o for o in ops if o.results and o.results[0].type.encoding is not None]
                self.propagated = sum(not isinstance(o, SetEncoding | Contract) for o in encoded)
            case "hoist-constants":
                self.hoisted = len(_encoding_globals(module))
            case "symbol-dce":
                self.pending = {g.name for g in module.globals if isinstance(g.value, Region)}
            case "evaluate-initializers":
                done = [g for g in module.globals if g.name in self.pending]
                self.evaluated = len(done)
                self.packed_bytes = sum(g.value.nbytes for g in done if isinstance(g.value, Dense))
            case _:
                pass


def _encoding_globals(module: Module) -> list[str]:
    """Counts the globals whose initializer sets an encoding."""
    regions = [(g.name, g.value) for g in module.globals if isinstance(g.value, Region)]
    return [name for name, region in regions if any(isinstance(o, SetEncoding) for o in region.ops)]


def _progress_bar() -> Callable[[str, int, int], None] | None:
    """Returns a progress bar on stderr, or None if stderr is not a terminal."""
    if not sys.stderr.isatty():
        return None

    def show(what: str, done: int, total: int) -> None:
        width = 30
        filled = width * done // max(total, 1)
        end = "\r\x1b[K" if done == total else ""
        print(
            f"\r{what} [{'#' * filled}{'.' * (width - filled)}] {done}/{total}{end}",
            end="",
            file=sys.stderr,
            flush=True,
        )

    return show
