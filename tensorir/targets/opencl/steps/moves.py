"""Steps that move elements: copies, fills, gathers, packs and unpacks."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from tensorir.dialects.tile import Copy, Fill, Gather, Pack, Unpack
from tensorir.targets.opencl.elements import literal
from tensorir.targets.opencl.prelude import INDEX
from tensorir.targets.opencl.writer import Operand, Writer


def write_copy(w: Writer, op: Copy, operands: list[Operand]) -> None:
    source, out = operands
    with w.shared([w.value(s) for s in op.shape.results]) as at:
        w.line(out.copy(at, source, at))


def write_fill(w: Writer, op: Fill, operands: list[Operand]) -> None:
    (out,) = operands
    with w.shared([w.value(s) for s in op.shape.results]) as at:
        w.line(out.store(at, literal(op.value, out.dtype)))


def write_gather(w: Writer, op: Gather, operands: list[Operand]) -> None:
    """An index that is outside of its table is reported, and 0 is read instead."""
    source, *indices, out = operands
    tables = [w.value(s) for s in op.tables.results]
    with w.shared([w.value(s) for s in op.shape.results]) as at:
        moved: list[str] = []
        for number, index in enumerate(indices):
            stride, size = tables[2 * number : 2 * number + 2]
            name = w.name("g")
            w.line(f"long {name} = (long){index.load(at)};")
            with w.block(f"if ({name} < 0 || {name} >= {size})"):
                w.line(w.fails(INDEX, name, size))
                w.line(f"{name} = 0;")
            moved.append(f"{name} * {stride}")
        # A table without rows has no row 0 either.
        some = " && ".join(f"{size} > 0" for size in tables[1::2])
        element = f"{source.pointer}[{source.at(at)} + {' + '.join(moved)}]"
        w.line(f"if ({some}) {out.pointer}[{out.at(at)}] = {element};")


def write_pack(w: Writer, op: Pack, operands: list[Operand]) -> None:
    plain, packed = operands
    with _tiles(w, op) as (at, inside):
        w.line(f"if ({inside}) {packed.copy(at, plain, at)}")
        w.line(f"else {packed.store(at, literal(op.padding, packed.dtype))}")


def write_unpack(w: Writer, op: Unpack, operands: list[Operand]) -> None:
    packed, plain = operands
    with _tiles(w, op) as (at, inside):
        w.line(f"if ({inside}) {plain.copy(at, packed, at)}")


@contextmanager
def _tiles(w: Writer, op: Pack | Unpack) -> Generator[tuple[list[str], str]]:
    """Gives the positions in tiles, and the condition that such a position is one of the plain matrix."""
    sizes = [w.value(s) for s in op.shape.results]
    rows, columns = (w.value(s) for s in op.extents.results)
    height, breadth = sizes[-2:]
    with w.shared(sizes) as at:
        o0, o1, t0, t1 = at[-4:]
        yield at, f"{o0} * {height} + {t0} < {rows} && {o1} * {breadth} + {t1} < {columns}"
