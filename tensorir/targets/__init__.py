"""Targets and devices as data: names, resolvers of encodings, kernels."""
