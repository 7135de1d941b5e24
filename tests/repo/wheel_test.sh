#!/usr/bin/env bash
# A wheel built from the sdist works without the checkout: tests of all kernels as Python calls them, and a program in MLIR, in a new
# environment.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python -m build --sdist --outdir "$work/dist" "$root"
mkdir "$work/source"
tar -xzf "$work"/dist/tensorir-*.tar.gz -C "$work/source" --strip-components=1
python -m build --wheel --outdir "$work/dist" "$work/source"
ls "$work"/dist/*-cp311-abi3-*.whl
python "$root/tests/repo/kernels_alone.py" "$work/source"

python -m venv "$work/venv"
"$work/venv/bin/pip" install -q "$(ls "$work"/dist/*.whl)[testing]" pytest
cp -r "$root/tests" "$work/tests"
# The tests of scalar and vector functions read their lists from the sources.
mkdir "$work/kernels"
cp -r "$root/kernels/vector" "$work/kernels/vector"
cd "$work"
"$work/venv/bin/tensorir" info
"$work/venv/bin/tensorir" run tests/e2e/graphs/matmul_i8.mlir --input=128x256xi8=1 --input=256x512xi8=2 --expected-output=128x512xi32=512
"$work/venv/bin/python" -m pytest -q -p no:cacheprovider --import-mode=importlib --rootdir "$work" \
    tests/kernels/test_entry_points.py tests/kernels/test_table.py tests/kernels/test_plan.py
