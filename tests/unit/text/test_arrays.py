"""Arrays in files: what NumPy and safetensors write is read; everything else is one error that names the file, at once
and without reading more than the program wants."""

from __future__ import annotations

import io
import json
import math
import os
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import numpy.typing as npt
import pytest

from tensorir.api import compile
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dtype import DTYPES, DType, f32
from tensorir.ir.module import Function, Global, Module, Parameter
from tensorir.ir.region import Region
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.text.files import read_file
from tensorir.text.npy import NpzArrays, npy_array
from tensorir.text.safetensors import safetensors_arrays
from tensorir.transforms.constants.bind_parameters import bind_parameters

Array = npt.NDArray[Any]
READERS: dict[str, Callable[[Path], Any]] = {
    ".npy": npy_array,
    ".npz": NpzArrays,
    ".safetensors": safetensors_arrays,
    ".tir": read_file,
}


def npy_bytes(header: str, data: bytes = b"", version: int = 1) -> bytes:
    text = header.encode("latin-1")
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", len(text)) + text + data


def header(descr: str = "'<f4'", shape: str = "(2,)", fortran: str = "False") -> str:
    return f"{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}"


def safetensors_bytes(entries: dict[str, Any] | str, data: bytes = b"") -> bytes:
    text = (entries if isinstance(entries, str) else json.dumps(entries)).encode()
    return struct.pack("<Q", len(text)) + text + data


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("endian", ["<", ">"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int16, np.uint8, np.bool_])
@pytest.mark.parametrize("shape", [(), (0, 3), (3, 4), (2, 3, 5)])
def test_what_numpy_writes_is_read(tmp_path: Path, shape: tuple[int, ...], dtype: Any, endian: Any, order: Any) -> None:
    kind: Any = np.dtype(dtype).newbyteorder(endian)
    numbers: Array = np.arange(math.prod(shape))
    array: Array = np.asarray(numbers.reshape(shape), dtype=kind, order=order)
    np.save(tmp_path / "a.npy", array)
    np.savez_compressed(tmp_path / "a.npz", x=array, other=np.zeros(3))
    for stored in (npy_array(tmp_path / "a.npy"), NpzArrays(tmp_path / "a.npz")["x"]):
        assert (stored.shape, stored.dtype, stored.ndim) == (shape, np.dtype(dtype), len(shape))
        read = stored.read()
        assert read.dtype.isnative
        assert read.flags.c_contiguous
        np.testing.assert_array_equal(read, array)


@pytest.mark.parametrize("dtype", [d for d in DTYPES.values() if d.bits >= 8 or d.kind == "bool"], ids=str)
def test_what_safetensors_writes_is_read(tmp_path: Path, dtype: DType) -> None:
    writer = pytest.importorskip("safetensors.numpy", reason="needs the extra mlir")
    arrays = {"a": np.arange(6).reshape(2, 3).astype(dtype.numpy), "b": np.ones((), dtype.numpy)}
    writer.save_file(arrays, str(tmp_path / "a.safetensors"), metadata={"format": "np"})
    found = safetensors_arrays(tmp_path / "a.safetensors")
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        assert (found[name].shape, found[name].dtype) == (array.shape, array.dtype)
        assert found[name].read().tobytes() == array.tobytes()


@pytest.mark.parametrize("suffix", READERS)
def test_only_regular_files_are_opened_and_nobody_is_waited_for(tmp_path: Path, suffix: str) -> None:
    fifo, folder, missing = tmp_path / f"fifo{suffix}", tmp_path / f"folder{suffix}", tmp_path / f"none{suffix}"
    os.mkfifo(fifo)
    folder.mkdir()
    device = tmp_path / f"device{suffix}"
    device.symlink_to("/dev/zero")
    for path in (fifo, folder, missing, device):
        with pytest.raises(TensorIRError, match=f"{path.name}: error: no such file, or not a regular file"):
            READERS[suffix](path)


def test_a_link_to_a_file_is_the_file(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.arange(3))
    (tmp_path / "link.npy").symlink_to(tmp_path / "a.npy")
    np.testing.assert_array_equal(npy_array(tmp_path / "link.npy").read(), np.arange(3))


