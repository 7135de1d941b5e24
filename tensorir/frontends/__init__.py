"""Ways into the IR. The builder is the public one for programs written in Python."""
