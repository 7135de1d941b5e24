"""The conformance test for targets: `check_target`, and the contractions that it asks about."""

from tensorir.testing.targets.check import Finding, check_target, findings

__all__ = ["Finding", "check_target", "findings"]
