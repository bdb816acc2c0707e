# The verbs of this project. `make` alone lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed
INSTALLED_LOCAL := .venv/installed-local
UV := uv==0.13.9
LOCAL := $(BIN)/python -m local

.PHONY: help
help: ## List the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-19s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# As pip and cargo do: the certificates of the machine, which may be those of a company's proxy.
export UV_SYSTEM_CERTS ?= true

# uv installs a lock in a tenth of pip's time: the one on the PATH, or one of its own; where there is none to be had, pip does.
define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: Python 3.11 or newer is needed: make PYTHON=python3.13 …" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the Python packages of $(1) into .venv" >&2
	@PATH="$$PATH:$(CURDIR)/$(BIN)"; \
		command -v uv >/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check $(UV) || true; \
		if command -v uv >/dev/null; then uv pip sync --quiet --require-hashes --python $(BIN)/python $(1); \
		else $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $(1); fi
endef

$(INSTALLED): requirements-dev.txt
	$(call install,requirements-dev.txt)
	@touch $@ $(INSTALLED_LOCAL)

# Everything that `make test` has installed contains what `make local` needs.
$(INSTALLED_LOCAL): requirements-local.txt
	$(if $(shell test $(INSTALLED) -nt requirements-local.txt && echo yes),,$(call install,requirements-local.txt))
	@touch $@

.PHONY: local
local: $(INSTALLED_LOCAL) ## Run the whole program on this machine, and print how to call it
	@$(LOCAL) up

.PHONY: dev
dev: $(INSTALLED_LOCAL) ## The same, and follow the files: save one, and what it changes is replaced; the logs go by
	@$(LOCAL) dev

.PHONY: local-logs
local-logs: $(INSTALLED_LOCAL) ## Follow the functions' logs (FN=echo for one)
	@$(LOCAL) logs $(FN)

.PHONY: local-invoke
local-invoke: export PAYLOAD ?= {}
local-invoke: $(INSTALLED_LOCAL) ## Invoke a function: FN=echo PAYLOAD='{"message": "hi"}'
	@$(LOCAL) invoke "$(or $(FN),$(error name a function: make local-invoke FN=echo PAYLOAD='{"message": "hi"}'))" "$$PAYLOAD"

.PHONY: local-user
local-user: $(INSTALLED_LOCAL) ## Create a user, and print the password and a token
	@$(LOCAL) user

.PHONY: local-token
local-token: $(INSTALLED_LOCAL) ## Print a machine's token for the guarded routes
	@$(LOCAL) token

.PHONY: seed
seed: $(INSTALLED_LOCAL) ## Load all currencies of ISO 4217 into what `make local` runs
	@$(LOCAL) seed

STACK ?= local
OPERATE = $(BIN)/python -m operations --stack "$(STACK)"

.PHONY: up
up: $(INSTALLED_LOCAL) ## Bring a stack on AWS up to date, and print its URLs: STACK=dev (OPTIONS=--yes)
	@$(OPERATE) up -- $(OPTIONS)

.PHONY: preview
preview: $(INSTALLED_LOCAL) ## Show what `up` would change; needs no Rust: STACK=dev
	@$(OPERATE) preview -- $(OPTIONS)

.PHONY: destroy
destroy: $(INSTALLED_LOCAL) ## Remove a stack with everything in it: STACK=dev
	@$(OPERATE) destroy -- $(OPTIONS)

.PHONY: outputs
outputs: $(INSTALLED_LOCAL) ## Print a stack's URLs, and write all outputs to .outputs: STACK=dev
	@$(OPERATE) outputs

.PHONY: logs
logs: $(INSTALLED_LOCAL) ## Follow the functions' logs of a stack: STACK=dev (FN=echo for one)
	@$(OPERATE) logs $(FN)

.PHONY: new-stack
new-stack: $(INSTALLED_LOCAL) ## Write the configuration of a disposable stack: NAME=qa
	@$(BIN)/python -m operations --stack "$(or $(NAME),$(error name a stack: make new-stack NAME=qa))" new-stack

.PHONY: new-handler
new-handler: $(INSTALLED_LOCAL) ## Write a new handler and its route: NAME=hello ROUTE='POST /hello'
	@$(BIN)/python -m operations new-handler "$(or $(NAME),$(error name a handler: make new-handler NAME=hello ROUTE='POST /hello'))" "$(or $(ROUTE),$(error name a route: make new-handler NAME=hello ROUTE='POST /hello'))"

.PHONY: analytics-user
analytics-user: $(INSTALLED_LOCAL) ## Create a user of the reports, or give one another password: NAME=ann STACK=dev (REMOVE=1 removes)
	@$(OPERATE) analytics-user "$(or $(NAME),$(error name a user: make analytics-user NAME=ann))" $(if $(REMOVE),--remove)

