"""Scalar bodies as arith and math ops. Each function of the core is one op of its element type, or an expansion
(`tensorir.mlir.expansions`) of such."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tensorir.ir.dtype import DType
from tensorir.ir.scalar import Scalar, ScalarBody
from tensorir.mlir.expansions import expand
from tensorir.mlir.writer.dialect import Dialect, only_current
from tensorir.mlir.writer.literals import scalar_text
from tensorir.mlir.writer.types import element_text

_FLOAT: Mapping[str, str] = {
    **{n: f"arith.{n}f" for n in ("add", "sub", "mul", "div", "rem", "neg")},
    "max": "arith.maximumf",
    "min": "arith.minimumf",
    "maxnum": "arith.maxnumf",
    "minnum": "arith.minnumf",
    "abs": "math.absf",
    "pow": "math.powf",
    **{n: f"math.{n}" for n in ("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "rsqrt", "cbrt")},
    **{n: f"math.{n}" for n in ("erf", "erfc", "floor", "ceil", "trunc", "round", "roundeven", "fma")},
    **{n: f"math.{n}" for n in ("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh")},
    **{n: f"math.{n}" for n in ("asinh", "acosh", "atanh", "atan2", "copysign")},
}
_INTEGER: Mapping[str, str] = {
    **{n: f"arith.{n}i" for n in ("add", "sub", "mul", "and", "or", "xor")},
    "shl": "arith.shli",
    "ipow": "math.ipowi",
    "ctpop": "math.ctpop",
    "ctlz": "math.ctlz",
    "cttz": "math.cttz",
}
_SIGNED: Mapping[str, str] = {
    **{n: f"arith.{n}si" for n in ("div", "rem", "max", "min", "floordiv", "ceildiv")},
    "shr": "arith.shrsi",
    "abs": "math.absi",
}
_UNSIGNED: Mapping[str, str] = {
    **{n: f"arith.{n}ui" for n in ("div", "rem", "max", "min", "ceildiv")},
    "shr": "arith.shrui",
    "floordiv": "arith.divui",
}
_ORDERED: Mapping[str, str] = {"eq": "oeq", "ne": "une", "lt": "olt", "le": "ole", "gt": "ogt", "ge": "oge"}
_NOT_IN_LLVM_19 = frozenset({"math.erfc"})

Let = Callable[[str], str]


def write_body(body: ScalarBody, args: Sequence[str], let: Let, dialect: Dialect) -> str:
    """Appends the ops of a body, `args` being the names of its arguments; the name of its result.

    Raises TensorIRError for a function that the dialect does not have."""
    names: dict[int, str] = {}
    expanded = ScalarBody(body.args, expand(body))
    for node in expanded.nodes():
        names[id(node)] = _node(node, [names[id(o)] for o in node.operands], args, let, dialect)
    return names[id(expanded.result)]


def _node(node: Scalar, operands: list[str], args: Sequence[str], let: Let, dialect: Dialect) -> str:
    type = element_text(node.dtype)
    match node.fn:
        case "arg":
            return args[node.index]
        case "index":
            position = let(f"linalg.index {node.index} : index")
            return let(f"arith.index_cast {position} : index to i64")
        case "const":
            value = scalar_text(node.value, node.dtype)
            return let(f"arith.constant {value}" + ("" if node.dtype.kind == "bool" else f" : {type}"))
        case "cast":
            return convert(operands[0], node.operands[0].dtype, node.dtype, let)
        case "bitcast":
            source = element_text(node.operands[0].dtype)
            return operands[0] if source == type else let(f"arith.bitcast {operands[0]} : {source} to {type}")
        case "select":
            return let(f"arith.select {', '.join(operands)} : {type}")
        case "eq" | "ne" | "lt" | "le" | "gt" | "ge":
            return _compare(node, operands, let)
        case "neg" if node.dtype.kind == "bool":
            return operands[0]
        case "abs" if node.dtype.kind in ("unsigned", "bool"):
            return operands[0]
        case fn:
            name = op_name(fn, node.dtype)
            if dialect == "llvm19" and name in _NOT_IN_LLVM_19:
                raise only_current(name)
            return let(f"{name} {', '.join(operands)} : {type}")


def op_name(fn: str, dtype: DType) -> str:
    """The op that is a function of the core on an element type."""
    if dtype.is_float:
        return _FLOAT[fn]
    return _INTEGER.get(fn) or (_SIGNED if dtype.kind == "signed" else _UNSIGNED)[fn]


def _compare(node: Scalar, operands: list[str], let: Let) -> str:
    dtype = node.operands[0].dtype
    both = f"{', '.join(operands)} : {element_text(dtype)}"
    if dtype.is_float:
        return let(f"arith.cmpf {_ORDERED[node.fn]}, {both}")
    sign = "" if node.fn in ("eq", "ne") else "s" if dtype.kind == "signed" else "u"
    return let(f"arith.cmpi {sign}{node.fn}, {both}")


def convert(value: str, source: DType, target: DType, let: Let) -> str:
    """A conversion of the core. A float that becomes an integer must be within its range."""
    a, b = element_text(source), element_text(target)
    if target.kind == "bool":
        if source.kind == "bool":
            return value
        zero = let(f"arith.constant {scalar_text(0, source)} : {a}")
        compare = "arith.cmpf une" if source.is_float else "arith.cmpi ne"
        return let(f"{compare}, {value}, {zero} : {a}")
    if a == b:
        return value
    if source.is_float and target.is_float and source.bits == target.bits:  # f16 and bf16
        return let(f"arith.truncf {let(f'arith.extf {value} : {a} to f32')} : f32 to {b}")
    return let(f"arith.{_conversion(source, target)} {value} : {a} to {b}")


def _conversion(source: DType, target: DType) -> str:
    if source.is_float and target.is_float:
        return "extf" if target.bits > source.bits else "truncf"
    if source.is_float:
        return "fptosi" if target.kind == "signed" else "fptoui"
    if target.is_float:
        return "sitofp" if source.kind == "signed" else "uitofp"
    if target.bits < source.bits:
        return "trunci"
    return "extsi" if source.kind == "signed" else "extui"
