# make lab     set everything up and open the lessons in JupyterLab   (make lab ARGS=--no-browser only prints the address)
# make test    set everything up and run all tests
# make quick   lint, types and unit tests: the loop to work in
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up
ARGS ?=
JOBS ?= 2
# Each test process computes on one thread: several processes share the cores.
export OMP_NUM_THREADS ?= 1
PYTEST := $(BIN)/python -m pytest -p no:cacheprovider

.PHONY: lab test quick lint unit slow notebooks build-check mutate bench set-up clean

set-up: $(STAMP)

# The CPU build of torch is asked for by its exact version, before anything that would accept another one.
$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'nnbook needs Python 3.11 or newer: make PYTHON=python3.12 ...')"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	touch $(STAMP)

lab: $(STAMP)
	$(BIN)/nnbook lab $(ARGS)

test: quick slow notebooks build-check

quick: lint unit

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

unit: $(STAMP)
	$(PYTEST) -q -n $(JOBS) -m "not slow" tests

slow: $(STAMP)
	$(PYTEST) -q -n $(JOBS) -m slow tests

notebooks: $(STAMP)
	$(PYTEST) -q -n $(JOBS) --dist loadscope --nbval --nbval-current-env notebooks solutions

build-check: $(STAMP)
	$(BIN)/nnbook build --check

# How many wrong answers made by machine each exercise's check catches; make mutate ARGS="Linear ReLU" for some.
mutate: $(STAMP)
	$(BIN)/python tests/bank/mutants.py $(ARGS)

bench: $(STAMP)
	$(BIN)/python benchmarks/check.py
	$(BIN)/python benchmarks/components.py
	$(BIN)/python benchmarks/components.py --optimizers

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache
