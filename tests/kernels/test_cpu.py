"""What a CPU can do: found in the words of CPUID, on CPUs that this machine is not; and masked in calls."""

import platform
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tensorir.native import Features, Kernel, cpu_features, kernels, mmt4d
from tensorir.native._kernels import ffi, lib
from tensorir.tools.cli import main

AVX2 = Features.X86_AVX2
AVX512 = AVX2 | Features.X86_AVX512
ALL = AVX512 | Features.X86_AVX512_VNNI | Features.X86_AVX512_BF16

WORDS = ("leaf1_ecx", "leaf7_ebx", "leaf7_ecx", "leaf7_1_eax", "xcr0")

# Intel's manual, volume 2, CPUID; and volume 1, 13.3 for XCR0: what is lost without each bit.
BITS: list[tuple[str, int, Features]] = [
    *[("leaf1_ecx", bit, Features.NONE) for bit in (12, 27, 28, 29)],  # FMA, OSXSAVE, AVX, F16C
    ("leaf7_ebx", 5, Features.NONE),  # AVX2
    *[("leaf7_ebx", bit, AVX2) for bit in (16, 17, 28, 30, 31)],  # AVX-512 F, DQ, CD, BW, VL
    ("leaf7_ecx", 11, ALL & ~Features.X86_AVX512_VNNI),
    ("leaf7_1_eax", 5, ALL & ~Features.X86_AVX512_BF16),
    *[("xcr0", bit, Features.NONE) for bit in (1, 2)],  # the operating system saves xmm, ymm
    *[("xcr0", bit, AVX2) for bit in (5, 6, 7)],  # and masks, upper halves of zmm, zmm16 … 31
]


def features_of(**words: int) -> Features:
    return Features(lib.tir_cpu_features_of(ffi.new("tir_cpuid_words *", words)))


def words(*, without: tuple[str, int] | None = None) -> dict[str, int]:
    """A CPU with exactly the bits of the list, but for one."""
    found: dict[str, int] = dict.fromkeys(WORDS, 0)
    for word, bit, _ in BITS:
        if (word, bit) != without:
            found[word] |= 1 << bit
    return found


def test_a_cpu_that_has_everything_and_one_that_has_nothing() -> None:
    assert features_of(**words()) == ALL
    assert features_of() == Features.NONE
    assert features_of(**dict.fromkeys(WORDS, 2**32 - 1)) == ALL


@pytest.mark.parametrize(("word", "bit", "left"), BITS)
def test_what_a_missing_bit_costs(word: str, bit: int, left: Features) -> None:
    assert features_of(**words(without=(word, bit))) == left


@pytest.mark.skipif(not Path("/proc/cpuinfo").is_file(), reason="only Linux lists the CPU's flags there")
@pytest.mark.skipif(platform.machine() != "x86_64", reason="the names are those of x86")
def test_the_operating_system_agrees() -> None:
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    flags = next(line for line in text.splitlines() if line.startswith("flags")).split()
    found = cpu_features()
    assert bool(found & Features.X86_AVX2) == {"avx2", "fma", "f16c"}.issubset(flags)
    avx512 = {"avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512cd"}.issubset(flags)
    assert bool(found & Features.X86_AVX512) == avx512
    assert bool(found & Features.X86_AVX512_VNNI) == (avx512 and "avx512_vnni" in flags)
    assert bool(found & Features.X86_AVX512_BF16) == (avx512 and "avx512_bf16" in flags)


@pytest.mark.parametrize("line", [line for line in kernels() if line.op == "mmt4d" and line.tile], ids=lambda k: k.name)
def test_a_masked_feature_is_not_used(line: Kernel) -> None:
    """A call with fewer features than the machine's runs no kernel that needs the others."""
    m0, n0, k0 = line.tile
    lhs, rhs, out = (np.ones((1, 1, *tile), np.float32) for tile in ((m0, k0), (k0, n0), (m0, n0)))
    for masked in (Features.NONE, AVX2, AVX512, ALL):
        given = masked & cpu_features()
        ran = mmt4d(lhs, rhs, out, features=given)
        assert ran.runs_with(given)
        assert (ran == line) == line.runs_with(given)
        assert (out == k0).all()


def test_info_lists_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    """`tensorir info` prints what the library exports: every line, in order, marked where it runs here."""
    assert main(["info"]) == 0
    listed = [line.split() for line in capsys.readouterr().out.splitlines() if " tir_" in line]
    table: list[Any] = [lib.tir_kernel_at(index) for index in range(lib.tir_kernel_count())]
    names = [ffi.string(info.name).decode() for info in table]
    runs = [info.features & ~int(cpu_features()) == 0 for info in table]
    assert [line[-1] for line in listed] == names
    assert [line[0] == "*" for line in listed] == runs
