"""Reads and prints encodings and layouts.

    #layout<inner_dims = [0, 1], inner_tiles = [16, 1], outer_perm = [0, 1]>
    #encoding<lhs, maps = [(d0, d1, d2) -> (d0, d2), …, …], types = [f32, f32, f32], narrow = [?, 8, ?], via = […]>

where a view is `transpose[1, 0]`, `expand[[0], [1, 2]] to [S, 2, 8]`, `collapse[[0], [1, 2]] from [S, 2, 8]` or
`project[0]`, and `via` is left out when empty. For ordinary names this is also what `str()` gives. The tiles that a
device chose for a contraction are `#tiles<8, 16, 1, kn>` (M0, N0, K0, order of right side tiles), or
`#tiles<…, swapped>`.

A module prints each of them once, at its beginning, under a name: `#lhs0 = #encoding<lhs, …>`. See `Aliases`.
"""

from __future__ import annotations

from collections.abc import Sequence

from tensorir.encoding.encoding import ROLES, ContractionSpace, Encoding, Role
from tensorir.encoding.layout import Layout
from tensorir.encoding.resolver import Tiles
from tensorir.encoding.views import Collapsed, Expanded, Groups, Projected, Transposed, View
from tensorir.ir.dtype import DTYPES, DType
from tensorir.ir.types import TypeEncoding
from tensorir.text.lexer import Lexer, did_you_mean
from tensorir.text.literals import int_text, integer
from tensorir.text.sizes import affine_map, map_text, sizes, sizes_text


def encoding_text(encoding: TypeEncoding) -> str:
    """Prints an encoding or a layout. Raises TypeError for a class without a textual form."""
    match encoding:
        case Layout():
            inner = f"inner_dims = {_ints_text(encoding.inner_dims)}, inner_tiles = {_ints_text(encoding.inner_tiles)}"
            return f"#layout<{inner}, outer_perm = {_ints_text(encoding.outer_perm)}>"
        case Encoding():
            space = encoding.contraction
            maps = ", ".join(map(map_text, space.maps))
            types = ", ".join(t.name for t in space.types)
            narrow = ", ".join("?" if s is None else int_text(s) for s in space.narrow)
            via = f", via = [{', '.join(map(_view_text, encoding.views))}]" if encoding.views else ""
            return f"#encoding<{encoding.role}, maps = [{maps}], types = [{types}], narrow = [{narrow}]{via}>"
        case _:
            raise TypeError(f"no text for {type(encoding).__name__}")


_FORMS = ("#encoding", "#layout")


