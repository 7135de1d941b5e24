"""Runs compiled programs: tile programs through the executor in C, all other ops in Python."""
