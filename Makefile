# The verbs of this project. `make demo` and `make test` work on a fresh machine with Python 3.11 or newer.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo serve test check format bench clean

demo: .venv/installed            ## set up, build the sample knowledge base, answer three questions, serve
	$(BIN)/zhida demo

serve: .venv/installed           ## serve the knowledge base in $ZHIDA_HOME (default ./zhida-home)
	$(BIN)/zhida serve

test: .venv/installed-dev        ## set up and run every test
	$(BIN)/python -m pytest -rs -n auto --maxprocesses 4 --dist loadfile

check: .venv/installed-dev       ## lint, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/installed-dev      ## rewrite the code in the house format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/installed-dev       ## the figures of the README; takes minutes
	$(BIN)/python -m eval.benchmarks.serve_latency
	$(BIN)/python -m eval.benchmarks.ingest_rate
	$(BIN)/python -m eval.benchmarks.search_scale

clean:                           ## remove what the other verbs made, but no knowledge base
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .import_linter_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Zhida needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

.venv/installed-dev: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@ .venv/installed