F4 = b"\0" * 8
BAD_NPY: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "does not begin"),
    "another format": (b"PK\3\4" + b"x" * 100, "does not begin"),
    "cut in the version": (b"\x93NUMPY\1", "ends early"),
    "version 9": (npy_bytes(header(), F4, 9), "its version is 9"),
    "cut in the header": (npy_bytes(header())[:20], "ends early"),
    "a header of 4 GB": (b"\x93NUMPY\2\0\xff\xff\xff\xff" + b" " * 100, "over the limit"),
    "a header of brackets": (npy_bytes("(" * 60_000), "nested too deep|too many nested|s_push"),
    "a header that calls": (npy_bytes("__import__('os').getcwd()"), "malformed node"),
    "a header that is no dict": (npy_bytes("3"), "lacks descr"),
    "a key more": (
        npy_bytes("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'x': 1}", F4),
        "lacks descr",
    ),
    "objects": (npy_bytes(header("'|O'"), F4), "Python objects, which are never loaded"),
    "records": (npy_bytes(header("[('a', '<f4')]"), F4), "records"),
    "complex": (npy_bytes(header("'<c8'", "(1,)"), F4), "no element type for NumPy's complex64"),
    "text": (npy_bytes(header("'<U2'", "(1,)"), F4), "no element type"),
    "no type": (npy_bytes(header("'<zz'"), F4), "not understood"),
    "2^60 elements": (
        npy_bytes(header(shape="(1152921504606846976,)"), F4),
        "takes 4611686018427387904 bytes, there are 8",
    ),
    "2^400 elements": (npy_bytes(header(shape=f"({1 << 400},)"), F4), "there are 8"),
    "negative": (npy_bytes(header(shape="(-2,)"), F4), "negative size"),
    "negative twice": (npy_bytes(header(shape="(-1, -2)"), F4), "negative size"),
    "a fraction": (npy_bytes(header(shape="(2.0,)"), F4), "not a list of sizes"),
    "true": (npy_bytes(header(shape="(True,)"), F4), "not a list of sizes"),
    "rank 100": (npy_bytes(header(shape=str((1,) * 100)), F4), "over the limit of 64"),
    "too short": (npy_bytes(header(), F4[:7]), "takes 8 bytes, there are 7"),
    "too long": (npy_bytes(header(), F4 + b"!"), "takes 8 bytes, there are 9"),
}


@pytest.mark.parametrize("case", BAD_NPY)
def test_a_npy_file_that_lies_is_one_error(tmp_path: Path, case: str) -> None:
    data, message = BAD_NPY[case]
    (tmp_path / "bad.npy").write_bytes(data)
    with pytest.raises(TensorIRError, match=rf"bad\.npy: error: not a readable \.npy file: .*({message})"):
        npy_array(tmp_path / "bad.npy")
    with zipfile.ZipFile(tmp_path / "bad.npz", "w") as archive:
        archive.writestr("x.npy", data)
    with pytest.raises(TensorIRError, match=rf"bad\.npz: x\.npy: error: can't read parameters: .*({message})"):
        NpzArrays(tmp_path / "bad.npz")["x"]


def entry(dtype: str = "F32", shape: Any = (2,), offsets: Any = (0, 8)) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


BAD_SAFETENSORS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "ends early"),
    "a header of 2^60 bytes": (struct.pack("<Q", 1 << 60) + b"{}", "its header has"),
    "cut in the header": (safetensors_bytes({"a": entry()})[:20], "its header has|ends early"),
    "no JSON": (safetensors_bytes("{"), "Expecting"),
    "a header of brackets": (safetensors_bytes("[" * 100_000), "nested too deep"),
    "a list": (safetensors_bytes("[]"), "is not an object"),
    "an entry that is none": (safetensors_bytes({"a": 3}), "'a' is not an object"),
    "a key twice": (safetensors_bytes('{"a": 1, "a": 2}'), "given twice"),
    "an unknown type": (safetensors_bytes({"a": entry("F8_E4M3", (8,))}, F4), "elements of F8_E4M3; known: "),
    "no offsets": (safetensors_bytes({"a": entry(offsets=None)}, F4), "not two positions"),
    "offsets backwards": (safetensors_bytes({"a": entry(offsets=(8, 0))}, F4), "not two positions"),
    "negative offsets": (safetensors_bytes({"a": entry(offsets=(-8, 0))}, F4), "not two positions"),
    "beyond the file": (safetensors_bytes({"a": entry(offsets=(0, 80), shape=(20,))}, F4), "leave the file"),
    "overlapping": (safetensors_bytes({"a": entry(), "b": entry()}, F4), "overlap"),
    "a gap": (safetensors_bytes({"a": entry(offsets=(8, 16))}, F4 * 2), "leave gaps"),
    "another size": (safetensors_bytes({"a": entry(shape=(3,))}, F4), "takes 12 bytes, there are 8"),
    "2^60 elements": (safetensors_bytes({"a": entry(shape=(1 << 60,))}, F4), "there are 8"),
    "a negative size": (safetensors_bytes({"a": entry(shape=(-2,))}, F4), "negative size"),
}


@pytest.mark.parametrize("case", BAD_SAFETENSORS)
def test_a_safetensors_file_that_lies_is_one_error(tmp_path: Path, case: str) -> None:
    data, message = BAD_SAFETENSORS[case]
    (tmp_path / "bad.safetensors").write_bytes(data)
    with pytest.raises(TensorIRError, match=rf"bad\.safetensors: error: can't read parameters: .*({message})"):
        safetensors_arrays(tmp_path / "bad.safetensors")


