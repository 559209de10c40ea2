.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed
COMPILED := $(VENV)/.compiled
INFRA_VENV := .venv-infra
AZ_VENV := .venv-az
MUTATE_VENV := .venv-mutate
PORTAL_VENV := .venv-portal
NAME ?= fraud-llm
FILE ?= examples/messages/provision.json
SEED ?= 1
SCALE ?= 60
GPU_BOOT_AFTER ?= 0
ENVIRONMENTS ?= 50
LOCATION ?= westeurope
GPU ?= Standard_NC4as_T4_v3
MAX_USD ?= 15
MAX_MINUTES ?= 150

##@ Use it
.PHONY: demo
demo: $(READY) ## Build an environment on simulated Azure, query its model, delete it, verify that nothing is left
	@$(BIN)/python -m emulators.stack.demo

.PHONY: up
up: $(READY) ## Start everything and keep it running until Ctrl-C; the next one continues. FRESH=1: from nothing. SCALE=60
	@$(BIN)/python -m emulators.stack.up --time-scale $(SCALE) $(if $(FRESH),--fresh)

.PHONY: kubeconfig
kubeconfig: $(READY) ## Print a kubeconfig of an environment's cluster while `make up` runs: NAME=fraud-llm
	@$(BIN)/python -m emulators.stack.kubeconfig $(NAME)

.PHONY: send
send: $(READY) ## Put a message on the Service Bus queue while `make up` runs: FILE=examples/messages/provision.json
	@$(BIN)/python -m emulators.stack.send $(FILE)

.PHONY: verify-azure
verify-azure: $(READY) ## Try on real Azure what was never seen there, and remove it; asks first. SUBSCRIPTION=id
	@$(BIN)/python -m tests.azure --subscription '$(SUBSCRIPTION)' --location '$(LOCATION)' \
	  $(if $(filter none,$(GPU)),--no-gpu,--gpu-size '$(GPU)') $(if $(APP),--app '$(APP)') \
	  --max-usd $(MAX_USD) --max-minutes $(MAX_MINUTES) $(if $(YES),--yes) $(if $(ONLY),--only $(ONLY))

##@ Work on it
.PHONY: setup
setup: $(READY) $(INFRA_VENV)/.installed ## Install the pinned requirements of the project and of its checks

$(READY): requirements-dev.txt cli/pyproject.toml .python-version
	@bash emulators/stack/make_venv.sh $(VENV)
	@touch $@

# With Node's 16 MB for new objects, a tenth of pyright's processor time goes into collecting them.
PYRIGHT_NODE_OPTIONS := --max-semi-space-size=64

.PHONY: check
check: $(READY) ## Format, lint, types, import contracts
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	NODE_OPTIONS="$(PYRIGHT_NODE_OPTIONS) $${NODE_OPTIONS:-}" $(BIN)/pyright --warnings
	$(BIN)/lint-imports --no-cache

$(INFRA_VENV)/.installed: requirements-infra.txt .python-version
	@bash emulators/stack/make_venv.sh $(INFRA_VENV) requirements-infra.txt
	@touch $@

.PHONY: check-infra
check-infra: $(INFRA_VENV)/.installed ## Terraform, its policies and the workflows, as far as the tools are installed
	@infra/check.sh $(INFRA_VENV)/bin

.PHONY: package
package: $(READY) ## Build the package that is published to Azure: build/package.zip
	@emulators/stack/make_package.sh $(BIN)/python
	@AZURE_SUBSCRIPTION_ID=none $(BIN)/python -m emulators.functions_host.index_app build/package build/package/.python_packages/lib/site-packages

# Modules with a test that measures, as collecting all others takes longer than to run these.
TIMED = $(shell grep --recursive --files-with-matches --include 'test_*.py' mark.timing tests emulators/tests)

.PHONY: test
test: $(READY) ## Checks and all tests
	@$(MAKE) --no-print-directory --jobs 4 tests-of-processes tests-of-product tests-of-emulators checks-at-once
	$(BIN)/pytest -m timing $(TIMED)

.PHONY: checks
checks: check check-infra

# Prints a target's output in one piece, so that the progress of the tests beside it stays readable.
at-once = @mkdir -p build; $(1) > build/$@.log 2>&1; status=$$?; cat build/$@.log; exit $$status

