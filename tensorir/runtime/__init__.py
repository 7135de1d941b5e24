"""Runs compiled programs: packed ops through C kernels, everything else through NumPy."""
