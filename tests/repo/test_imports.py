"""What `import tensorir` costs."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import tensorir
from tensorir.ir.dtype import DType

EXTRAS = (
    "hypothesis",
    "iree",
    "pytest",
    "onnx",
    "torch",
    "rich",
    "tokenizers",
    "safetensors",
    "pandas",
    "xdsl",
    "pyopencl",
    "mpi4py",
)


def test_import_brings_no_extra() -> None:
    code = f"import sys, tensorir; from tensorir import *; print([m for m in {EXTRAS!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_import_is_light() -> None:
    """Counted, not timed: what is loaded beyond the own modules and the dependencies must not creep up."""
    code = (
        "import sys, attrs, cffi, ml_dtypes, numpy; before = set(sys.modules); from tensorir import *;"
        "print(sum(m.partition('.')[0] != 'tensorir' for m in set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) <= 100


def loaded_after(code: str) -> set[str]:
    """What a new process has loaded of tensorir and of what it depends on."""
    code += "; import sys; print(*(m for m in sys.modules if m.partition('.')[0] in ('tensorir', 'numpy', 'cffi')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


HOOK = {"tensorir", "tensorir.version", "tensorir.testing", "tensorir.testing.hypothesis_plugin"}


def test_hypothesis_loads_nothing_but_the_hook() -> None:
    assert loaded_after("from tensorir.testing.hypothesis_plugin import register; register()") == HOOK
    entries = (
        "from importlib.metadata import entry_points; assert list(entry_points(group='hypothesis', name='tensorir'))"
    )
    assert loaded_after(f"{entries}; import hypothesis") <= HOOK


@pytest.mark.parametrize("before", ["", "import tensorir.ir.module, tensorir.ir.affine; "])
def test_types_have_their_strategies_whenever_they_are_imported(before: str) -> None:
    code = (
        f"{before}from tensorir.testing.hypothesis_plugin import register; register(); register()\n"
        "from hypothesis import find, strategies as st\n"
        "from tensorir.ir.module import Module\n"
        "from tensorir.ir.types import TensorType\n"
        "from tensorir.ir.dtype import DType\n"
        "from tensorir.ir.affine import AffineMap\n"
        "for kind in (Module, TensorType, DType, AffineMap):\n"
        "    assert isinstance(find(st.from_type(kind), lambda x: True), kind), kind\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_part_of_the_package_loads_that_part_alone() -> None:
    assert loaded_after("import tensorir; tensorir.__version__; dir(tensorir)") == {"tensorir", "tensorir.version"}
    assert not {m for m in loaded_after("import tensorir.ir.diagnostic") if not m.startswith("tensorir")}


def test_what_is_public_is_one_list() -> None:
    """Said thrice, for the type checker, for Python and for readers: here all three are compared."""
    tree = ast.parse(Path(tensorir.__file__).read_text("utf-8"))
    (checked,) = (node for node in tree.body if isinstance(node, ast.If))
    imported = {n.module: tuple(a.name for a in n.names) for n in checked.body if isinstance(n, ast.ImportFrom)}
    assert imported == tensorir._HOMES  # pyright: ignore[reportPrivateUsage]  # one of the three lists
    assert sorted(name for names in imported.values() for name in names) == sorted(tensorir.__all__)
    assert set(tensorir.__all__) <= set(dir(tensorir))
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        tensorir.nothing  # noqa: B018 (the access alone is tested)


def test_everything_public_exists_and_is_documented() -> None:
    for name in tensorir.__all__:
        value = getattr(tensorir, name)
        assert isinstance(value, DType) or value.__doc__, name
