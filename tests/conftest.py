"""How much the property tests do: HYPOTHESIS_PROFILE = quick, dev, ci (the default where CI is set), same-bits,
deep or 20000.

At the end of a run: how many cases were compared with IREE, none included."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support.iree_counts import add, counted, summary

os.environ["TENSORIR_CACHE"] = "0"
"""What tests compute must not depend on what is in the user's store; tests of the store turn it on in folders of their
own."""

_SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.data_too_large]

settings.register_profile("quick", max_examples=10, deadline=None, suppress_health_check=_SLOW_IS_FINE)
settings.register_profile("dev", max_examples=50, deadline=None, suppress_health_check=_SLOW_IS_FINE)
settings.register_profile(
    "ci", max_examples=200, deadline=None, derandomize=True, print_blob=True, suppress_health_check=_SLOW_IS_FINE
)
settings.register_profile("same-bits", max_examples=2000, deadline=None, suppress_health_check=_SLOW_IS_FINE)
settings.register_profile("20000", max_examples=20_000, deadline=None, suppress_health_check=_SLOW_IS_FINE)
settings.register_profile("deep", max_examples=5000, deadline=None, suppress_health_check=_SLOW_IS_FINE)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of pytest-xdist gives its counts to the process that prints them."""
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output["iree"] = counted()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Such a worker is done. One that crashed has counted nothing, and its test has failed."""
    add(getattr(node, "workeroutput", {}).get("iree", [{}, {}]))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """An absent oracle must be seen."""
    terminalreporter.write_line(summary())
