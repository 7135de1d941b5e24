"""Sentences to token ids."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from tensorir.demo.files import need, read_file

Array = npt.NDArray[Any]


@cache
def _tokenizer() -> Any:
    tokenizer = need("tokenizers").Tokenizer.from_str(read_file("tokenizer.json").decode())
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def encode(text: str, *, max_length: int = 256, pad_to: int | None = None) -> tuple[Array, Array]:
    """Token ids [S] of i64 with the markers at both ends, and the mask [S] of f32.

    Longer texts are cut to `max_length` tokens, the model's own limit. `pad_to` fills up to that length with masked
    tokens."""
    ids: list[int] = _tokenizer().encode(text).ids
    if len(ids) > max_length:
        ids = [*ids[: max_length - 1], ids[-1]]
    padding = max((pad_to or 0) - len(ids), 0)
    mask = np.array([1.0] * len(ids) + [0.0] * padding, np.float32)
    return np.array(ids + [0] * padding, np.int64), mask
