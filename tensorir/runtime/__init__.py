"""Runs what the transforms made: packed ops through C kernels, everything else through NumPy."""
