"""What stands behind the types of a function's arguments and results: devices and states."""

from __future__ import annotations

from attrs import Factory, define

from tensorir.text.lexer import Lexer
from tensorir.text.literals import string, symbol, symbol_name


@define
class Beside:
    """What was read behind the arguments, or the results, of one function. `devices`: one per value, "" for none.
    `states`: those of the last values. `places`: where each of them stands."""

    devices: list[str] = Factory(list[str])
    states: list[str] = Factory(list[str])
    places: list[int] = Factory(list[int])

    def read(self, lex: Lexer) -> None:
        """Reads `on "device"` and `state @name`, or nothing. Raises ParseError for a value that is no state behind
        one that is."""
        self.devices.append(string(lex, "the name of a device, a string") if lex.accept("on") else "")
        if lex.accept("state"):
            self.places.append(lex.start)
            self.states.append(symbol(lex, "the name of a state (@name)"))
        elif self.states:
            raise lex.error("states come last, and this value is none: expected state @name")

    @property
    def named(self) -> tuple[str, ...]:
        """The devices; () if none is named."""
        return tuple(self.devices) if any(self.devices) else ()

    def check_same(self, results: Beside, lex: Lexer, start: int) -> None:
        """Raises ParseError if the results are not the states that the arguments are."""
        if self.states != results.states:
            given, made = (", ".join(map(symbol_name, b.states)) or "none" for b in (self, results))
            place = results.places[0] if results.places else start
            raise lex.error(f"the arguments are the states {given}, the results {made}: they must be the same", place)
