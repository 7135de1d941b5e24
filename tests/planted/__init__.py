"""Errors that are planted into the executor and the planner, to see that a test finds each of them."""
