#!/usr/bin/env bash
# A wheel built from the sdist works without the checkout: kernel tests in a new environment, far from the source.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python -m build --sdist --outdir "$work/dist" "$root"
mkdir "$work/source"
tar -xzf "$work"/dist/tensorir-*.tar.gz -C "$work/source" --strip-components=1
python -m build --wheel --outdir "$work/dist" "$work/source"
ls "$work"/dist/*-cp311-abi3-*.whl

python -m venv "$work/venv"
"$work/venv/bin/pip" install -q "$(ls "$work"/dist/*.whl)[testing]" pytest
cp -r "$root/tests" "$work/tests"
cd "$work"
"$work/venv/bin/tensorir" info
"$work/venv/bin/python" -m pytest -q -p no:cacheprovider --import-mode=importlib --rootdir "$work" tests/kernels
