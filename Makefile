# The verbs of this project. `make` without a target lists them: verbs with `##` and their description, verbs with `#` by name.
# STACK names the stack, `local` by default, and FN a function.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed
INSTALLED_LOCAL := .venv/installed-local
UV := uv==0.13.9
STACK ?= local
# WSL exports NAME, the name of the machine.
ifneq ($(origin NAME),command line)
NAME :=
endif
OPERATE = $(BIN)/python -m operations --stack "$(STACK)"

# Trust the machine's certificates, as pip and cargo do: a company's proxy may have its own.
export UV_SYSTEM_CERTS ?= true

# Set in many container images: each process would compile the SDK's modules again, for more than a second.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## List the verbs
	@awk -F ':.*## ' '/^# [A-Z][a-z ]+:$$/ { printf "%s\n", substr($$0, 3) } \
		/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@awk -F ':.*# ' '/^[a-z-]+:.* # / { verbs = verbs " " $$1 } END { print "More:" verbs }' $(MAKEFILE_LIST)
	@echo "All: $(BIN)/python -m operations --help"

# On this machine:

.PHONY: local
local: $(INSTALLED_LOCAL) ## Run the program on the emulator, and print how to call it
	@$(OPERATE) local

.PHONY: dev
dev: $(INSTALLED_LOCAL) ## The same, then redeploy on every save and follow the logs
	@$(OPERATE) dev

.PHONY: down
down: $(INSTALLED_LOCAL) ## Stop the emulator, with everything on it
	@$(OPERATE) down

# On a stack:

.PHONY: up
up: $(INSTALLED_LOCAL) ## Create or update a stack, and print its URLs: STACK=dev (OPTIONS=--yes)
	@$(OPERATE) up -- $(OPTIONS)

.PHONY: preview
preview: $(INSTALLED_LOCAL) ## Show what `up` would change; needs no Rust
	@$(OPERATE) preview -- $(OPTIONS)

.PHONY: destroy
destroy: $(INSTALLED_LOCAL) ## Delete a stack's resources and their data
	@$(OPERATE) destroy -- $(OPTIONS)

.PHONY: outputs
outputs: $(INSTALLED_LOCAL) # Print a stack's URLs, and write all outputs to .outputs
	@$(OPERATE) outputs

.PHONY: logs
logs: $(INSTALLED_LOCAL) ## Follow the logs of all functions (FN=echo for one, REQUEST=id for those of a request, JSON=1 for tools)
	@$(OPERATE) logs $(FN) $(if $(REQUEST),--request "$(REQUEST)") $(if $(JSON),--json)

.PHONY: invoke
invoke: export PAYLOAD ?= {}
invoke: $(INSTALLED_LOCAL) ## Invoke a function: FN=echo PAYLOAD='{"message": "hi"}'
	@$(OPERATE) invoke "$(or $(FN),$(error name a function: make invoke FN=echo PAYLOAD='{"message": "hi"}'))" "$$PAYLOAD"

.PHONY: token
token: $(INSTALLED_LOCAL) ## Print a token for the routes of a function (FN=currencies)
	@$(OPERATE) token $(FN) $(if $(NAME),--name "$(NAME)")

.PHONY: user
user: $(INSTALLED_LOCAL) ## Create a user, or reset the password: FN=analytics-api NAME=ann (REMOVE=1)
	@$(OPERATE) user "$(or $(FN),$(error name a function: make user FN=analytics-api NAME=ann, or FN=currencies))" \
		$(if $(NAME),--name "$(NAME)") $(if $(REMOVE),--remove)

.PHONY: seed
seed: $(INSTALLED_LOCAL) # Create every currency of ISO 4217
	@$(OPERATE) seed

# To develop:

.PHONY: new-stack
new-stack: $(INSTALLED_LOCAL) # Write the configuration of a disposable stack: NAME=qa
	@$(BIN)/python -m operations --stack "$(or $(NAME),$(error name a stack: make new-stack NAME=qa))" new-stack

