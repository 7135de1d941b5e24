"""cpu: the machine that runs the compiler. Tiles come from the list of kernels, so every chosen tile has a kernel."""

from __future__ import annotations

from attrs import evolve, field, frozen

from tensorir.encoding.encoding import ContractionSpace
from tensorir.encoding.resolver import Choice, Declined, Tiles
from tensorir.native.table import Features, Kernel, cpu_features, given_features
from tensorir.targets.calibration import calibrated
from tensorir.targets.costs import CPU_COSTS
from tensorir.targets.cpu_kernels import CpuKernels, best_kernels, for_rows
from tensorir.targets.launcher import OwnMemory
from tensorir.targets.target import Option, Target


@frozen
class CpuResolver:
    """Picks, among the mmt4d kernels that `features` allow, the best for the contraction's types and narrow M."""

    features: Features = field(factory=cpu_features)

    def tiles_for(self, contraction: ContractionSpace) -> Choice:
        types = tuple(t.name for t in contraction.types)
        best = best_kernels(types, self.features)
        if not best:
            return Declined(f"no mmt4d kernel for {' × '.join(types[:2])} → {types[2]}")
        return _tiles(for_rows(best, contraction.narrow[contraction.tiled[0]]))


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

COSTS_WORDS = ("fixed", "calibrated")


def read_costs(given: object) -> str:
    """Returns which costs are meant. Raises ValueError for another word."""
    if given not in COSTS_WORDS:
        raise ValueError(f"expected {' or '.join(COSTS_WORDS)}, got {given!r}")
    return str(given)


def _with_costs(target: Target, which: str) -> Target:
    if which == "fixed" or target.executor is None:
        return target
    return evolve(target, costs=calibrated(target.executor, target.costs))


COSTS = Option(
    "costs",
    "fixed (default), the same on every machine, or calibrated, as measured on this one",
    read_costs,
    _with_costs,
)
"""By which layouts are chosen. It follows `FEATURES`, because those decide which kernels are measured. What is measured
differs from run to run, so there are no samples."""


def read_switch(given: object) -> bool:
    """Returns whether something is on. Raises ValueError for another word than on or off."""
    if str(given).lower() not in ("on", "off", "true", "false"):
        raise ValueError(f"expected on or off, got {given!r}")
    return str(given).lower() in ("on", "true")


def switch_text(on: bool) -> str:
    """Returns the text that `read_switch` reads."""
    return "on" if on else "off"


def _with_own_memory(target: Target, on: bool) -> Target:
    return evolve(target, launcher=OwnMemory() if on else None)


OWN_MEMORY = Option(
    "own_memory",
    "on: arguments and results are copied to and from a memory of its own, as on devices that have one",
    read_switch,
    _with_own_memory,
    switch_text,
)

CPU = Target(
    "cpu",
    CpuResolver(),
    "this machine's CPU, C kernels",
    kernels=CpuKernels(),
    executor=cpu_features(),
    options=(FEATURES, COSTS, OWN_MEMORY),
    costs=CPU_COSTS,
)
