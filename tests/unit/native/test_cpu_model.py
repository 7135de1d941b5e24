"""What identifies a processor."""

from __future__ import annotations

from pathlib import Path

import pytest

from tensorir.native import cpu_model

X86 = """\
processor\t: 0
vendor_id\t: GenuineIntel
model name\t: Some CPU @ 2.00GHz
cpu MHz\t\t: {mhz}
flags\t\t: fpu avx2

processor\t: 1
model name\t: Another
"""
ARM = "processor\t: 0\nBogoMIPS\t: 50.00\nFeatures\t: fp asimd\nCPU part\t: 0xd0c\n"


def test_it_is_the_kind_of_the_first_processor() -> None:
    expected = "vendor_id: GenuineIntel; model name: Some CPU @ 2.00GHz; flags: fpu avx2"
    assert cpu_model.described(X86.format(mhz=2000)) == cpu_model.described(X86.format(mhz=3100.5)) == expected
    assert cpu_model.described(ARM) == "Features: fp asimd; CPU part: 0xd0c"


def test_it_is_always_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert cpu_model.cpu_model() == cpu_model.cpu_model()
    monkeypatch.setattr(cpu_model, "_CPUINFO", tmp_path / "none")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    monkeypatch.setattr("platform.processor", lambda: "a processor")
    assert cpu_model.cpu_model() == "x86_64 a processor"
    (tmp_path / "none").write_text(ARM)
    assert cpu_model.cpu_model() == "x86_64 Features: fp asimd; CPU part: 0xd0c"
