"""The text of a program around one linalg.generic, and the ops that it is read as."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tensorir.mlir import parse
from tests.support.linalg_programs import Case, literal, type_text


def generic(
    name: str,
    ins: Sequence[str],
    outs: Sequence[str],
    maps: Sequence[str],
    iterators: str,
    body: str,
    *,
    inits: Sequence[str | None] | None = None,
    captured: Sequence[str] = (),
    before: str = "",
    sizes: Sequence[int] = (),
    whole: bool = False,
) -> Case:
    """@main with a linalg.generic over d0, d1, …: `iterators` has a letter p or r per dim, `maps` the results of each.

    `body` names the elements %i0, %i1, … and %o0, …; arguments `captured` are %c0, %c1, …; `inits` are literals that
    outs are filled with, None for an argument (%x0, …)."""
    starts = list(inits) if inits is not None else ["0"] * len(outs)
    arguments = [(f"%a{i}", t) for i, t in enumerate(ins)] + [(f"%c{i}", t) for i, t in enumerate(captured)]
    arguments += [(f"%x{i}", t) for i, (t, start) in enumerate(zip(outs, starts, strict=True)) if start is None]
    signature = ", ".join(f"{n}: {type_text(t)}" for n, t in arguments)
    types = ", ".join(map(type_text, outs))
    lines = [f"func.func @main({signature}) -> ({types}) {{"]
    into: list[str] = []
    for i, (out, start) in enumerate(zip(outs, starts, strict=True)):
        if start is None:
            into.append(f"%x{i}")
            continue
        element = out.split("x")[-1]
        lines += [
            f"  %l{i} = arith.constant {literal(start, element)}",
            f"  %e{i} = tensor.empty() : {type_text(out)}",
            f"  %f{i} = linalg.fill ins(%l{i} : {element}) outs(%e{i} : {type_text(out)}) -> {type_text(out)}",
        ]
        into.append(f"%f{i}")
    dims = ", ".join(f"d{i}" for i in range(len(iterators)))
    written = ", ".join(f"affine_map<({dims}) -> ({m})>" for m in maps)
    kinds = ", ".join({"p": '"parallel"', "r": '"reduction"'}[c] for c in iterators)
    elements = [f"%i{i}: {t.split('x')[-1]}" for i, t in enumerate(ins)]
    elements += [f"%o{i}: {t.split('x')[-1]}" for i, t in enumerate(outs)]
    operands = f"ins({', '.join(f'%a{i}' for i in range(len(ins)))} : {', '.join(map(type_text, ins))}) " if ins else ""
    head = f"linalg.generic {{indexing_maps = [{written}], iterator_types = [{kinds}]}} {operands}"
    results = f"%r:{len(outs)}" if len(outs) > 1 else "%r"
    lines += [line for line in (before.strip(),) if line]
    lines += [f"  {results} = {head}outs({', '.join(into)} : {types}) {{", f"  ^bb0({', '.join(elements)}):"]
    lines += [f"    {line.strip()}" for line in body.strip().split(";")]
    lines += [f"  }} -> {types if len(outs) == 1 else f'({types})'}"]
    names = ", ".join(f"%r#{i}" for i in range(len(outs))) if len(outs) > 1 else "%r"
    lines += [f"  return {names} : {types}", "}"]
    return Case(name, "\n".join(lines) + "\n", tuple(t for _, t in arguments), tuple(sizes), whole)


def op_names(case: Case) -> list[str]:
    """The names of the ops that a case is read as."""
    return [op.NAME for op in parse(case.text).functions[0].body.walk()]


def only_op(case: Case, kind: type[Any]) -> Any:
    """The only op of a class that a case is read as."""
    (found,) = [op for op in parse(case.text).functions[0].body.walk() if isinstance(op, kind)]
    return found
