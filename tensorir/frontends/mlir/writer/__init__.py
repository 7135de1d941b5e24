"""Core modules as MLIR text, in the spelling of a version."""
