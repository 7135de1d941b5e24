"""For property tests, here and in your own project: strategies for programs, and checks. Needs hypothesis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tensorir.testing.targets import check_target

__all__ = ["check_target"]


def __getattr__(name: str) -> Any:
    """Loaded when asked for: hypothesis imports this package for its hook alone."""
    if name == "check_target":
        from tensorir.testing.targets import check_target  # as above

        return check_target
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
