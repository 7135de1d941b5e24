"""Devices as data: what a target is called, how it resolves encodings, which kernels it has."""
