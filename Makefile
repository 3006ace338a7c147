# wellbeva: what a person does with a fresh checkout. Needs make, git, and Python 3.11 to 3.13 with pip and venv.
#
#   make demo    set up .venv and run the demo: prints the decision table, says where the report is
#   make test    set up what the tests need and run those that guard a change
#   make test-all      run every test: also the long searches, the pages in browsers and fonts, and the built wheel
#   make lint    ruff, types, import contracts, written style, freshness of the JSON Schemas and the reference, doctests
#   make test-extras   install the extras and test what they bring (Parquet, SALib, ArviZ, Dask, Word, PDF, MCP)
#   make docs    build the documents' site in build/site/html, without a network
#   make bench   run the benchmarks; writes benchmarks/results.json
#   make help    this text

PYTHON ?= python3
VENV ?= .venv
DEMO ?= scenarios/uk-community-offers.yaml
PYTEST_ARGS ?=
BENCH_ARGS ?=

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Bytecode is made by as many processes as there are cores, which pip does by one, and not of the packages' own tests.
INSTALL := $(PIP) install --no-compile
COMPILE := $(BIN)/python -m compileall -qq -j 0 -x 'site-packages/.*/tests?/' $(VENV)/lib || true
# Tests that run beside each other; none looks at the clock (`make bench` does). A file's tests stay in one process, which
# makes its fixtures once, and files go in their order: the last ones are short, so that no process waits for another. There is
# one process more than there are cores (of at most four): tests of browsers, Dask and other processes wait.
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); [ "$$n" -gt 4 ] && n=4; echo $$((n + 1)))
BY_FILE := --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help demo test test-all test-extras lint bench docs docs-check lock clean
.DELETE_ON_ERROR:

help:
	@sed -n 's/^#   //p' Makefile

demo: $(VENV)/.run-ready
	@$(BIN)/wellbeva run $(DEMO)

test test-all: $(VENV)/.test-ready
	PYTHONHASHSEED=0 $(BIN)/python -m pytest -n $(WORKERS) $(BY_FILE) $(if $(filter test,$@),-m "not thorough") $(PYTEST_ARGS)

lint: $(VENV)/.test-ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.style
	$(BIN)/python -m pytest -p no:cacheprovider --doctest-modules src
	$(BIN)/python -m tools.schemas
	$(BIN)/python -m tools.reference

# Not part of `test`: where pyarrow is installed pandas holds texts differently, and most people have none.
test-extras: $(VENV)/.test-ready
	$(INSTALL) -r requirements/extras.txt
	$(COMPILE)
	WELLBEVA_EXTRAS=1 PYTHONHASHSEED=0 $(BIN)/python -m pytest -n $(WORKERS) $(BY_FILE) -p no:cacheprovider -m "extras and not thorough" tests/batch/test_dask_executor.py tests/scenario/test_tables_draws.py tests/api/test_arviz_groups.py tests/api/test_sample_folder.py tests/api/test_sensitivity.py tests/api/test_sweep.py tests/api/test_views.py tests/results/test_build.py tests/results/test_joint.py tests/results/test_store.py tests/report/test_paper.py tests/cli/test_json_documents.py tests/cli/test_mcp.py $(PYTEST_ARGS)

bench: $(VENV)/.test-ready
	$(BIN)/python -m benchmarks.run $(BENCH_ARGS)

docs: $(VENV)/.docs-ready
	$(BIN)/python -m tools.site
	@echo "open build/site/html/index.html"

docs-check: $(VENV)/.test-ready
	$(BIN)/python -m pytest tests/packaging/test_docs.py

lock: $(VENV)/.run-ready
	$(INSTALL) uv
	$(BIN)/python requirements/lock.py

clean:
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# The stamps: a set is installed anew when its pins or the package's own description change.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else "wellbeva needs Python 3.11, 3.12 or 3.13; this is %d.%d. Name another: make demo PYTHON=python3.12" % v)'
	@echo "setting up $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run-ready: requirements/build.txt requirements/run.txt pyproject.toml | $(VENV)/bin/python
	@echo "installing what wellbeva needs (once)"
	@$(INSTALL) -r requirements/build.txt -r requirements/run.txt
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@$(COMPILE)
	@$(BIN)/python -m compileall -q src
	@touch $@

$(VENV)/.test-ready: requirements/test.txt $(VENV)/.run-ready
	@echo "installing what the tests need (once)"
	@$(INSTALL) -r requirements/test.txt
	@$(COMPILE)
	@touch $@

$(VENV)/.docs-ready: requirements/docs.txt $(VENV)/.run-ready
	@echo "installing what the documents' site needs (once)"
	@$(INSTALL) -r requirements/docs.txt
	@$(COMPILE)
	@touch $@
