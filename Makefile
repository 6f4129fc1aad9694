# Ashar: everything starts here. Needs python3 (3.11 or newer) with python3-venv, and make.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.installed-runtime
TOOLS := $(VENV)/.installed-tools
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
CPUS := 2
# The matrices here are small: threads of the arithmetic library would only take the cores from the other processes.
export OPENBLAS_NUM_THREADS ?= 1
# Where this is set, each of some fifty processes of a test run would compile the whole system anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test check bench reliability format lock style test-programs
.DELETE_ON_ERROR:

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(RUNTIME) ## start Ashar with its demonstration (PORT, BIND, ASHAR_HOME, ASHAR_DEMO=no)
	@exec $(BIN)/python -m app.launcher

test: $(TOOLS) test-programs style ## everything: style and types, the whole suite on both databases and in a browser
	@$(BIN)/pytest -n $(CPUS) --dist loadfile --no-loadscope-reorder

check: $(TOOLS) style ## the fast part: style, types, import contracts, unit and architecture tests
	@$(BIN)/pytest -n $(CPUS) --quiet tests/unit tests/architecture

style:
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo 2>&1 | tail -n 2

bench: $(TOOLS) ## speed, with 20,000 applications (ONLY=name for one figure)
	@$(BIN)/python -m benchmarks $(ONLY)

reliability: $(TOOLS) test-programs ## the promises of reliability.md at their full N: takes long
	@ASHAR_FULL=yes $(BIN)/pytest tests/reliability tests/services/test_seeds.py \
	  tests/journeys/test_unnamed_reviewers.py -s --deselect tests/reliability/test_money_histories.py
	@ASHAR_FULL=yes $(BIN)/pytest -n $(CPUS) -rP tests/reliability/test_money_histories.py
	@ASHAR_FULL=yes $(BIN)/pytest -n $(CPUS) --dist loadfile --quiet tests/services --ignore tests/services/test_seeds.py

format: $(TOOLS) ## put the code into its one form
	@$(BIN)/ruff check --fix --quiet || true
	@$(BIN)/ruff format --quiet

lock: ## pin the newest dependencies with their hashes (needs uv)
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet \
	  pyproject.toml -o requirements.lock
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet \
	  --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Ashar needs Python 3.11 or newer.")'
	@$(PYTHON) -m venv $(VENV) || { echo "python3-venv is missing: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }

$(RUNTIME): requirements.lock | $(BIN)/python
	@echo "Installing from requirements.lock …"
	@$(PIP) install --require-hashes -r requirements.lock
	@touch $@

$(TOOLS): requirements-dev.lock | $(BIN)/python
	@echo "Installing from requirements-dev.lock …"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@ $(RUNTIME)

# What the tests need beyond Python. Nothing is forced: what is missing is said here and again by the tests' skips.
test-programs:
	@missing=""; \
	command -v chromium-headless-shell >/dev/null || missing="$$missing chromium-headless-shell"; \
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$$missing postgresql"; \
	command -v redis-server >/dev/null || command -v valkey-server >/dev/null || missing="$$missing redis-server"; \
	command -v soffice >/dev/null || missing="$$missing libreoffice-calc"; \
	command -v pdftotext >/dev/null || missing="$$missing poppler-utils"; \
	command -v strace >/dev/null || missing="$$missing strace"; \
	[ -z "$$missing" ] && exit 0; \
	if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then \
	  echo "Not installed, their tests are skipped:$$missing (needs root and apt-get)"; exit 0; fi; \
	echo "Installing$$missing …"; \
	install() { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$@; }; \
	{ install $$missing || { apt-get update -qq && install $$missing; }; } >/tmp/ashar-apt.log 2>&1 && exit 0; \
	for one in $$missing; do install $$one >>/tmp/ashar-apt.log 2>&1 || echo "Could not be installed: $$one"; done; \
	echo "Tests of what is missing are skipped (the reasons are in /tmp/ashar-apt.log)."
