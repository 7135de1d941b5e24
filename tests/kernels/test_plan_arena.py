"""Where the buffers of an arena lie: apart while they live, and in one memory only where they may and it pays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tensorir.native.plans import Frame, Plan
from tests.support.plan_images import Buffer, Host, Image, Kind

LIVES = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 11), st.integers(0, 11)), max_size=25)


def with_commands(buffers: Sequence[Buffer]) -> Frame:
    return Plan(Image(buffers, [], [Host(0)] * 12).words(), ()).frame()


@given(LIVES, st.data())
def test_living_buffers_lie_apart(lives: list[tuple[int, int, int]], data: st.DataObject) -> None:
    """Buffers alive at one command share no byte unless they may, and each has 64 bytes of slack. Either all that may
    share a memory do, or none does, and the arena is the smaller one of both."""
    buffers: list[Buffer] = []
    home: list[int] = []
    for size, a, b in lives:
        first, last = min(a, b), max(a, b)
        shares = bool(buffers) and data.draw(st.booleans())
        index = data.draw(st.integers(0, len(buffers) - 1)) if shares else 0
        home.append(home[index] if shares else len(buffers))
        buffers.append(Buffer(Kind.SHARED if shares else Kind.ARENA, index, size, first, last))
    frame = with_commands(buffers)
    at = [np.frombuffer(frame.buffer(b), np.uint8).__array_interface__["data"][0] for b in range(len(buffers))]
    own = list(range(len(buffers)))
    assert _lie_apart(buffers, at, own) or (
        all(at[i] == at[h] for i, h in enumerate(home)) and _lie_apart(buffers, at, home)
    )
    if buffers:
        assert max(at) - min(at) < frame.arena_bytes
    alone = with_commands([Buffer(Kind.ARENA, 0, b.bytes, b.first, b.last) for b in buffers])
    assert frame.arena_bytes <= alone.arena_bytes


def _lie_apart(buffers: Sequence[Buffer], at: Sequence[int], owner: Sequence[int]) -> bool:
    """Whether those that live at one time have 64 bytes between them. Buffers of one owner live as long as all of
    them."""
    first, last = dict[int, int](), dict[int, int]()
    for b, o in zip(buffers, owner, strict=True):
        first[o], last[o] = min(first.get(o, b.first), b.first), max(last.get(o, b.last), b.last)
    for i, x in enumerate(buffers):
        assert at[i] % 64 == 0
        for j, y in enumerate(buffers[:i]):
            p, q = owner[i], owner[j]
            if p == q or first[p] > last[q] or first[q] > last[p]:
                continue
            if not (at[i] + x.bytes + 64 <= at[j] or at[j] + y.bytes + 64 <= at[i]):  # pyright: ignore[reportOperatorIssue]  # the bytes are numbers here
                return False
    return True


def test_a_memory_is_shared_unless_that_takes_more() -> None:
    """As one, the last two buffers of the second plan take the first place for three commands, and what comes then is
    placed behind them."""
    pair = [Buffer(Kind.ARENA, 0, 64, 1, 2), Buffer(Kind.SHARED, 0, 64, 2, 3)]
    assert with_commands(pair).arena_bytes == 64 + 64
    later = [Buffer(Kind.ARENA, 0, 64, 3, 4), Buffer(Kind.ARENA, 0, 128, 4, 4)]
    assert with_commands([*pair, *later]).arena_bytes == 2 * (64 + 64) + 64


def test_a_shared_memory_lives_until_the_last_of_its_buffers() -> None:
    """The third buffer is made when the first one is dead, but the second has its memory."""
    shared = [Buffer(Kind.ARENA, 0, 64, 1, 2), Buffer(Kind.SHARED, 0, 64, 2, 3), Buffer(Kind.ARENA, 0, 64, 3, 3)]
    assert with_commands(shared).arena_bytes == 2 * (64 + 64)
