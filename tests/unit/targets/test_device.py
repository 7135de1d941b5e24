from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve, frozen

from tensorir.encoding.encoding import ContractionSpace
from tensorir.encoding.resolver import Choice, Declined
from tensorir.ir.diagnostic import TensorIRError
from tensorir.native.table import Features, cpu_features
from tensorir.targets.cpu import CPU, CpuResolver, features_text, read_features
from tensorir.targets.cpu_kernels import CpuKernels
from tensorir.targets.device import Device, as_device, as_devices
from tensorir.targets.kernels import NO_KERNELS
from tensorir.targets.lowering import MMT4D
from tensorir.targets.memory import HOST
from tensorir.targets.target import Option, Target


@frozen
class Nothing:
    """Declines everything, with a reason that is an option."""

    reason: str = "no"

    def tiles_for(self, contraction: ContractionSpace) -> Choice:
        return Declined(self.reason)


def _threads(given: Any) -> int:
    return int(given)


MADE_UP = Target(
    "made-up",
    Nothing(),
    options=(
        Option("reason", "why", str, lambda t, v: evolve(t, resolver=Nothing(v))),
        Option("threads", "how many", _threads, lambda t, v: evolve(t, description=f"{v} threads")),
    ),
)


def test_a_target_needs_only_a_resolver() -> None:
    device = Device(Target("mine", Nothing()))
    assert (device.name, device.spec, device.resolver) == ("mine", "mine", Nothing())
    assert (device.kernels, device.lowering, device.memory) == (NO_KERNELS, MMT4D, HOST)


def test_options_make_another_instance_of_the_target() -> None:
    masked = Device("cpu", features="none")
    assert masked.resolver == CpuResolver(Features.NONE)
    assert masked.kernels == CpuKernels(Features.NONE)
    assert (masked.name, masked.spec) == ("cpu{features=none}", "cpu{features=none}")
    assert masked == Device("cpu{features=none}") == Device(" cpu { features = none } ") == Device(CPU, features="none")
    assert masked != Device("cpu")
    both = Device(MADE_UP, threads="3", reason="late")
    assert both.spec == "made-up{reason=late,threads=3}"
    assert (both.target.description, both.resolver) == ("3 threads", Nothing("late"))
    assert CPU.resolver == CpuResolver()  # the target itself is as it was


def test_devices_survive_copies_and_pickles() -> None:
    device = Device("cpu", features="none", name="here")
    assert pickle.loads(pickle.dumps(device)) == copy.deepcopy(device) == device
    assert pickle.loads(pickle.dumps(device)).name == "here"


def test_a_device_has_the_name_that_the_program_gives_it() -> None:
    device = as_device("cpu{features=none}", "a")
    assert (device.name, device.spec) == ("a", "cpu{features=none}")
    again = device.named("b")
    assert (again.name, device.name, again.spec) == ("b", "a", device.spec)
    assert as_device(device) is device
    assert list(as_devices({"a": "cpu", "b": Device("reference")})) == ["a", "b"]
    assert list(as_devices(["cpu", MADE_UP])) == ["cpu", "made-up"]
    assert list(as_devices(MADE_UP)) == ["made-up"]


@pytest.mark.parametrize("features", [Features.NONE, cpu_features()], ids=str)
def test_features_are_read_from_their_text(features: Features) -> None:
    assert read_features(features_text(features)) == features
    assert read_features(features) == features


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Device("tpu"), "unknown device 'tpu'; known: cpu, reference"),
        (lambda: Device("cpu{"), "a device is written name or name{option=value,…}, got 'cpu{'"),
        (lambda: Device("cpu{}}"), "a device is written"),
        (lambda: Device("cpu{features}"), "expected option=value, got 'features'"),
        (lambda: Device("cpu{features=none,features=none}"), "option 'features' is given twice"),
        (lambda: Device("cpu{threads=2}"), "device 'cpu' has no option 'threads'; it has: features"),
        (lambda: Device("reference", threads=2), "device 'reference' has no option 'threads'; it has: none"),
        (lambda: Device("cpu{features=sse9}"), "option features: unknown CPU feature 'sse9'; known: none, avx2"),
        (lambda: Device("cpu", features=7), "option features: expected Features or a text such as avx2+avx512, got 7"),
        (lambda: Device("cpu", features=Features(1 << 30)), "option features: features: this CPU lacks"),
        (lambda: Device("cpu{features=none}", features="none"), "is given both in the text and as an argument"),
        (lambda: Device(MADE_UP, threads="many"), "option threads: invalid literal for int"),
        (lambda: as_device(3), "a device is a name, a Target or a Device, got int: 3"),  # pyright: ignore[reportArgumentType]  # on purpose
        (lambda: as_devices(3), "devices: expected a device, a sequence or a mapping of names, got int"),  # pyright: ignore[reportArgumentType]  # on purpose
        (lambda: as_devices([]), "a program needs a device to run on"),
        (lambda: as_devices({}), "a program needs a device to run on"),
        (lambda: as_devices({"": "cpu"}), "names of devices are strings, got ''"),
        (lambda: as_devices(["cpu", "cpu"]), "two devices have the same name: cpu, cpu"),
        (lambda: as_devices([None]), "a device is a name, a Target or a Device, got NoneType"),  # pyright: ignore[reportArgumentType]  # on purpose
    ],
)
def test_what_is_not_a_device_is_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(TensorIRError) as e:
        make()
    assert message in str(e.value)
