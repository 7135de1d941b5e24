"""What the functions of one text share while they are converted: symbols, data, remarks."""

from __future__ import annotations

from collections.abc import Callable

from attrs import Factory, define

from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import Remark
from tensorir.ir.location import Location
from tensorir.ir.module import Function, Global
from tensorir.ir.types import TensorType
from tensorir.mlir.syntax import Document, Operation


@define(eq=False)
class ImportState:
    """Everything beside the function at hand."""

    document: Document
    symbols: dict[str, Operation]
    """The ops of the module that have a name."""
    function: Callable[[str, Operation], Function]
    """The converted function of that name, for a call. Raises ParseError at the call."""
    remarks: list[Remark] = Factory(list[Remark])
    globals: dict[str, Global] = Factory(dict[str, Global])
    unusable: dict[str, str] = Factory(dict[str, str])
    """Globals that were left out, and why: an error for whoever loads one."""
    private_states: dict[str, tuple[str, ...]] = Factory(dict[str, tuple[str, ...]])
    """The states of private functions, whose values are the last arguments, and the last results, of their calls."""
    resources: dict[tuple[str, str], Dense] = Factory(dict[tuple[str, str], Dense])
    """Data of resources that was read already, by key and type."""
    _names: dict[Dense, str] = Factory(dict[Dense, str])

    def weight(self, data: Dense, wish: str, loc: Location) -> str:
        """The name of the global that holds `data`: one global for equal data. `wish` is its name if that is free."""
        name = self._names.get(data)
        if name is None:
            name = self._names[data] = self._free(wish)
            self.globals[name] = Global(name, TensorType(data.shape, data.dtype), data, loc)
        return name

    @property
    def weights(self) -> frozenset[str]:
        """The globals that `weight` made."""
        return frozenset(self._names.values())

    def _free(self, wish: str) -> str:
        name, count = wish, 0
        while name in self.symbols or name in self.globals:
            name, count = f"{wish}_{count}", count + 1
        return name
