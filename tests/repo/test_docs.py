"""What the README and the docs show runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCKS = [
    pytest.param(block, id=f"{page.name}:{i}")
    for page in PAGES
    for i, block in enumerate(re.findall(r"^```python\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL))
]


def run(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *args], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def test_quick_start_has_two_commands_of_one_line() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    section = re.search(r"^## Quick start\n(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    assert section is not None
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", section.group(1), re.MULTILINE | re.DOTALL)
    assert [language for language, _ in blocks] == ["sh", "sh"]
    assert all(len(body.strip().splitlines()) == 1 for _, body in blocks)


@pytest.mark.parametrize("block", BLOCKS)
def test_python_blocks_run(block: str, tmp_path: Path) -> None:
    script = tmp_path / "block.py"
    script.write_text(block, "utf-8")
    done = run(str(script))
    assert done.returncode == 0, done.stderr


def shell_blocks(page: Path) -> str:
    """The sh blocks of a page as one script: later ones use the files of earlier ones."""
    return "".join(re.findall(r"^```sh\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("page", [p for p in PAGES if p.name != "README.md" and shell_blocks(p)], ids=lambda p: p.name)
def test_shell_blocks_run(page: Path, tmp_path: Path) -> None:
    """With the commands of this environment; one that is not installed fails, so that nothing is passed over."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = ["bash", "-c", f"set -euxo pipefail\n{shell_blocks(page)}"]
    environment = {**os.environ, "PATH": path}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("example", sorted((ROOT / "examples").glob("*.py")), ids=lambda p: p.name)
def test_examples_run(example: Path) -> None:
    done = run(str(example))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_within_the_project_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    assert not [link for link in links if not (page.parent / link).exists()]


def test_files_and_passes_that_the_docs_name_exist() -> None:
    from tensorir.pipelines import PASSES

    text = "\n".join(p.read_text("utf-8") for p in PAGES)
    for name in re.findall(r"`(?:tensorir/)?([a-z_]+/[a-z_/]+\.py)`", text):
        places = (ROOT / name, ROOT / "tensorir" / name)
        assert any(p.exists() for p in places) or list((ROOT / "tensorir").rglob(name)), name
    for row in re.findall(r"^\| \d \| `([a-z-]+)`", text, re.MULTILINE):
        assert row in PASSES


def test_tests_that_docstrings_and_docs_name_exist() -> None:
    """A reader who is sent to a test must find it: paths of files and folders below tests/, with or without an end."""
    sources = [
        *(ROOT / "tensorir").rglob("*.py"),
        *(ROOT / "kernels").rglob("*.[ch]"),
        *(ROOT / "kernels").rglob("*.md"),
    ]
    others = [ROOT / "Makefile", ROOT / "CONTRIBUTING.md", ROOT / ".ci" / "run", ROOT / "pyproject.toml"]
    for file in (*sources, *PAGES, *others):
        for name in re.findall(r"(?<![\w/])tests/[A-Za-z0-9_/.-]*[A-Za-z0-9_]", file.read_text("utf-8")):
            assert (ROOT / name).exists(), f"{file.relative_to(ROOT)} names {name}"
