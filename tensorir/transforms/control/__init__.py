"""Branches and loops in the form that the other passes and the executor know best."""
