"""The style and the script of the page that explains a program. The page loads nothing from anywhere."""

from __future__ import annotations

STYLE = """
:root { --line: #d5dae1; --dim: #667085; --hit: #fff3bf; --add: #e3f6e5; --del: #fde6e6; --bar: #9db9e8; }
* { box-sizing: border-box; }
body { margin: 0; font: 14px/1.45 system-ui, sans-serif; color: #1d2430; background: #fff; }
header { position: sticky; top: 0; z-index: 1; padding: 10px 20px; }
header { background: #f6f8fb; border-bottom: 1px solid var(--line); }
h1 { font-size: 17px; margin: 0 0 4px; } h2 { font-size: 16px; margin: 26px 0 8px; }
main { padding: 0 20px 60px; } nav a { margin-right: 14px; } a { color: #1f4fa3; text-decoration: none; }
input { font: inherit; width: 30em; max-width: 100%; padding: 4px 8px; }
input { border: 1px solid var(--line); border-radius: 4px; }
code, pre, td, summary { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 12px; }
pre { margin: 4px 0 8px; white-space: pre-wrap; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 600; color: var(--dim); white-space: nowrap; }
th, td { padding: 3px 10px 3px 0; border-bottom: 1px solid #edf0f4; vertical-align: top; overflow-wrap: anywhere; }
td.n, th.n { text-align: right; white-space: nowrap; } .dim { color: var(--dim); }
details { border-bottom: 1px solid #edf0f4; padding: 2px 0; } summary { cursor: pointer; }
.bar { height: 6px; background: var(--bar); border-radius: 3px; min-width: 1px; }
.diff div { white-space: pre-wrap; font-family: ui-monospace, monospace; font-size: 11.5px; padding-left: 14px; }
.diff .a { background: var(--add); } .diff .d { background: var(--del); }
.diff .s { color: var(--dim); cursor: pointer; }
.box { max-height: 60vh; overflow: auto; border-bottom: 1px solid var(--line); }
.timeline text { font: 11px ui-monospace, monospace; } .timeline line { stroke: #aab4c3; stroke-width: 2; }
.timeline .c0 { fill: #9db9e8; } .timeline .c1 { fill: #a8d5ba; }
.timeline .c2 { fill: #e3c58e; } .timeline .c3 { fill: #cfb4e0; }
.timeline .relays { stroke: #d1495b; stroke-width: 1.5; } .key { display: inline-block; width: 8px; height: 8px; }
.key { border-radius: 4px; } .read { fill: #fff; background: #fff; stroke: #1f4fa3; border: 1px solid #1f4fa3; }
.written { fill: #1f4fa3; background: #1f4fa3; } .relaid { fill: #d1495b; background: #d1495b; }
.hidden { display: none; } :target { background: var(--hit); }
"""

SCRIPT = """
'use strict';
const rows = Array.from(document.querySelectorAll('.row'));
const texts = rows.map(row => row.textContent.toLowerCase());
const count = document.getElementById('count');
const search = document.getElementById('search');
const OPENED = 3;
function find() {
  const words = search.value.toLowerCase().split(' ').filter(word => word);
  const hits = rows.filter((row, i) => {
    const hit = words.every(word => texts[i].includes(word));
    row.classList.toggle('hidden', !hit);
    return hit;
  });
  count.textContent = words.length ? hits.length + ' of ' + rows.length : '';
  const values = hits.filter(row => row.tagName === 'DETAILS');
  if (words.length && values.length <= OPENED) values.forEach(row => { row.open = true; });
}
search.addEventListener('input', find);
search.value = new URLSearchParams(location.search).get('find') || '';
find();
const passes = JSON.parse(document.getElementById('passes').textContent);
const KEPT = 3;
function add(parent, kind, mark, numbers) {
  for (const number of numbers) {
    const line = document.createElement('div');
    if (kind) line.className = kind;
    line.textContent = mark + passes.lines[number];
    parent.append(line);
  }
}
function skip(parent, numbers) {
  const line = document.createElement('div');
  line.className = 's';
  line.textContent = '… ' + numbers.length + ' lines as before';
  line.addEventListener('click', () => {
    const part = document.createElement('div');
    add(part, '', '  ', numbers);
    line.replaceWith(part);
  });
  parent.append(line);
}
function show(parent, runs) {
  runs.forEach(([tag, numbers], i) => {
    if (tag === '+') add(parent, 'a', '+ ', numbers);
    else if (tag === '-') add(parent, 'd', '- ', numbers);
    else if (runs.length === 1 || numbers.length <= 2 * KEPT + 2) add(parent, '', '  ', numbers);
    else {
      const first = i ? KEPT : 0, last = i + 1 < runs.length ? KEPT : 0;
      add(parent, '', '  ', numbers.slice(0, first));
      skip(parent, numbers.slice(first, numbers.length - last));
      add(parent, '', '  ', last ? numbers.slice(-last) : []);
    }
  });
}
document.querySelectorAll('.diff').forEach(parent => {
  parent.parentElement.addEventListener('toggle', () => {
    if (!parent.hasChildNodes()) show(parent, passes.texts[Number(parent.dataset.number)][1]);
  });
});
"""
