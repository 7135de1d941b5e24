"""Devices by name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from attrs import evolve

from tensorir.ir.diagnostic import TensorIRError
from tensorir.targets import registry
from tensorir.targets.cpu import CPU
from tensorir.targets.reference import REFERENCE
from tensorir.targets.registry import device_names, device_target, register_target


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test begins without registered devices, and leaves none."""
    monkeypatch.setattr(registry, "_REGISTERED", {})
    yield


def test_built_in_devices_come_first() -> None:
    register_target(evolve(REFERENCE, name="aaa"))
    assert device_names()[:2] == ("cpu", "reference")
    assert "aaa" in device_names()
    assert device_target("cpu") is CPU


def test_a_device_can_be_registered_anew() -> None:
    first = register_target(evolve(REFERENCE, name="mine", description="first"))
    assert device_target("mine") is first
    second = register_target(evolve(REFERENCE, name="mine", description="second"))
    assert device_target("mine") is second
    assert device_names().count("mine") == 1


@pytest.mark.parametrize("name", ["cpu", "reference"])
def test_a_built_in_device_is_not_replaced(name: str) -> None:
    with pytest.raises(TensorIRError, match=f"'{name}' is a built-in device; choose another name"):
        register_target(evolve(REFERENCE, name=name))


def test_an_unknown_name_lists_those_that_there_are() -> None:
    register_target(evolve(REFERENCE, name="mine"))
    with pytest.raises(TensorIRError, match=r"unknown device 'tpu'; known: cpu, reference.*mine"):
        device_target("tpu")
