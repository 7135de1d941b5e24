"""Ops that can't be: what refuses them, and the lists `BAD` of the tests in tests/unit/dialects."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path

from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.op import Op

DIALECTS = Path(__file__).parents[1] / "unit" / "dialects"

Bad = tuple[Callable[[], Op], str]
"""What makes the op, and a part of the message that refuses it."""


def refusal(make: Callable[[], Op]) -> str:
    """`op.name: why`, from making the op or from its own rules; nothing if it is fine."""
    try:
        made = make()
    except TensorIRError as e:
        return e.diagnostics[0].message
    return "; ".join(f"{made.NAME}: {message}" for message in made.verify())


def bad_ops() -> Iterator[Bad]:
    """The cases of all files there."""
    for path in sorted(DIALECTS.rglob("test_*.py")):
        spec = importlib.util.spec_from_file_location(f"bad_ops_of_{path.stem}", path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield from getattr(module, "BAD", ())
