"""The array-like interface: programs written in Python, op by op."""