.PHONY: checks-at-once
checks-at-once:
	$(call at-once,$(MAKE) --no-print-directory checks)

# Workers and the processes of stacks import the same modules: compiled once, whatever the
# environment says. It takes half of the time in which a worker collects its tests.
tests-of-processes tests-of-product tests-of-emulators test $(COMPILED): export PYTHONDONTWRITEBYTECODE :=

# Workers that begin together would each compile all modules of a fresh clone.
$(COMPILED): $(READY)
	@mkdir -p build
	@$(BIN)/pytest --collect-only --quiet > build/collected.log 2>&1 || { cat build/collected.log; exit 1; }
	@touch $@

PYTEST := $(BIN)/pytest -m "not timing and not az and not faults and not portal"
REAL_PROCESSES := tests/e2e tests/faults
IN_PROCESS := tests/contract emulators/tests

# These mostly wait: workers that collect nothing else cost little, and use what the others leave.
.PHONY: tests-of-processes
tests-of-processes: $(COMPILED)
	$(PYTEST) -n 4 --dist loadgroup --no-loadscope-reorder $(REAL_PROCESSES)

# One process: handing thousands of short tests to workers takes longer than a tenth of them.
.PHONY: tests-of-product
tests-of-product: $(COMPILED)
	$(call at-once,$(PYTEST) tests $(REAL_PROCESSES:%=--ignore=%) --ignore=tests/contract)

# Many of these wait, too.
.PHONY: tests-of-emulators
tests-of-emulators: $(COMPILED)
	$(call at-once,$(PYTEST) -n 3 --dist worksteal $(IN_PROCESS))

$(AZ_VENV)/.installed: requirements-az.txt .python-version
	@bash emulators/stack/make_venv.sh $(AZ_VENV) requirements-az.txt
	@touch $@

.PHONY: test-az
test-az: $(READY) $(AZ_VENV)/.installed ## Tests of the real Azure CLI on simulated Azure (installs it: 700 MB)
	$(BIN)/pytest -m az emulators/tests/az

$(PORTAL_VENV)/.installed: requirements-portal.txt .python-version
	@bash emulators/stack/make_venv.sh $(PORTAL_VENV) requirements-portal.txt
	@touch $@

.PHONY: test-portal
test-portal: $(PORTAL_VENV)/.installed ## Tests of the web page in Chromium, which has to be installed (Debian: apt install chromium)
	$(PORTAL_VENV)/bin/pytest -n 2 --dist loadgroup -rs -m portal tests/portal

.PHONY: test-peers
test-peers: $(READY) $(AZ_VENV)/.installed ## The Azure CLI, and terraform with azurerm where it is to be had, build on simulated Azure
	$(BIN)/pytest -m az -rs emulators/tests/az tests/peers

$(MUTATE_VENV)/.installed: requirements-mutate.txt .python-version
	@bash emulators/stack/make_venv.sh $(MUTATE_VENV) requirements-mutate.txt
	@touch $@

.PHONY: mutate
mutate: $(MUTATE_VENV)/.installed ## Change domain/ and orchestrators/ and see which tests notice. ROOM=domain.sweep
	@$(MUTATE_VENV)/bin/python -m tests.mutation $(if $(ROOM),'$(ROOM).*')

.PHONY: flood
flood: $(READY) ## The flood test at full size: 500 messages for 50 environments, some 5 minutes
	FLOOD_ENVIRONMENTS=50 $(BIN)/pytest tests/e2e/test_flood.py --durations 1

.PHONY: chaos
chaos: $(READY) ## Random lifecycles under random faults, and what must hold at the end. SEED=1 ENVIRONMENTS=50
	@$(BIN)/python -m tests.chaos --seed $(SEED) --environments $(ENVIRONMENTS)

.PHONY: test-faults
test-faults: $(READY) ## The fault matrix: each fault x the step it hits, a quarter of an hour or more
	$(BIN)/pytest tests/faults --durations 1

