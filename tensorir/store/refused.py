"""Why something of the store is not used. Neither is an error of a compilation."""

from __future__ import annotations


class StoreUnusable(Exception):  # noqa: N818 (a compilation goes on without the store)
    """The store as a whole can't be used, or nothing can be added to it. The text names the folder and the reason."""


class Damaged(Exception):  # noqa: N818 (the file is made again)
    """A file in the store is not what it should be. The text says what is wrong with it."""


def reason_of(error: OSError) -> str:
    return error.strerror or str(error)
