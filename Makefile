# All set-up and all checks. Needs Python 3.11 with pip; node and npm only for the test of the JavaScript plan.
# What is installed is written down in requirements-dev.lock, so that every machine checks with the same tools.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
JAVASCRIPT := tests/integration/javascript
DEMO := docs/getting_started/distributed_plans
FOLDERS := stepup_server stepup_worker stepup_client tests docs proto

# A stamp is younger than all it was made from; what nobody touched is not checked again.
SOURCES := $(shell find $(FOLDERS) \( -name node_modules -o -path tests/integration/examples \) -prune -o -type f \
    \( -name '*.py' -o -name '*.pyi' -o -name '*.proto' \) -print) pyproject.toml

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo demo-remote test chaos chaos-tools soak generated lint types imports unit bench-main-job bench-remote compare-stepup4 clean

help:
	@echo "make demo    install into $(VENV) and run the example of the manual"
	@echo "make demo-remote  the same example on a director and two workers that share nothing but a network"
	@echo "make test    all checks and all tests"
	@echo "make chaos   the long forms of the tests of faults and attacks; CHAOS='R-01 S-06' chooses"
	@echo "make soak    all faults in turn, for SOAK_MINUTES minutes (10), one each SOAK_FAULT_S seconds (60)"
	@echo "make chaos-tools   install what the tests of faults need besides Python, or say what is missing"
	@echo "make lint    ruff: rules and format"
	@echo "make types   mypy and basedpyright"
	@echo "make imports import-linter: who may import whom"
	@echo "make unit    the tests that start no programs"
	@echo "make bench-main-job   1000 steps beside ninja and StepUp 4, which it installs into .bench"
	@echo "make bench-remote     the same steps on workers that share nothing, beside Dask, which it installs into .bench"
	@echo "make compare-stepup4 EXAMPLES='glob_*'   what StepUp 4 does with the examples of the tests"
	@echo "make clean   remove what was installed and made"

demo: $(VENV)/stamp-project
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	cp -R $(DEMO)/. "$$folder" && cd "$$folder" && \
	PATH="$(BIN):$$PATH" stepup build -j 1

demo-remote: $(VENV)/stamp-project
	PATH="$(BIN):$$PATH" bash deploy/demo/remote.sh $(DEMO)

test: generated lint types imports $(JAVASCRIPT)/node_modules/stamp
	$(BIN)/python -m pytest -n 2

# What is missing makes tests skip, with the reason: the list of what was skipped is part of the result.
# CHAOS is a list of numbers, or what pytest understands.
SPACE := $(subst ,, )
chosen = $(if $(filter -%,$(1)),$(1),$(if $(strip $(1)),-k '$(subst $(SPACE), or ,$(strip $(1)))'))
chaos: $(VENV)/stamp-dev
	$(BIN)/python -m tests.support.tools
	$(BIN)/python -m pytest -m chaos --timeout 7200 --counts chaos-counts.json $(call chosen,$(CHAOS))

soak: $(VENV)/stamp-dev
	$(BIN)/python -m tests.support.tools
	$(BIN)/python -m pytest -m soak --timeout 0 --counts soak-counts.json $(SOAK)

chaos-tools: $(VENV)/stamp-dev
	$(BIN)/python -m tests.support.tools --install

generated: $(VENV)/stamp-generated
lint: $(VENV)/stamp-lint
types: $(VENV)/stamp-types
imports: $(VENV)/stamp-imports

unit: $(VENV)/stamp-dev
	$(BIN)/python -m pytest tests/unit

bench-main-job: $(VENV)/stamp-project .bench/stamp
	PATH="$(BIN):$$PATH" $(BIN)/python tests/benchmark/main_job.py \
	    --ninja .bench/ninja/bin/ninja --stepup4 .bench/stepup4/bin/sb

bench-remote: $(VENV)/stamp-dev .bench/dask/stamp
	PATH="$(BIN):$$PATH" $(BIN)/python -m tests.benchmark.remote_job --dask $(CURDIR)/.bench/dask/bin/python

.bench/dask/stamp: Makefile
	$(PYTHON) -m venv .bench/dask && .bench/dask/bin/python -m pip install --quiet distributed
	@touch $@

compare-stepup4: $(VENV)/stamp-dev .bench/stamp
	$(BIN)/python tests/integration/compare_stepup4.py --stepup4 .bench/stepup4/bin $(EXAMPLES)

.bench/stamp: Makefile
	$(PYTHON) -m venv .bench/ninja && .bench/ninja/bin/python -m pip install --quiet ninja==1.13.0
	$(PYTHON) -m venv .bench/stepup4 && .bench/stepup4/bin/python -m pip install --quiet stepup==4.0.3
	@touch $@

clean:
	rm -rf .bench $(VENV) $(JAVASCRIPT)/node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find $(FOLDERS) -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/stamp-project: pyproject.toml requirements-dev.lock
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --constraint requirements-dev.lock --editable .
	@touch $@

$(VENV)/stamp-dev: $(VENV)/stamp-project
	$(PIP) install --constraint requirements-dev.lock --editable '.[dev]'
	@touch $@

$(JAVASCRIPT)/node_modules/stamp: $(JAVASCRIPT)/package.json $(JAVASCRIPT)/package-lock.json
	@mkdir -p $(@D)
	@if command -v npm >/dev/null; \
	then cd $(JAVASCRIPT) && npm ci --no-audit --no-fund; \
	else echo "npm is not here: the JavaScript plan will not be tested"; fi
	@mkdir -p $(@D) && touch $@

$(VENV)/stamp-generated: $(VENV)/stamp-dev $(SOURCES)
	$(BIN)/python proto/generate.py --check
	@touch $@

$(VENV)/stamp-lint: $(VENV)/stamp-dev $(SOURCES)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@touch $@

$(VENV)/stamp-types: $(VENV)/stamp-dev $(SOURCES)
	$(BIN)/mypy
	$(BIN)/basedpyright --pythonpath $(BIN)/python
	@touch $@

$(VENV)/stamp-imports: $(VENV)/stamp-dev $(SOURCES)
	$(BIN)/lint-imports
	@touch $@
