"""Damaged and hostile stores: nothing wrong is ever found, one problem says why, and it is made again."""

from __future__ import annotations

import os
import secrets
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from tensorir.store import entry, secret
from tensorir.store.entry import Entry, data_name, entry_name
from tensorir.store.secret import content_hash
from tensorir.store.store import ConstantStore
from tests.support.stores import KEY, OTHER_KEY, contents, files, found, item, kept

SIZE = 70_000
Change = Callable[[Path], object]


def patched(at: int, new: bytes) -> Change:
    """A change of bytes of a file."""

    def change(path: Path) -> None:
        data = path.read_bytes()
        path.write_bytes(data[:at] + new + data[at + len(new) :])

    return change


def resized(to: Callable[[int], int]) -> Change:
    return lambda path: os.truncate(path, to(path.stat().st_size))


def replaced(make: Callable[[Path], object]) -> Change:
    """Something else in the place of a file."""

    def change(path: Path) -> None:
        path.unlink()
        make(path)

    return change


def folder_with_a_file(path: Path) -> None:
    path.mkdir()
    (path / "file").write_text("mine")


def linked_to_a_copy(path: Path) -> None:
    copy = path.parent.parent / "copy"
    copy.write_bytes(path.read_bytes())
    copy.chmod(0o600)
    path.unlink()
    path.symlink_to(copy)


ANY_FILE: dict[str, Change] = {
    "empty": resized(lambda size: 0),
    "cut off by a byte": resized(lambda size: size - 1),
    "half": resized(lambda size: size // 2),
    "a byte longer": resized(lambda size: size + 1),
    "huge": resized(lambda size: 1 << 42),
    "another first byte": patched(0, b"\xff"),
    "another byte inside": patched(30, b"\xa5\x5a\xa5"),
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "random": lambda path: path.write_bytes(secrets.token_bytes(path.stat().st_size)),
    "a link to nothing": replaced(lambda path: path.symlink_to("nothing")),
    "a link to itself": replaced(lambda path: path.symlink_to(path.name)),
    "a link to a good copy": linked_to_a_copy,
    "a link to a device": replaced(lambda path: path.symlink_to("/dev/zero")),
    "a folder": replaced(lambda path: path.mkdir()),
    "a folder that holds something": replaced(folder_with_a_file),
    "a pipe": replaced(lambda path: os.mkfifo(path, 0o600)),
    "readable by all": lambda path: path.chmod(0o644),
    "writable by all": lambda path: path.chmod(0o666),
}
if os.geteuid() == 0:
    ANY_FILE["of another user"] = lambda path: os.chown(path, 12345, 12345)
else:  # root reads everything
    ANY_FILE["unreadable"] = lambda path: path.chmod(0)


def signed(change: Callable[[Entry], bytes]) -> Change:
    """An entry that is wrong although whoever wrote it knew the secret."""

    def altered(path: Path) -> None:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            hashed = content_hash(folder)
        finally:
            os.close(folder)
        old = entry.decoded(path.read_bytes(), hashed)
        fields = change(old)
        path.write_bytes(fields + hashed(fields))

    return altered


def fields(
    e: Entry,
    *,
    magic: bytes = entry.MAGIC,
    version: int = entry.VERSION,
    key: bytes = b"",
    at: int = 0,
    size: int = SIZE,
    data_size: int = SIZE,
) -> bytes:
    p = e.place
    return struct.pack(
        "<8sII16s16s16sQQQ96s", magic, version, 0, key or e.key, p.content, p.data, data_size, at, size, b""
    )


def unsigned(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:-16] + bytes(16))


def of_the_other(kind: str) -> Change:
    """The file of the other key or contents in the place of this one."""

    def change(path: Path) -> None:
        other = path.parent / entry_name(OTHER_KEY) if kind == "entry" else data_of(path.parent, 1)
        other.replace(path)

    return change


def linked_to_the_other(path: Path) -> None:
    (other,) = [p for p in files(path.parent, "data") if p != path]
    path.unlink()
    path.symlink_to(other.name)


def a_hole(path: Path) -> None:
    os.truncate(path, 0)
    os.truncate(path, SIZE)


