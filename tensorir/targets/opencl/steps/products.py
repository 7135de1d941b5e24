"""Products: tiles, matrices and windows. Each result is one sum in parts of 256 multiply-adds, as on every device.

One work item for each unit computes 16 columns at once; several share the elements of the result."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import field, frozen

from tensorir.dialects.linalg.structured import accumulation_type
from tensorir.dialects.tile import Contract, Matmul, Mmt4d, Mmt4dMap
from tensorir.ir.dtype import DType, bf16, f16
from tensorir.targets.opencl.bodies import Bodies, converted
from tensorir.targets.opencl.elements import rounded, unsigned_type, value_type
from tensorir.targets.opencl.sizes import constant
from tensorir.targets.opencl.writer import Operand, Writer

PART = 256
"""Multiply-adds of one part of a sum."""

COLUMNS = 16
"""How many columns a work item that is alone computes at once."""

MOST_ROWS = 16

Positions = dict[int, str]


@frozen
class _Product:
    """`sizes`: those of all loops; `m` and `n`: the loops of rows and of columns; `depth`: the summed loops, the
    slowest first; the others are `outer`. `rhs` gives an element of the right side, of type `total`, `columns` gives
    16 of them that lie side by side, if they do."""

    w: Writer
    sizes: Sequence[str]
    outer: Sequence[int]
    m: int
    n: int
    depth: Sequence[int]
    lengths: Sequence[int | None]
    """Sizes that are numbers."""
    total: DType
    lhs: Operand
    rhs: Callable[[list[str]], str]
    columns: Callable[[list[str]], str] | None
    store: Callable[[Positions, str], None]
    at: Positions = field(factory=dict[int, str])

    def write(self) -> None:
        w, rows = self.w, self.lengths[self.m]
        if w.items > 1:
            self._within([*self.outer, self.m, self.n], lambda: self._rows(1, ""))
        elif self.columns is not None and self.lengths[self.n] == COLUMNS and rows is not None and rows <= MOST_ROWS:
            self._within(self.outer, lambda: self._rows(rows, str(COLUMNS)))
        else:
            self._within([*self.outer, self.m], self._blocks)

    def _within(self, loops: Sequence[int], inside: Callable[[], None]) -> None:
        with self.w.shared([self.sizes[d] for d in loops]) as names:
            self.at.update(zip(loops, names, strict=True))
            inside()

    @property
    def type(self) -> str:
        """The type of sums: integers wrap."""
        return value_type(self.total) if self.total.is_float else unsigned_type(self.total)

    def _positions(self, **given: str) -> list[str]:
        return [self.at.get(d, "0") for d in range(len(self.sizes))]

    def _added(self, a: str, b: str, c: str) -> str:
        return f"fma({a}, {b}, {c})" if self.total.is_float else f"{a} * {b} + {c}"

    # ---- a row, or several rows of 16 columns -----------------------------------------------------------------------

    def _rows(self, rows: int, lanes: str) -> None:
        """Sums in one variable per row, which is a vector if `lanes` says so."""
        w, type = self.w, f"{self.type}{lanes}"
        parts, totals = [w.name("part") for _ in range(rows)], [w.name("total") for _ in range(rows)]
        zero = f"({type})(0)"
        w.line(f"{type} {', '.join(f'{name} = {zero}' for name in (*parts, *totals))};")
        several = rows > 1 or bool(lanes)

        def add() -> None:
            b = w.name("b")
            right = self.columns(self._positions()) if lanes and self.columns else self.rhs(self._positions())
            w.line(f"const {type} {b} = {right};")
            for row, part in enumerate(parts):
                if several:
                    self.at[self.m] = f"{row}"
                a = f"({type})({self._left()})"
                w.line(f"{part} = {self._added(a, b, part)};")

        def flush() -> None:
            for part, total in zip(parts, totals, strict=True):
                w.line(f"{total} += {part};")
                w.line(f"{part} = {zero};")

        self._sum(add, flush)
        for row, total in enumerate(totals):
            for lane in range(COLUMNS) if lanes else (None,):
                at = dict(self.at)
                if several:
                    at[self.m] = f"{row}"
                if lane is not None:
                    at[self.n] = f"{lane}"
                self.store(at, total if lane is None else f"{total}.s{lane:x}")

    def _left(self) -> str:
        return f"({self.type}){converted(self.lhs.load(self._positions()), self.lhs.dtype, self.total)}"

    # ---- any number of columns --------------------------------------------------------------------------------------

    def _blocks(self) -> None:
        """Sums of up to 16 columns of one row in an array."""
        w, type = self.w, self.type
        first, width, part, total = (w.name(p) for p in ("j", "n", "part", "total"))
        with w.block(f"for (long {first} = 0; {first} < {self.sizes[self.n]}; {first} += {COLUMNS})"):
            w.line(f"const int {width} = (int)min({self.sizes[self.n]} - {first}, {COLUMNS}L);")
            w.line(f"{type} {part}[{COLUMNS}], {total}[{COLUMNS}];")
            w.line(f"for (int v = 0; v < {COLUMNS}; v++) {part}[v] = {total}[v] = 0;")

            def add() -> None:
                a = w.name("a")
                w.line(f"const {type} {a} = {self._left()};")
                with w.block(f"for (int v = 0; v < {width}; v++)"):
                    self.at[self.n] = f"({first} + v)"
                    w.line(f"{part}[v] = {self._added(a, f'({type}){self.rhs(self._positions())}', f'{part}[v]')};")

            def flush() -> None:
                w.line(f"for (int v = 0; v < {COLUMNS}; v++) {{ {total}[v] += {part}[v]; {part}[v] = 0; }}")

            self._sum(add, flush)
            with w.block(f"for (int v = 0; v < {width}; v++)"):
                self.store({**self.at, self.n: f"({first} + v)"}, f"{total}[v]")

    # ---- the order of a sum -----------------------------------------------------------------------------------------

    def _sum(self, add: Callable[[], None], flush: Callable[[], None]) -> None:
        """Calls `add` within loops along the summed positions, and `flush` after every 256 of them and at the end."""
        w, (slowest, *rest) = self.w, self.depth
        inner = 1
        for d in rest:
            inner *= self.lengths[d] or PART + 1
        if inner > PART or PART % inner:
            self._counted(add, flush)
            return
        step, size = PART // inner, self.sizes[slowest]
        first, k = w.name("k"), w.name("k")
        with w.block(f"for (long {first} = 0; {first} < {size}; {first} += {step})"):
            with w.block(f"for (long {k} = {first}; {k} < min({first} + {step}L, {size}); {k}++)"):
                self.at[slowest] = k
                with w.serial([self.sizes[d] for d in rest]) as names:
                    self.at.update(zip(rest, names, strict=True))
                    add()
            flush()

    def _counted(self, add: Callable[[], None], flush: Callable[[], None]) -> None:
        w, count = self.w, self.w.name("k")
        w.line(f"int {count} = 0;")
        with w.serial([self.sizes[d] for d in self.depth]) as names:
            self.at.update(zip(self.depth, names, strict=True))
            add()
            with w.block(f"if (++{count} == {PART})"):
                w.line(f"{count} = 0;")
                flush()
        flush()


def _columns(rhs: Operand, n: int, total: DType) -> Callable[[list[str]], str] | None:
    """16 neighbours of the right side as a vector of the type of sums; None if they are not side by side, or of a type
    of which there are no vectors."""
    if rhs.strides[n] != 1 or rhs.dtype.bits < 8 or rhs.dtype is f16:
        return None
    sums = value_type(total) if total.is_float else unsigned_type(total)

    def load(at: list[str]) -> str:
        vector = f"vload16(0, {rhs.pointer} + {rhs.at([*at[:n], '0', *at[n + 1 :]])})"
        if rhs.dtype is bf16:
            return f"as_float16(convert_uint16({vector}) << 16)"
        signed = f"convert_{value_type(total)}16({vector})"
        return vector if rhs.dtype == total and total.is_float else f"convert_{sums}16({signed})"

    return load


def _typed(rhs: Operand, total: DType) -> Callable[[list[str]], str]:
    sums = value_type(total) if total.is_float else unsigned_type(total)
    return lambda at: f"({sums}){converted(rhs.load(at), rhs.dtype, total)}"


def _stores(w: Writer, out: Operand, total: DType, accumulate: bool = False) -> Callable[[list[str], str], None]:
    def store(at: list[str], value: str) -> None:
        made = converted(f"({value_type(total)}){value}", total, out.dtype)
        if accumulate:
            old = out.load(at)
            sum = f"{made} + {old}" if total.is_float else f"({unsigned_type(total)}){made} + {old}"
            made = rounded(out.dtype, f"({value_type(out.dtype)})({sum})")
        w.line(out.store(at, made))

    return store


def _write(
    w: Writer,
    op: Mmt4d | Mmt4dMap | Matmul | Contract,
    lhs: Operand,
    rhs: Callable[[list[str]], str],
    columns: Callable[[list[str]], str] | None,
    store: Callable[[list[str], str], None],
    loops: tuple[int, int, Sequence[int]],
    total: DType,
    rows: tuple[str, int, int] | None = None,
) -> None:
    """`loops`: of rows, of columns, and the summed ones. `rows`: how many rows count, the loop of tiles of rows, and
    the rows of a tile."""
    sizes = [w.value(s) for s in op.shape.results]
    m, n, depth = loops
    outer = [d for d in range(len(sizes)) if d not in (m, n, *depth)]

    def put(at: Positions, value: str) -> None:
        places = [at[d] if d in (*outer, m, n) else "0" for d in range(len(sizes))]
        if rows is None:
            store(places, value)
            return
        valid, tile, height = rows
        with w.block(f"if ({at[tile]} * {height} + {at[m]} < {valid})"):
            store(places, value)

    lengths = [constant(s) for s in op.shape.results]
    _Product(w, sizes, outer, m, n, depth, lengths, total, lhs, rhs, columns, put).write()


def _valid_rows(w: Writer, op: Mmt4d | Mmt4dMap, tile: int, m: int) -> tuple[str, int, int] | None:
    height = constant(op.shape.results[m])
    return None if op.rows is None or height is None else (w.value(op.rows.results[0]), tile, height)


def write_mmt4d(w: Writer, op: Mmt4d, operands: list[Operand]) -> None:
    lhs, rhs, out = operands
    m1, _, k1, m0, n0, k0 = range(op.loops_count - 6, op.loops_count)
    total = accumulation_type(out.dtype)
    store = _stores(w, out, total, op.accumulate)
    columns = _columns(rhs, n0, total)
    rows = _valid_rows(w, op, m1, m0)
    _write(w, op, lhs, _typed(rhs, total), columns, store, (m0, n0, (k1, k0)), total, rows)


def write_mmt4d_map(w: Writer, op: Mmt4dMap, operands: list[Operand]) -> None:
    lhs, *inputs, out = operands
    m0, n0, k0 = range(op.loops_count - 3, op.loops_count)
    m1, first = op.loops_count - 5 - op.depth, op.loops_count - 3 - op.depth
    total = accumulation_type(out.dtype)

    def made(at: list[str]) -> str:
        elements = [value.load(at) for value in inputs]
        (result,) = Bodies(w.line, w.fails).values((op.body,), elements, {}, w.name("v"))
        return result

    def columns(at: list[str]) -> str:
        name, type = w.name("made"), value_type(total)
        w.line(f"{type} {name}[{COLUMNS}];")
        with w.block(f"for (int v = 0; v < {COLUMNS}; v++)"):
            w.line(f"{name}[v] = {made([*at[:n0], 'v', *at[n0 + 1 :]])};")
        return f"vload16(0, {name})"

    rows = _valid_rows(w, op, m1, m0)
    depth = (*range(first, m0), k0)
    _write(w, op, lhs, made, columns, _stores(w, out, total), (m0, n0, depth), total, rows)


def write_matmul(w: Writer, op: Matmul, operands: list[Operand]) -> None:
    lhs, rhs, out = operands
    m, n, k = range(op.loops_count - 3, op.loops_count)
    total = out.dtype
    _write(w, op, lhs, _typed(rhs, total), None, _stores(w, out, total), (m, n, (k,)), total)


def write_contract(w: Writer, op: Contract, operands: list[Operand]) -> None:
    lhs, rhs, out = operands
    first = op.loops_count - op.depth
    depth, total = tuple(range(first, op.loops_count)), out.dtype
    _write(w, op, lhs, _typed(rhs, total), None, _stores(w, out, total), (first - 3, first - 1, depth), total)
