"""`tensorir.calibrate`: the costs of a device, measured on this machine."""

from __future__ import annotations

from tensorir.ir.diagnostic import TensorIRError
from tensorir.targets.calibration import calibrated
from tensorir.targets.costs import Costs
from tensorir.targets.device import DeviceLike, as_device


def calibrate(device: DeviceLike = "cpu") -> Costs:
    """Measures what work costs on a device, with its kernels and on one thread, and keeps the result in the store.

    Returns the costs of the device with the rates that were measured. Devices with the option `costs=calibrated` have
    them from then on, such as Device("cpu", costs="calibrated"), which also measures them itself if nobody has. It
    takes about half a second. Raises TensorIRError for an unknown device and for one whose kernels are not those of the
    executor."""
    found = as_device(device)
    if found.executor is None:
        raise TensorIRError(
            f"device {found.spec!r} has no executor, so there is nothing to measure; its target says what work costs"
        )
    return calibrated(found.executor, found.costs, again=True)
