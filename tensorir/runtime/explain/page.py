"""An explanation as one HTML page, which loads nothing from anywhere and can be searched by value."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from html import escape

from tensorir.analysis.layout_decision import (
    Decided,
    Decision,
    costs_lines,
    micros,
    next_best_text,
    ranges_lines,
    state_text,
    stored_text,
    summary,
)
from tensorir.runtime.counts import CommandCounts
from tensorir.runtime.explain.explanation import FROM_A_FILE, Explanation, FunctionExplanation
from tensorir.runtime.explain.page_parts import SCRIPT, STYLE
from tensorir.runtime.explain.passes import PassTexts
from tensorir.runtime.explain.report import LAUNCH_COLUMNS, heading, launch_rows, relayouts, sums
from tensorir.runtime.explain.timeline import ACCESSES, timeline
from tensorir.runtime.explain.values import Answers
from tensorir.text.encodings import Aliases

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
"""What the browser may load: nothing but what stands in the page."""


def page(explanation: Explanation, passes: PassTexts, title: str) -> str:
    """Returns the page. All texts of the program are escaped."""
    decision = explanation.decision
    head = FROM_A_FILE if decision is None else summary(decision)
    sections = [
        *([("values", "Values", _values(Answers(explanation, decision)))] if decision is not None else []),
        *([("decisions", "Layouts", _decisions(decision))] if decision is not None else []),
        ("timeline", "Timeline", "".join(map(_timeline, explanation.functions))),
        ("launches", "Launches", "".join(map(_launches, explanation.functions))),
        ("relayouts", "Relayouts", "".join(map(_relayouts, explanation.functions))),
        ("plan", "Plan", "".join(map(_plan, explanation.functions))),
        ("after", "Passes", _passes(passes)),
        ("remarks", "Remarks", f"<pre>{escape(str(explanation.remarks)) or 'none'}</pre>"),
    ]
    links = "".join(f'<a href="#{id}">{name}</a>' for id, name, _ in sections)
    body = "".join(f'<h2 id="{id}">{name}</h2>\n{text}\n' for id, name, text in sections)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<header><h1>{escape(title)}</h1><div>{escape(head)}</div><nav>{links}</nav>"
        '<input id="search" type="search" placeholder="values, ops, places, launches" aria-label="search">'
        ' <span id="count" class="dim"></span></header>\n'
        f'<main>\n{body}</main>\n<script type="application/json" id="passes">{_data(passes)}</script>\n'
        f"<script>{SCRIPT}</script>\n</body>\n</html>\n"
    )


def _data(passes: PassTexts) -> str:
    """The lines of all passes as JSON, in which no tag can begin."""
    whole = {"lines": passes.lines, "texts": passes.differences()}
    return json.dumps(whole, separators=(",", ":")).replace("<", "\\u003c")


def _values(answers: Answers) -> str:
    parts: list[str] = []
    for v in answers.explanation.source:
        head, *lines = answers.of(v)
        text = escape("\n".join(lines))
        parts.append(f'<details class="row"><summary>{escape(head)}</summary><pre>{text}</pre></details>')
    return f'<div class="box">{"".join(parts)}</div>'


def _decisions(decision: Decision) -> str:
    names = Aliases()
    rows = [_decided(decision, d, names) for d in decision.decided]
    table = _table(("place", "op", "layouts", "ns", "relaid", "next best"), rows, numbers=(3,))
    rates = "\n".join([*costs_lines(decision), *ranges_lines(decision)])
    return f'<pre>{escape(rates)}</pre><div class="box">{table}</div><pre>{escape(names.definitions())}</pre>'


def _decided(decision: Decision, d: Decided, names: Aliases) -> Sequence[str]:
    relaid = "; ".join(
        f"{r.operand}: {stored_text(r.held, names)} → {stored_text(r.needed, names)}, {r.bytes} bytes, {micros(r.ns)}"
        for r in d.relaid
    )
    best = ""
    if d.choices > 1 and decision.weighed is not None:
        best = next_best_text(decision, d, names).removeprefix("next best: ")
    what = f"{d.op} {d.id} ({d.where})" if d.op else ", ".join(f"@{n}" for n in d.names)
    return (str(d.loc), what, state_text(d.state, names, constant=not d.op), f"{d.ns:.0f}", relaid, best)


def _launches(f: FunctionExplanation) -> str:
    title = f"<h3>{escape(heading(f))}</h3>"
    if f.counts is None:
        return f"{title}<p>{escape(f.why_not)}</p>"
    most = max((c.read_bytes + c.written_bytes for c in f.counts.commands), default=0) or 1
    rows: list[str] = []
    for cells, command in zip(launch_rows(f.counts, f.plan), f.counts.commands, strict=True):
        width = 100 * (command.read_bytes + command.written_bytes) / most
        bar = f'<td style="width: 12em"><div class="bar" style="width: {width:.1f}%"></div></td>'
        steps = f"<details><summary>{escape(cells[2])}</summary>{_steps(command)}</details>"
        rows.append(f'<tr class="row">{_cells([*cells[:2], "", *cells[3:]], (4, 5, 6, 7), {2: steps})}{bar}</tr>')
    head = _head((*LAUNCH_COLUMNS, "bytes"), (4, 5, 6, 7))
    return f"{title}<p>{escape(sums(f.counts))}</p><table>{head}{''.join(rows)}</table>"


def _timeline(f: FunctionExplanation) -> str:
    if f.counts is None or f.plan is None:
        return ""
    marks = " ".join(f'<span class="key {access}"></span> {access}' for access in ACCESSES)
    what = f"a column per command, a line per buffer; {marks}; commands that relay are framed"
    return f'<h3>{escape(heading(f))}</h3><p>{what}</p><div class="box">{timeline(f.plan, f.counts)}</div>'


def _steps(command: CommandCounts) -> str:
    rows = [
        (s.kind, s.place.op, str(s.place.loc), *map(str, (s.runs, s.read_bytes, s.written_bytes, s.operations)))
        for s in command.steps
    ]
    return _table(("step", "op", "where", "runs", "read", "written", "operations"), rows, numbers=(3, 4, 5, 6), row="")


def _relayouts(f: FunctionExplanation) -> str:
    if f.counts is None:
        return ""
    return f"<h3>@{escape(f.name)}</h3>" + _table(("command", "step", "op", "where", "bytes"), relayouts(f.counts))


def _plan(f: FunctionExplanation) -> str:
    if f.plan is None:
        return ""
    return f"<details><summary>@{escape(f.name)}</summary><pre>{escape(str(f.plan))}</pre></details>"


def _passes(passes: PassTexts) -> str:
    parts = ["<noscript>The texts are shown by a script in this page.</noscript>"]
    for number, (name, runs) in enumerate(passes.differences()):
        plus, minus = (sum(len(lines) for tag, lines in runs if tag == sign) for sign in "+-")
        what = f"{name}: +{plus} −{minus} lines" if number else name
        diff = f'<div class="diff" data-number="{number}"></div>'
        parts.append(f"<details><summary>{escape(what)}</summary>{diff}</details>")
    return "\n".join(parts)


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int] = (), row: str = "row") -> str:
    lines = "\n".join(f'<tr class="{row}">{_cells(cells, numbers)}</tr>' for cells in rows)
    return f"<table>{_head(columns, numbers)}{lines}</table>"


def _head(columns: Sequence[str], numbers: Sequence[int]) -> str:
    return "<tr>" + "".join(f"<th{_kind(i, numbers)}>{escape(c)}</th>" for i, c in enumerate(columns)) + "</tr>"


def _cells(cells: Sequence[str], numbers: Sequence[int], ready: dict[int, str] | None = None) -> str:
    """`ready`: the cells that are HTML already."""
    made = ready or {}
    return "".join(f"<td{_kind(i, numbers)}>{made.get(i) or escape(text)}</td>" for i, text in enumerate(cells))


def _kind(column: int, numbers: Sequence[int]) -> str:
    return ' class="n"' if column in numbers else ""
