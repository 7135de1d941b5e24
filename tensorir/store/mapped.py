"""The files of stores that this process has mapped: each once, and its contents are checked once."""

from __future__ import annotations

import weakref

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from tensorir.native.content_hash import ContentHash
from tensorir.store.entry import Place
from tensorir.store.files import mapped_file
from tensorir.store.refused import Damaged

Bytes = npt.NDArray[np.uint8]


@frozen
class _File:
    memory: weakref.ref[Bytes]
    checked: set[Place] = field(factory=set[Place])


_files: dict[str, _File] = {}
"""By name. Names of different stores differ, as their secrets do."""


def mapped(folder: int, hashed: ContentHash, place: Place) -> Bytes:
    """Returns contents, which are hashed when this process maps them for the first time. Raises FileNotFoundError,
    Damaged and StoreUnusable."""
    file = _files.get(place.name)
    memory = None if file is None else file.memory()
    if file is None or memory is None:
        memory = mapped_file(folder, place.name, place.data_size)
        file = _remembered(place.name, memory)
    data = memory[place.at : place.at + place.size]
    if place not in file.checked:
        if data.size != place.size or hashed(data) != place.content:
            _files.pop(place.name, None)  # the file that is made again is another one
            raise Damaged("was altered: its contents have another hash")
        file.checked.add(place)
    return data


def _remembered(name: str, memory: Bytes) -> _File:
    for known, file in tuple(_files.items()):
        if file.memory() is None:
            _files.pop(known, None)
    found = _files[name] = _File(weakref.ref(memory))
    return found
