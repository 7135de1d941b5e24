"""MLIR as data: what the parser makes of a text and the importer reads. One form for all spellings.

Pretty and generic text give equal trees: a pretty form is normalised to the attributes of the generic one
(`operandSegmentSizes`, `static_offsets`, `indexing_maps`, …), properties and discardable attributes are one
dictionary, and aliases are resolved. Regions of named linalg ops, which pretty text leaves out, may be absent.
Spellings of other versions (`tensor.pack`) get the current name (`linalg.pack`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias, Union

import numpy.typing as npt
from attrs import Factory, define, field, frozen

from tensorir.ir.affine import AffineMap as CoreAffineMap
from tensorir.ir.location import UNKNOWN, Location

# -- types


@frozen(cache_hash=True)
class ScalarType:
    """`f32`, `i8`, `ui8`, `si8`, `index`, `bf16`, …: the name as written."""

    name: str

    def __str__(self) -> str:
        return self.name


@frozen(cache_hash=True)
class RankedTensor:
    """`tensor<2x?xf32, #encoding>`; None is a `?`."""

    shape: tuple[int | None, ...]
    element: Type
    encoding: Attribute | None = None

    def __str__(self) -> str:
        dims = "".join(f"{'?' if d is None else d}x" for d in self.shape)
        return f"tensor<{dims}{self.element}{', …' if self.encoding is not None else ''}>"


@frozen(cache_hash=True)
class FunctionType:
    """`(inputs) -> results`."""

    inputs: tuple[Type, ...]
    results: tuple[Type, ...]

    def __str__(self) -> str:
        return f"({', '.join(map(str, self.inputs))}) -> ({', '.join(map(str, self.results))})"


@frozen(cache_hash=True)
class OpaqueType:
    """Any other type (`memref<…>`, `vector<…>`, `tensor<*xf32>`, `!dialect.name<…>`, `complex<…>`), as written."""

    text: str

    def __str__(self) -> str:
        return self.text


Type: TypeAlias = Union[ScalarType, RankedTensor, FunctionType, OpaqueType]

I1 = ScalarType("i1")
I32 = ScalarType("i32")
I64 = ScalarType("i64")
F64 = ScalarType("f64")
INDEX = ScalarType("index")


def element_of(type: Type) -> Type:
    """The element type of a tensor, any other type itself."""
    return type.element if isinstance(type, RankedTensor) else type


# -- attributes

DYNAMIC = -(1 << 63)
"""What a list of static sizes says where an operand gives the size, and the parameters of an encoding for `?`."""


@frozen
class IntAttr:
    """`5 : i32`, `true` (type i1), `3 : index`. Without a written type MLIR means i64."""

    value: int
    type: Type


@frozen
class FloatAttr:
    """`1.0 : f32`, also given in hex. Kept as a Python float; NaN payloads are not kept."""

    value: float
    type: Type


@frozen
class StringAttr:
    """`"text"`."""

    value: str


@frozen
class UnitAttr:
    """`unit`, or a name alone in a dictionary."""


@frozen
class ArrayAttr:
    """`[a, b]`."""

    items: tuple[Attribute, ...]


@frozen
class DictAttr:
    """`{a = 1}`."""

    entries: Mapping[str, Attribute] = field(hash=False)


@frozen
class SymbolRef:
    """`@a::@b`."""

    path: tuple[str, ...]


@frozen
class TypeAttr:
    """A type as an attribute."""

    type: Type


@frozen
class AffineMapAttr:
    """`affine_map<(d0, d1)[s0] -> (…)>`: dims are the symbols d0, d1, … and s0, s1, … of the expressions."""

    map: CoreAffineMap
    num_symbols: int = 0


@frozen
class DenseArrayAttr:
    """`array<i64: 1, 2>`."""

    element: Type
    values: tuple[int | float, ...]


@frozen(eq=False)
class DenseAttr:
    """`dense<…> : type`. `array` has the shape of the type; a splat has strides 0. Signless integers are signed
    NumPy ones, i1 is bool, `index` is int64."""

    type: RankedTensor
    array: npt.NDArray[Any]

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, DenseAttr)
            and self.type == other.type
            and self.array.dtype == other.array.dtype
            and self._bytes(other) == other._bytes(self)
        )

    def _bytes(self, other: DenseAttr) -> bytes:
        """What tells this data from the other: one element where both are splats, which may be of any size."""
        both = self.array.size and not any(self.array.strides) and not any(other.array.strides)
        return (self.array[(0,) * self.array.ndim] if both else self.array).tobytes()

    def __hash__(self) -> int:
        return hash(self.type)


@frozen
class ResourceAttr:
    """`dense_resource<key> : type`. The data stands at the end of the file: see `Document.resources`."""

    key: str
    type: RankedTensor
    loc: Location = field(default=UNKNOWN, eq=False)


@frozen
class DialectAttr:
    """`#dialect.name<…>`. `params` holds what is written `key = value` between the brackets (aliases resolved), for
    the attributes that the parser knows (`#iree_encoding.encoding`): a bare word is a StringAttr, `?` the IntAttr of
    MLIR's dynamic size, what has no key stands under ""; `text` is the raw text between the brackets of all others."""

    name: str
    text: str = ""
    params: Mapping[str, Attribute] = field(factory=dict["str", "Attribute"], hash=False)


Attribute: TypeAlias = Union[
    IntAttr,
    FloatAttr,
    StringAttr,
    UnitAttr,
    ArrayAttr,
    DictAttr,
    SymbolRef,
    TypeAttr,
    AffineMapAttr,
    DenseArrayAttr,
    DenseAttr,
    ResourceAttr,
    DialectAttr,
]

# -- ops


@define(eq=False, repr=False)
class SSAValue:
    """A value: an identity, its type, its name as written (`%0#1`)."""

    type: Type
    name: str
    loc: Location = UNKNOWN

    def __repr__(self) -> str:
        return f"<{self.name} : {self.type}>"


@define(eq=False, repr=False)
class Block:
    """`^bb0(args): ops`. Regions have one block: the parser makes scf ops of several."""

    args: list[SSAValue] = Factory(list[SSAValue])
    ops: list[Operation] = Factory(list["Operation"])


@define(eq=False, repr=False)
class Operation:
    """One op in generic terms. `name` is the full current name (`linalg.matmul`, `func.func`, `builtin.module`).

    A function's arguments are those of its block; `arg_attrs`, `res_attrs`, `sym_name`, `function_type` are attributes
    as in the generic form. A declaration has one region without a block.
    """

    name: str
    operands: tuple[SSAValue, ...] = ()
    results: tuple[SSAValue, ...] = ()
    attributes: dict[str, Attribute] = Factory(dict["str", "Attribute"])
    regions: tuple[tuple[Block, ...], ...] = ()
    """Per region no block or one."""
    loc: Location = UNKNOWN
    """Of the op's name in the text (what errors point at)."""
    successors: tuple[tuple[str, tuple[SSAValue, ...]], ...] = ()
    """The blocks that may follow a branch, by label, and what they get. Only the parser sees any."""

    def __repr__(self) -> str:
        return f"<{self.name}>"


@frozen(eq=False)
class Document:
    """One part of a file (parts are split at `// -----`): the top-level module, its resources.

    `resources`: key → little-endian bytes, without MLIR's alignment header."""

    module: Operation
    file: str
    resources: Mapping[str, bytes | memoryview] = field(factory=dict["str", "bytes | memoryview"])
