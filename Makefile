# Two commands: `make review` shows Fusion at work; `make test` is the gate that CI runs. Both set everything up themselves.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help review test soak bench lock clean setup

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

.venv/base: pyproject.toml constraints.txt tools/setup
	@tools/setup base

.venv/dev: pyproject.toml constraints.txt tests/weights.txt tests/node/package-lock.json tools/setup
	@tools/setup dev

setup: .venv/base ## make the environment in .venv (.venv/bin/fusion is the command line)
	@echo "Fusion is ready: $(CURDIR)/.venv/bin/fusion"

review: .venv/base ## review an example history, then tell you how to review your own
	@.venv/bin/fusion demo

test: .venv/dev ## the gate: format, lint, strict types, tests
	@tools/gate

soak: .venv/dev ## long fault campaigns (the engine and the bot killed at random moments, and between any two requests)
	@.venv/bin/python -m tests.soak

bench: .venv/dev ## measure: a table, and build/bench.json
	@.venv/bin/python -m tests.bench

lock: ## resolve every dependency anew into constraints.txt and requirements.txt
	@tools/lock

clean: ## remove the environment and what was built
	rm -rf .venv build
