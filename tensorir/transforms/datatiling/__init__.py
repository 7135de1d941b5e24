"""Data-tiling: encodings are set on contractions, propagated, resolved per device, and materialized."""
