"""Values: identity tokens with a type. Two values are the same only if they are one object."""

from __future__ import annotations

from attrs import frozen

from tensorir.ir.immutable import Immutable
from tensorir.ir.types import Type


@frozen(eq=False, repr=False)
class Value(Immutable):
    """The result of an op or an argument of a region. `hint` is a wish for its printed name, no more."""

    type: Type
    hint: str = ""

    def __repr__(self) -> str:
        return f"<%{self.hint or '?'} : {self.type}>"
