"""How far a floating-point result may be off: a bound per element, from the program and its arguments."""