.PHONY: format
format: $(READY) ## Apply every mechanical fix and write generated documents anew
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/python -m emulators.azure.coverage
	$(BIN)/python -m tests.support.phase_diagram
	$(BIN)/python -m tests.support.access_table
	$(BIN)/python -m tests.support.api_reference
	$(BIN)/python -m tests.support.policy_schema
	$(BIN)/python -m tests.support.client_types
	PYTHONPATH=cli/src $(BIN)/python -m tests.support.cli_reference
	$(BIN)/python -m tests.support.fault_matrix
	$(BIN)/python -m tests.support.presets_page
	$(BIN)/python -m tests.azure.document
	$(BIN)/python -m benchmarks.performance

.PHONY: lock
lock: $(READY) ## Resolve requirements*.in to exact versions with hashes: requirements*.txt
	@emulators/stack/lock_requirements.sh $(BIN)/uv

.PHONY: clean
clean: ## Remove everything built or installed
	rm -rf $(VENV) $(INFRA_VENV) $(AZ_VENV) $(MUTATE_VENV) $(PORTAL_VENV) build mutants .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ Measure it
# Benchmarks refuse a machine with a load above 2: ANYWAY=1 has them measure all the same.
.PHONY: bench
bench: $(READY) ## All of these, into docs/performance.md, some two hours: ONLY=sweep-200,chain-60x ANYWAY=1
	@$(BIN)/python -m benchmarks.suite $(if $(ONLY),--only '$(ONLY)')

.PHONY: bench-idle
bench-idle: $(READY) ## Compare idle settings with the offline optimum on traces
	@$(BIN)/python -m benchmarks.traces || true
	@$(BIN)/python -m benchmarks.idle_policies

.PHONY: bench-sweep
bench-sweep: $(READY) ## Sweep 200 environments in simulated Azure and count the requests
	@$(BIN)/python -m benchmarks.sweep --environments 200

.PHONY: bench-crashes
bench-crashes: $(READY) ## Kill app and task hub while N=100 environments are built at once: all Ready, nothing twice
	$(BIN)/python -m benchmarks.crashes --environments $(or $(N),100)

.PHONY: bench-waits
bench-waits: $(READY) ## Build N=50 environments at once, without and with Azure's request limits, and count requests
	@$(BIN)/python -m benchmarks.waiting --environments $(or $(N),50)

.PHONY: bench-footprint
bench-footprint: $(READY) ## Build N=20 environments at once and count processor time, history and storage of each
	@$(BIN)/python -m benchmarks.footprint --environments $(or $(N),20)

.PHONY: bench-chain
bench-chain: $(READY) ## Time 20 environments from POST to Ready against Azure's own delays. SCALE=60 GPU_BOOT_AFTER=0
	@$(BIN)/python -m benchmarks.chain --seed $(SEED) --time-scale $(SCALE) --gpu-boot-after $(GPU_BOOT_AFTER)

.PHONY: bench-list
bench-list: $(READY) ## Time GET /environments by all records and by the directory: N=10000
	@$(BIN)/python -m benchmarks.listing --environments $(or $(N),10000)

.PHONY: bench-hour
bench-hour: $(READY) ## An hour of simulated time with N=1000 environments and 10,000 records: memory, storage
	@$(BIN)/python -m benchmarks.hour --environments $(or $(N),1000)

.PHONY: bench-plans
bench-plans: $(READY) ## Time POST /plans against Azure's own delays: N=500
	@$(BIN)/python -m benchmarks.plans --plans $(or $(N),500)

.PHONY: bench-first-use
bench-first-use: $(READY) ## Time a first-time user's commands, from a clone to a Ready environment. INSTALLED=.venv
	@$(BIN)/python -m benchmarks.first_use $(if $(INSTALLED),--installed $(INSTALLED))

.PHONY: bench-import
bench-import: package ## Time the import of the package at a cold start, after building it
	@$(BIN)/python -m benchmarks.cold_import

.PHONY: bench-gateway
bench-gateway: $(READY) ## Time requests to a model on loopback: directly, and through its gateway
	@$(BIN)/python -m benchmarks.gateway

.PHONY: bench-host
bench-host: $(READY) ## Time chains of activities under the local Functions host and its task hub
	@$(BIN)/python -m emulators.benchmarks.host

.PHONY: bench-azure
bench-azure: $(READY) ## Fill simulated Azure with 200 clusters and 2,000 pods and time its answers
	@$(BIN)/python -m emulators.benchmarks.azure
