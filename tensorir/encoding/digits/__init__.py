"""Layouts as mixed-radix digits: which element of a tensor lies where, and the copy from one layout to another.

Every dim of a tensor is written in a mixed radix, and a layout is an order of all the digits. See `layout.py`.
"""

from tensorir.encoding.digits.boxes import Box, Loop, Part, Place, Span, nest
from tensorir.encoding.digits.digit import NO_PADDING, UNSPECIFIED, Digit, NotRefinable, Padding, filled
from tensorir.encoding.digits.layout import DigitLayout, row_major
from tensorir.encoding.digits.packs import as_pack, from_pack
from tensorir.encoding.digits.refine import compose, inverse, refine
from tensorir.encoding.digits.relayout import Copy, Fill, Mask, Relayout, relayout
from tensorir.encoding.digits.segments import Segment, segments
from tensorir.encoding.digits.through import Broadcast, DigitView, Padded, Sliced, Through, through
from tensorir.encoding.digits.window import Window

__all__ = [
    "NO_PADDING",
    "UNSPECIFIED",
    "Box",
    "Broadcast",
    "Copy",
    "Digit",
    "DigitLayout",
    "DigitView",
    "Fill",
    "Loop",
    "Mask",
    "NotRefinable",
    "Padded",
    "Padding",
    "Part",
    "Place",
    "Relayout",
    "Segment",
    "Sliced",
    "Span",
    "Through",
    "Window",
    "as_pack",
    "compose",
    "filled",
    "from_pack",
    "inverse",
    "nest",
    "refine",
    "relayout",
    "row_major",
    "segments",
    "through",
]
