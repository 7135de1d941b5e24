"""C kernels on NumPy arrays, every argument checked: for the runtime, for tests, for whoever tries a kernel."""
