"""Plug-ins: ops, passes, targets, interpretations and strategies that come from other packages, as tables.

A plug-in is a module. What it brings stands in module attributes with the names of `TABLES`; it may have any of them.
It is found by an entry point of the group `tensorir.plugins` whose value is the module's name, or loaded from a file
(`tensorir --plugin FILE`). Each registry of tensorir reads its own table, when it is first asked for something.
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
    """A plug-in that can't be used, and why. Everything else works without it."""


@define
class _Loaded:
    """`all`: the plug-ins by name in the order in which they were loaded; None until entry points were looked for."""

    all: Mapping[str, ModuleType] | None = None
    lock: RLock = field(factory=RLock)
    loading: bool = False


_LOADED = _Loaded()


def modules() -> Mapping[str, ModuleType]:
    """All plug-ins by name, always the same mapping until one is added. What can't be imported is a PluginWarning.

    While a plug-in is being imported there is none: what it asks tensorir for is what tensorir has by itself."""
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
    """One thread at a time imports plug-ins. True: this thread is importing one already."""
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
    """What an entry point names; None with a PluginWarning naming it and the error if it can't be imported."""
    try:
        return entry.load()
    except Exception as e:  # whatever somebody else's module does when it is imported
        unusable(f"the entry point {entry.name} = {entry.value} ({entry.group})", f"{type(e).__name__}: {e}")
        return None


def unusable(what: str, why: str) -> None:
    """Warns that a plug-in, or one thing of it, is not used."""
    warnings.warn(f"{what} is not used: {why}", PluginWarning, stacklevel=2)


def load_file(path: str) -> None:
    """Makes the Python file a plug-in of this process, called by its path. Loading it again changes nothing.

    Raises TensorIRError with the place for one that can't be imported: it was asked for."""
    before = modules()
    if path in before:
        return
    name = f"tensorir_plugin_{len(before)}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not Path(path).is_file():
        raise TensorIRError("the plug-in is not a Python file that exists", Location(path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # classes of a module that is being imported look for it there
    with _importing():
        try:
            spec.loader.exec_module(module)
        except Exception as e:  # whatever the file does
            del sys.modules[name]
            lines = [f.lineno or 0 for f in traceback.extract_tb(e.__traceback__) if f.filename == path]
            line = lines[-1] if lines else getattr(e, "lineno", None) or 0
            raise TensorIRError(f"the plug-in can't be imported: {type(e).__name__}: {e}", Location(path, line)) from e
    _LOADED.all = {**before, path: module}


K = TypeVar("K")
V = TypeVar("V")


class Table(Mapping[K, V], Generic[K, V]):
    """What tensorir has by itself and, after it, what plug-ins bring in their table of a name.

    `key` gives the key of an entry, or is None where the tables of plug-ins are mappings. An entry whose key is taken
    is a PluginWarning and not used: a plug-in adds, it does not replace."""

    def __init__(self, name: TableName, built_in: Mapping[K, V], key: Callable[[V], K] | None = None) -> None:
        self._name: TableName = name
        self._built_in = dict(built_in)
        self._key = key
        self._seen: Mapping[str, ModuleType] | None = None
        self._all: Mapping[K, V] = self._built_in

    @contextmanager
    def extended(self, entries: Mapping[K, V]) -> Generator[None]:
        """With these entries, too, for the time of a `with` block: for tests of what nobody installs."""
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
                    unusable(f"{key} of the plug-in {plugin}", "there is one already")
                else:
                    every[key] = value
        self._all, self._seen = every, found
        return every

    def _of(self, plugin: str, module: ModuleType) -> Iterable[tuple[K, V]]:
        table: Any = getattr(module, self._name, ())
        if isinstance(table, Table):  # the plug-in has imported tensorir's own
            return ()
        try:
            return list(table.items()) if self._key is None and table else [(self._key(v), v) for v in table]  # pyright: ignore
        except Exception as e:  # the table is somebody else's: anything may be in it
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
