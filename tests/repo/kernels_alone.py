"""Kernels call nothing of the C library: `python tests/repo/kernels_alone.py FOLDER` fails if those built there do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def functions_of_others(folder: Path) -> set[str]:
    """What the kernels built in a folder need, and none of them has. The executor is not one of them."""
    archives = [path for path in folder.rglob("libtir_*.a") if path.stem != "libtir_execute"]
    if len(archives) < 4:
        raise SystemExit(f"{folder} has {len(archives)} libraries of kernels, expected at least 4")
    found = subprocess.run(["nm", "--undefined-only", *archives], capture_output=True, text=True, check=True).stdout
    needed = {line.split()[1] for line in found.splitlines() if line.strip().startswith("U ")}
    needed.discard("_GLOBAL_OFFSET_TABLE_")  # how code finds its own data
    return {name for name in needed if not name.startswith("tir_")}


if __name__ == "__main__":
    called = functions_of_others(Path(sys.argv[1]))
    if called:
        raise SystemExit(f"kernels call the C library: {', '.join(sorted(called))}")
