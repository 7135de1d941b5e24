"""What the kernel says of mapped memory."""

from __future__ import annotations

import re
from pathlib import Path

AVAILABLE = Path("/proc/self/smaps").exists()


def kilobytes(process: int | str, path: Path) -> dict[str, int]:
    """The counts of the memory of a mapped file, or of all files in a folder, all parts together."""
    total: dict[str, int] = {}
    inside = False
    for line in Path(f"/proc/{process}/smaps").read_text("utf-8").splitlines():
        if re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
            inside = str(path) in line
        elif inside and (found := re.match(r"(\w+): +(\d+) kB", line)):
            total[found[1]] = total.get(found[1], 0) + int(found[2])
    return total