ENTRIES: dict[str, Change] = ANY_FILE | {
    "of another program": patched(0, b"\x7fELF\x02\x01\x01\x00"),
    "of a later version": signed(lambda e: fields(e, version=2)),
    "with another magic": signed(lambda e: fields(e, magic=b"TIRX\r\n\x1a\n")),
    "with another size": signed(lambda e: fields(e, size=SIZE + 1)),
    "with no size": signed(lambda e: fields(e, size=0)),
    "with the largest size": signed(lambda e: fields(e, size=(1 << 64) - 1)),
    "with a size of petabytes": signed(lambda e: fields(e, size=1 << 50)),
    "with the largest file": signed(lambda e: fields(e, data_size=(1 << 64) - 1)),
    "with a file of petabytes": signed(lambda e: fields(e, data_size=1 << 50)),
    "with a smaller file": signed(lambda e: fields(e, data_size=SIZE - 1)),
    "that begins behind": signed(lambda e: fields(e, at=1)),
    "that begins at the end of all": signed(lambda e: fields(e, at=(1 << 64) - SIZE)),
    "with another key": signed(lambda e: fields(e, key=OTHER_KEY)),
    "not signed": unsigned,
    "of another key": of_the_other("entry"),
}
DATA: dict[str, Change] = ANY_FILE | {
    "another last byte": patched(SIZE - 1, b"\x01"),
    "of other contents": of_the_other("data"),
    "a link to the other contents": linked_to_the_other,
    "a hole": a_hole,
}
assert contents()[0] != 0xFF
assert contents()[-1] != 1


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store of two contents."""
    path = tmp_path / "cache" / "constants"
    assert kept(path) == kept(path, OTHER_KEY, 1) == []
    return path


def data_of(path: Path, seed: int = 0) -> Path:
    """The file of some contents."""
    (found,) = [p for p in files(path, "data") if p.read_bytes() == contents(seed).tobytes()]
    return found


def of_contents(path: Path, seed: int) -> Path:
    """The entry under which some contents are found again, whatever their key is."""
    with ConstantStore(path) as store:
        content = store.hashed(contents(seed))
        assert content is not None
        key = store.hashed(b"content" + content)
    assert key is not None
    return path / entry_name(key)


def assert_made_again(path: Path) -> None:
    """A store that says one thing is refused gives nothing for it, and everything after it was kept again."""
    data, problems = found(path)
    assert data is None
    assert len(problems) == 1
    assert "it is made again" in problems[0]
    assert kept(path) == []
    assert found(path) == (contents().tobytes(), [])


@pytest.mark.parametrize("name", ENTRIES)
def test_a_bad_entry_is_refused_and_made_again(path: Path, name: str) -> None:
    ENTRIES[name](path / entry_name(KEY))
    assert_made_again(path)


@pytest.mark.parametrize("name", DATA)
def test_bad_contents_are_refused_and_made_again(path: Path, name: str) -> None:
    DATA[name](data_of(path))
    assert_made_again(path)


@pytest.mark.parametrize("name", ENTRIES)
def test_a_bad_entry_of_contents_is_refused_and_made_again(path: Path, name: str) -> None:
    """It is read when the same contents are kept for another key. None takes the place of that of the key."""
    other = of_contents(path, 0)
    ENTRIES[name](other)
    problems = kept(path, bytes(16))
    assert ["it is made again" in p for p in problems] == [True]
    assert kept(path, bytes([7]) * 16) == kept(path) == []
    for key in (KEY, bytes(16), bytes([7]) * 16):
        assert found(path, key) == (contents().tobytes(), [])


def test_all_contents_of_a_damaged_file_are_made_again(tmp_path: Path) -> None:
    path = tmp_path / "constants"
    items = [item(bytes([n]) * 16, n) for n in range(3)]
    with ConstantStore(path) as store:
        assert store.keep(items) is not None
    (file,) = files(path, "data")
    patched(2 * 70_016 + 5, b"\x01\x02\x03")(file)
    with ConstantStore(path) as store:
        first, second, third = (store.find(i.key, SIZE) for i in items)
        assert first is not None
        assert second is not None
        assert third is None
        (problem,) = store.problems
        assert "its contents have another hash; it is made again" in problem
        assert (first.tobytes(), second.tobytes()) == (items[0].data.tobytes(), items[1].data.tobytes())
    with ConstantStore(path) as store:
        again = store.keep(items)
        assert again is not None
        assert [a.tobytes() for a in again] == [i.data.tobytes() for i in items]
        assert store.problems == []


@pytest.mark.parametrize("name", ANY_FILE)
def test_with_a_bad_secret_nothing_is_found_and_everything_is_made_again(path: Path, name: str) -> None:
    ANY_FILE[name](path / secret.NAME)
    assert_made_again(path)
    assert kept(path, OTHER_KEY, 1) == []
    assert found(path, OTHER_KEY) == (contents(1).tobytes(), [])


def test_a_store_without_its_secret_is_made_again(path: Path) -> None:
    (path / secret.NAME).unlink()
    assert_made_again(path)


def test_contents_of_another_store_are_refused(path: Path, tmp_path: Path) -> None:
    """Whoever does not know the secret can't give this store anything."""
    foreign = tmp_path / "foreign" / "constants"
    assert kept(foreign, KEY, 5) == []
    (path / entry_name(KEY)).unlink()
    for kind in ("entry", "data"):
        for p in files(foreign, kind):
            p.replace(path / p.name)
    assert_made_again(path)


def test_what_a_link_points_to_is_not_touched(path: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("precious")
    data = data_of(path)
    for name in (entry_name(KEY), data.name, secret.NAME):
        (path / name).unlink()
        (path / name).symlink_to(precious)
        kept(path)
        assert precious.read_text() == "precious"
    assert kept(path) == []
    assert found(path)[0] == contents().tobytes()


def test_strange_files_beside_it_do_not_matter(path: Path) -> None:
    (path / "data-short").write_text("x")
    (path / "data-folder").mkdir()
    (path / "notes.txt").symlink_to("nowhere")
    (path / "ünïcode").write_text("x")
    assert found(path) == (contents().tobytes(), [])
    assert kept(path, bytes(16), 2) == []


def test_names_are_those_of_hashes_and_lead_nowhere_else() -> None:
    assert entry_name(bytes(16)) == "entry-" + "0" * 32
    assert data_name(b"../../../etc/pwd") == "data-" + b"../../../etc/pwd".hex()