.PHONY: new-handler
new-handler: $(INSTALLED_LOCAL) # Write a handler and its route: NAME=hello ROUTE='POST /hello'
	@$(OPERATE) new-handler "$(or $(NAME),$(error name a handler: make new-handler NAME=hello ROUTE='POST /hello'))" \
		"$(or $(ROUTE),$(error name a route: make new-handler NAME=hello ROUTE='POST /hello'))"

.PHONY: test
ifdef TESTS
test: $(INSTALLED)
	$(BIN)/pytest $(TESTS)
else
test: test-unit ## Run every test (TESTS='tests/emulator/test_echo.py --running' for one)
	$(BIN)/pytest --numprocesses $(END_TO_END_PROCESSES) $(PARALLEL) $(addprefix --ignore=tests/,$(UNIT) engine release second_opinion)
endif

.PHONY: test-unit
test-unit: $(INSTALLED) # Run the tests that compile nothing and start nothing
	$(BIN)/pytest --numprocesses auto --maxprocesses 4 $(PARALLEL) $(addprefix tests/,$(UNIT))

# A test file runs in one process, because its tests share fixtures.
PARALLEL := --dist loadfile --no-loadscope-reorder

# More processes than two cores: the longest end-to-end tests mostly wait.
END_TO_END_PROCESSES := 4

UNIT := components operations pipeline policies program test_settings.py

.PHONY: check
check: $(INSTALLED) ## Check formats, lints, types, licenses and advisories, as CI does (FIX=1)
	@$(MAKE) --no-print-directory --jobs 2 check-python check-rust check-workflows

.PHONY: check-python
check-python: $(INSTALLED)
	$(BIN)/ruff format $(if $(FIX),,--check)
	$(BIN)/ruff check $(if $(FIX),--fix)
	$(BIN)/mypy
	$(if $(FIX),$(OPERATE) docs)

.PHONY: check-rust
check-rust:
	cd rust && cargo fmt --all $(if $(FIX),,--check)
	cd rust && cargo clippy --locked --workspace --all-features --all-targets --quiet -- --deny warnings
	$(call if-installed,cargo-deny,cd rust && cargo deny check,cargo install cargo-deny --locked --version 0.20.2)

.PHONY: check-workflows
check-workflows: $(INSTALLED)
	$(BIN)/zizmor --offline --persona pedantic --no-progress --quiet .github
	$(call if-installed,actionlint,actionlint,go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12)

# $(1) is the tool, $(2) the command and $(3) how to install the tool. CI has all of them; `go install` uses ~/go/bin.
define if-installed
	@PATH="$$PATH:$$HOME/go/bin"; if command -v $(1) >/dev/null; then echo "$(2)"; $(2); else echo "not checked, $(1) is not installed: $(3)" >&2; fi
endef

.PHONY: bench
bench: $(INSTALLED) # Measure the functions and their peers, and write docs/benchmarks.md (NAME=trigger for one part)
	@$(OPERATE) bench $(NAME)

.PHONY: lock
lock: # Resolve the dependencies of pyproject.toml and of the peers; needs uv and npm
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

# uv installs a lock file in a tenth of pip's time. Use the uv on the PATH, or install it into .venv; fall back to pip.
define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: Python 3.11 or newer is needed: make PYTHON=python3.13 …" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }
	@echo "Installing the Python packages of $(1) into .venv" >&2
	@PATH="$$PATH:$(CURDIR)/$(BIN)"; \
		command -v uv >/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check $(UV) || true; \
		if command -v uv >/dev/null; then uv pip sync --quiet --require-hashes --python $(BIN)/python $(1); \
		else $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $(1); fi
endef

$(INSTALLED): requirements-dev.txt
	$(call install,requirements-dev.txt)
	@touch $@ $(INSTALLED_LOCAL)

# requirements-dev.txt contains everything in requirements-local.txt.
$(INSTALLED_LOCAL): requirements-local.txt
	$(if $(shell test $(INSTALLED) -nt requirements-local.txt && echo yes),,$(call install,requirements-local.txt))
	@touch $@
