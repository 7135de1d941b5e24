"""arith and math on single elements, as expressions over scalars of the core."""
