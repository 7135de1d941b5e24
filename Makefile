# What can be run, in the active virtual environment. `make help` lists it.
PYTHON ?= python
CLANG ?= clang

.PHONY: help quick quick-tests check tests lint types layers unit filetests properties kernels math-sweep e2e repo bench fuzz same-bits deep-laws deep-device-laws view-laws layout-laws fuzz-mlir fuzz-saved clang sanitize sanitize-address sanitize-thread wheel-test

help: ## this list
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# What takes longest is left to `make check`: MLIR, the oracles, other processes and threads, and a draw of many programs.
QUICK_UNITS = ir rewrite passes transforms encoding dialects analysis targets text builder runtime native interp
QUICK = tests/filetests $(QUICK_UNITS:%=tests/unit/%) \
	tests/repo/test_layout.py tests/repo/test_imports.py tests/repo/test_ops.py tests/repo/test_filetests.py \
	tests/property/test_materialize.py tests/property/test_passes.py \
	--ignore=tests/unit/runtime/test_processes.py --ignore=tests/unit/runtime/test_interrupts.py \
	--ignore=tests/unit/targets/mpi/test_processes.py \
	--deselect=tests/repo/test_ops.py::test_random_programs_have_it \
	--deselect=tests/repo/test_imports.py::test_types_have_their_strategies_whenever_they_are_imported

quick: ## what a change needs while you work: within a minute on two cores
	$(MAKE) -j2 --output-sync=target lint layers types quick-tests

quick-tests:
	HYPOTHESIS_PROFILE=quick $(PYTHON) -m pytest -q $(QUICK)

check: ## everything that must hold before a change goes in
	$(MAKE) -j2 --output-sync=target lint types layers
	$(MAKE) tests

lint: ## ruff: lint and format
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .

types: ## pyright, strict
	$(PYTHON) -m pyright

layers: ## import-linter: imports point down
	lint-imports

tests: ## all tests, as many files at once as there are cores
	$(PYTHON) -m pytest -n auto --dist loadfile

unit: ## tests of one behaviour each
	$(PYTHON) -m pytest tests/unit

filetests: ## .tir files with CHECK lines
	$(PYTHON) -m pytest tests/filetests

properties: ## laws on random programs
	$(PYTHON) -m pytest tests/property

kernels: ## C kernels against the reference, bit for bit
	$(PYTHON) -m pytest tests/kernels

FUNCTIONS = exp exp2 log tanh erf gelu sin cos
math-sweep: ## vector functions (FUNCTIONS="exp erf") on every float32; ten minutes each
	$(PYTHON) -m tests.kernels.math_oracle $(FUNCTIONS)

e2e: ## whole models and MLIR programs
	$(PYTHON) -m pytest tests/e2e

repo: ## the rules of the project
	$(PYTHON) -m pytest tests/repo

bench: ## speed, as ratios against peers in the same run
	$(PYTHON) benchmarks/kernels.py
	$(PYTHON) benchmarks/engine.py
	$(PYTHON) -m benchmarks.models --model one-op
	$(PYTHON) -m benchmarks.models
	$(PYTHON) -m benchmarks.graphs
	$(PYTHON) benchmarks/mlir.py

fuzz: ## the laws on many more programs; takes long
	HYPOTHESIS_PROFILE=deep $(PYTHON) -m pytest tests/property

same-bits: ## law L9, equal bits, on 2,000 random programs and as many with batches
	HYPOTHESIS_PROFILE=same-bits $(PYTHON) -m pytest tests/property/test_same_bits.py

deep-laws: ## the laws of data-tiling, each on 20,000 random programs; an hour on two cores
	$(PYTHON) -m tests.fuzz.laws 20000 0 2

deep-device-laws: ## the same laws on 10,000 random programs, each spread over three devices of any kinds
	$(PYTHON) -m tests.fuzz.laws 10000 0 2 --mixes

view-laws: ## law L4, views move no byte, on 20,000 random programs
	HYPOTHESIS_PROFILE=20000 $(PYTHON) -m pytest tests/property/test_views.py

layout-laws: ## law L11, relayouts there and back, on 25,000 random layouts
	$(PYTHON) -m tests.fuzz.layouts 25000 28

fuzz-mlir: ## 200,000 random changes of MLIR texts, read
	$(PYTHON) -m tests.fuzz.mlir_reader

fuzz-saved: ## 20,000 random changes of saved programs, loaded and run
	$(PYTHON) -m tests.fuzz.saved_programs

clang: ## the kernels built by clang, and their tests
	bash tests/repo/kernels_with.sh $(CLANG) plain

SAVED = tests/unit/runtime/saved/test_damaged.py tests/fuzz/test_saved_programs.py
THREADED = tests/kernels/test_threads.py tests/kernels/test_plan_threads.py tests/e2e/test_concurrent_calls.py
sanitize: ## kernel tests under sanitizers of gcc, and of clang where its runtime is: memory, undefined behaviour, threads
	bash tests/repo/kernels_with.sh gcc address
	bash tests/repo/kernels_with.sh gcc address $(SAVED)
	bash tests/repo/kernels_with.sh gcc thread $(THREADED)
	if [ -e "$$($(CLANG) -print-file-name=libclang_rt.asan-$$(uname -m).so)" ]; then \
		bash tests/repo/kernels_with.sh $(CLANG) address; fi
	if [ -e "$$($(CLANG) -print-file-name=libclang_rt.tsan-$$(uname -m).so)" ]; then \
		bash tests/repo/kernels_with.sh $(CLANG) thread $(THREADED); fi

# A sample of `sanitize`, with gcc alone.
sanitize-address:
	bash tests/repo/kernels_with.sh gcc address tests/kernels/test_entry_points.py tests/kernels/test_table.py \
		tests/unit/runtime/saved/test_damaged.py
sanitize-thread:
	bash tests/repo/kernels_with.sh gcc thread tests/kernels/test_plan_threads.py tests/e2e/test_concurrent_calls.py

wheel-test: ## sdist, a wheel from it, a new environment, kernel tests there
	bash tests/repo/wheel_test.sh
