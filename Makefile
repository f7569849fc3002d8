# Everything runs in .venv, which each target sets up by itself. Needs Python 3.11 or later and make.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
# As many processes as there are cores; a file stays in one of them, and files keep their order:
# sorted by their number of tests, the longest would come last.
SPREAD := --numprocesses logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: help demo test lint bench torture lock clean

help:
	@echo "make demo   the whole way: localise, render, approve, schedule, rehearse, post to folders"
	@echo "make test   formatting, lint, types, import rule, tests"
	@echo "make lint   the same without the tests"
	@echo "make bench  ratios from one interleaved run, written under build/bench"
	@echo "make torture  kills, pauses, full disks and lying platforms: 10,000 deliveries, about 13 minutes"
	@echo "make lock   resolve requirements/*.lock anew (needs uv)"

demo: .venv/run.stamp
	$(BIN)/clarion demo

test: lint
	$(BIN)/python -m pytest $(SPREAD)

lint: .venv/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: .venv/dev.stamp
	$(BIN)/python -m tests.benchmarks $(ARGS)

torture: .venv/dev.stamp
	$(BIN)/python -m tests.torture $(ARGS)

lock:
	uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --output-file requirements/run.lock --quiet
	uv pip compile pyproject.toml --group build --group dev --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --constraints requirements/run.lock --output-file requirements/dev.lock --quiet
	echo "translate-toolkit==3.20.4" | uv pip compile - --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --output-file requirements/tools.txt --quiet

clean:
	rm -rf .venv build

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Clarion needs Python 3.11 or later; set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/run.stamp: requirements/run.lock pyproject.toml | .venv/bin/python
	$(PIP) install --require-hashes -r requirements/run.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.stamp: requirements/dev.lock .venv/run.stamp
	$(PIP) install --require-hashes -r requirements/dev.lock
	@touch $@
