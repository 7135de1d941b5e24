"""The text of a program before the first pass and after each pass that changed it, without its weights."""

from __future__ import annotations

from difflib import SequenceMatcher

from attrs import define, field

from tensorir.ir.module import Module
from tensorir.passes.pass_ import Pass
from tensorir.text import print_module


@define
class PassTexts:
    """Collects the texts: `begin` takes the given program, `after` is a snapshot for `tensorir.compile`. Each line is
    kept once, since most lines stay as they are. `texts[i]`: the name of a pass, and the numbers of its lines."""

    lines: list[str] = field(factory=list[str])
    texts: list[tuple[str, list[int]]] = field(factory=list[tuple[str, list[int]]])
    _number: dict[str, int] = field(factory=dict[str, int])
    _last: Module | None = None

    def begin(self, module: Module) -> None:
        """Records the given program."""
        self._add("the given program", module)

    def after(self, p: Pass, module: Module) -> None:
        """Records the program after a pass, if it is another one than before."""
        if module is not self._last:
            self._add(p.name, module)

    def _add(self, name: str, module: Module) -> None:
        self._last = module
        text = print_module(module, apart={}).splitlines()
        numbers = [self._number.setdefault(line, len(self._number)) for line in text]
        self.lines = list(self._number)
        if not self.texts or self.texts[-1][1] != numbers:
            self.texts.append((name, numbers))

    def differences(self) -> list[tuple[str, list[tuple[str, list[int]]]]]:
        """Returns, for each text, its name, and runs of lines: ("=", …) of both, ("-", …) of the text before only,
        ("+", …) of this one only. All lines of the first text are ("=", …)."""
        found: list[tuple[str, list[tuple[str, list[int]]]]] = []
        before: list[int] | None = None
        for name, numbers in self.texts:
            found.append((name, [("=", numbers)] if before is None else _runs(before, numbers)))
            before = numbers
        return found


def _runs(before: list[int], after: list[int]) -> list[tuple[str, list[int]]]:
    runs: list[tuple[str, list[int]]] = []
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            runs.append(("=", before[i:j]))
            continue
        runs += [run for run in (("-", before[i:j]), ("+", after[k:m])) if run[1]]
    return runs
