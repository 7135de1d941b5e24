"""Where figures are from."""

from __future__ import annotations

import importlib.metadata
import json
import os

import pytest

from benchmarks import machine as facts
from benchmarks.machine import machine


def test_the_facts_can_be_written_and_name_the_packages_of_the_contenders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "READS", {"4 KiB": 4096})
    found = machine(["tensorir cpu/late", "iree", "iree-late", "openvino"])
    assert json.loads(json.dumps(found)) == found
    packages = ["iree-base-compiler", "iree-base-runtime", "openvino", "torch", "onnx", "onnxscript"]
    assert list(found["versions"]) == ["python", "tensorir", "numpy", *packages]
    assert found["versions"]["numpy"] == importlib.metadata.version("numpy")
    assert found["cores"] == len(os.sched_getaffinity(0))
    assert found["cpu"] and list(found["gigabytes_per_second"]) == ["4 KiB"]


def test_a_package_that_is_not_installed_has_no_version() -> None:
    assert facts.version_of("no-such-package") == "unknown"
