"""cpu: the machine this runs on. Tiles come from the list of kernels, so none without a kernel can be chosen."""

from __future__ import annotations

from attrs import field, frozen

from tensorir.encoding.encoding import Contraction
from tensorir.encoding.resolver import Choice, Declined, Tiles
from tensorir.native.table import Features, Kernel, cpu_features, kernels
from tensorir.targets.target import Target


@frozen
class CpuResolver:
    """Picks, among the mmt4d kernels that `features` allow, the best for the contraction's types and narrow M."""

    features: Features = field(factory=cpu_features)

    def tiles_for(self, contraction: Contraction) -> Choice:
        if reason := _unsupported(contraction):
            return Declined(reason)
        types = tuple(t.name for t in contraction.types)
        usable = [k for k in kernels() if k.op == "mmt4d" and k.types == types and k.runs_with(self.features)]
        usable = [k for k in usable if k.isa != "ref"]  # the reference takes any tile, at no useful speed
        if not usable:
            return Declined(f"no mmt4d kernel for {' × '.join(types[:2])} → {types[2]}")
        best = usable[0].isa  # the table lists the best instruction set first
        narrow = contraction.narrow[contraction.m[0]]
        return _tiles(_for_rows([k for k in usable if k.isa == best], narrow))


def _unsupported(contraction: Contraction) -> str:
    """Why no mmt4d can express the contraction, or nothing."""
    for name, dims in (("M", contraction.m), ("N", contraction.n), ("K", contraction.k)):
        if len(dims) != 1:
            return f"mmt4d needs one {name} dim, this contraction has {len(dims)}"
    return (
        f"batch_mmt4d has one batch dim, this contraction {len(contraction.batch)}"
        if len(contraction.batch) > 1
        else ""
    )


def _for_rows(candidates: list[Kernel], rows: int | None) -> Kernel:
    """The tallest tile; for fewer rows than it has, the lowest that takes them all at once.

    Lower tiles pad less but load more per product: nine rows are better two tiles of eight than nine of one."""
    tallest = max(candidates, key=lambda k: k.tile[0])
    if rows is None or rows >= tallest.tile[0]:
        return tallest
    return min((k for k in candidates if k.tile[0] >= rows), key=lambda k: k.tile[0])


def _tiles(kernel: Kernel) -> Tiles:
    m0, n0, k0 = kernel.tile
    return Tiles(m0, n0, k0, "kn" if kernel.rhs_order == "kn" else "nk")


CPU = Target("cpu", CpuResolver(), "this machine's CPU, C kernels", kernels=True)
