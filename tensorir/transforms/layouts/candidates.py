"""Candidate layouts: those that the tiles of some contraction give, carried through the ops in both directions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import define, field

from tensorir.dialects.linalg import Contract, Fold
from tensorir.encoding.form import Form
from tensorir.encoding.layout import Layout
from tensorir.ir.op import Op
from tensorir.ir.value import Value
from tensorir.transforms.layouts.forms import column_form, packed_forms, row_major
from tensorir.transforms.layouts.program import Place, Program, runs_others

MOST = 7
"""The most packed layouts of a tensor that are considered; further ones are ignored."""

GivenForms = Callable[[Place], "list[Form] | None"]


@define
class Candidates:
    """`forms`: op → the forms it can take, row-major first; an op that is missing has no other."""

    program: Program
    given: GivenForms
    """The forms of an op that the device or the program has decided; None if they follow from its neighbours."""
    in_place: frozenset[Op] = frozenset()
    """Contractions that are read where their operands lie."""
    layouts: dict[Value, dict[Layout, None]] = field(factory=dict[Value, dict[Layout, None]])
    forms: dict[Op, list[Form]] = field(factory=dict[Op, list[Form]])

    def find(self) -> None:
        """Goes on until nothing is new. An op is visited again whenever one of its tensors has a new candidate."""
        waiting: dict[int, None] = dict.fromkeys(range(len(self.program.places)))
        number = {id(place): i for i, place in enumerate(self.program.places)}
        while waiting:
            i = next(iter(waiting))
            del waiting[i]
            for tensor in self._with_states(self._visit(self.program.places[i])):
                near = list(self.program.readers.get(tensor, ()))
                if (maker := self.program.makers.get(tensor)) is not None:
                    near.append(maker)
                waiting.update(dict.fromkeys(number[id(place)] for place in near))

    def _with_states(self, changed: Sequence[Value]) -> list[Value]:
        """Adds the new candidates of these tensors to the states that they become, and the other way round. Returns all
        tensors that have new ones."""
        found = list(changed)
        for tensor in found:  # it grows while there is more
            linked = (b if a is tensor else a for a, b in self.program.kept if tensor in (a, b))
            for other in linked:
                known = self.layouts.setdefault(other, {})
                new = [layout for layout in self.layouts[tensor] if layout not in known][: max(0, MOST - len(known))]
                known |= dict.fromkeys(new)
                if new:
                    found.append(other)
        return found

    def _visit(self, place: Place) -> list[Value]:
        """Returns the tensors of an op that have new candidates."""
        op, operands = place.op, self.program.operands(place.op)
        if not op.results or runs_others(op) or (len(op.results) > 1 and not isinstance(op, Fold)):
            return []
        forms = self.given(place)
        if forms is None:
            of_operands = [tuple(self.layouts.get(v, ())) for v in operands]
            of_result = tuple(layout for r in op.results for layout in self.layouts.get(r, ()))
            forms = [row_major(op), *packed_forms(op, of_operands, of_result)]
            if len(forms) == 1 and not any(r in self.layouts for r in op.results):
                return []
        elif isinstance(op, Contract) and op in self.in_place and operands[1] in self.program.constants:
            tiles = next((f.tiles for f in forms if f.tiles is not None and not f.tiles.swapped), None)
            made = column_form(op, tiles.n0) if tiles is not None else None
            forms = [*forms, *([made] if made is not None else [])]
        self.forms[op] = forms
        changed: list[Value] = []
        for form in forms:
            of_results = (form.result,) * len(op.results)
            for tensor, layout in zip((*operands, *op.results), (*form.operands, *of_results), strict=True):
                known = self.layouts.setdefault(tensor, {})
                if layout is not None and layout not in known and len(known) < MOST and tensor.type.rank:
                    known[layout] = None
                    changed.append(tensor)
        return changed