def test_a_file_that_shrinks_or_changes_is_an_error_not_a_signal(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    np.save(path, np.arange(100_000))
    stored = npy_array(path)
    os.truncate(path, 5000)
    with pytest.raises(TensorIRError, match=r"a\.npy: error: was changed since its header was read"):
        stored.read()
    writer = pytest.importorskip("safetensors.numpy", reason="needs the extra mlir")
    writer.save_file({"w": np.arange(100_000)}, str(tmp_path / "a.safetensors"))
    weights = safetensors_arrays(tmp_path / "a.safetensors")
    os.truncate(tmp_path / "a.safetensors", 5000)
    with pytest.raises(TensorIRError, match="was changed since its header was read"):
        weights["w"].read()


def test_data_that_ends_while_it_is_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file shrinks after it was opened again: what is read is checked, not what the file said."""
    from tensorir.text import stored as module

    path = tmp_path / "a.npy"
    np.save(path, np.arange(100_000))
    array = npy_array(path)
    monkeypatch.setattr(module, "PIECE", 1000)
    real, seen = module.exactly, [0]

    def shrinking(stream: Any, count: int) -> bytes:
        seen[0] += 1
        if seen[0] == 30:
            os.truncate(path, 9000)
        return real(stream, count)

    monkeypatch.setattr(module, "exactly", shrinking)
    with pytest.raises(TensorIRError, match=r"a\.npy: error: its data can't be read: it ends early"):
        array.read()


def wanting(*shape: int) -> Module:
    weight = Global("w", TensorType(shape, f32), Parameter("model", "w"))
    x = Value(TensorType(shape, f32))
    return Module((Function("main", Region((x,), (), (x,))),), (weight,))


def test_an_archive_is_not_unpacked_for_less_than_it_holds(tmp_path: Path) -> None:
    """256 MB of zeros in 260 kB, wanted as 16 bytes: refused by its header."""
    path = tmp_path / "bomb.npz"
    np.savez_compressed(path, w=np.zeros(1 << 26, np.float32), unused=np.zeros(1 << 20))
    tracemalloc.start()
    try:
        with pytest.raises(TensorIRError, match=r"its data should have the shape \[4\], got \[67108864\]"):
            bind_parameters(wanting(4), {"model": NpzArrays(path)})
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1 << 22


def test_an_argument_that_does_not_fit_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    np.save(tmp_path / "x.npy", np.zeros(1000, np.float32))
    program = compile(Module((Function("main", Region((x := Value(TensorType((4,), f32)),), (), (x,))),)))
    stored = npy_array(tmp_path / "x.npy")
    os.truncate(tmp_path / "x.npy", 0)  # reading it would be another error
    with pytest.raises(TensorIRError, match="argument 0: dim 0 should be 4, got 1000"):
        program(stored)
    np.save(tmp_path / "x.npy", np.arange(4, dtype=">f4"))
    np.testing.assert_array_equal(program(npy_array(tmp_path / "x.npy")), np.arange(4))


def test_stored_bits_are_viewed_as_another_type_without_being_read(tmp_path: Path) -> None:
    bits = np.array([1, 65535, 32768], ">u2")
    np.save(tmp_path / "u.npy", bits)
    stored = npy_array(tmp_path / "u.npy").view(np.dtype(np.int16))
    assert (stored.dtype, stored.shape) == (np.int16, (3,))
    assert stored.read().tolist() == [1, -1, -32768]


def test_archives_that_are_damaged(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, w=np.arange(10_000, dtype=np.float32))
    data = buffer.getvalue()
    path = tmp_path / "a.npz"
    for i in range(0, len(data), 97):
        damaged = bytearray(data)
        damaged[i] ^= 0xFF
        path.write_bytes(damaged)
        try:
            read = NpzArrays(path)["w"].read()
        except (TensorIRError, KeyError):  # KeyError: the name itself was hit
            continue
        np.testing.assert_array_equal(read, np.arange(10_000))
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(TensorIRError, match=r"a\.npz: error: can't read parameters: File is not a zip file"):
        NpzArrays(path)


def test_two_entries_of_one_name_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("x.npy", npy_bytes(header(), F4))
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("x.npy", npy_bytes(header(), F4))
    with pytest.raises(TensorIRError, match="two entries have the same name"):
        NpzArrays(tmp_path / "a.npz")


def test_bytes_of_bools_are_checked(tmp_path: Path) -> None:
    (tmp_path / "b.npy").write_bytes(npy_bytes(header("'|b1'"), b"\1\7"))
    with pytest.raises(TensorIRError, match="a byte of i1 data must be 0 or 1"):
        npy_array(tmp_path / "b.npy").read()


def test_bf16_of_numpy_has_no_name_in_its_file(tmp_path: Path) -> None:
    """NumPy writes it as two bytes of anything."""
    np.save(tmp_path / "b.npy", np.ones(3, ml_dtypes.bfloat16))
    with pytest.raises(TensorIRError, match="no element type"):
        npy_array(tmp_path / "b.npy")
