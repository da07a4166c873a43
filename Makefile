# Everything runs from .venv, which `make setup` builds from the hashed lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2
PARITY ?= scenarios $(wildcard tests/contracts/test_lambda_*.py) tests/contracts/test_vpc.py
LOCK := $(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --quiet
IMAGE_LOCK = $(LOCK) --python-version 3.13 --no-annotate --upgrade --constraint requirements.lock
IMAGE_LOCKS := $(patsubst %,image/%.txt,file-processor backend) \
	$(patsubst %,harness/images/recipes/%/requirements.txt,lambda-python moto postgres endpoint)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test parity images check format gate bench lock clean

help: ## Show the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(VENV)/.complete ## Build .venv from the lock

# The editable install is a plain path: the other kind costs every start of Python 20 ms.
$(VENV)/.complete: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name one with PYTHON=…"; exit 2; }
	@echo "Building $(VENV) from requirements.lock; this takes about a minute."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation \
		--config-settings editable_mode=compat --editable .
	@touch $@

demo: setup ## Upload real documents to an environment of their own and find them again
	$(BIN)/python -m scenarios.demo $(FILES)

test: setup ## Run all tests (those that need Docker only where an engine answers)
	$(BIN)/python -m pytest -n $(WORKERS) -q -rs

parity: setup ## Run scenarios and Lambda's contract tests in containers; needs an engine
	$(BIN)/harness images build
	$(BIN)/python -m pytest $(PARITY) --runtime docker -n $(WORKERS) -q -rs

images: setup ## Build every image from Debian and Python packages and test it; takes minutes
	$(BIN)/python -m pytest tests/harness/images -q -rs --all-images

check: setup ## Formatting, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup ## Rewrite the code in the house's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

gate: setup ## May this be deployed? Scenarios, load test and verdict in report/
	$(BIN)/harness gate

bench: setup ## Measure what the documentation claims; figures in report/benchmarks.json
	mkdir -p report
	$(BIN)/python -m pytest loadtests/benchmarks -p no:xdist --benchmark-only --benchmark-json=report/benchmarks.json

lock: setup ## Resolve the dependencies anew
	$(LOCK) --python-version 3.11 --all-extras --group file-processor --group backend --upgrade \
		--output-file requirements.lock pyproject.toml
	$(MAKE) --no-print-directory image-locks

# What goes into images, for their Python, at the versions of the lock.
.PHONY: image-locks
image-locks: $(IMAGE_LOCKS)
image/%.txt: requirements.lock pyproject.toml
	$(IMAGE_LOCK) --group $* --output-file $@
harness/images/recipes/%/requirements.txt: harness/images/recipes/%/requirements.in requirements.lock
	$(IMAGE_LOCK) --output-file $@ $<

clean: ## Remove what was built
	rm -rf $(VENV) report .benchmarks .pytest_cache .mypy_cache .ruff_cache .import_linter_cache *.egg-info
