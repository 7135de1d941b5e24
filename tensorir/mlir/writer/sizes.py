"""Symbolic sizes as index values: the dims of arguments, and arithmetic on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dims import Atom, Dim, DimExpr, Divided, never_negative
from tensorir.ir.value import Value

Let = Callable[[str], str]
"""Appends `%name = text` and gives the name."""


class SizeValues:
    """The sizes of one function, each computed once, where it is first needed (functions are straight lines).

    A size that is a dim of an argument is that dim, whatever its expression; others are built from symbols."""

    def __init__(
        self,
        args: Sequence[Value],
        names: Sequence[str],
        type_text: Callable[[Value], str],
        let: Let,
        known: Mapping[Dim, str] = MappingProxyType({}),
    ) -> None:
        self._let = let
        self._known: dict[Dim, str] = dict(known)
        self._args: dict[Dim, tuple[str, str, int]] = {}
        for value, name in zip(args, names, strict=True):
            for axis, dim in enumerate(value.type.shape):
                if isinstance(dim, DimExpr):
                    self._args.setdefault(dim, (name, type_text(value), axis))

    def __call__(self, dim: Dim) -> str:
        """The name of an index value. Raises TensorIRError for a symbol that no argument is the size of."""
        if dim not in self._known:
            self._known[dim] = self._compute(dim)
        return self._known[dim]

    def known(self) -> dict[Dim, str]:
        """The sizes computed so far."""
        return dict(self._known)

    def forget_all_but(self, known: Mapping[Dim, str]) -> None:
        """What else was computed is computed again where it is needed."""
        self._known = dict(known)

    def static_or_value(self, dim: Dim) -> str:
        """A number for a static size, as in `[4, %n]`."""
        return str(dim) if isinstance(dim, int) else self(dim)

    def _compute(self, dim: Dim) -> str:
        if isinstance(dim, int):
            return self._let(f"arith.constant {dim} : index")
        if dim in self._args:
            name, type, axis = self._args[dim]
            return self._let(f"tensor.dim {name}, {self(axis)} : {type}")
        total = ""
        for monomial, coefficient in dim.terms:
            term = self._monomial(monomial, coefficient)
            total = self._op("addi", total, term) if total else term
        return total

    def _monomial(self, monomial: Sequence[Atom], coefficient: int) -> str:
        made = ""
        for atom in monomial:
            made = self._op("muli", made, self._atom(atom)) if made else self._atom(atom)
        if not made:
            return self(coefficient)
        return made if coefficient == 1 else self._op("muli", made, self(coefficient))

    def _atom(self, atom: Atom) -> str:
        as_dim = DimExpr((((atom,), 1),))
        if as_dim in self._known or as_dim in self._args:
            return self(as_dim)
        if not isinstance(atom, Divided):
            raise TensorIRError(f"the size {atom} is that of no argument, so it can't be computed in MLIR")
        made = self._divided(atom)
        self._known[as_dim] = made
        return made

    def _divided(self, atom: Divided) -> str:
        a, b = self(atom.a), self(atom.b)
        match atom.kind:
            case "ceildiv":
                return self._op("ceildivsi", a, b)
            case "floordiv":
                return self._op("floordivsi", a, b)
            case "mod":
                if never_negative(atom.a):
                    return self._op("remsi", a, b)
                return self._op("subi", a, self._op("muli", self._op("floordivsi", a, b), b))

    def _op(self, name: str, a: str, b: str) -> str:
        return self._let(f"arith.{name} {a}, {b} : index")
