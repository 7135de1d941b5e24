"""Reproducers: in a folder of the user's own, through no link, weights apart, run again by the command in them."""

from __future__ import annotations

import os
import shlex
import stat
import tempfile
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from attrs import frozen

from tensorir.dialects.registry import OPS
from tensorir.dialects.tensor import Constant
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import ParseError
from tensorir.ir.isomorphism import isomorphic
from tensorir.ir.module import Function, Global, Module
from tensorir.ir.region import Region
from tensorir.ir.types import TensorType
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.passes.reproducers import private_folder, write_reproducer
from tensorir.text import parse, print_module
from tensorir.text.npy import NpzArrays
from tensorir.tools.cli import main
from tensorir.transforms.datatiling.set_encodings import SetEncodings
from tensorir.transforms.simplify.canonicalize import Canonicalize
from tests.support.graphs import matmul, mlp


@frozen
class Odd(Pass):
    """A plug-in's pass may be called anything."""

    name: ClassVar[str] = "../../odd name"

    def run(self, module: Module, ctx: PassContext) -> Module:
        return module


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_the_folder_is_the_user_s_own(temporary: Path) -> None:
    folder = private_folder()
    assert folder == temporary / f"tensorir-{os.getuid()}"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert private_folder() == folder
    path = write_reproducer(matmul(), Canonicalize())
    assert path.parent == folder
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("how", ["a link", "open to others", "a file"])
def test_a_folder_that_is_not_the_user_s_alone_is_not_used(how: str, temporary: Path) -> None:
    theirs = temporary / f"tensorir-{os.getuid()}"
    if how == "a link":
        (temporary / "elsewhere").mkdir(0o700)
        theirs.symlink_to(temporary / "elsewhere")
    elif how == "open to others":
        theirs.mkdir()
        theirs.chmod(0o777)
    else:
        theirs.touch()
    folder = private_folder()
    assert folder != theirs
    assert folder.parent == temporary
    assert stat.S_IMODE(folder.lstat().st_mode) == 0o700


def test_nothing_is_overwritten_and_no_link_is_followed(tmp_path: Path) -> None:
    first = write_reproducer(matmul(), Canonicalize(), tmp_path)
    assert write_reproducer(matmul(), Canonicalize(), tmp_path) == first, "the same again is one file"
    text = first.read_bytes()
    first.unlink()
    victim = tmp_path / "victim"
    victim.write_text("precious")
    first.symlink_to(victim)
    second = write_reproducer(matmul(), Canonicalize(), tmp_path)
    assert second != first
    assert victim.read_text() == "precious"
    first.unlink()
    first.symlink_to(tmp_path / "nowhere")
    assert write_reproducer(matmul(), Canonicalize(), tmp_path) == second
    assert not (tmp_path / "nowhere").exists()
    first.unlink()
    os.mkfifo(first)
    assert write_reproducer(matmul(), Canonicalize(), tmp_path) == second
    assert second.read_bytes().partition(b"\n")[2] == text.partition(b"\n")[2]


def test_names_of_passes_lead_nowhere(tmp_path: Path) -> None:
    assert write_reproducer(matmul(), Odd(), tmp_path).parent == tmp_path


def test_options_that_differ_are_files_that_differ(tmp_path: Path) -> None:
    written = [write_reproducer(matmul(), SetEncodings(min_parallel=n), tmp_path) for n in (2, 3)]
    assert len(set(written)) == 2
    assert "-p 'set-encodings{min-parallel=3}'" in written[1].read_text()


def weighted() -> Module:
    """Data in globals and in constants within a function, of types that NumPy's files don't know."""
    import ml_dtypes

    rng = np.random.default_rng(0)
    arrays: list[Any] = [
        rng.standard_normal((40, 50)).astype(np.float32),
        rng.standard_normal((40, 50)).astype(ml_dtypes.bfloat16),
        rng.integers(0, 2, (300,)).astype(np.bool_),
        np.zeros((1000,), np.float64),
        np.arange(3, dtype=np.int16),
    ]
    held = [Dense(a) for a in arrays]
    globals = [Global(f"g{i}", TensorType(d.shape, d.dtype), d) for i, d in enumerate(held)]
    constants = tuple(Constant(d) for d in held)
    body = Region((), constants, tuple(c.result for c in constants))
    return Module((Function("main", body),), globals)


@pytest.mark.parametrize("module", [mlp(), weighted()], ids=["mlp", "types"])
def test_weights_are_beside_the_text_and_the_command_runs(
    module: Module, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_reproducer(module, Canonicalize(), tmp_path)
    text = path.read_text("utf-8")
    assert len(text) < 4000, "no weight is in the text"
    data = NpzArrays(path.with_suffix(".npz"))
    assert isomorphic(parse(text, OPS, data=data), module)
    command = shlex.split(text.partition("\n")[0].removeprefix("// tensorir "))
    monkeypatch.chdir(tmp_path)
    assert main(command) == 0
    assert "func @main" in capsys.readouterr().out
    with pytest.raises(ParseError, match=r"the data [0-9a-f]{32} is not in the text: give the file .*--data"):
        parse(text, OPS)


def test_data_of_another_type_or_shape_is_refused() -> None:
    apart: dict[str, Any] = {}
    text = print_module(weighted(), apart=apart)
    (key, bits), *_ = apart.items()
    for wrong in (bits.reshape(-1), bits.astype(np.uint64), np.zeros(bits.shape, np.float32)):
        with pytest.raises(ParseError, match=f"the data {key} is .*, the type is tensor<40x50xf32>"):
            parse(text, OPS, data={**apart, key: wrong})


def test_str_of_a_module_is_its_text_without_long_data() -> None:
    assert str(matmul()) == print_module(matmul())
    text = str(weighted())
    assert len(text) < 3000
    assert "dense<[0, 1, 2]>" in text
    assert "global @g3 : tensor<1000xf64> = dense<0.0>" in text
    assert f'dense<"@{weighted().globals[0].value.digest}">' in text  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # the value of this global is dense
    assert repr(weighted()) == "<Module @main>"
