"""Error bounds of floating-point results: a bound per element, from the program and its arguments."""
