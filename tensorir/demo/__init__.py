"""all-MiniLM-L6-v2 as a user of this package would build it. Needs the extra `tensorir[demo]` and the weights, a package."""
