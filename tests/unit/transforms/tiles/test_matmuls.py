"""Products of few rows: the bits of packed ones, on every device, and nothing is packed in a call."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tensorir.api import compile
from tensorir.dialects.registry import OPS
from tensorir.ir.module import Module
from tensorir.ir.region import Region
from tensorir.native.table import Features, cpu_features
from tensorir.text import parse
from tensorir.transforms.tiles import lower_to_tiles, products

Array = npt.NDArray[Any]
DEVICES = {"cpu{features=none}": Features.NONE, "cpu{features=avx2}": Features.X86_AVX2, "cpu": cpu_features()}
RUNNABLE = [name for name, needed in DEVICES.items() if needed & ~cpu_features() == 0]
SIZES = {"b": 3, "i": 5, "m": 300, "n": 290, "k": 270, "o": 1}

FEW = {
    "a row": "ok,kn->on",
    "a column": "mk,ko->mo",
    "a vector by a matrix": "k,kn->n",
    "a matrix by a vector": "mk,k->m",
    "by a transposed matrix": "ik,nk->in",
    "transposed rows": "ki,nk->in",
    "a transposed result": "ik,kn->ni",
    "a batch": "bik,bnk->bin",
    "values of heads between them": "bik,kbn->bin",
    "a dot product": "k,k->",
    "dot products": "bk,bk->b",
    "rows in two dims": "boik,bkn->boin",
}


def product(spec: str, *, symbolic: str = "") -> Module:
    inputs, out = spec.split("->")
    lhs, rhs = inputs.split(",")

    def type(dims: str) -> str:
        return "tensor<" + "".join((f"[{d.upper()}]" if d in symbolic else str(SIZES[d])) + "x" for d in dims) + "f32>"

    loops = ", ".join(dict.fromkeys(lhs + rhs))
    maps = ", ".join(f"({loops}) -> ({', '.join(part)})" for part in (lhs, rhs, out))
    types = f"({type(lhs)}, {type(rhs)}) -> {type(out)}"
    return parse(
        f"func @main(%x: {type(lhs)}, %w: {type(rhs)}) -> ({type(out)}) {{\n"
        f"  %0 = linalg.contract %x, %w {{maps = [{maps}], dtype = f32}} : {types}\n  return %0 : {type(out)}\n}}\n",
        OPS,
    )


def drawn(spec: str) -> list[Array]:
    rng = np.random.default_rng(0)
    sides = spec.split("->")[0].split(",")
    return [rng.standard_normal([SIZES[d] for d in side]).astype(np.float32) for side in sides]


def never(*_: object) -> bool:
    return False


def unchanged(region: Region) -> Region:
    return region


@pytest.mark.parametrize("spec", FEW.values(), ids=FEW.keys())
@pytest.mark.parametrize("device", RUNNABLE)
def test_the_bits_of_packed_products(spec: str, device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also for sizes known only in a call, and on several threads."""
    args = drawn(spec)
    programs = [
        compile(product(spec, symbolic=symbolic), (device,), tiling)
        for tiling in ("late", "off")
        for symbolic in ("", "nk", "mk")
    ]
    monkeypatch.setattr(products, "by_few_rows", never)
    monkeypatch.setattr(lower_to_tiles, "read_in_place", unchanged)
    packed = compile(product(spec), (device,), "off")
    (expected,) = packed.call(args)
    assert "tile.pack" in packed.stats.kernels
    for program in programs:
        for threads in (1, 3):
            (got,) = program.call(args, num_threads=threads)
            assert "tile.matmul" in program.stats.kernels
            assert "tile.pack" not in program.stats.kernels
            np.testing.assert_array_equal(np.asarray(got).view(np.uint32), np.asarray(expected).view(np.uint32))


@pytest.mark.parametrize("spec", ["mk,kn->mn", "bmk,bnk->bmn"])
def test_many_rows_are_packed(spec: str) -> None:
    for tiling in ("late", "off"):
        program = compile(product(spec), ("cpu",), tiling)
        program.call(drawn(spec))
        kernels = program.stats.kernels
        assert "tile.matmul" not in kernels
        assert "tile.pack" in kernels


def test_a_symbolic_number_of_rows_is_packed() -> None:
    program = compile(product("mk,kn->mn", symbolic="m"), ("cpu",), "off")
    program.call(drawn("mk,kn->mn"))
    assert "tile.matmul" not in program.stats.kernels
