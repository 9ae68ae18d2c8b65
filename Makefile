# The face for people: setup, run, test, soak, bench. Each works in a fresh clone.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Bytecode is compiled at install time: without it the command line starts in 5 s instead of 1 s.
unexport PYTHONDONTWRITEBYTECODE
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes --no-deps

help:           ## this list
	@grep -E '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

setup: $(VENV)/.installed ## prepare .venv; the command is then .venv/bin/govah

run: setup      ## the demo: a small world on loopback, with buttons to break it
	$(BIN)/govah demo

test: $(VENV)/.tools ## every check, under 15 minutes
	tools/system-parts
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not alone"
	$(BIN)/python -m pytest -m alone

soak: $(VENV)/.tools ## the long ones: a simulated week, 200 kills, the whole tour; 3,000 scenarios and more; writes build/soak.json
	tools/system-parts
	$(BIN)/python -m tests.soak

bench: $(VENV)/.tools ## figures beside named references; writes build/bench.json
	$(BIN)/python -m tests.bench

bench-attribution: $(VENV)/.tools ## who was blamed on the tapes of TAPES=DIR, how soon; writes build/attribution.json
	$(BIN)/python -m tests.scoring $(if $(TAPES),'$(TAPES)') $(if $(JOBS),--jobs $(JOBS))

lock:           ## renew the locks: hashes, and no addresses
	uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements.lock pyproject.toml --group build
	uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements-dev.lock pyproject.toml --group dev

clean:          ## remove what was made here
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	tools/make-venv $(PYTHON) $(VENV)

$(VENV)/.installed: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q monitor probes
	touch $@

$(VENV)/.tools: requirements-dev.lock $(VENV)/.installed
	$(PIP) -r requirements-dev.lock
	touch $@

.PHONY: help setup run test soak bench bench-attribution lock clean
