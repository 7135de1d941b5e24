"""Raising: what exporters write in pieces becomes the op that it was. `raise_ops.py` is the pass, with one file per
family of ops; `terms.py` reads a value as a formula, whatever ops compute it."""
