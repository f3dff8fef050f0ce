# Two commands do everything on a fresh machine:   make demo   |   make test
# The others: make check (style, types, floors, docs), make bench (against rivals), make torture (long).
PY      ?=
VENV    ?= .venv
WORKERS ?= 2
PYTHON  := "$(VENV)/bin/python"
# One numeric thread a process: workers run side by side, and results do not depend on the machine.
export OMP_NUM_THREADS ?= 1

.PHONY: demo test check bench torture setup docs format clean
demo: setup
	@$(PYTHON) -m ablation demo --out demo --workers $(WORKERS)

test: setup
	@$(PYTHON) -m pytest -n $(WORKERS)

check: setup
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy
	@"$(VENV)/bin/lint-imports" --no-cache
	@$(PYTHON) docs/commands.py --check

bench: setup
	@$(PYTHON) -m benchmarks $(ARGS)

torture: setup
	@$(PYTHON) -m pytest -n $(WORKERS) -m torture --timeout 7200 -rP

docs: setup
	@$(PYTHON) docs/commands.py

format: setup
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .

# Every target comes through here; it is a moment's check when all is well (see .ci/install).
setup:
	@PY="$(PY)" VENV="$(VENV)" bash .ci/install

clean:
	rm -rf "$(VENV)" .venv-rivals* demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