class Aliases:
    """The names of a module's encodings and layouts, in the order of their first use.

    Left-hand sides are named `#lhs0`, `#lhs1`, …; the others are named `#rhs0`, `#result0`, `#layout0` and so on."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def __call__(self, encoding: TypeEncoding) -> str:
        """Returns the name of an encoding, a new one if it has none. Raises TypeError as `encoding_text` does."""
        text = encoding_text(encoding)
        if text not in self._names:
            base = encoding.role if isinstance(encoding, Encoding) else "layout"
            count = self._counts[base] = self._counts.get(base, -1) + 1
            self._names[text] = f"#{base}{count}"
        return self._names[text]

    def definitions(self) -> str:
        """Returns one line per name, followed by an empty line if there are any."""
        lines = "".join(f"{name} = {text}\n" for text, name in self._names.items())
        return f"{lines}\n" if lines else ""


def alias(lex: Lexer) -> None:
    """Reads `#name = #encoding<…>`, which defines `#name` from there on. Raises ParseError for a name that is taken."""
    start = lex.start
    name = lex.take("hash", "the name of an encoding or layout (#name)")
    if name in (*_FORMS, "#tiles", "#digits"):
        raise lex.error(f"{name} is a form, not a name: write #name = {name}<…>", start)
    if name in lex.aliases:
        raise lex.error(f"{name} is already defined", start)
    lex.expect("=", "and the encoding or layout that the name stands for")
    lex.aliases[name] = encoding(lex)


def encoding(lex: Lexer) -> TypeEncoding:
    """Reads an encoding or a layout, or the name of one. Also raises ParseError where its parts do not fit together."""
    start = lex.start
    kind = lex.take("hash", "#encoding<…>, #layout<…> or the name of one")
    if (known := lex.aliases.get(kind)) is not None:
        return known
    if kind == "#digits":
        raise lex.error("#digits<…> is an attribute of linalg.relayout, not a layout of types", start)
    if kind not in _FORMS:
        close = did_you_mean(kind, (*_FORMS, *lex.aliases))
        raise lex.error(f"unknown {kind}{close}: no line {kind} = … stands before it", start)
    lex.expect("<")
    return _layout(lex, start) if kind == "#layout" else _encoding(lex, start)


def tiles(lex: Lexer) -> Tiles:
    """Reads tiles. Raises ParseError for what is not a tile."""
    start = lex.start
    lex.expect("#tiles")
    lex.expect("<")
    sizes_: list[int] = []
    for _ in range(3):
        sizes_.append(integer(lex, "a tile size"))
        lex.expect(",", "(M0, N0, K0, then the order of right side tiles)")
    order = "nk" if lex.accept("nk") else "kn" if lex.accept("kn") else None
    if order is None:
        raise lex.error(f"expected nk or kn, found {lex.found()}{did_you_mean(lex.text, ('nk', 'kn'))}")
    swapped = lex.accept(",")
    if swapped:
        lex.expect("swapped")
    lex.expect(">")
    if min(sizes_) < 1:
        raise lex.error("tile sizes must be at least 1", start)
    return Tiles(sizes_[0], sizes_[1], sizes_[2], order, bool(swapped))


def dtype(lex: Lexer) -> DType:
    """Reads an element type."""
    found = DTYPES.get(lex.text)
    if found is None:
        raise lex.error(f"expected an element type, found {lex.found()}{did_you_mean(lex.text, DTYPES)}")
    lex.advance()
    return found


def _layout(lex: Lexer, start: int) -> Layout:
    _key(lex, "inner_dims")
    dims = _ints(lex)
    lex.expect(",")
    _key(lex, "inner_tiles")
    tiles = _ints(lex)
    lex.expect(",")
    _key(lex, "outer_perm")
    outer = _ints(lex)
    lex.expect(">")
    if sorted(outer) != list(range(len(outer))):
        raise lex.error(f"outer_perm is not a permutation of 0 … {len(outer) - 1}", start)
    if len(dims) != len(tiles) or len(set(dims)) != len(dims):
        raise lex.error("inner_dims must be different dims with one tile each", start)
    if any(d >= len(outer) for d in dims) or any(t < 1 for t in tiles):
        raise lex.error("inner_dims must be dims of outer_perm, and tiles at least 1", start)
    return Layout(dims, tiles, outer)


def _encoding(lex: Lexer, start: int) -> Encoding:
    role = _role(lex)
    lex.expect(",")
    _key(lex, "maps")
    lex.expect("[")
    maps = [affine_map(lex)]
    for _ in range(2):
        lex.expect(",", "(an encoding has three maps)")
        maps.append(affine_map(lex))
    lex.expect("]")
    lex.expect(",")
    _key(lex, "types")
    lex.expect("[")
    types = [dtype(lex)]
    for _ in range(2):
        lex.expect(",", "(an encoding has three element types)")
        types.append(dtype(lex))
    lex.expect("]")
    lex.expect(",")
    _key(lex, "narrow")
    narrow = _narrow(lex)
    views: list[View] = []
    if lex.accept(","):
        _key(lex, "via")
        lex.expect("[")
        while not lex.accept("]"):
            if views:
                lex.expect(",", "or ']'")
            views.append(_view(lex))
    lex.expect(">")
    if len({len(narrow), *(m.num_dims for m in maps)}) > 1:
        raise lex.error("the maps and narrow must have equally many iteration dims", start)
    contraction = ContractionSpace((maps[0], maps[1], maps[2]), (types[0], types[1], types[2]), narrow)
    return Encoding(contraction, role, tuple(views))


def _role(lex: Lexer) -> Role:
    for role in ROLES:
        if lex.accept(role):
            return role
    raise lex.error(f"expected one of {', '.join(ROLES)}, found {lex.found()}{did_you_mean(lex.text, ROLES)}")


def _narrow(lex: Lexer) -> tuple[int | None, ...]:
    lex.expect("[")
    found: list[int | None] = []
    while not lex.accept("]"):
        if found:
            lex.expect(",", "or ']'")
        found.append(None if lex.accept("?") else integer(lex, "a size or '?'"))
    return tuple(found)


def _view_text(view: View) -> str:
    match view:
        case Transposed():
            return f"transpose{_ints_text(view.permutation)}"
        case Projected():
            return f"project{_ints_text(view.dims)}"
        case Expanded():
            return f"expand{_groups_text(view.groups)} to [{sizes_text(view.shape)}]"
        case Collapsed():
            return f"collapse{_groups_text(view.groups)} from [{sizes_text(view.shape)}]"


_VIEWS = ("transpose", "project", "expand", "collapse")


def _view(lex: Lexer) -> View:
    kind = lex.text
    if kind not in _VIEWS:
        raise lex.error(f"expected one of {', '.join(_VIEWS)}, found {lex.found()}{did_you_mean(kind, _VIEWS)}")
    lex.advance()
    if kind == "transpose":
        return Transposed(_ints(lex))
    if kind == "project":
        return Projected(_ints(lex))
    lex.expect("[")
    groups: list[tuple[int, ...]] = []
    while not lex.accept("]"):
        if groups:
            lex.expect(",", "or ']'")
        groups.append(_ints(lex))
    lex.expect("to" if kind == "expand" else "from")
    lex.expect("[")
    shape = sizes(lex, "]")
    return Expanded(tuple(groups), shape) if kind == "expand" else Collapsed(tuple(groups), shape)


def _groups_text(groups: Groups) -> str:
    return f"[{', '.join(map(_ints_text, groups))}]"


def _ints_text(ints: Sequence[int]) -> str:
    return f"[{', '.join(map(int_text, ints))}]"


def _ints(lex: Lexer) -> tuple[int, ...]:
    lex.expect("[")
    found: list[int] = []
    while not lex.accept("]"):
        if found:
            lex.expect(",", "or ']'")
        found.append(integer(lex))
    return tuple(found)


def _key(lex: Lexer, name: str) -> None:
    lex.expect(name)
    lex.expect("=")
