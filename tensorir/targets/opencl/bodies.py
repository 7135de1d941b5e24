"""Scalar bodies as statements of OpenCL C: each node of a body becomes one variable."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tensorir.ir.dtype import DType, bf16, f16, f32, f64
from tensorir.ir.scalar import Scalar, ScalarBody
from tensorir.targets.opencl.elements import literal, rounded, unsigned_type, value_type, width, wrapped
from tensorir.targets.opencl.prelude import DIVISION

_FLOATS = {
    **{name: f"({{0}} {sign} {{1}})" for name, sign in {"add": "+", "sub": "-", "mul": "*", "div": "/"}.items()},
    **{name: f"tir_{name}_{{t}}({{0}}, {{1}})" for name in ("max", "min")},
    **{name: f"{name}({{0}}, {{1}})" for name in ("pow", "atan2", "copysign")},
    "rem": "fmod({0}, {1})",
    "maxnum": "fmax({0}, {1})",
    "minnum": "fmin({0}, {1})",
    "neg": "(-{0})",
    "abs": "fabs({0})",
    "rsqrt": "(1 / sqrt({0}))",
    "roundeven": "rint({0})",
    **{name: f"{name}({{0}})" for name in ("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt")},
    **{name: f"{name}({{0}})" for name in ("erf", "erfc", "floor", "ceil", "trunc", "round", "sin", "cos", "tan")},
    **{name: f"{name}({{0}})" for name in ("asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh")},
    "fma": "fma({0}, {1}, {2})",
    # The complement keeps the digits of the left tail, where 1 + erf(x) has none.
    "gelu": "({0} * ({v})0.5 * erfc({0} * ({v})-0.70710678118654752440))",
}
_NEVER_ROUNDED = frozenset(
    {"neg", "abs", "copysign", "max", "min", "maxnum", "minnum", "rem", "floor", "ceil", "trunc", "round", "roundeven"}
)
_COMPARISONS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_WRAPPING = {"add": "+", "sub": "-", "mul": "*"}
_BITS = {"and": "&", "or": "|", "xor": "^"}

Emit = Callable[[str], None]


class Bodies:
    """Writes the statements of bodies. `fails`: the statement that reports a division by zero."""

    def __init__(self, emit: Emit, fails: Callable[[int], str]) -> None:
        self._emit, self._fails = emit, fails
        self._count = 0

    def values(
        self, bodies: Sequence[ScalarBody], operands: Sequence[str], indices: Mapping[int, str], prefix: str
    ) -> list[str]:
        """Emits what computes the results of bodies and returns their names. `operands`: the elements of each buffer.
        `indices`: the position along each loop. `prefix`: what names begin with, unique in the kernel."""
        known: dict[int, str] = {}
        for body in bodies:
            for node in body.nodes():
                if id(node) not in known:
                    known[id(node)] = self._node(node, [known[id(o)] for o in node.operands], operands, indices, prefix)
        return [known[id(body.result)] for body in bodies]

    def _node(
        self, node: Scalar, inner: Sequence[str], operands: Sequence[str], indices: Mapping[int, str], prefix: str
    ) -> str:
        match node.fn:
            case "arg":
                return operands[node.index]
            case "const":
                return literal(node.value, node.dtype)
            case "index":
                expression = indices[node.index]
            case _:
                expression = self._function(node, inner)
        name = f"{prefix}{self._count}"
        self._count += 1
        self._emit(f"const {value_type(node.dtype)} {name} = {expression};")
        return name

    def _function(self, node: Scalar, inner: Sequence[str]) -> str:
        dtype = node.dtype
        match node.fn:
            case "cast":
                return converted(inner[0], node.operands[0].dtype, dtype)
            case "bitcast":
                return _bitcast(inner[0], node.operands[0].dtype, dtype)
            case "select":
                return f"({inner[0]} ? {inner[1]} : {inner[2]})"
            case fn if fn in _COMPARISONS:
                return f"(uchar)({inner[0]} {_COMPARISONS[fn]} {inner[1]})"
            case "fma" if dtype.bits == 16:
                return rounded(dtype, f"tir_fma_odd({', '.join(inner)})")
            case fn if dtype.is_float:
                text = _FLOATS[fn].format(*inner, t="f64" if dtype is f64 else "f32", v=value_type(dtype))
                return text if fn in _NEVER_ROUNDED else rounded(dtype, text)
            case fn:
                return self._integer(fn, dtype, inner)

    def _integer(self, fn: str, dtype: DType, inner: Sequence[str]) -> str:
        value, unsigned = value_type(dtype), unsigned_type(dtype)
        a, b = inner[0], inner[-1]
        if fn in _WRAPPING:
            return wrapped(dtype, f"({value})(({unsigned}){a} {_WRAPPING[fn]} ({unsigned}){b})")
        if fn in _BITS:
            return f"({value})({a} {_BITS[fn]} {b})"
        if fn in ("max", "min"):
            return f"({a} {'>' if fn == 'max' else '<'} {b} ? {a} : {b})"
        if fn == "neg":
            return wrapped(dtype, f"({value})(0 - ({unsigned}){a})")
        if fn == "abs":
            return a if dtype.kind != "signed" else wrapped(dtype, f"({value})({a} < 0 ? 0 - ({unsigned}){a} : {a})")
        if fn in ("ctpop", "ctlz", "cttz"):
            return _counted(fn, dtype, a)
        if fn == "shr":
            return self._shifted_right(dtype, a, b)
        if fn == "shl":
            outside = f"({b} < 0 || {b} >= {dtype.bits})" if dtype.kind == "signed" else f"({b} >= {dtype.bits})"
            return wrapped(dtype, f"({value})({outside} ? 0 : ({unsigned}){a} << {b})")
        return self._divided(fn, dtype, a, b)

    def _shifted_right(self, dtype: DType, a: str, b: str) -> str:
        value, last = value_type(dtype), width(dtype) - 1
        if dtype.kind == "signed":
            return f"({value})({a} >> (({b} < 0 || {b} > {last}) ? {last} : {b}))"
        return f"({value})({b} > {last} ? 0 : {a} >> {b})"

    def _divided(self, fn: str, dtype: DType, a: str, b: str) -> str:
        """Division, remainder and power, which may fail."""
        value, signed = value_type(dtype), dtype.kind == "signed"
        bad = f"({a} == 0 && {b} < 0)" if fn == "ipow" and signed else "0" if fn == "ipow" else f"({b} == 0)"
        self._emit(f"if ({bad}) {self._fails(DIVISION)}")
        if fn == "ipow":
            wide = "long" if signed else "ulong"
            return wrapped(dtype, f"({value})tir_power_{wide}({a}, {b})")
        # The least number divided by −1 wraps, and nothing is divided by zero.
        safe = f"({b} == 0 || {b} == ({value})-1 ? ({value})1 : {b})" if signed else f"({b} == 0 ? ({value})1 : {b})"
        whole = f"{a} / {safe}"
        if signed and fn != "rem":
            whole = f"({b} == ({value})-1 ? ({value})(0 - ({unsigned_type(dtype)}){a}) : ({value})({whole}))"
        rest = f"({a} % {safe})"
        if fn == "div":
            return wrapped(dtype, f"({value})({whole})")
        if fn == "rem":
            return f"({value}){rest}"
        apart = f"(({a} < 0) {'!=' if fn == 'floordiv' else '=='} ({b} < 0))" if signed else str(int(fn == "ceildiv"))
        return wrapped(dtype, f"({value})({whole} {'-' if fn == 'floordiv' else '+'} ({rest} != 0 && {apart}))")


def _counted(fn: str, dtype: DType, a: str) -> str:
    """Bits that are set, leading or trailing zeros."""
    value, bits = value_type(dtype), width(dtype)
    raw = f"(u{value.removeprefix('u')})"
    if dtype.bits < 8:
        low = f"(uchar)(({a}) & {(1 << dtype.bits) - 1})"
        a, raw = (f"({low} | {1 << dtype.bits})" if fn == "cttz" else f"({low})"), "(uchar)"
    if fn == "ctpop":
        return wrapped(dtype, f"({value})popcount({raw}{a})")
    if fn == "ctlz":
        return wrapped(dtype, f"({value})(clz({raw}{a}) - {bits - dtype.bits})")
    return wrapped(dtype, f"({value})popcount({raw}(~{a} & ({a} - 1)))")


def converted(value: str, source: DType, dtype: DType) -> str:
    """A value of one type as one of another: floats round to nearest even, floats to integers truncate and saturate,
    integers wrap."""
    if source == dtype:
        return value
    if dtype.kind == "bool":
        return f"(uchar)({value} != 0)"
    if dtype.is_float:
        return _to_float(value, source, dtype)
    want = value_type(dtype)
    if not source.is_float:
        return wrapped(dtype, f"({want})({value})")
    found = f"(isnan({value}) ? ({want})0 : convert_{want}_sat_rtz({value}))"
    if dtype.bits >= 8:
        return found
    low, high = dtype.range
    return f"({want})clamp((int){found}, {low}, {high})"


def _to_float(value: str, source: DType, dtype: DType) -> str:
    if dtype is f64:
        return f"(double)({value})"
    if source is f64:
        return f"(float)({value})" if dtype is f32 else rounded(dtype, f"tir_odd_of_double({value})")
    if dtype is bf16 and not source.is_float:
        wide = "long" if source.kind == "signed" else "ulong"
        return rounded(dtype, f"tir_odd_of_{wide}({value})")
    return rounded(dtype, f"(float)({value})")


def _bitcast(value: str, source: DType, dtype: DType) -> str:
    bits = f"as_u{_integer_of(source)}({value})"
    if source in (f16, bf16):
        bits = f"tir_to_{source}({value})"
    if dtype in (f16, bf16):
        return f"tir_of_{dtype}({bits})"
    return f"as_{value_type(dtype)}({bits})" if dtype.bits >= 8 else converted(value, source, dtype)


def _integer_of(dtype: DType) -> str:
    return {8: "char", 16: "short", 32: "int", 64: "long"}[width(dtype)]


POWERS = "".join(
    f"""
inline {wide} tir_power_{wide}({wide} a, {wide} b) {{
  if (b < 0) return a == 1 ? 1 : a == ({wide})-1 ? ((b & 1) ? a : 1) : 0;
  ulong result = 1, square = (ulong)a, rest = (ulong)b;
  for (; rest != 0; rest >>= 1, square *= square) if (rest & 1) result *= square;
  return ({wide})result;
}}
"""
    for wide in ("long", "ulong")
)
"""Powers of integers. Of a negative exponent the integer part is left."""
