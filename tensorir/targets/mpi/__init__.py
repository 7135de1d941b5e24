"""Devices of other processes: `mpi:1/cpu` is the device `cpu` of the process with rank 1 (docs/devices.md)."""
