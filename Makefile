# Two commands do everything on a fresh machine:   make demo   |   make test
# The others: make check (style, types, floors), make bench (against rivals), make torture (long).
PY      ?= python3
VENV    ?= .venv
BIN     := $(VENV)/bin
STAMP   := $(VENV)/.installed
WORKERS ?= 2
# One numeric thread a process: workers run side by side, and results do not depend on the machine.
export OMP_NUM_THREADS ?= 1

.PHONY: demo test check bench torture setup format clean
demo: $(STAMP)
	@"$(BIN)/python" -m ablation demo --out demo --workers $(WORKERS)

test: $(STAMP)
	@"$(BIN)/python" -m pytest -n $(WORKERS)

check: $(STAMP)
	@"$(BIN)/python" -m ruff check .
	@"$(BIN)/python" -m ruff format --check .
	@"$(BIN)/python" -m mypy
	@"$(BIN)/lint-imports" --no-cache 2>/dev/null || "$(BIN)/lint-imports"
	@"$(BIN)/python" -m pytest -n 0 tests/docs tests/architecture

torture: $(STAMP)
	@"$(BIN)/python" -m pytest -n $(WORKERS) -m torture --timeout 7200

bench: $(STAMP)
	@"$(BIN)/python" -m benchmarks

setup: $(STAMP)

format: $(STAMP)
	@"$(BIN)/python" -m ruff check --fix .
	@"$(BIN)/python" -m ruff format .

# The stamp is written last, so an installation that was interrupted is done again.
$(STAMP): pyproject.toml constraints.txt
	@$(PY) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v < (3, 15) else "Python 3.11 to 3.14 is needed, but $(PY) is %d.%d: try  make PY=python3.11 ..." % v)'
	@"$(BIN)/python" -m pip --version >/dev/null 2>&1 || $(PY) -m venv --clear "$(VENV)"
	@echo "installing into $(VENV) (once; about a minute)"
	@"$(BIN)/python" -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch "$(STAMP)"

clean:
	rm -rf "$(VENV)" .venv-rivals demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
