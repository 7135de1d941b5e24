"""The regions of named linalg ops, which pretty text leaves out: what `linalg.matmul` and its like compute per element.

Only of the ops that the writer prints by name; everything else it prints as `linalg.generic`, which states its region.
"""

from __future__ import annotations

from attrs import evolve

from tensorir.mlir.syntax import Block, Operation, SSAValue, Type, element_of

_COPIES = ("linalg.fill", "linalg.transpose", "linalg.broadcast", "linalg.copy")
_PRODUCTS = (
    *("linalg.matmul", "linalg.batch_matmul", "linalg.mmt4d", "linalg.batch_mmt4d", "linalg.contract"),
    *("linalg.matvec", "linalg.vecmat", "linalg.dot", "linalg.batch_matvec", "linalg.batch_vecmat"),
)


def with_region(op: Operation) -> Operation:
    """`op` with the region that its name stands for, if it has one and `op` lacks it."""
    if op.regions or op.name not in (*_COPIES, *_PRODUCTS):
        return op
    args = [SSAValue(element_of(v.type), f"%a{i}") for i, v in enumerate(op.operands)]
    ops: list[Operation] = []
    if op.name in _COPIES:
        yielded = args[0]
    else:
        lhs, rhs, out = args
        kind = "f" if str(out.type)[0] not in "iu" else "i"
        factors = [_converted(x, out.type, ops) for x in (lhs, rhs)]
        product = _apply(f"arith.mul{kind}", factors, out.type, ops)
        yielded = _apply(f"arith.add{kind}", [out, product], out.type, ops)
    ops.append(Operation("linalg.yield", (yielded,)))
    return evolve(op, regions=((Block(args, ops),),))


def _converted(value: SSAValue, type: Type, ops: list[Operation]) -> SSAValue:
    """linalg's rule for mixed types: operands are brought to the result's type, integers as signed ones."""
    source, target = str(value.type), str(type)
    if source == target:
        return value
    if target[0] == "i":
        name = "arith.extsi" if _width(source) < _width(target) else "arith.trunci"
    elif source[0] == "i":
        name = "arith.sitofp"
    else:
        name = "arith.extf" if _width(source) < _width(target) else "arith.truncf"
    return _apply(name, [value], type, ops)


def _width(type: str) -> int:
    return int("".join(c for c in type if c.isdigit()))


def _apply(name: str, operands: list[SSAValue], type: Type, ops: list[Operation]) -> SSAValue:
    result = SSAValue(type, f"%v{len(ops)}")
    ops.append(Operation(name, tuple(operands), (result,)))
    return result
