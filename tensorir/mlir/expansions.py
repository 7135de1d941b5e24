"""Expands scalar functions that have no op in MLIR to expressions of those that have one, and recognises the
expansions.

`expand` returns what the writer prints. `contract` gets what the importer reads and recognises the functions: it
builds the expansions that a node could be and compares them. Nodes are interned, so a comparison is one `is`.

    gelu(x)          x·0.5 · (1 + erf(x·2^-½)), in f32 for 16-bit floats
    neg(i)           0 − i
    cast(x : float, integer type)   NaN gives 0, beyond the range the nearest integer (`to_signed`, `to_unsigned`: what
                     arith.fptosi and arith.fptoui give there)
    shl(a, b), shr(a, b)   everything shifted out for amounts beyond the width (arith.shli leaves that open)
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dtype import DTYPES, DType, f32, i1, i64, u64
from tensorir.ir.scalar import Scalar, ScalarBody, apply, cast, const, rewritten, with_operands


def to_signed(x: Scalar, dtype: DType) -> Scalar:
    """The result of arith.fptosi: `x` without its fraction, of which a narrow type keeps the low bits.

    Beyond the range MLIR leaves the result undefined, but producers rely on this one: an unsigned 8-bit zero point of
    153 is computed as fptosi to i8 and then extended by extui. IREE and LLVM also convert to a wide integer and
    truncate. Beyond 64 bits the wide integer is the nearest one, and 0 for NaN."""
    return truncated(cast(x, i64), dtype)


def to_unsigned(x: Scalar, dtype: DType) -> Scalar:
    """The result of arith.fptoui in a signed type of the core: the bits of `to_signed`, also for 2^63 to 2^64."""
    if dtype.bits < 64:
        return to_signed(x, dtype)
    return apply("select", apply("lt", x, const(0, x.dtype)), cast(x, i64), cast(cast(x, u64), i64))


def truncated(x: Scalar, dtype: DType) -> Scalar:
    """The low bits of an integer, as arith.trunci gives them. The core's own conversion to i1 compares with 0
    instead."""
    if dtype is i1 and x.dtype is not i1:
        return apply("ne", apply("and", x, const(1, x.dtype)), const(0, x.dtype))
    return cast(x, dtype)


def expand(body: ScalarBody) -> Scalar:
    """Returns the body's result in functions that MLIR has. Casts of floats to integers are then within the range."""
    return rewritten(body.result, _expanded)


def contract(root: Scalar) -> Scalar:
    """Returns an expression in which all expansions are replaced by their functions."""
    return rewritten(root, lambda node, operands: _contracted(with_operands(node, operands)))


def _contracted(node: Scalar) -> Scalar:
    """Returns the function whose expansion `node` is, or `node` itself. Its operands are already contracted."""
    match node.fn:
        case "sub" if node.dtype.is_integer:
            zero, x = node.operands
            return apply("neg", x) if zero is const(0, node.dtype) else node
        case "mul" if node.dtype.is_float:
            half = node.operands[0]
            x = half.operands[0] if half.fn == "mul" else None
            return apply("gelu", x) if x is not None and _gelu(x) is node else node
        case "cast" if node.dtype.bits == 16 and node.dtype.is_float:
            wide = node.operands[0]
            if wide.fn == "gelu" and wide.operands[0] is cast(_uncast(wide.operands[0]), f32):
                x = _uncast(wide.operands[0])
                return apply("gelu", x) if x.dtype == node.dtype else node
            return node
        case "select" if node.operands[1].fn in ("shl", "shr"):
            shift = node.operands[1]
            return shift if shifted(shift) is node else node
        case "select" if node.dtype.is_integer and node.operands[0].fn == "ne":
            x = node.operands[0].operands[0]
            return _to_integer_of(x, node) if x.dtype.is_float else node
        case _:
            return node


