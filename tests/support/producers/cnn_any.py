"""The small convolutional network for images of any size. Needs onnx and onnxruntime."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.producers.cnn import write

if __name__ == "__main__":
    write(Path(sys.argv[1]), any_size=True)
