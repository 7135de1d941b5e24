"""What the reader refuses to take, so that no text makes it run out of stack, memory or time."""

from __future__ import annotations

MAX_NESTING = 256
"""Lists in lists. Types and parameters count TYPE_COST, regions REGION_COST: reading them takes more stack."""

TYPE_COST = 2
REGION_COST = 6

MAX_RANK = 64
MAX_SIZE = 1 << 48
"""A dimension is smaller."""

MAX_INT_WIDTH = 1024
"""Bits of `iN`."""

MAX_DIGITS = 400
"""Of an integer literal: MAX_INT_WIDTH bits have fewer."""

MAX_ARRAY_RANK = 32
MAX_ARRAY_BYTES = 1 << 62
"""What NumPy can address. Only splats come near it, and those take the memory of one element."""

MAX_ALIAS_NODES = 100_000
"""Types and attributes that an alias stands for, aliases in it spelled out: aliases of aliases grow exponentially."""

MAX_OPERATORS = 512
"""Operators in one affine map."""

MAX_RESULTS = 10_000
"""Results that one op may name: `%x:10000`."""
