"""linalg: every spelling becomes the same structured form, which is lowered to ops of the core."""
