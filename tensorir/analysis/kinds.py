"""The kind of an op as form-dispatches sees it: constant, movable to its readers, or work that needs a dispatch."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from tensorir.analysis.movement import is_free
from tensorir.dialects.flow import GlobalLoad, Launch
from tensorir.dialects.linalg import Fill, Generic
from tensorir.dialects.tensor import Constant, DimOp, Empty, Size
from tensorir.ir.op import Op
from tensorir.ir.sizes import needed_sizes
from tensorir.ir.types import Type
from tensorir.ir.value import Value

Kind = Literal["constant", "free", "host", "work"]

SMALL_BYTES = 256
"""A literal up to this size is repeated in each dispatch that reads it; a larger one becomes a global."""

MAX_GROWTH = 4
"""A constant is computed ahead of time only if its result has at most this many times the bytes of its operands
(or of SMALL_BYTES), because storing a broadcast costs more than repeating it."""

MAX_REPEATED = 16
"""The most nodes of a body that is computed in each launch instead of being stored."""

_CHEAP = frozenset(
    {"arg", "const", "cast", "bitcast", "add", "sub", "mul", "neg", "abs", "max", "min", "fma", "select"}
    | {"and", "or", "xor", "shl", "shr", "eq", "ne", "lt", "le", "gt", "ge"}
)
"""Functions that take about as long as reading their operands."""


def kind_of(
    op: Op,
    constant_operands: bool,
    host_operands: bool = False,
    sources: Collection[Value] | None = None,
    *,
    packed: bool = False,
) -> Kind:
    """Returns the kind of an op without effects. `constant_operands`: every operand is a constant that stays outside of
    dispatches. `host_operands`: every operand is computed by host ops. `sources`: the stored constants of which a
    constant would be made again, if its readers can do so. `packed`: the program is in packed form.

    - constant: evaluated ahead of time (`hoist-constants`)
    - free: only moves data, or makes a wide constant of narrow ones; joins the op that computes its operand, otherwise
      each op that reads it
    - host: arithmetic on sizes, which needs no launch; also an op that is a launch or holds launches in its regions
    - work: needs a dispatch"""
    if isinstance(op, GlobalLoad):
        return "constant"
    if isinstance(op, DimOp | Size | Launch) or op.REGIONS:
        return "host"
    if op.operands and host_operands and all(v.type.rank == 0 for v in (*op.operands, *op.results)):
        return "host"
    if isinstance(op, Fill | Empty):
        return "free"
    if isinstance(op, Constant):
        return "free" if op.value.nbytes <= SMALL_BYTES else "constant"
    if op.operands and constant_operands and sources is not None and why_repeated(op, sources):
        return "free"
    if op.operands and constant_operands and not why_not_stored(op, packed=packed):
        return "constant"
    return "free" if is_free(op) else "work"


def why_not_stored(op: Op, *, packed: bool = False) -> str:
    """Why the results of an op on constants are not computed ahead of time; "" if they are. In a program that is
    `packed`, only moves are left to decide: padding would hide how much anything else grows."""
    if packed and not op.relation().moves:
        return "it was not computed ahead of time before it was packed"
    if any(True for value in op.attributes().values() for _ in needed_sizes(value)):
        return "it depends on a size that is known only when it is called"
    sizes = [_nbytes(v.type) for v in op.results]
    sources = [_nbytes(v.type) for v in op.operands]
    if None in sizes or None in sources:
        return "its size is known only when it is called"
    if sum(s or 0 for s in sizes) <= MAX_GROWTH * max(SMALL_BYTES, sum(s or 0 for s in sources)):
        return ""
    return f"its result takes more than {MAX_GROWTH} times the bytes of its operands: it is repeated instead of stored"


def why_repeated(op: Op, sources: Collection[Value]) -> str:
    """Why a constant is not stored although it could be: it takes more bytes than the constants of which it is made,
    and making it is cheap. "" if it is stored, or no constant."""
    if len(op.results) != 1 or not (is_free(op) or is_cheap(op)):
        return ""
    stored, narrow = _bits(op.result.type), [_bits(v.type) for v in sources]
    if stored is None or None in narrow or stored <= 8 * SMALL_BYTES:
        return ""
    held = sum(b or 0 for b in narrow)
    if stored <= held:
        return ""
    return (
        f"it would take {stored // 8} bytes, and its sources take {held // 8}: they are stored, and it is computed "
        f"where it is read"
    )


def is_cheap(op: Op) -> bool:
    """Whether an elementwise op takes about as long as reading its operands."""
    if not isinstance(op, Generic) or not op.inputs or op.body.iteration_dims or op.body.may_fail:
        return False
    nodes = list(op.body.nodes())
    return len(nodes) <= MAX_REPEATED and all(node.fn in _CHEAP for node in nodes)


def _bits(type: Type) -> int | None:
    elements = type.elements
    return elements * type.dtype.bits if type.is_static and isinstance(elements, int) else None


def _nbytes(type: Type) -> int | None:
    if not type.is_static:
        return None
    elements = type.elements
    return elements * type.dtype.itemsize if isinstance(elements, int) else None