def _expanded(node: Scalar, operands: tuple[Scalar, ...]) -> Scalar:
    match node.fn:
        case "arg" | "index" | "const":
            return node
        case "gelu" if node.dtype.bits == 16:
            return cast(_gelu(cast(operands[0], f32)), node.dtype)
        case "gelu":
            return _gelu(operands[0])
        case "neg" if node.dtype.is_integer and node.dtype.kind != "bool":
            return apply("sub", const(0, node.dtype), operands[0])
        case "shl" | "shr":
            return shifted(with_operands(node, operands))
        case "ipow" if node.dtype.kind == "unsigned":
            return unsigned_power(node, operands)
        case "cast" if operands[0].dtype.is_float and node.dtype.kind in ("signed", "unsigned"):
            x = operands[0]
            return _to_integer(cast(x, f32) if x.dtype.bits == 16 else x, node.dtype)
        case _:
            return with_operands(node, operands)


def _gelu(x: Scalar) -> Scalar:
    erf = apply("erf", apply("mul", x, float_const(2**-0.5, x.dtype)))
    return apply("mul", apply("mul", x, const(0.5, x.dtype)), apply("add", const(1, x.dtype), erf))


def _to_integer(x: Scalar, dtype: DType, held: DType | None = None) -> Scalar:
    """`x` (f32 or f64) as an integer, with every value defined; `held` is a signed type that holds an unsigned one."""
    low, high = dtype.range
    top = high + 1
    below = float(np.nextafter(x.dtype.numpy.type(top), x.dtype.numpy.type(0)))
    inside = apply("minnum", apply("maxnum", x, const(low, x.dtype)), const(below, x.dtype))
    within = to_signed(inside, dtype) if dtype is not u64 else cast(inside, u64)
    largest = const(high, dtype)
    if held is not None:
        within, largest, dtype = to_unsigned(inside, held), const(-1, held), held
    capped = apply("select", apply("ge", x, const(top, x.dtype)), largest, within)
    return apply("select", apply("ne", x, x), const(0, dtype), capped)


def _to_integer_of(x: Scalar, node: Scalar) -> Scalar:
    """Returns the cast of `x` whose expansion `node` is: to its type, or to the unsigned one of the same width."""
    if _to_integer(x, node.dtype) is node:
        return cast(_uncast(x), node.dtype)
    unsigned = DTYPES.get(f"u{node.dtype.bits}")
    if unsigned is None or node.dtype.kind != "signed":
        return node
    return cast(cast(_uncast(x), unsigned), node.dtype) if _to_integer(x, unsigned, node.dtype) is node else node


def unsigned_power(node: Scalar, operands: Sequence[Scalar]) -> Scalar:
    """Returns ipow in i64, in which no exponent of a narrower type is negative. Raises TensorIRError for u64."""
    if node.dtype.bits == 64:
        raise TensorIRError("ipow of u64 has no MLIR form: math.ipowi takes signed exponents")
    return cast(apply("ipow", *(cast(o, i64) for o in operands)), node.dtype)


def shifted(node: Scalar) -> Scalar:
    """Returns a shift: `node` where the amount is valid, elsewhere the value after shifting everything out."""
    value, amount = node.operands
    width = node.dtype.bits
    known = _literal(amount)
    if known is not None:
        return node if 0 <= known < width else _shifted_out(node, value)
    within = apply("lt", amount, const(width, amount.dtype)) if width <= amount.dtype.range[1] else const(1, i1)
    if amount.dtype.kind == "signed":
        within = apply("and", apply("ge", amount, const(0, amount.dtype)), within)
    return apply("select", within, node, _shifted_out(node, value))


def _literal(amount: Scalar) -> int | None:
    """Returns the value of an integer literal, also behind the conversion that `signless` gives to unsigned
    operands."""
    if amount.fn == "cast" and amount.operands[0].dtype.bits == amount.dtype.bits and amount.operands[0].fn == "const":
        return int(amount.operands[0].value) % (1 << amount.dtype.bits)
    return int(amount.value) if amount.fn == "const" else None


def _shifted_out(node: Scalar, value: Scalar) -> Scalar:
    if node.fn == "shr" and node.dtype.kind == "signed":
        return apply("shr", value, const(node.dtype.bits - 1, node.dtype))
    return const(0, node.dtype)


def _uncast(x: Scalar) -> Scalar:
    """Returns the 16-bit float that `x` widens."""
    return x.operands[0] if x.fn == "cast" and x.operands[0].dtype.is_float and x.operands[0].dtype.bits == 16 else x


def float_const(value: float, dtype: DType) -> Scalar:
    """Returns a literal rounded to its type, as a reader gets it from the text."""
    return const(float(dtype.numpy.type(value)), dtype)
