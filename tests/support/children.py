"""Runs what may crash in a child process."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable

SECONDS = 5
"""What a child may take."""


def in_a_child(call: Callable[[], None]) -> str:
    """How a child process ended that did it: empty if well, or because a step with absurd sizes took too long."""
    child = os.fork()
    if child == 0:
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(SECONDS)
            call()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(3)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return "" if os.WTERMSIG(status) == signal.SIGALRM else signal.Signals(os.WTERMSIG(status)).name
    return "" if os.WEXITSTATUS(status) == 0 else f"exit status {os.WEXITSTATUS(status)}"
