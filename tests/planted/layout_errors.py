"""Errors of layouts: of the algebra of digits, of relayouts in tile programs, and of what is known about padding."""

from __future__ import annotations

from tests.planted.errors import Planted

DIGITS, TILES = "tensorir/encoding/digits", "tensorir/transforms/tiles"

LAYOUT_ERRORS = (
    Planted(
        "a limit ignores cuts behind the size",
        f"{DIGITS}/relayout.py",
        "for s in (*sides, *behind))][-1]",
        "for s in sides)][-1]",
    ),
    Planted(
        "padding is copied whatever it holds",
        f"{DIGITS}/relayout.py",
        'if wanted.kind != "value" or (moves and (given.kind == "none" or given == wanted)):',
        "if wanted.kind:",
    ),
    Planted(
        "the last granule of padding is not filled",
        f"{DIGITS}/boxes.py",
        "begin, count = used, extent - used",
        "begin, count = used, extent - used - 1",
    ),
    Planted(
        "positions below a limit end with its first digit",
        f"{DIGITS}/boxes.py",
        "        if known.divides(parts[k].weight, rest):\n            break",
        "        break",
    ),
    Planted(
        "a mask counts twice",
        f"{DIGITS}/relayout.py",
        "p.weight if p is not None and p.dim == dim else 0",
        "p.weight * 2 if p is not None and p.dim == dim else 0",
    ),
    Planted(
        "a slice keeps what the padding held",
        f"{DIGITS}/cuts.py",
        "return layout.padding[dim] if to_end else UNSPECIFIED, made",
        "return layout.padding[dim], made",
    ),
    Planted(
        "a pad ignores the padding of other dims",
        f"{DIGITS}/through.py",
        "        if padding[d] not in (NO_PADDING, state) and any(others):",
        "        if any(()):",
    ),
    Planted(
        "dims of size 1 cut digits",
        f"{DIGITS}/through.py",
        "longer = [d for d in group if view.shape[d] != 1] or list(group[-1:])",
        "longer = list(group)",
    ),
    Planted(
        "a composition forgets the outer stride",
        f"{DIGITS}/refine.py",
        "Digit(whole.dim, whole.stride * digit.stride, extent)",
        "Digit(whole.dim, digit.stride, extent)",
    ),
    Planted(
        "-0.0 is 0.0 in padding",
        f"{DIGITS}/digit.py",
        "return repr(float(value)) if",
        "return repr(float(value) + 0.0) if",
    ),
    Planted(
        "segments end at every digit of the result",
        f"{DIGITS}/segments.py",
        "_source(part) != _source(waiting[-1]) and part.dest.digit",
        "part.dest.digit",
    ),
    Planted(
        "all units relay the first piece",
        f"{TILES}/relayouts.py",
        "given[p] = e.piece(unit, _whole(granule, op.before.digits[p].stride), op.source.type.shape[p])",
        "_whole(granule, op.before.digits[p].stride)",
    ),
    Planted(
        "a piece of a part is as long as that of its digit",
        f"{TILES}/relayouts.py",
        "_whole(granule, outer.weight)",
        "factor",
    ),
    Planted(
        "granules of the wrong side",
        f"{TILES}/unit_dims.py",
        "Fraction(outer, inner)",
        "Fraction(inner, outer)",
    ),
    Planted(
        "padding that nobody has written is zero",
        "tensorir/transforms/datatiling/packed.py",
        "filled(0) if d in x.zero else UNSPECIFIED",
        "filled(0)",
    ),
    Planted(
        "padding goes through row-major",
        "tensorir/dialects/relayout_steps.py",
        "if sizes != value.type.shape:",
        "if not sizes:",
    ),
)
