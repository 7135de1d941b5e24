"""The C kernels on NumPy arrays, with every argument checked, for the runtime, for tests and for experiments."""
