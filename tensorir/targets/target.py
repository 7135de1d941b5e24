"""What a device is to the compiler. A new device is one file that makes one Target and registers it."""

from __future__ import annotations

from attrs import field, frozen

from tensorir.encoding.resolver import Resolver


@frozen
class Target:
    """`resolver` answers encodings; `kernels` says whether packed ops run in C kernels, else in NumPy."""

    name: str
    resolver: Resolver
    description: str
    kernels: bool = field(default=False)
