# Two commands on a fresh machine: `make run` and `make test`. Nothing is needed but Python 3.11+.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: help run test check bench picture clean
help:  ## list the targets
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/installed  ## set up, run the main scenario ten times and under stress, write its risk report
	$(BIN)/paylater run scenarios/seed_article.toml --replications 10 --out runs/seed_article
	$(BIN)/paylater stress runs/seed_article
	$(BIN)/paylater report runs/seed_article

test: $(VENV)/developed  ## set up, run all tests
	$(BIN)/python -m pytest -q -n 2 --dist loadfile

check: $(VENV)/developed  ## lint, types, and the tests that read the source
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_source.py

bench: $(VENV)/developed  ## measure speed and memory; prints a table, writes bench.json
	$(BIN)/python -m sim.bench --json bench.json

picture: $(VENV)/installed  ## run what the README's picture shows, and draw it
	$(BIN)/python -m sim.docs.picture

clean:  ## remove what the other targets made
	rm -rf $(VENV) runs bench.json

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/developed: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@
