"""What forms and relayouts cost on one device, in nanoseconds. Sizes known only at run time count as `TYPICAL_SIZE`, or
as what `Prices.at` is given."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, prod

from attrs import field, frozen

from tensorir.analysis.movement import is_windows
from tensorir.analysis.placed_products import of_f32
from tensorir.dialects.device import Transfer
from tensorir.dialects.linalg import Contract, Fold
from tensorir.dialects.linalg.structured import iteration_sizes
from tensorir.encoding.digits import NotRefinable, filled, from_pack, relayout
from tensorir.encoding.form import Form, Stored
from tensorir.ir.op import Op
from tensorir.ir.types import Type
from tensorir.targets.costs import Costs, Sizes, typical
from tensorir.transforms.layouts.folds import tiles_of_loops
from tensorir.transforms.layouts.forms import column_form


@frozen
class Prices:
    costs: Costs
    in_place: frozenset[Op] = frozenset()
    """Contractions, such as those of windows, that are read where their operands lie."""
    computed: frozenset[Op] = frozenset()
    """Contractions with an operand that is computed where it is read, so that it is not read in place."""
    sizes: Sizes = ()
    """What symbols count as, if it is not `TYPICAL_SIZE`."""
    _bytes: dict[tuple[Type, Stored], int] = field(factory=dict[tuple[Type, "Stored"], int], eq=False, init=False)
    _relayouts: dict[tuple[Type, Stored, Stored], float] = field(
        factory=dict[tuple[Type, "Stored", "Stored"], float], eq=False, init=False
    )
    _sizes: dict[Op, tuple[int, int, int, int]] = field(
        factory=dict[Op, tuple[int, int, int, int]], eq=False, init=False
    )
    _at: dict[Sizes, Prices] = field(factory=dict[Sizes, "Prices"], eq=False, init=False)

    def at(self, sizes: Sizes) -> Prices:
        """The prices where symbols count as these sizes; themselves for their own."""
        if sizes == self.sizes:
            return self
        if sizes not in self._at:
            self._at[sizes] = Prices(self.costs, self.in_place, self.computed, sizes)
        return self._at[sizes]

    def bytes(self, type: Type, stored: Stored) -> int:
        """The bytes of a tensor, padding included."""
        if (type, stored) not in self._bytes:
            shape = type.shape if stored is None else stored.packed_shape(type.shape)
            self._bytes[type, stored] = prod(typical(d, self.sizes) for d in shape) * type.dtype.bits // 8
        return self._bytes[type, stored]

    def relayout(self, type: Type, a: Stored, b: Stored) -> float:
        """Copying from one layout to another, through row-major if their tiles have no common digits. Nothing if the
        elements lie in the same order."""
        if a is b or not type.rank:
            return 0.0
        if (type, a, b) not in self._relayouts:
            self._relayouts[type, a, b] = self._relayout(type, a, b)
        return self._relayouts[type, a, b]

    def _relayout(self, type: Type, a: Stored, b: Stored) -> float:
        if a == b or _is_view(type, a, b):
            return 0.0
        moved = self.bytes(type, a) + self.bytes(type, b)
        if a is not None and b is not None and not a.same_tiles(b):
            copy = relayout(from_pack(a), from_pack(b).with_padding(type.shape, filled(0)), type.shape)
            if isinstance(copy, NotRefinable):
                moved += 2 * self.bytes(type, None)
            elif copy.is_view:
                return 0.0
        return self.costs.relayout_ns + moved / self.costs.bytes_per_ns

    def kept(self, type: Type, layouts: Sequence[Stored]) -> float:
        """Keeping a constant in some layouts."""
        bytes = [self.bytes(type, s) for s in layouts]
        return sum(bytes) * self.costs.stored_byte_ns + sum(bytes[1:]) * self.costs.copied_byte_ns

    def read(self, op: Op, operand: int, form: Form, stored: Stored) -> float:
        """Reading a constant in the layout that an op needs, from how it is stored. Its launch may bring the right side
        of a kernel into tiles; anything else that differs is infinite."""
        type, need = op.operands[operand].type, form.operands[operand]
        if self.relayout(type, stored, need) == 0.0:
            return 0.0
        right_side = form.tiles is not None and operand == (0 if form.tiles.swapped else 1)
        if not self.costs.tiles_read_per_ns or not right_side or not reordered(stored, need):
            return inf
        assert isinstance(op, Contract)
        rows = self._sizes_of(op)[0 if operand else 1]
        times = -(-rows // self.costs.rows_per_unit)
        return self.costs.tiles_read_ns + times * self.bytes(type, need) / self.costs.tiles_read_per_ns

    def form(self, op: Op, form: Form) -> float:
        """The time of the op itself."""
        if isinstance(op, Contract):
            return self._contraction(op, form)
        if not op.results or not op.operands or (form.result is None and is_windows(op)):
            return 0.0
        if isinstance(op, Fold):
            return self._fold(op, form)
        if isinstance(op, Transfer):
            return self.bytes(op.result.type, form.result) / self.costs.received_bytes_per_ns
        return self.bytes(op.results[0].type, form.result) / self.costs.bytes_per_ns

    def _fold(self, op: Fold, form: Form) -> float:
        """Positions of the folded dims follow each other, and totals that lie side by side are computed at once."""
        sizes = [typical(s, self.sizes) for s in op.iteration_shape()]
        kept = [loop for loop in range(len(sizes)) if loop not in op.reduced]
        tiles = tiles_of_loops(op, form)
        inner = [tiles[loop] for loop in kept if loop in tiles] or [sizes[loop] for loop in kept[-1:]]
        run = max(1, min(prod(inner), self.costs.rows_per_unit))
        moved = prod(sizes) / run * self.costs.folded_run_bytes + self.bytes(op.results[0].type, None)
        return moved / self.costs.bytes_per_ns

    def _contraction(self, op: Contract, form: Form) -> float:
        tiles = form.tiles
        m, n, k, batch = self._sizes_of(op)
        width = op.rhs.type.dtype.bits / 8
        # products of other types have no step that reads in place
        if tiles is None and of_f32(op) and min(m, n) <= self.costs.rows_in_place and op not in self.computed:
            return batch * self._product(m, n, k, max(m, n) * k * width)
        if tiles is None and op in self.in_place:
            time = self.costs.product_in_place * batch * self._product(m, n, k, n * k * width)
            return time if form.operands[1] is not None else time + self._put_beside(op)
        rows, columns, depth = (tiles.m0, tiles.n0, tiles.k0) if tiles is not None else (1, 16, 16)
        padded_k = -(-k // depth) * depth
        # Kernels don't compute rows of padding; columns of padding they do.
        few, many, tile = (n, m, rows) if tiles is not None and tiles.swapped else (m, n, columns)
        padded_n = -(-many // tile) * tile
        time = batch * self._product(few, padded_n, padded_k, padded_n * padded_k * width)
        if tiles is None:  # its operands are packed for each call, and the result unpacked
            moved = sum(2 * self.bytes(v.type, None) for v in (op.lhs, op.rhs, op.result))
            time = (time + moved / self.costs.bytes_per_ns) * self.costs.row_major_product
        return time

    def _sizes_of(self, op: Contract) -> tuple[int, int, int, int]:
        """The products of the sizes along M, N, K and the batch."""
        if op not in self._sizes:
            space = op.space()
            dims = iteration_sizes(op.maps[:2], (op.lhs.type, op.rhs.type))
            sizes = {d: typical(s, self.sizes) for d, s in dims.items()}
            m, n, k, batch = (prod(sizes[d] for d in dims) for dims in (space.m, space.n, space.k, space.batch))
            self._sizes[op] = m, n, k, batch
        return self._sizes[op]

    def _put_beside(self, op: Contract) -> float:
        """What it costs that columns of a right side lie apart, so that each call copies them, or that they are many.
        How many columns a panel has decides nothing."""
        form = column_form(op, 2)
        return 0.0 if form is None else self.relayout(op.rhs.type, None, form.operands[1])

    def _product(self, m: int, n: int, k: int, read: float) -> float:
        """Limited by multiply-adds, or by reading the larger operand."""
        return max(m * n * k / self.costs.multiply_adds_per_ns, read / self.costs.bytes_per_ns)


def reordered(stored: Stored, need: Stored) -> bool:
    """Whether `need` has the elements of row-major, or the same tiles, in another order."""
    if stored is None or need is None:
        return need is not None
    of_stored, of_need = (dict(zip(x.inner_dims, x.inner_tiles, strict=True)) for x in (stored, need))
    return of_stored == of_need


def _is_view(type: Type, a: Stored, b: Stored) -> bool:
    """Whether the elements lie in the same order, with the same padding."""
    if a is not None and b is not None:
        return a.memory(type.shape) == b.memory(type.shape)
    packed = a or b
    return packed is None or packed.is_view(type.shape)
