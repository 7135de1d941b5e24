"""From MLIR to the core: one function per op of MLIR, which reads the op and adds core ops to a `Scope`."""
