"""How long a token of a decoder takes that keeps its keys and values as states, against the same decoder that is given
them and returns them.

python -m benchmarks.decode [--tokens 160] [--longest 1024] [--layers 4] [--threads 1]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import evolve

from tensorir.api import compile
from tensorir.ir.module import Module
from tests.support.models.decoder import PROMPT, WORDS, decoder

Array = npt.NDArray[Any]
Step = Callable[[Array, Array], Array]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokens", type=int, default=160)
    parser.add_argument("--longest", type=int, default=1024)
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    module = decoder(args.layers, args.longest)
    program = compile(module, num_threads=args.threads)
    session = program.session()
    prompt = np.random.default_rng(0).integers(0, WORDS, PROMPT).astype(np.int32)
    first = session(prompt, function="prefill")
    plain = compile(_without_states(module), num_threads=args.threads)
    caches = [np.zeros(s.shape, s.type.dtype.numpy) for s in program.states.values()]
    spare = [np.empty_like(c) for c in caches]
    plain_first, *_ = plain.call([prompt, *caches], "prefill", out=[None, *spare])
    assert np.argmax(first) == np.argmax(plain_first)
    held = [spare, caches]

    def given(word: Array, past: Array) -> Array:
        logits, *_ = plain.call([word, past, *held[0]], "decode", out=[None, *held[1]])
        held.reverse()
        return logits

    steps: dict[str, Step] = {"states": lambda w, p: session(w, p, function="decode"), "arguments": given}
    times: dict[str, list[float]] = {name: [] for name in steps}
    word = np.array([np.argmax(first)], np.int32)
    for n in range(args.tokens):
        past, found = np.zeros(PROMPT + n, np.int8), dict[str, Array]()
        for name, step in steps.items():
            began = perf_counter()
            found[name] = step(word, past)
            times[name].append((perf_counter() - began) * 1e6)
        assert np.argmax(found["states"]) == np.argmax(found["arguments"])
        word = np.array([np.argmax(found["states"])], np.int32)
    part = max(1, args.tokens // 4)
    for name, taken in times.items():
        print(f"{name}: {median(taken[:part]):.0f} µs per token at first, {median(taken[-part:]):.0f} µs at last")
    print(f"ratio: {median(times['arguments']) / median(times['states']):.2f}")


def _without_states(module: Module) -> Module:
    """The decoder whose caches are arguments and results."""
    functions = [evolve(f, states=()) for f in module.functions]
    return module.replace(functions=functions, globals=[g for g in module.globals if not g.mutable])


if __name__ == "__main__":
    main()
