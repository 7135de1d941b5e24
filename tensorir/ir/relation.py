"""How the dims of an op's operands relate to those of its results: one declaration per op class, `Op.relation()`.

An op computes its results along *loops*; `results[r]` gives the loop of each dim of result r. Two results that share
a loop run along it together. Links tie operand dims to loops:

- same:   position i of the loop reads position i of the dim
- split:  one dim is several loops, row-major; the outermost may run past the end of the dim
- merged: several dims are one loop, row-major; the loop may end early
- grouped anew: several dims are several loops, both row-major: position i of the ones is position i of the others
- cut:    position i of the loop takes position offset + stride·i of the dim: the dim is the longer one
- put:    position i of the dim goes to position offset + stride·i of the loop: the loop is the longer one
- window: the loops' position i takes position map(i) of the dim
- whole:  every position of the results may read every position of the dims; with loops, intermediate results are shared
          along them, as a softmax shares its sum along its own axis

A loop that no result has is reduced: each result depends on all its positions. A loop that no operand is tied to is
new: elements are repeated along it. An operand dim without a link has size 1 and belongs to no loop.

Law (tests/property/test_relation.py): changing an element at position p of an operand's dim changes results only where
a link maps p; the elements of an op that `moves` operands are elements of these operands, or one constant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias, Union

from attrs import field, frozen

from tensorir.ir.affine import AffineMap
from tensorir.ir.dims import Dim
from tensorir.ir.loops import Loops
from tensorir.ir.value import Value


@frozen
class _Tied:
    """One dim tied to one loop."""

    dim: int
    loop: int

    @property
    def dims(self) -> tuple[int, ...]:
        return (self.dim,)

    @property
    def loops(self) -> tuple[int, ...]:
        return (self.loop,)


@frozen
class _Strided(_Tied):
    """One dim tied to one loop, of which the one is every `stride`-th position of the other from `offset` on."""

    offset: Dim
    stride: int = 1


@frozen
class Same(_Tied):
    def __str__(self) -> str:
        return f"{self.dim} = l{self.loop}"


@frozen
class Cut(_Strided):
    def __str__(self) -> str:
        return f"{self.dim} at {self.offset} + {self.stride}*l{self.loop}"


@frozen
class Put(_Strided):
    def __str__(self) -> str:
        return f"l{self.loop} at {self.offset} + {self.stride}*{self.dim}"


@frozen
class Split:
    dim: int
    loops: tuple[int, ...]

    @property
    def dims(self) -> tuple[int, ...]:
        return (self.dim,)

    def __str__(self) -> str:
        return f"{self.dim} = {_product('l', self.loops)}"


@frozen
class Merged:
    dims: tuple[int, ...]
    loop: int

    @property
    def loops(self) -> tuple[int, ...]:
        return (self.loop,)

    def __str__(self) -> str:
        return f"{_product('', self.dims)} = l{self.loop}"


@frozen
class Regrouped:
    dims: tuple[int, ...]
    loops: tuple[int, ...]

    def __str__(self) -> str:
        return f"{_product('', self.dims)} = {_product('l', self.loops)}"


@frozen
class Window:
    """`map` has one result; its iteration dims are all loops of the op."""

    dim: int
    map: AffineMap

    @property
    def dims(self) -> tuple[int, ...]:
        return (self.dim,)

    @property
    def loops(self) -> tuple[int, ...]:
        """All loops, because no analysis needs to know which of them the map reads."""
        return tuple(range(self.map.num_dims))

    def __str__(self) -> str:
        return f"{self.dim} at {self.map}"


@frozen
class Whole:
    dims: tuple[int, ...]
    loops: tuple[int, ...] = ()

    def __str__(self) -> str:
        shared = f" shared along {', '.join(f'l{i}' for i in self.loops)}" if self.loops else ""
        return f"all of {', '.join(map(str, self.dims))}{shared}"


Link: TypeAlias = Union[Same, Split, Merged, Regrouped, Cut, Put, Window, Whole]
Links: TypeAlias = tuple[Link, ...]


@frozen
class Relation:
    """`results[r][i]`: the loop of dim i of result r. `operands[o]`: the links of operand o.

    `moves`: the operands whose unchanged elements form the results, possibly together with one constant; empty if the
    op computes."""

    results: tuple[tuple[int, ...], ...]
    operands: tuple[Links, ...]
    moves: tuple[int, ...] = field(default=())

    @property
    def links(self) -> Iterator[Link]:
        return (link for links in self.operands for link in links)

    @property
    def shared(self) -> frozenset[int]:
        """The loops whose positions share intermediate results, which separate pieces would each compute again."""
        return frozenset(i for link in self.links if isinstance(link, Whole) for i in link.loops)

    def onward(self, operand: int, dim: int) -> int | None:
        """Returns the loop along which pieces of an operand's dim continue: position i of one is position i of the
        other, or whole blocks of one are positions of the other. Returns None if a piece needs more than itself."""
        for link in self.operands[operand]:
            match link:
                case Same() if link.dim == dim:
                    return link.loop
                case Split() if link.dim == dim:
                    return link.loops[0]
                case Merged() if link.dims[0] == dim:
                    return link.loop
                case Regrouped() if link.dims[0] == dim:
                    return link.loops[0]
                case _:
                    pass
        return None

    def result_dim(self, loop: int) -> int | None:
        """Returns the dim of the results along which a loop runs. Returns None if it is missing in a result or differs
        between results."""
        first, *rest = self.results
        if loop not in first:
            return None
        dim = first.index(loop)
        return dim if all(dim < len(other) and other[dim] == loop for other in rest) else None

    def __str__(self) -> str:
        """`(0 = l0, all of 1; 0 = l1) -> (l0, l1)`."""
        operands = "; ".join(", ".join(map(str, links)) or "nothing" for links in self.operands)
        results = ", ".join(f"({', '.join(f'l{i}' for i in loops)})" for loops in self.results)
        return f"({operands}) -> {results}"


def unknown(operand_ranks: Sequence[int], result_ranks: Sequence[int]) -> Relation:
    """Returns what is true of every op: each result may need all of each operand, and share it along all of its own
    dims."""
    loops: list[tuple[int, ...]] = []
    count = 0
    for rank in result_ranks:
        loops.append(tuple(range(count, count + rank)))
        count += rank
    return Relation(tuple(loops), tuple((Whole(tuple(range(r)), tuple(range(count))),) for r in operand_ranks))


def elementwise(rank: int, operands: int = 1, moves: Iterable[int] = ()) -> Relation:
    """Returns the relation of an op in which every position of the result reads the same position of each operand."""
    links = tuple(Same(d, d) for d in range(rank))
    return Relation((tuple(range(rank)),), (links,) * operands, tuple(moves))


def of_loops(loops: Loops) -> Relation:
    """Returns the relation of an op whose operands are the inputs of its loops, then the initial totals."""
    starts = [m for start, m in zip(loops.starts, loops.results, strict=False) if isinstance(start, Value)]
    copied = all(body.result.fn == "arg" for body in loops.bodies) and not loops.starts
    return Relation(
        tuple(m.positions() for m in loops.results),
        tuple(_map_links(m) for m in (*loops.maps, *starts)),
        moves=tuple(sorted({body.result.index for body in loops.bodies})) if copied else (),
    )


def _map_links(map: AffineMap) -> Links:
    """Returns the links of an operand that is read through `map`."""
    return tuple(
        Window(d, AffineMap(map.num_dims, (map.results[d],))) if loop is None else Same(d, loop)
        for d, loop in enumerate(map.dims)
    )


def split_links(groups: Sequence[Sequence[int]], shape: Sequence[Dim]) -> Links:
    """Links dim g to the loops `groups[g]` of the sizes `shape`. Those of size 1 are new, so that they do not
    matter."""
    kept = [_longer(group, shape) for group in groups]
    return tuple(Same(g, loops[0]) if len(loops) == 1 else Split(g, loops) for g, loops in enumerate(kept))


def merged_links(groups: Sequence[Sequence[int]], shape: Sequence[Dim]) -> Links:
    """Links the dims `groups[g]` of the sizes `shape` to loop g. Dims of size 1 get no link."""
    kept = [_longer(group, shape) for group in groups]
    return tuple(Same(dims[0], g) if len(dims) == 1 else Merged(dims, g) for g, dims in enumerate(kept))


def _longer(group: Sequence[int], shape: Sequence[Dim]) -> tuple[int, ...]:
    return tuple(d for d in group if shape[d] != 1) or (group[0],)


def _product(letter: str, numbers: Sequence[int]) -> str:
    return "·".join(f"{letter}{n}" for n in numbers)
