"""linalg: every spelling becomes one structured form, which is lowered to ops of the core."""
