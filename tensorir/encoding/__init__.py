"""The vocabulary of data-tiling, without ops: encodings (intent), layouts (resolved), resolvers."""
