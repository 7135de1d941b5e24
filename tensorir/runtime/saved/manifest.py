"""The manifest: everything of a saved program but the words of its plans and its constants, as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import asdict, astuple, field, frozen

from tensorir.encoding.layout import Layout
from tensorir.ir.diagnostic import ParseError
from tensorir.ir.location import Location
from tensorir.ir.signature import Signature
from tensorir.ir.types import TensorType
from tensorir.native.checksum import checksum
from tensorir.native.table import Features
from tensorir.runtime.compiled_function import Array, CommandPlaces, CompiledFunction, Place, Required
from tensorir.runtime.saved.container import LINE, Sections, offsets
from tensorir.runtime.saved.fields import (
    Malformed,
    anything,
    chosen,
    counts,
    entries,
    flag,
    items,
    number,
    part,
    seconds,
    size_range,
    text,
)
from tensorir.runtime.session import StoredState
from tensorir.runtime.stats import Stats
from tensorir.text import parse_type
from tensorir.text.types import type_text
from tensorir.version import __version__


@frozen(eq=False)
class StoredProgram:
    """What a file holds. `device`: the text that makes it."""

    device: str
    features: Features
    functions: tuple[CompiledFunction, ...]
    stats: Stats
    states: Mapping[str, StoredState] = field(factory=dict[str, StoredState])


def encoded(program: StoredProgram) -> tuple[bytes, bytes, list[Array]]:
    """Returns the manifest, the words and the constants, each of them once."""
    shared = _Shared()
    functions: list[dict[str, Any]] = []
    at = 0
    for f in program.functions:
        functions.append(_function(f, at, shared))
        at += f.image.size
    states = [[name, type_text(s.type), shared.constant(s.initial)] for name, s in program.states.items()]
    starts = offsets([c.nbytes for c in shared.constants])
    stats = asdict(program.stats)
    manifest = {
        "tensorir": __version__,
        "device": program.device,
        "features": [f.name for f in Features if f and f in program.features],
        "stats": {name: stats[name] for name in _STATS},
        "constants": [[begin, c.nbytes] for begin, c in zip(starts, shared.constants, strict=True)],
        "files": list(shared.files),
        "places": [list(place) for place in shared.places],
        "functions": functions,
        "states": states,
    }
    words = b"".join(f.image.astype("<i8").tobytes() for f in program.functions)
    return json.dumps(manifest, separators=(",", ":")).encode(), words, shared.constants


_STATS = ("dispatches", "copies", "weights_bytes", "weights_by_device", "compile_s")


class _Shared:
    """What functions have in common, by number."""

    def __init__(self) -> None:
        self.constants: list[Array] = []
        self.files: dict[str, int] = {}
        self.places: dict[tuple[str, int, int, int], int] = {}
        self._known: dict[int, int] = {}
        self._same: dict[bytes, list[int]] = {}

    def constant(self, array: Array) -> int:
        if id(array) not in self._known:
            self._known[id(array)] = self._stored(array)
        return self._known[id(array)]

    def _stored(self, array: Array) -> int:
        data = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
        same = self._same.setdefault(checksum(data), [])
        for i in same:
            if np.array_equal(self.constants[i], data):
                return i
        same.append(len(self.constants))
        self.constants.append(data)
        return same[-1]

    def place(self, place: Place) -> int:
        file = self.files.setdefault(place.loc.file, len(self.files))
        key = (place.op, file, place.loc.line, place.loc.col)
        return self.places.setdefault(key, len(self.places))


def _function(f: CompiledFunction, at: int, shared: _Shared) -> dict[str, Any]:
    s = f.signature
    return {
        "name": s.name,
        "place": shared.place(Place("", s.loc)),
        "signless": s.signless,
        "sizes": None if s.sizes is None else astuple(s.sizes),
        "arguments": [[name, type_text(t)] for name, t in zip(s.arg_names, s.arg_types, strict=True)],
        "results": [type_text(t) for t in s.result_types],
        "states": [[name, same] for name, same in zip(s.states, f.in_place, strict=True)],
        "words": [at, f.image.size],
        "constants": [shared.constant(c) for c in f.constants],
        "commands": [_command(c, shared) for c in f.commands],
        "required": [[r.value, shared.place(r.place), r.dim] for r in f.required],
        "kernels": dict(f.kernels),
    }


def _command(c: CommandPlaces, shared: _Shared) -> list[Any]:
    return [shared.place(c.command), [shared.place(p) for p in c.steps], c.device, c.moved]


def decoded(sections: Sections) -> StoredProgram:
    """Returns what a file says. Raises Malformed."""
    try:
        found = json.loads(sections.manifest)
    except (ValueError, RecursionError) as e:
        raise Malformed(f"not JSON: {e}") from None
    names = ("tensorir", "device", "features", "stats", "constants", "files", "places", "functions", "states")
    version, device, features, stats, constants, files, places, functions, states = entries(found, "manifest", *names)
    if version != __version__:
        raise Malformed(f"saved by tensorir {version}, and this is {__version__}; compile the program again")
    paths = items(files, "files", text)

    def place(value: object, where: str) -> Place:
        op, file, line, col = items(value, where, anything, 4)
        at = Location(chosen(file, where, paths), number(line, where), number(col, where))
        return Place(text(op, where), at)

    data = _constants(constants, sections.constants)
    kept = dict(items(states, "states", lambda v, where: _state(v, where, data)))
    reader = _Functions(sections, data, items(places, "places", place), kept)
    return StoredProgram(
        text(device, "device"),
        _features(features),
        tuple(items(functions, "functions", reader.function)),
        _stats(stats),
        kept,
    )


def _state(value: object, where: str, constants: Sequence[Array]) -> tuple[str, StoredState]:
    """Returns a state with its first value, which has the bytes of its type in memory."""
    name, type, initial = items(value, where, anything, 3)
    known = _written_type(type, where)
    if not known.is_static or not (known.encoding is None or isinstance(known.encoding, Layout)):
        raise Malformed(f"{where}: {known} is not the type of a state")
    state = StoredState(known, np.empty(0))
    data, shape = chosen(initial, where, constants), state.memory_shape
    if data.nbytes != prod(shape) * known.dtype.itemsize:
        raise Malformed(f"{where}: {known} has another number of bytes than its first value, {data.nbytes}")
    return text(name, where), StoredState(known, data.view(known.dtype.numpy).reshape(shape))


def _constants(value: object, data: npt.NDArray[np.uint8]) -> list[Array]:
    parts = items(value, "constants", lambda v, where: part(v, where, len(data)))
    if [p.start for p in parts] != offsets([p.stop - p.start for p in parts]):
        raise Malformed(f"constants: expected one behind the other, each at a multiple of {LINE}")
    return [data[p] for p in parts]


def _features(value: object) -> Features:
    found = Features.NONE
    for name in items(value, "features", text):
        if name not in Features.__members__:
            raise Malformed(f"features: there is no CPU feature {name!r}")
        found |= Features[name]
    return found


def _stats(value: object) -> Stats:
    dispatches, copies, weights, held, compile_s = entries(value, "stats", *_STATS)
    return Stats(
        dispatches=number(dispatches, "stats.dispatches"),
        init_dispatches=0,
        copies=number(copies, "stats.copies"),
        weights_bytes=number(weights, "stats.weights_bytes"),
        weights_by_device=counts(held, "stats.weights_by_device"),
        compile_s=seconds(compile_s, "stats.compile_s"),
        kernels={},
        transient_bytes=0,
    )


@frozen
class _Functions:
    sections: Sections
    constants: Sequence[Array]
    places: Sequence[Place]
    states: Mapping[str, StoredState]

    def function(self, value: object, where: str) -> CompiledFunction:
        names = ("name", "place", "signless", "arguments", "results", "states", "words", "constants", "commands")
        found = entries(value, where, *names, "required", "kernels", "sizes")
        name, place, signless, arguments, results, states, words, constants, commands, required, kernels, sizes = found
        given = items(arguments, f"{where}.arguments", self._argument)
        kept = items(states, f"{where}.states", lambda v, at: items(v, at, anything, 2))
        signature = Signature(
            text(name, f"{where}.name"),
            tuple(hint for hint, _ in given),
            tuple(t for _, t in given),
            tuple(items(results, f"{where}.results", _type)),
            self._place(place, f"{where}.place").loc,
            flag(signless, f"{where}.signless"),
            tuple(text(state, f"{where}.states") for state, _ in kept),
            None if sizes is None else size_range(sizes, f"{where}.sizes"),
        )
        self._check_states(signature, where)
        for t in signature.result_types:
            if unknown := t.symbols - set(signature.symbols):
                raise Malformed(f"{where}.results: no argument has the size {min(unknown)}")
        return CompiledFunction(
            signature,
            self.sections.words[part(words, f"{where}.words", len(self.sections.words))],
            tuple(items(constants, f"{where}.constants", lambda v, at: chosen(v, at, self.constants))),
            tuple(items(commands, f"{where}.commands", self._command)),
            tuple(items(required, f"{where}.required", self._required)),
            counts(kernels, f"{where}.kernels"),
            tuple(flag(same, f"{where}.states") for _, same in kept),
        )

    def _check_states(self, signature: Signature, where: str) -> None:
        """Raises Malformed unless the last arguments and results are the states, as they are in memory."""
        count = len(signature.states)
        if len(set(signature.states)) != count or set(signature.states) - set(self.states):
            raise Malformed(f"{where}.states: expected different states of the program")
        held = (self.states[name].initial for name in signature.states)
        wanted = [(a.shape, a.dtype) for a in held]
        for types in (signature.arg_types, signature.result_types):
            if count > len(types) or [(t.shape, t.dtype.numpy) for t in types[len(types) - count :]] != wanted:
                raise Malformed(f"{where}.states: expected them as the last arguments and results")

    def _argument(self, value: object, where: str) -> tuple[str, TensorType]:
        name, type = items(value, where, text, 2)
        return name, _type(type, where)

    def _place(self, value: object, where: str) -> Place:
        return chosen(value, where, self.places)

    def _required(self, value: object, where: str) -> Required:
        number_of, place, dim = items(value, where, anything, 3)
        return Required(number(number_of, where), self._place(place, where), text(dim, where))

    def _command(self, value: object, where: str) -> CommandPlaces:
        command, steps, device, moved = items(value, where, anything, 4)
        return CommandPlaces(
            self._place(command, where),
            tuple(items(steps, where, self._place)),
            text(device, where),
            None if moved is None else number(moved, where),
        )


def _written_type(value: object, where: str) -> TensorType:
    try:
        return parse_type(text(value, where))
    except ParseError as e:
        raise Malformed(f"{where}: {e.diagnostics[0].message}") from None


def _type(value: object, where: str) -> TensorType:
    found = _written_type(value, where)
    if found.encoding is not None:
        raise Malformed(f"{where}: {found} has an encoding, and arrays have none")
    return found
