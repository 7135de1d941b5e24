"""all-MiniLM-L6-v2, built as a user of this package would build it. Needs the extra `demo` and the weights."""
