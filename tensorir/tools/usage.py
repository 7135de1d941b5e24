"""Errors of usage."""

from __future__ import annotations


class UsageError(Exception):
    """The command line is wrong: exit code 2."""
