"""Reads the format .safetensors: eight bytes with the length of the header, the header as JSON, then the data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from tensorir.ir.dtype import DTYPES
from tensorir.text.files import open_regular
from tensorir.text.stored import (
    Identity,
    MalformedError,
    StoredArray,
    check_size,
    exactly,
    malformed,
    reopened,
    shape_of,
)

MAX_HEADER = 100_000_000
"""The limit of a header's size in bytes, which the format itself sets."""

_TYPES = {
    **{f"F{bits}": f"f{bits}" for bits in (16, 32, 64)},
    **{f"I{bits}": f"i{bits}" for bits in (8, 16, 32, 64)},
    **{f"U{bits}": f"u{bits}" for bits in (8, 16, 32, 64)},
    "BF16": "bf16",
    "BOOL": "i1",
}


def safetensors_arrays(path: str | Path) -> Mapping[str, StoredArray]:
    """Returns the arrays of a .safetensors file by name, not yet read. Raises TensorIRError if it is not a .safetensors
    file."""
    name = str(path)
    with open_regular(path) as file, malformed(name, "can't read parameters"):
        identity = Identity.of(file)
        length = int.from_bytes(exactly(file, 8), "little")
        if length > min(MAX_HEADER, identity.size):
            raise MalformedError(f"its header has {length} bytes, the file {identity.size}")
        try:
            found: object = json.loads(exactly(file, length), object_pairs_hook=_unique)
        except RecursionError:
            raise MalformedError("its header is nested too deep") from None
        entries = _object(found, "its header")
        entries.pop("__metadata__", None)
        data = 8 + length
        ends = sorted(_offsets(_object(entry, repr(key))) for key, entry in entries.items())
        if [0, *(end for _, end in ends)] != [*(begin for begin, _ in ends), identity.size - data]:
            raise MalformedError("its arrays leave gaps, overlap, or leave the file")
        return {key: _array(name, identity, data, key, _object(e, repr(key))) for key, e in entries.items()}


def _array(name: str, identity: Identity, data: int, key: str, entry: Mapping[str, object]) -> StoredArray:
    written = str(entry.get("dtype"))
    if written not in _TYPES:
        raise MalformedError(f"{key!r} has elements of {written[:20]}; known: {', '.join(_TYPES)}")
    stored = DTYPES[_TYPES[written]].numpy
    stored = stored.newbyteorder("<") if stored.kind in "fiu" else stored
    begin, end = _offsets(entry)
    shape = shape_of(entry.get("shape"))
    check_size(shape, stored, end - begin)
    return StoredArray(f"{name}: {key}", shape, stored, False, lambda: reopened(name, identity, data + begin))


def _offsets(entry: Mapping[str, object]) -> tuple[int, int]:
    match entry.get("data_offsets"):
        case [int(begin), int(end)] if 0 <= begin <= end:
            return begin, end
        case _:
            raise MalformedError("data_offsets are not two positions in order")


def _object(value: object, what: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise MalformedError(f"{what} is not an object")
    return cast("dict[str, object]", value)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedError("a key is given twice")
    return found
