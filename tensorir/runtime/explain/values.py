"""Answers about single values: which layout, why, what it costs, and what the next best choice was."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from attrs import define, field

from tensorir.analysis.layout_decision import Decided, Decision, decided_lines, micros, next_best_text, stored_text
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.location import Location
from tensorir.runtime.explain.explanation import Explanation
from tensorir.runtime.explain.report import step_kinds
from tensorir.runtime.explain.source import SourceValue


@define
class Answers:
    """The answers of one explanation, with what they look up by id."""

    explanation: Explanation
    decision: Decision
    _by_id: dict[str, list[Decided]] = field(factory=dict[str, list[Decided]])
    _relaid: dict[str, list[str]] = field(factory=dict[str, list[str]])
    _launches: dict[str, list[str]] = field(factory=dict[str, list[str]])
    _remarks: dict[str, list[str]] = field(factory=dict[str, list[str]])

    def __attrs_post_init__(self) -> None:
        for d in self.decision.decided:
            self._by_id.setdefault(_original(d.id) if d.op else f"@{d.names[0]}", []).append(d)
            for r in d.relaid:
                if r.operand != "result":
                    what = f"{d.op} {d.id} ({r.operand}) reads it as {stored_text(r.needed)}"
                    line = f"  relaid: {what}: {r.bytes} bytes, {micros(r.ns)}"
                    self._relaid.setdefault(_original(r.tensor.split()[-1]), []).append(line)
        for remark in self.explanation.remarks:
            line = f"  remark: [{remark.pass_name}] {remark.rule}: {remark.message}"
            self._remarks.setdefault(_original(remark.op_id), []).append(line)
        for f in self.explanation.functions:
            for number, command in enumerate(f.counts.commands if f.counts is not None else ()):
                if f.plan is None:
                    continue
                line = f"  runs in command #{number} of @{f.name}: {', '.join(step_kinds(command)) or command.place.op}"
                self._launches.setdefault(f.plan.commands[number].op.loc.op, []).append(line)

    def to(self, name: str) -> str:
        """Returns the answers for all values that `name` names. Raises TensorIRError if there are none."""
        found = self.named(name)
        if not found:
            raise TensorIRError(f"the program has no value {name!r}{_similar(self.explanation, self.decision, name)}")
        return "\n\n".join("\n".join(lines) for lines in found)

    def named(self, name: str) -> list[list[str]]:
        """Returns the lines of each answer."""
        found = [self.of(v) for v in self.explanation.source if _is_named(v, name)]
        if found:
            return found
        constant = name.removeprefix("@")
        made = [d for d in self.decision.decided if (constant in d.names if not d.op else d.key == name)]
        return [[*self._decided(d)] for d in made]

    def of(self, value: SourceValue) -> list[str]:
        """Returns the lines about a value of the given program."""
        what = value.op if not value.id else f"{value.op} {value.id}"
        lines = [f"{value.name} : {value.type}, {what} at {value.loc}"]
        if value.op == "argument":
            return [*lines, *self._argument(value)]
        if value.op == "global" or value.loads:
            return [*lines, *self._global(value.loads or value.name.removeprefix("@"))]
        found = self._by_id.get(value.id, [])
        for d in found:
            lines += self._decided(d)
        if not found:
            lines += self._folded(value)
        lines += self._relaid.get(value.id, [])
        launches = dict.fromkeys(d.launch or d.id for d in found)
        lines += [line for launch in launches for line in self._launches.get(launch, [])]
        lines += self._remarks.get(value.id, [])
        return lines

    def _decided(self, d: Decided) -> Iterator[str]:
        for line in decided_lines(d):
            yield f"  {line}"
        if d.choices > 1:
            yield f"    it costs least of {d.choices} choices; {next_best_text(self.decision, d)}"
        else:
            yield f"    there is no other choice{f': {d.reason}' if d.reason else ''}"

    def _argument(self, value: SourceValue) -> Iterator[str]:
        yield "  stored as its type says, as callers give it: there is no other choice"
        yield from self._relaid.get(value.name, [])

    def _global(self, name: str) -> Iterator[str]:
        found = [d for d in self.decision.decided if not d.op and name in d.names]
        for d in found:
            yield from self._decided(d)
        if not found:
            yield "  when layouts were chosen, nothing read it: it had been folded away, or is not used"

    def _folded(self, value: SourceValue) -> Iterator[str]:
        """Where nothing is left of the op that made a value: what reads it, directly or through others like it."""
        readers = self._readers(value)
        what = "it is part of what reads it, or a constant" if readers else "nothing that is computed reads it"
        yield f"  when layouts were chosen, no op was left of it: {what}"
        for reader in readers:
            for d in self._by_id[reader.id]:
                for line in decided_lines(d):
                    yield f"    {line}"
                if d.choices > 1:
                    yield f"      {next_best_text(self.decision, d)}"

    def _readers(self, value: SourceValue) -> Sequence[SourceValue]:
        source, found = self.explanation.source, dict[str, SourceValue]()
        waiting, seen = [*value.readers], {*value.readers}
        while waiting:
            reader = source[waiting.pop()]
            if reader.id in self._by_id:
                found.setdefault(reader.id, reader)
                continue
            fresh = [r for r in reader.readers if r not in seen]
            seen.update(fresh)
            waiting += fresh
        return list(found.values())


def _original(id: str) -> str:
    """The id of the op of which an op is a copy (`@f#3~2`)."""
    return id.partition("~")[0]


def _is_named(value: SourceValue, name: str) -> bool:
    if name in (value.name, value.name[1:], value.id) and name:
        return True
    return bool(value.id) and _is_at(value.loc, name)


def _is_at(loc: Location, name: str) -> bool:
    if not loc.line:
        return name == loc.file
    places = (f"{loc.file}:{loc.line}", f"{loc.file}:{loc.line}:{loc.col}")
    return any(place == name or (":" in name and place.endswith(f"/{name}")) for place in places)


def _similar(explanation: Explanation, decision: Decision, name: str) -> str:
    known = [n for v in explanation.source for n in (v.name, v.id) if n]
    known += [f"@{n}" for d in decision.decided if not d.op for n in d.names]
    near = difflib.get_close_matches(name, known, 3) or difflib.get_close_matches(f"%{name}", known, 3)
    return f"; did you mean {' or '.join(near)}?" if near else ""
