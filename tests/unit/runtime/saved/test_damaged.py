"""Damaged and hostile files: each is refused with one error that names the file and says why.

What only a call can find is in `test_calls_find_what_depends_on_sizes`. `make sanitize` runs all of this under
AddressSanitizer."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tensorir as ti
from tensorir.native.checksum import CHECKSUM_BYTES, checksum
from tensorir.native.table import Features
from tensorir.runtime.saved import load as loading
from tensorir.runtime.saved.container import HEADER_BYTES, write
from tests.support.saved_programs import ARGUMENTS, File, all_calls, small


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("saved") / "good.tirx"
    small().save(path)
    return path


def refusal(path: Path) -> str:
    """The one error of loading a file, without the place."""
    with pytest.raises(ti.TensorIRError) as e:
        ti.load(path)
    (found,) = e.value.diagnostics
    assert str(found).startswith(f"{path}: error: ")
    return found.message


def test_the_file_itself_is_right(good: Path) -> None:
    results = all_calls(good)
    assert [r.shape for r in results] == [(7, 20), (7, 24), (3, 4)]
    assert (results[1] == ARGUMENTS["main"][0]).all()


# ---- bytes ----------------------------------------------------------------------


def patched(at: int, new: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data[:at] + new + data[at + len(new) :]


def signed(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """A change of the header, whose checksum is right then."""

    def changed(data: bytes) -> bytes:
        fields = change(data)[: HEADER_BYTES - CHECKSUM_BYTES]
        return fields + checksum(fields) + data[HEADER_BYTES:]

    return changed


def sizes(*numbers: int) -> Callable[[bytes], bytes]:
    return signed(patched(32, struct.pack("<3Q", *numbers)))


def of_sizes(change: Callable[[list[int]], list[int]]) -> Callable[[bytes], bytes]:
    return lambda data: sizes(*change(list(struct.unpack_from("<3Q", data, 32))))(data)


BYTES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda data: b"", "is not a saved program"),
    "another file": (lambda data: b"func.func @main() { return }" * 20, "is not a saved program"),
    "copied as text": (lambda data: data.replace(b"\r\n", b"\n"), "is not a saved program"),
    "cut in the magic": (lambda data: data[:5], "is not a saved program"),
    "cut in the header": (lambda data: data[:100], "is cut off: it has 100 bytes"),
    "only the header": (lambda data: data[:HEADER_BYTES], "is cut off: expected"),
    "cut in the manifest": (lambda data: data[: HEADER_BYTES + 100], "is cut off: expected"),
    "cut in the words": (lambda data: data[:4000], "is cut off: expected"),
    "without its last byte": (lambda data: data[:-1], "is cut off: expected"),
    "twice": (lambda data: data + data, "goes on behind its end"),
    "a byte more": (lambda data: data + b"\0", "goes on behind its end"),
    "of another version": (patched(8, b"\1\0\0\0"), "has version 1 of the form"),
    "reserved bytes": (patched(12, b"\1"), "the checksum of the header is wrong"),
    "unused bytes": (patched(150, b"\1"), "the checksum of the header is wrong"),
    "the header's checksum": (patched(180, b"\0\0"), "the checksum of the header is wrong"),
    "another kernel table": (signed(patched(16, b"\0" * 16)), "was saved with other kernels"),
    "manifest altered": (patched(HEADER_BYTES + 30, b"~"), "the checksum of its manifest is wrong"),
    "words altered": (patched(3500, b"\x77"), "the checksum of its words is wrong"),
    "last constant altered": (lambda data: data[:-40] + b"\x42" + data[-39:], "the checksum of its constants is wrong"),
    "a constant zeroed": (lambda data: data[:-4000] + bytes(3000) + data[-1000:], "its constants is wrong"),
    "checksums exchanged": (signed(lambda d: d[:56] + d[72:88] + d[56:72] + d[88:]), "its manifest is wrong"),
    "sizes near overflow": (sizes(2**64 - 64, 2**64 - 128, 4224), "is cut off: expected"),
    "sizes that wrap to the file's": (of_sizes(lambda s: [s[0] + 2**63, s[1], s[2] + 2**63]), "is cut off: expected"),
    "sections that begin between": (of_sizes(lambda s: [s[0] - 1, s[1] + 1, s[2]]), "do not begin where they must"),
    "constants that begin between": (of_sizes(lambda s: [s[0], s[1] + 64, s[2] - 64]), "do not begin where they must"),
    "no manifest": (of_sizes(lambda s: [0, s[0] + s[1], s[2]]), "the checksum of its manifest is wrong"),
}


@pytest.mark.parametrize("case", BYTES)
def test_bytes_are_refused(case: str, good: Path, tmp_path: Path) -> None:
    change, said = BYTES[case]
    path = tmp_path / "bad.tirx"
    path.write_bytes(change(good.read_bytes()))
    assert said in refusal(path)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.tirx") == "can't be read: No such file or directory"
    assert refusal(tmp_path) == "can't be read: Is a directory"
    assert "is not a regular file" in refusal(Path(os.devnull))


@given(data=st.data())
def test_any_other_byte_is_refused(data: st.DataObject, good: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    whole = bytearray(good.read_bytes())
    at = data.draw(st.one_of(st.integers(0, HEADER_BYTES - 1), st.integers(0, len(whole) - 1)))
    whole[at] ^= data.draw(st.integers(1, 255))
    path = tmp_path_factory.mktemp("byte") / "bad.tirx"
    path.write_bytes(whole)
    assert refusal(path)


@given(data=st.data())
def test_any_shorter_file_is_refused(data: st.DataObject, good: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    whole = good.read_bytes()
    path = tmp_path_factory.mktemp("cut") / "bad.tirx"
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    assert refusal(path)


# ---- contents -------------------------------------------------------------------


def entry(*path: Any, to: Any = None, by: int = 0) -> Callable[[File], None]:
    """Sets an entry of the manifest to a value, or moves it by a number."""

    def change(file: File) -> None:
        at: Any = file.manifest
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = at[path[-1]] + by if by else to

    return change


def word(at: int, to: int) -> Callable[[File], None]:
    """Sets a word of the first plan."""

    def change(file: File) -> None:
        file.words[at] = to

    return change


def drop(*path: Any) -> Callable[[File], None]:
    def change(file: File) -> None:
        at: Any = file.manifest
        for key in path[:-1]:
            at = at[key]
        del at[path[-1]]

    return change


def twice(*path: Any) -> Callable[[File], None]:
    def change(file: File) -> None:
        at: Any = file.manifest
        for key in path:
            at = at[key]
        at.append(at[0])

    return change


def words_of_another(file: File) -> None:
    """Gives the first function the words of the second."""
    first, second = file.manifest["functions"]
    first["words"] = second["words"]


def words_cut_off(file: File) -> None:
    """Takes the last word from the first function."""
    first: Any = file.manifest["functions"][0]
    first["words"] = [first["words"][0], first["words"][1] - 1]


MAIN, ROWS = ("functions", 0), ("functions", 1)

CONTENTS: dict[str, tuple[Callable[[File], None], str]] = {
    "another version": (entry("tensorir", to="9.9"), "saved by tensorir 9.9"),
    "a missing entry": (drop("stats"), "manifest: expected an object with the entries"),
    "an unknown entry": (entry("more", to=1), "manifest: expected an object with the entries"),
    "a missing entry of a function": (drop(*MAIN, "words"), "functions[0]: expected an object"),
    "a list for an object": (entry("stats", to=[]), "stats: expected an object"),
    "an object for a list": (entry("constants", to={}), "constants: expected a list"),
    "a text for a number": (entry("stats", "copies", to="1"), "stats.copies: expected a whole number"),
    "true for a number": (entry("stats", "copies", to=True), "stats.copies: expected a whole number"),
    "a fraction": (entry(*MAIN, "words", to=[0, 269.0]), "words[1]: expected a whole number"),
    "a huge number": (entry("stats", "dispatches", to=10**30), "stats.dispatches: expected a whole number"),
    "not a number": (entry("stats", "compile_s", to=float("nan")), "stats.compile_s: expected a number of seconds"),
    "an unknown CPU feature": (entry("features", to=["X86_AVX9"]), "there is no CPU feature 'X86_AVX9'"),
    "constants behind the end": (entry("constants", 1, to=[4096, 10**6]), "constants[1]: 1000000 from 4096 on"),
    "constants that overflow": (entry("constants", 1, to=[4096, 2**63 - 1]), "constants[1]: 9223372036854775807"),
    "constants that overlap": (entry("constants", 1, 0, by=-64), "constants: expected one behind the other"),
    "constants between lines": (entry("constants", 1, 0, by=4), "constants: expected one behind the other"),
    "negative constants": (entry("constants", 0, to=[-64, 64]), "constants[0][0]: expected a whole number"),
    "no constant of that number": (entry(*MAIN, "constants", 0, to=2), "constants[0]: expected a whole number from 0"),
    "a range without its typical size": (
        entry(*MAIN, "sizes", to=["S", 0, 8, 9]),
        "functions[0].sizes: S = 0 … 8: its",
    ),
    "a range with too few numbers": (entry(*MAIN, "sizes", to=["S", 0, 8]), "functions[0].sizes: expected 4 items"),
    "a range without other sizes": (
        entry(*MAIN, "sizes", to=["S", 0, 8, 1]),
        "there is no function @main of the types",
    ),
    "too few constants": (drop(*MAIN, "constants", 1), "@main: the plan is damaged"),
    "a place without a file": (entry("places", 0, 1, to=9), "places[0]: expected a whole number from 0"),
    "a place of three": (entry("places", 0, to=["", 0, 1]), "places[0]: expected 4 items, found 3"),
    "a command without a place": (entry(*MAIN, "commands", 0, 0, to=99), "commands[0]: expected a whole number"),
    "a command less": (drop(*MAIN, "commands", 0), "expected 1 commands in its plan, found 2"),
    "a command more": (twice(*MAIN, "commands"), "expected 3 commands in its plan, found 2"),
    "a copy with steps": (entry(*MAIN, "commands", 1, to=[6, [2], "", None]), "command 1 is not a copy"),
    "a transfer of unknown bytes": (entry(*MAIN, "commands", 1, 3, to=10**6), "a transfer has a number of bytes"),
    "words behind the end": (entry(*MAIN, "words", to=[0, 10**6]), "words: 1000000 from 0 on are more"),
    "words of another function": (words_of_another, "symbols in its plan"),
    "no words": (entry(*MAIN, "words", to=[0, 0]), "@main: "),
    "words that are cut off": (words_cut_off, "@main: "),
    "an argument less": (drop(*ROWS, "arguments", 0), "expected 1 arguments in its plan, found 2"),
    "an argument more": (twice(*ROWS, "arguments"), "expected 3 arguments in its plan, found 2"),
    "a result more": (twice(*ROWS, "results"), "expected 2 results in its plan, found 1"),
    "a type that is none": (entry(*ROWS, "results", 0, to="tensor<3x4xf33>"), "functions[1].results[0]: "),
    "a type with an encoding": (
        entry(*ROWS, "results", 0, to="tensor<3x4xf32, #layout<2 : [d0, d1]>>"),
        "functions[1].results[0]",
    ),
    "a size that no argument has": (
        entry(*MAIN, "results", 0, to="tensor<[T]x20xf32>"),
        "no argument has the size T",
    ),
    "an argument of another size": (
        entry(*ROWS, "arguments", 0, to=["", "tensor<6x3xf32>"]),
        "argument 0, tensor<6x3xf32>, has 72 bytes, but its plan has 96",
    ),
    "a result of another size": (
        entry(*ROWS, "results", 0, to="tensor<3x5xf32>"),
        "result 0, tensor<3x5xf32>, has 60 bytes, but its plan has 48",
    ),
    "a result of a wider type": (entry(*ROWS, "results", 0, to="tensor<3x4xf64>"), "has 96 bytes"),
    "a size for a number": (entry(*ROWS, "arguments", 0, to=["", "tensor<[S]x4xf32>"]), "expected 2 symbols"),
    "two functions of one name": (entry(*ROWS, "name", to="main"), "there are two functions @main"),
    "a name that is a number": (entry(*ROWS, "name", to=7), "functions[1].name: expected a text"),
    "a plan that is none": (word(0, 7), "@main: the plan is damaged"),
    "a plan of another version": (word(1, 1), "@main: the plan is damaged"),
    "a plan with a wrong count": (word(12, 2**40), "@main: the plan is damaged"),
    "a plan with a wrong position": (word(9, -1), "@main: the plan is damaged"),
}


@pytest.mark.parametrize("case", CONTENTS)
def test_contents_are_refused(case: str, good: Path, tmp_path: Path) -> None:
    change, said = CONTENTS[case]
    path = tmp_path / "bad.tirx"
    File.read(good).changed(change).write(path)
    assert said in refusal(path)


@pytest.mark.parametrize(
    "manifest",
    [b"", b"{", b"null", b"[" * 100_000, b'{"a":' * 100_000, b"\xff\xfe", b"1" * 5000, b'{"tensorir": "0.1.0"}'],
    ids=["empty", "open", "null", "deep list", "deep object", "not text", "a long number", "little"],
)
def test_manifests_that_are_none_are_refused(manifest: bytes, good: Path, tmp_path: Path) -> None:
    file = File.read(good)
    write(tmp_path / "bad.tirx", manifest, file.words.tobytes(), [file.constants])
    assert refusal(tmp_path / "bad.tirx").startswith("can't be used: ")


def test_a_feature_that_the_cpu_lacks_is_named(good: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "bad.tirx"
    File.read(good).changed(entry("features", to=["X86_AVX512_VNNI"])).write(path)
    monkeypatch.setattr(loading, "cpu_features", lambda: Features.X86_AVX2)
    assert "this CPU lacks X86_AVX512_VNNI; compile it for this CPU" in refusal(path)


def test_a_copy_that_writes_to_a_constant_is_refused(good: Path, tmp_path: Path) -> None:
    """It is mapped read-only, so writing to it would end the process."""
    path = tmp_path / "bad.tirx"
    file = File.read(good)
    header = file.words[:16].tolist()
    copy = int(file.words[header[13] + 1])
    assert file.words[copy : copy + 3].tolist() == [1, 1, 2]
    kinds = file.words[header[9] : header[9] + 5 * header[8] : 5].tolist()
    for kind in (0, 2):
        file.words[copy + 4] = kinds.index(kind)
        file.write(path)
        assert "@main: command 1 is not a copy" in refusal(path)


def test_a_copy_between_buffers_of_other_sizes_is_refused_in_the_call(good: Path, tmp_path: Path) -> None:
    path = tmp_path / "bad.tirx"
    file = File.read(good)
    header = file.words[:16].tolist()
    copy = int(file.words[header[13] + 1])
    kinds = file.words[header[9] : header[9] + 5 * header[8] : 5].tolist()
    file.words[copy + 3] = kinds.index(2)  # a constant
    file.write(path)
    program = ti.load(path)
    with pytest.raises(ti.TensorIRError, match=r"tensor\.cast: \d+ bytes would be copied to 672"):
        program(*ARGUMENTS["main"])


def test_calls_find_what_depends_on_sizes(good: Path, tmp_path: Path) -> None:
    """The rows of a type are those of the plan for one size only; nothing runs."""
    path = tmp_path / "bad.tirx"
    result = (*MAIN, "results", 0)
    for change, said in (
        (entry(*result, to="tensor<[2*S]x20xf32>"), "result 0, .*, has 1120 bytes, but its plan has 560"),
        (entry(*result, to="tensor<[S - 9]x20xf32>"), "result 0, .*, has -160 bytes, but its plan has 560"),
        (entry(*result, to="tensor<[floordiv(7, S - 7)]x20xf32>"), "divides by zero"),
        (entry("constants", 0, 1, by=-1), "a size is negative or does not fit the others"),
    ):
        File.read(good).changed(change).write(path)
        program = ti.load(path)
        with pytest.raises(ti.TensorIRError, match=said):
            program(*ARGUMENTS["main"])
        assert program(*ARGUMENTS["rows"], function="rows").shape == (3, 4)


def test_a_step_that_leaves_its_buffer_is_refused_in_the_call(good: Path, tmp_path: Path) -> None:
    """Every number of the value table that is larger: offsets, strides and sizes go beyond what there is."""
    file = File.read(good)
    path = tmp_path / "bad.tirx"
    first, count = int(file.words[6]), int(file.words[3])
    refused = 0
    for i in range(count):

        def larger(changed: File, at: int = first + i) -> None:
            changed.words[at] += 1000

        file.changed(larger).write(path)
        try:
            all_calls(path)
        except ti.TensorIRError as e:
            assert len(e.diagnostics) == 1
            refused += 1
    assert count // 2 < refused < count
