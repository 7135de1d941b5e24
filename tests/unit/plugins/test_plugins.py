"""Plug-ins: found by entry points or as files, merged into tables; what can't be used is said and left out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tensorir import plugins
from tensorir.dialects.registry import OPS
from tensorir.ir.diagnostic import TensorIRError
from tensorir.pipelines import PASSES
from tensorir.plugins import PluginWarning, load_file
from tensorir.targets import registry
from tensorir.targets.registry import device_names, device_target
from tensorir.tools import cli

TARGET = """
from tensorir.targets.reference import DeclineAll
from tensorir.targets.target import Target

TARGETS = (Target("{name}", DeclineAll(), "of a plug-in"),)
"""


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As in a new process."""
    monkeypatch.setattr(plugins._LOADED, "all", None)  # pyright: ignore[reportPrivateUsage]  # as in a new process
    registry._entry_points.cache_clear()  # pyright: ignore[reportPrivateUsage]  # as in a new process
    yield
    registry._entry_points.cache_clear()  # pyright: ignore[reportPrivateUsage]  # as in a new process


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch, group: str, value: str, **modules: str) -> None:
    """A package with one entry point called `extra`, as pip leaves it."""
    info = folder / "extra-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: extra\nVersion: 1.0\n", "utf-8")
    (info / "entry_points.txt").write_text(f"[{group}]\nextra = {value}\n", "utf-8")
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(text, "utf-8")
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.syspath_prepend(str(folder))  # pyright: ignore[reportUnknownMemberType]  # untyped in pytest


def test_tables_of_an_installed_module_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, monkeypatch, plugins.GROUP, "extra_devices", extra_devices=TARGET.format(name="npu1"))
    assert "npu1" in device_names()
    assert device_target("npu1").description == "of a plug-in"


@pytest.mark.parametrize("group", [plugins.GROUP, "tensorir.targets"])
def test_what_can_not_be_imported_is_a_warning(
    group: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    installed(tmp_path, monkeypatch, group, "extra_broken", extra_broken="import nothing_like_this\n")
    with pytest.warns(PluginWarning, match=r"extra = extra_broken \(.*\) is not used: ModuleNotFoundError: No module"):
        assert device_names()[:2] == ("cpu", "reference")
    assert "linalg.softmax" in OPS
    monkeypatch.setattr(plugins._LOADED, "all", None)  # pyright: ignore[reportPrivateUsage]  # as in a new process
    registry._entry_points.cache_clear()  # pyright: ignore[reportPrivateUsage]  # as in a new process
    assert cli.main(["info"]) == 0
    printed = capsys.readouterr()
    assert "warning: the entry point extra = extra_broken" in printed.err
    assert "cpu" in printed.out


def test_what_is_there_already_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "taken.py"
    path.write_text(TARGET.format(name="cpu"), "utf-8")
    load_file(str(path))
    with pytest.warns(PluginWarning, match=r"cpu of the plug-in .*taken.py is not used: there already is one"):
        device_names()
    assert device_target("cpu").kernels


def test_a_table_that_is_none_is_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "wrong.py"
    path.write_text("OPS = (3,)\n", "utf-8")
    load_file(str(path))
    with pytest.warns(PluginWarning, match=r"OPS of the plug-in .*wrong.py is not used: AttributeError"):
        assert "linalg.softmax" in OPS


def test_an_installed_plugin_that_ends_python_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, monkeypatch, plugins.GROUP, "leaving", leaving="import sys\n\nsys.exit(3)\n")
    with pytest.warns(PluginWarning, match=r"extra = leaving .*SystemExit: 3"):
        assert "linalg.softmax" in OPS


def test_what_is_no_target_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, monkeypatch, "tensorir.targets", "numbers_only:X", numbers_only="X = 3\n")
    with pytest.warns(PluginWarning, match=r"extra = numbers_only:X .*it is an int, not a Target"):
        assert "extra" not in device_names()


def test_a_file_that_can_not_be_imported_is_an_error_at_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bad.py"
    path.write_text("x = 1\n\nraise ValueError('no')\n", "utf-8")
    with pytest.raises(TensorIRError, match=r"bad.py:3.*: the plug-in can't be imported: ValueError: no"):
        load_file(str(path))
    path.write_text("x = (\n", "utf-8")
    with pytest.raises(TensorIRError, match=r"bad.py:1.*: the plug-in can't be imported: SyntaxError"):
        load_file(str(path))
    monkeypatch.chdir(tmp_path)
    path.write_text("import sys\nsys.exit(3)\n", "utf-8")  # a relative path, and what is not an Exception
    with pytest.raises(TensorIRError, match=r"^bad.py:2.*: the plug-in can't be imported: SystemExit: 3"):
        load_file("bad.py")


def test_a_plugin_that_asks_for_tables_while_it_is_imported_sees_those_of_tensorir(tmp_path: Path) -> None:
    path = tmp_path / "asks.py"
    path.write_text("from tensorir.pipelines import PASSES\nSEEN = len(PASSES)\n", "utf-8")
    load_file(str(path))
    assert len(PASSES) == plugins.modules()[str(path)].SEEN


def test_entries_for_a_while() -> None:
    with PASSES.extended({"again": PASSES["cse"]}):
        assert PASSES["again"] is PASSES["cse"]
    assert "again" not in PASSES


@pytest.mark.parametrize("before", [True, False])
def test_the_command_line_takes_files_anywhere(
    before: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.py"
    path.write_text(TARGET.format(name="npu2"), "utf-8")
    flag = ["--plugin", str(path)]
    assert cli.main([*flag, "info"] if before else ["info", f"--plugin={path}"]) == 0
    assert "npu2: of a plug-in" in capsys.readouterr().out
    assert cli.main(["info", "--plugin"]) == 2
    assert cli.main(["--plugin", str(tmp_path / "none.py"), "info"]) == 1
    assert "none.py: error: the plug-in is not a Python file that exists" in capsys.readouterr().err
