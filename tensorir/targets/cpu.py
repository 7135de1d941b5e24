"""cpu: the machine that runs the compiler. Tiles come from the list of kernels, so every chosen tile has a kernel."""

from __future__ import annotations

from attrs import evolve, field, frozen

from tensorir.encoding.encoding import ContractionSpace
from tensorir.encoding.resolver import Choice, Declined, Tiles
from tensorir.native.table import Features, Kernel, cpu_features, given_features, kernels
from tensorir.targets.costs import CPU_COSTS
from tensorir.targets.cpu_kernels import CpuKernels
from tensorir.targets.target import Option, Target


@frozen
class CpuResolver:
    """Picks, among the mmt4d kernels that `features` allow, the best for the contraction's types and narrow M."""

    features: Features = field(factory=cpu_features)

    def tiles_for(self, contraction: ContractionSpace) -> Choice:
        types = tuple(t.name for t in contraction.types)
        usable = [k for k in kernels() if k.op == "mmt4d" and k.types == types and k.runs_with(self.features)]
        usable = [
            k for k in usable if k.isa != "ref"
        ]  # the reference kernel takes any tile but is too slow to be chosen
        if not usable:
            return Declined(f"no mmt4d kernel for {' × '.join(types[:2])} → {types[2]}")
        best = usable[0].isa  # the table lists the best instruction set first
        narrow = contraction.narrow[contraction.tiled[0]]
        return _tiles(_for_rows([k for k in usable if k.isa == best], narrow))


def _for_rows(candidates: list[Kernel], rows: int | None) -> Kernel:
    """Returns the tallest tile, or for fewer rows than it has, the lowest tile that holds all rows.

    Lower tiles pad less but load more per product: for nine rows, two tiles of eight are better than nine of one."""
    tallest = max(candidates, key=lambda k: k.tile[0])
    if rows is None or rows >= tallest.tile[0]:
        return tallest
    return min((k for k in candidates if k.tile[0] >= rows), key=lambda k: k.tile[0])


def _tiles(kernel: Kernel) -> Tiles:
    m0, n0, k0 = kernel.tile
    return Tiles(m0, n0, k0, "kn" if kernel.rhs_order == "kn" else "nk")


FEATURE_NAMES = {f: (f.name or "").removeprefix("X86_").lower() for f in Features if f}
"""Each single feature as options spell it: X86_AVX2 is written avx2."""


def read_features(given: Features | str) -> Features:
    """Returns features of this machine, given as Features or as a text such as avx2+avx512 or none.

    Raises ValueError for an unknown name and for a feature that this machine lacks."""
    if isinstance(given, str):
        by_name = {name: f for f, name in FEATURE_NAMES.items()}
        words = [w for w in given.lower().split("+") if w != "none"]
        if unknown := [w for w in words if w not in by_name]:
            raise ValueError(f"unknown CPU feature {unknown[0]!r}; known: none, {', '.join(by_name)} (several: a+b)")
        found = Features.NONE
        for word in words:
            found |= by_name[word]
        return given_features(found)
    if not isinstance(given, Features):  # pyright: ignore[reportUnnecessaryIsInstance]  # users' data
        raise TypeError(f"expected Features or a text such as avx2+avx512, got {given!r}")
    return given_features(given)


def features_text(features: Features) -> str:
    """Returns the text that `read_features` reads."""
    return "+".join(name for f, name in FEATURE_NAMES.items() if f in features) or "none"


def _with_features(target: Target, features: Features) -> Target:
    return evolve(target, resolver=CpuResolver(features), kernels=CpuKernels(features), executor=features)


def _levels() -> tuple[Features, ...]:
    """Returns sets of this machine's features, each smaller than the one before; each selects other kernels."""
    levels = [Features.NONE]
    for feature in FEATURE_NAMES:
        if feature in cpu_features():
            levels.append(levels[-1] | feature)
    return tuple(levels[:-1])  # the last one holds all features, which is the default


FEATURES = Option(
    "features",
    "the CPU features that may be used: a+b, or none",
    read_features,
    _with_features,
    features_text,
    samples=_levels(),
)

CPU = Target(
    "cpu",
    CpuResolver(),
    "this machine's CPU, C kernels",
    kernels=CpuKernels(),
    executor=cpu_features(),
    options=(FEATURES,),
    costs=CPU_COSTS,
)
