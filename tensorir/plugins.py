"""Plug-ins: ops, passes, targets, interpretations and strategies that come from other packages, as tables.

A plug-in is a module. Its contributions are module attributes with the names of `TABLES`; it may have any of them.
It is found through an entry point of the group `tensorir.plugins` whose value is the module's name, or loaded from a
file (`tensorir --plugin FILE`). Each registry of tensorir reads its own table when it is first used.
"""

from __future__ import annotations

import importlib.util
import sys
import traceback
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from threading import RLock
from types import ModuleType
from typing import Any, Generic, Literal, TypeVar, get_args

from attrs import define, field

from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.location import Location

GROUP = "tensorir.plugins"

TableName = Literal["OPS", "PASSES", "TARGETS", "INTERPRETATIONS", "STEPS"]
TABLES: tuple[TableName, ...] = get_args(TableName)
"""`OPS`: op classes. `PASSES`: pass classes. `TARGETS`: targets. `INTERPRETATIONS`: functions of op classes, a mapping
(see `interp.IMPLEMENTATIONS`). `STEPS`: steps of random programs (see `testing.programs`)."""


class PluginWarning(UserWarning):
    """Says which plug-in can't be used, and why. Everything else works without it."""


@define
class _Loaded:
    """`all`: the plug-ins by name in the order in which they were loaded; None until entry points have been read."""

    all: Mapping[str, ModuleType] | None = None
    lock: RLock = field(factory=RLock)
    loading: bool = False


_LOADED = _Loaded()


def modules() -> Mapping[str, ModuleType]:
    """Returns all plug-ins by name, as the same mapping until one is added. A plug-in that can't be imported is left
    out with a PluginWarning.

    While a plug-in is being imported, the mapping is empty, so the plug-in sees only what tensorir has by itself."""
    known = _LOADED.all
    if known is not None and not _LOADED.loading:
        return known
    with _importing() as nested:
        if nested:
            return _NONE
        if _LOADED.all is None:
            _LOADED.all = dict(_installed())
        return _LOADED.all


_NONE: Mapping[str, ModuleType] = {}


@contextmanager
def _importing() -> Generator[bool]:
    """Only one thread at a time imports plug-ins. True if this thread is already importing one."""
    with _LOADED.lock:
        if _LOADED.loading:
            yield True
            return
        _LOADED.loading = True
        try:
            yield False
        finally:
            _LOADED.loading = False


def _installed() -> Iterator[tuple[str, ModuleType]]:
    for entry in sorted(entry_points(group=GROUP), key=lambda e: e.name):
        if (found := loaded(entry)) is not None:
            yield entry.name, found


def loaded(entry: EntryPoint) -> Any:
    """Imports what an entry point names. If that fails, returns None with a PluginWarning that names it and the
    error."""
    try:
        return entry.load()
    except (Exception, SystemExit) as e:  # a plug-in may raise anything when it is imported
        unusable(f"the entry point {entry.name} = {entry.value} ({entry.group})", f"{type(e).__name__}: {e}")
        return None


def unusable(what: str, why: str) -> None:
    """Warns that a plug-in, or one of its entries, is not used."""
    warnings.warn(f"{what} is not used: {why}", PluginWarning, stacklevel=2)


def load_file(path: str) -> None:
    """Loads a Python file as a plug-in of this process, named by its path. Loading it again changes nothing.

    Raises TensorIRError with the place if it can't be imported."""
    before = modules()
    if path in before:
        return
    name = f"tensorir_plugin_{len(before)}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not Path(path).is_file():
        raise TensorIRError("the plug-in is not a Python file that exists", Location(path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # classes look up their module there while it is being imported
    with _importing():
        try:
            spec.loader.exec_module(module)
        except (Exception, SystemExit) as e:  # the file may raise anything
            del sys.modules[name]
            frames = traceback.extract_tb(e.__traceback__)
            lines = [f.lineno or 0 for f in frames if f.filename == spec.origin]  # an absolute path
            line = lines[-1] if lines else getattr(e, "lineno", None) or 0
            raise TensorIRError(f"the plug-in can't be imported: {type(e).__name__}: {e}", Location(path, line)) from e
    _LOADED.all = {**before, path: module}


K = TypeVar("K")
V = TypeVar("V")


class Table(Mapping[K, V], Generic[K, V]):
    """A registry: tensorir's own entries, followed by those in the table of the same name of each plug-in.

    `key` returns the key of an entry, or is None if the tables of plug-ins are mappings. An entry whose key is taken
    is not used and causes a PluginWarning: plug-ins add entries but never replace them."""

    def __init__(self, name: TableName, built_in: Mapping[K, V], key: Callable[[V], K] | None = None) -> None:
        self._name: TableName = name
        self._built_in = dict(built_in)
        self._key = key
        self._seen: Mapping[str, ModuleType] | None = None
        self._all: Mapping[K, V] = self._built_in

    @contextmanager
    def extended(self, entries: Mapping[K, V]) -> Generator[None]:
        """Adds these entries for the duration of a `with` block, for tests."""
        before = self._built_in
        self._built_in, self._seen = {**before, **entries}, None
        try:
            yield
        finally:
            self._built_in, self._seen = before, None

    def _entries(self) -> Mapping[K, V]:
        found = modules()
        if self._seen is found:
            return self._all
        every = dict(self._built_in)
        for plugin, module in found.items():
            for key, value in self._of(plugin, module):
                if key in every and every[key] is not value:
                    unusable(f"{key} of the plug-in {plugin}", "there already is one")
                else:
                    every[key] = value
        self._all, self._seen = every, found
        return every

    def _of(self, plugin: str, module: ModuleType) -> Iterable[tuple[K, V]]:
        table: Any = getattr(module, self._name, ())
        if isinstance(table, Table):  # the plug-in has imported tensorir's own
            return ()
        try:
            return list(table.items()) if self._key is None and table else [(self._key(v), v) for v in table]  # pyright: ignore  # a plug-in's table has no known types
        except Exception as e:  # the table of a plug-in may hold anything
            unusable(f"{self._name} of the plug-in {plugin}", f"{type(e).__name__}: {e}")
            return ()

    def __getitem__(self, key: K) -> V:
        return self._entries()[key]

    def get(self, key: K, default: Any = None) -> Any:
        return self._entries().get(key, default)

    def __contains__(self, key: object) -> bool:
        return key in self._entries()

    def __iter__(self) -> Iterator[K]:
        return iter(self._entries())

    def __len__(self) -> int:
        return len(self._entries())
