# The verbs of this project. `make` alone lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed
LOCAL := $(BIN)/python -m local

.PHONY: help
help: ## List the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(INSTALLED): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: Python 3.11 or newer is needed: make PYTHON=python3.13 …" >&2; exit 1; }
	@echo "Installing Python packages into .venv: once, about a minute" >&2
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.txt
	@touch $@

.PHONY: local
local: $(INSTALLED) ## Run the whole program on this machine, and print how to call it
	@$(LOCAL) up

.PHONY: local-logs
local-logs: $(INSTALLED) ## Follow the functions' logs (FN=echo for one)
	@$(LOCAL) logs $(FN)

.PHONY: local-invoke
local-invoke: export PAYLOAD ?= {}
local-invoke: $(INSTALLED) ## Invoke a function: FN=echo PAYLOAD='{"message": "hi"}'
	@$(LOCAL) invoke "$(or $(FN),$(error name a function: make local-invoke FN=echo PAYLOAD='{"message": "hi"}'))" "$$PAYLOAD"

.PHONY: local-user
local-user: $(INSTALLED) ## Create a user, and print the password and a token
	@$(LOCAL) user

.PHONY: local-token
local-token: $(INSTALLED) ## Print a machine's token for the guarded routes
	@$(LOCAL) token

.PHONY: seed
seed: $(INSTALLED) ## Load all currencies of ISO 4217 into what `make local` runs
	@$(LOCAL) seed

.PHONY: run
run: ## Serve a handler's HTTP routes outside Lambda: FN=currencies
	@cd rust && cargo run --locked --quiet --package "$(or $(FN),$(error name a function: make run FN=currencies))" --example serve

.PHONY: local-down
local-down: $(INSTALLED) ## Stop what `make local` or `make emulator` started
	@$(LOCAL) down

.PHONY: emulator
emulator: $(INSTALLED) ## Start the emulator alone, for `pulumi up -s local`
	@$(LOCAL) emulator

.PHONY: test
test: $(INSTALLED) ## Run every test
	cd rust && cargo test --locked --workspace --quiet
	$(BIN)/pytest

.PHONY: check
check: $(INSTALLED) ## Check formats, lints and types
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	cd rust && cargo fmt --all --check
	cd rust && cargo clippy --locked --workspace --all-targets --quiet -- --deny warnings

.PHONY: format
format: $(INSTALLED) ## Format Python and Rust
	$(BIN)/ruff format
	$(BIN)/ruff check --fix
	cd rust && cargo fmt --all

.PHONY: lock
lock: ## Resolve the Python dependencies of pyproject.toml anew; needs uv
	uv pip compile $(LOCK_FLAGS) --extra dev pyproject.toml --output-file requirements-dev.txt
	uv pip compile $(LOCK_FLAGS) --constraint requirements-dev.txt pyproject.toml --output-file requirements.txt

LOCK_FLAGS := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make lock"
