"""Random programs: `steps` (by family) write with a `writer`; `random` draws which steps, and in what order."""