.PHONY: analytics-token
analytics-token: $(INSTALLED_LOCAL) ## Print a session token for the reports of the local stack
	@$(LOCAL) analytics-token

.PHONY: rotate-session-keys
rotate-session-keys: $(INSTALLED_LOCAL) ## Encrypt the sessions of reports with a new key: STACK=dev
	@$(OPERATE) rotate-session-keys

.PHONY: reconcile
reconcile: $(INSTALLED_LOCAL) ## Count the raw page views again, and print the drift of the totals: STACK=dev (FROM=2026-11-01, REPAIR=1, LOWER=…)
	@$(OPERATE) reconcile $(if $(FROM),--from "$(FROM)") $(if $(TO),--to "$(TO)") $(if $(REPAIR),--repair) $(if $(LOWER),--lower "$(LOWER)")

.PHONY: run
run: ## Serve a handler's HTTP routes outside Lambda: FN=currencies
	@cd rust && cargo run --locked --quiet --package "$(or $(FN),$(error name a function: make run FN=currencies))" --example serve

.PHONY: local-down
local-down: $(INSTALLED_LOCAL) ## Stop what `make local` or `make emulator` started
	@$(LOCAL) down

.PHONY: emulator
emulator: $(INSTALLED_LOCAL) ## Start the emulator alone, for `pulumi up -s local`
	@$(LOCAL) emulator

.PHONY: bench
bench: $(INSTALLED) ## Measure the functions beside peers in Python and JavaScript, and write docs/benchmarks.md
	@$(BIN)/python -m benchmarks

.PHONY: bench-trigger
bench-trigger: $(INSTALLED) ## Count views by the trigger and by a plain one, and print the ratios
	@$(BIN)/python -m benchmarks trigger

.PHONY: test
test: test-unit ## Run every test (TWINS=2000 for more random builds)
	cd rust && cargo test --locked --workspace --quiet
	$(BIN)/pytest $(if $(TWINS),--twins $(TWINS)) $(addprefix --ignore=tests/,$(UNIT) engine second_opinion)

.PHONY: test-engine
test-engine: $(INSTALLED) ## Run the program under the Pulumi CLI that is on the PATH, on the emulator
	$(BIN)/pytest tests/engine

.PHONY: test-second-opinion
test-second-opinion: $(INSTALLED) ## Check the program by moto's server and, with terraform on the PATH, by the AWS provider's schema
	$(BIN)/pytest tests/second_opinion

.PHONY: test-unit
test-unit: $(INSTALLED) ## Run the tests that compile nothing and start nothing
	$(BIN)/pytest $(addprefix tests/,$(UNIT))

UNIT := components operations pipeline policies program test_settings.py

.PHONY: screenshots
screenshots: $(INSTALLED) ## Take the pictures of the README anew
	$(BIN)/pytest --screenshots -k readme_shows tests/emulator

.PHONY: check
check: $(INSTALLED) ## Check formats, lints and types
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/zizmor --offline --persona pedantic --no-progress --quiet .github
	cd rust && cargo fmt --all --check
	cd rust && cargo clippy --locked --workspace --all-targets --quiet -- --deny warnings

.PHONY: format
format: $(INSTALLED) ## Format Python and Rust
	$(BIN)/ruff format
	$(BIN)/ruff check --fix
	cd rust && cargo fmt --all

.PHONY: docs
docs: $(INSTALLED) ## Write docs/settings.md and components/README.md from the code
	@$(BIN)/python -m operations docs

.PHONY: lock
lock: ## Resolve the dependencies of pyproject.toml and of the benchmarks' peers anew; needs uv and npm
	uv pip compile $(LOCK_FLAGS) --extra local --extra dev pyproject.toml --output-file requirements-dev.txt
	uv pip compile $(LOCK_FLAGS) --constraint requirements-dev.txt --extra local pyproject.toml --output-file requirements-local.txt
	uv pip compile $(LOCK_FLAGS) --constraint requirements-dev.txt pyproject.toml --output-file requirements.txt
	uv pip compile $(LOCK_FLAGS) $(PEERS)/python/requirements.in --output-file $(PEERS)/python/requirements.txt
	cd $(PEERS)/javascript && npm install --package-lock-only --ignore-scripts --no-audit --no-fund
	uv run --quiet --no-project --with "$$(grep --only-matching '^crawler-user-agents==[0-9.]*' requirements-dev.txt)" \
		python -m operations.crawler_table

PEERS := benchmarks/peers

LOCK_FLAGS := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make lock"
