"""For property tests, here and in your own project: strategies for programs, and checks. Needs hypothesis."""
