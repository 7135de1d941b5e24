"""Types as MLIR text. Each distinct type is printed once."""

from __future__ import annotations

from collections.abc import Sequence

from tensorir.encoding.encoding import Encoding
from tensorir.ir.affine import AffineMap
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import Dim, DimExpr, Divided
from tensorir.ir.dtype import DType
from tensorir.ir.types import Type, TypeEncoding
from tensorir.mlir.writer.dialect import Dialect
from tensorir.mlir.writer.literals import quoted
from tensorir.mlir.writer.spaces import Spaces
from tensorir.text.encodings import encoding_text

STAGES = "input, encoded and materialized programs can be written, specialized ones (#layout) and tile programs can't"


def element_text(dtype: DType) -> str:
    """The element type: MLIR's integers have no sign."""
    return f"i{dtype.bits}" if dtype.kind == "unsigned" else dtype.name


class Types:
    """Texts of types, and the aliases of the encodings that they mention."""

    def __init__(self, dialect: Dialect, spaces: Spaces) -> None:
        self._dialect = dialect
        self._spaces = spaces
        self._texts: dict[Type, str] = {}
        self._encodings: dict[TypeEncoding, str] = {}
        self.aliases: list[str] = []
        """Lines for the head of the text."""

    def __call__(self, type: Type) -> str:
        """`tensor<2x?xf32, #encoding>`. Raises TensorIRError for a layout."""
        known = self._texts.get(type)
        if known is None:
            encoding = f", {self.encoding(type.encoding)}" if type.encoding is not None else ""
            known = self._texts[type] = f"tensor<{shape_text(type.shape)}{element_text(type.dtype)}{encoding}>"
        return known

    def is_native(self, encoding: TypeEncoding) -> bool:
        """Whether IREE's attribute can say it: an operand of a contraction itself, no view of one."""
        return self._dialect == "current" and isinstance(encoding, Encoding) and not encoding.views

    def encoding(self, encoding: TypeEncoding) -> str:
        """The alias of an encoding."""
        if encoding not in self._encodings:
            if not isinstance(encoding, Encoding):
                raise TensorIRError(f"{encoding} is a layout of one device: {STAGES}")
            self._encodings[encoding] = alias = f"#encoding{len(self._encodings)}"
            text = self._native(encoding) if self.is_native(encoding) else self._own(encoding)
            self.aliases.append(f"{alias} = {text}")
        return self._encodings[encoding]

    def _native(self, encoding: Encoding) -> str:
        space = encoding.contraction
        index = ("lhs", "rhs", "result").index(encoding.role)
        types = ", ".join(map(element_text, space.types))
        maps = ", ".join(map(map_text, space.maps))
        sizes = ", ".join("?" if s is None else str(s) for s in self._spaces.static_sizes(space))
        return (
            f"#iree_encoding.encoding<operand_index = {index} : index, op_type = matmul, element_types = [{types}], "
            f"user_indexing_maps = [{maps}], iteration_sizes = [{sizes}]>"
        )

    def _own(self, encoding: Encoding) -> str:
        return f"{{tensorir.encoding = {quoted(encoding_text(encoding))}}}"


def shape_text(shape: Sequence[Dim]) -> str:
    """`2x?x`."""
    return "".join(f"{d}x" if isinstance(d, int) else "?x" for d in shape)


def map_text(map: AffineMap) -> str:
    """`affine_map<(d0, d1) -> (d1 + 2)>`. Raises TensorIRError for what no affine expression is (d0 * d1)."""
    dims = ", ".join(f"d{i}" for i in range(map.num_dims))
    for result in map.results:
        _check_affine(result)
    return f"affine_map<({dims}) -> ({', '.join(map_expression(r) for r in map.results)})>"


def map_expression(expression: Dim) -> str:
    """A result of an affine map: `d0 * 2 + d1`, `((d0 + 1) floordiv 4)`."""
    if isinstance(expression, int):
        return str(expression)
    terms: list[str] = []
    for monomial, coefficient in expression.terms:
        factors = [_divided(atom) if isinstance(atom, Divided) else str(atom) for atom in monomial]
        terms.append(" * ".join(factors if coefficient == 1 and factors else [*factors, str(coefficient)]))
    return " + ".join(terms)


def _divided(atom: Divided) -> str:
    by = str(atom.b) if isinstance(atom.b, int) else f"({map_expression(atom.b)})"
    return f"(({map_expression(atom.a)}) {atom.kind} {by})"


def _check_affine(expression: Dim) -> None:
    """Raises TensorIRError for products of dims, and divisions by anything but a positive number."""
    for monomial, _ in expression.terms if isinstance(expression, DimExpr) else ():
        if len(monomial) > 1:
            raise TensorIRError(f"{expression} is not affine, MLIR's maps can't say it")
        for atom in monomial:
            if isinstance(atom, Divided):
                if isinstance(atom.b, DimExpr) or atom.b <= 0:
                    raise TensorIRError(f"{atom} is not affine, MLIR's maps can't say it")
                _check_affine(atom.a)
