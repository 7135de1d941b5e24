"""What became of a program: its layouts and what else they could have been, its plan, its launches, its remarks."""
