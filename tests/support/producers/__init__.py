"""Models as other tools make them, for tests of the MLIR reader.

Each is a program: `python -m tests.support.producers.NAME FOLDER` writes the model and, in `cases.npz`, inputs and what
its origin gives for them. They run in processes of their own: PyTorch and onnxruntime warn, and take memory."""
