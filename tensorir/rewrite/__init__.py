"""The rewrite engine: patterns, a transient editor, and three linear ways to rewrite.

`greedy` (work-list: folding, propagation), `sweep` (one forward pass: conversions), `map_regions` (whole modules,
memoised by region identity). All return the same object when nothing changed: "changed?" is `new is not old`.
"""
