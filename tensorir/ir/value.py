"""Values are tokens with identity and a type. Two values are equal only if they are the same object."""

from __future__ import annotations

from attrs import frozen

from tensorir.ir.immutable import Immutable
from tensorir.ir.types import Type


@frozen(eq=False, repr=False)
class Value(Immutable):
    """The result of an op or an argument of a region. `hint` only suggests its printed name."""

    type: Type
    hint: str = ""

    def __repr__(self) -> str:
        return f"<%{self.hint or '?'} : {self.type}>"
