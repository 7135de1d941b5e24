"""The measure of growth tells linear from quadratic."""

from __future__ import annotations

from tests.support.growth import growth


def busy(count: int) -> None:
    for _ in range(count):
        pass


def test_linear_is_below_and_quadratic_above() -> None:
    assert growth(lambda: busy(20_000), lambda: busy(200_000), 20) < 20
    assert growth(lambda: busy(1_000), lambda: busy(100_000), 20) > 20
