"""Named sums of products as one table of maps: the matmul family, linalg.contract, mmt4d, quantized forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tensorir.ir.affine import AffineMap, select
from tensorir.ir.diagnostic import InferError
from tensorir.ir.scalar import Scalar
from tensorir.mlir.importer.attributes import segments
from tensorir.mlir.importer.linalg.elements import ADD, MUL, SUB, converted, is_unsigned
from tensorir.mlir.importer.linalg.generic import plain_maps
from tensorir.mlir.importer.linalg.regions import Written, named_op
from tensorir.mlir.importer.linalg.structured import Product
from tensorir.mlir.importer.scope import Scope
from tensorir.mlir.syntax import Operation

PRODUCTS: Mapping[str, str] = {
    "matmul": "mk,kn->mn",
    "matmul_unsigned": "mk,kn->mn",
    "matmul_transpose_a": "km,kn->mn",
    "matmul_transpose_b": "mk,nk->mn",
    "batch_matmul": "bmk,bkn->bmn",
    "batch_matmul_transpose_a": "bkm,bkn->bmn",
    "batch_matmul_transpose_b": "bmk,bnk->bmn",
    "batch_reduce_matmul": "bmk,bkn->mn",
    "matvec": "mk,k->m",
    "vecmat": "k,kn->n",
    "batch_matvec": "bmk,bk->bm",
    "batch_vecmat": "bk,bkn->bn",
    "dot": "k,k->",
    "mmt4d": "mkac,nkbc->mnab",
    "batch_mmt4d": "xmkac,xnkbc->xmnab",
    "quantized_matmul": "mk,kn,,->mn",
    "quantized_batch_matmul": "bmk,bkn,,->bmn",
}
"""linalg op → its maps, a letter per iteration dim, in the order of its operands."""


def letter_maps(spec: str) -> tuple[AffineMap, ...]:
    """Returns `mk,kn->mn` as maps. Dims are numbered as they occur in the result, then in the inputs."""
    inputs, out = spec.split("->")
    order = list(dict.fromkeys(out + "".join(inputs.split(","))))
    return tuple(select(len(order), [order.index(c) for c in letters]) for letters in (*inputs.split(","), out))


def product_body(unsigned: bool) -> Written:
    """`acc + lhs·rhs` in the type of the result."""

    def body(elements: Sequence[Scalar]) -> tuple[Scalar, ...]:
        *factors, acc = elements
        lhs, rhs = (converted(x, acc.dtype, unsigned=unsigned) for x in factors)
        return (ADD(acc, MUL(lhs, rhs)),)

    return body


def quantized_body(elements: Sequence[Scalar]) -> tuple[Scalar, ...]:
    """`acc + (lhs − lhs_zero)·(rhs − rhs_zero)` in the type of the result."""
    *operands, acc = elements
    lhs, rhs, lhs_zero, rhs_zero = (converted(x, acc.dtype) for x in operands)
    return (ADD(acc, MUL(SUB(lhs, lhs_zero), SUB(rhs, rhs_zero))),)


def _product(op: Operation, scope: Scope) -> None:
    name = op.name.removeprefix("linalg.")
    maps = plain_maps(op) if "indexing_maps" in op.attributes else letter_maps(PRODUCTS[name])
    if len(maps) != PRODUCTS[name].count(",") + 2:
        raise InferError(f"{len(maps)} indexing maps, needs {PRODUCTS[name].count(',') + 2}")
    inputs, outs = segments(op, 2)
    quantized = name.startswith("quantized")
    body = quantized_body if quantized else product_body(name == "matmul_unsigned" or is_unsigned(op))
    kind: Product = "mmt4d" if name.endswith("mmt4d") else "contract"
    named_op(op, scope, inputs, outs, maps, body, product=kind)


def _contract(op: Operation, scope: Scope) -> None:
    inputs, outs = segments(op, 2)
    named_op(op, scope, inputs, outs, plain_maps(op), product_body(is_unsigned(op)), product="contract")


OPS: Mapping[str, Callable[[Operation, Scope], None]] = {
    **{f"linalg.{name}": _product for name in PRODUCTS},
    "linalg.contract": _contract,
}
