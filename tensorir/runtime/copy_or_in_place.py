"""Which arguments that are not row-major are copied although they could be read where they lie, because a copy costs
less: the one place that decides it.

Measured on one core with AVX-512 for x + x in f32, in µs: in place, with a copy, and for a row-major array.

================================  ===================  ===================  ====================
how the argument lies             1 KiB                64 KiB               512 KiB
================================  ===================  ===================  ====================
columns of a larger array         2.72, 2.96, 2.04     8.26, 9.63, 7.41     32.7, 41.8, 29.0
rows backwards                    2.73, 2.98, 2.06     7.94, 9.30, 7.69     30.1, 41.3, 30.1
one column again and again        2.75, 2.98, 2.08     8.27, 9.52, 7.52     30.9, 39.1, 28.3
every second column               2.95, 3.00, 2.04     19.7, 12.4, 7.6      110, 64, 29
columns backwards                 2.94, 3.04, 2.07     20.6, 12.1, 7.2      109, 60, 27
a row of every second one         2.85, 2.99, 2.06     19.6, 12.2, 7.2      106, 59, 27
================================  ===================  ===================  ====================

Steps pick out single elements at half the speed of a copy. A product with an argument of every second column, whose
panels are packed by each unit, takes 5.26 ms in place and 4.34 ms with a copy (1024 × 512 × 768), a row sum 0.34 ms and
0.20 ms. So an argument none of whose elements are neighbours is copied, whatever reads it. Below 1 KiB a copy costs at
most 0.3 µs more than reading in place, which does not pay for a plan that takes milliseconds to make.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from tensorir.runtime.strides import Strided

FEW_BYTES: Final = 1024
"""An argument of fewer bytes is copied."""


def copied_for_speed(arguments: Sequence[Strided]) -> Mapping[int, str]:
    """Returns why those of these arguments are copied that need not be asked for a plan, by their numbers."""
    return {a.argument: why for a in arguments if (why := _why(a))}


def _why(argument: Strided) -> str:
    if argument.unusable:
        return argument.unusable
    if argument.bytes < FEW_BYTES:
        return f"it has fewer than {FEW_BYTES} bytes, which a plan for its strides is not worth"
    if argument.is_scattered:
        return "no two of its elements lie side by side, and a copy picks them out faster than the steps do"
    return ""
