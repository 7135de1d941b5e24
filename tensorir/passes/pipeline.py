"""A pipeline: a name and a plain tuple of passes."""

from __future__ import annotations

from attrs import frozen

from tensorir.passes.pass_ import Pass


@frozen
class Pipeline:
    """`passes` in order. Passes are values, so slices and concatenations of `passes` are pipelines too."""

    name: str
    passes: tuple[Pass, ...]
