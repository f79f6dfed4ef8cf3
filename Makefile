# `make help` lists what there is. Every target that needs something installed sees to it first.

PACKAGES := libgit2-dev libsqlite3-dev libseccomp-dev bubblewrap pkg-config zlib1g-dev
LINTED := Package.swift Sources Tests verifiers Benchmarks

.PHONY: help setup demo build test lint bench

help: ## Lists the targets.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Installs what is missing: Debian packages, with sudo where not root.
	@if ! command -v swift >/dev/null; then \
	  echo "hone needs Swift 6.3: see https://www.swift.org/install/linux/, then try again." >&2; \
	  exit 1; \
	fi; \
	if ! command -v dpkg-query >/dev/null; then \
	  echo "This is no Debian or Ubuntu: install the likes of $(PACKAGES) yourself." >&2; \
	  exit 0; \
	fi; \
	missing=; \
	for package in $(PACKAGES); do \
	  status=$$(dpkg-query -W -f='$${db:Status-Status}' $$package 2>/dev/null || true); \
	  [ "$$status" = installed ] || missing="$$missing $$package"; \
	done; \
	[ -n "$$missing" ] || exit 0; \
	if [ "$$(id -u)" = 0 ]; then sudo=; \
	elif command -v sudo >/dev/null; then sudo=sudo; \
	else missing_tool=sudo; fi; \
	command -v apt-get >/dev/null || missing_tool=apt-get; \
	if [ -n "$$missing_tool" ]; then \
	  echo "Missing:$$missing. There is no $$missing_tool to install them with: as root, run" >&2; \
	  echo "  apt-get install$$missing" >&2; \
	  exit 1; \
	fi; \
	echo "Installing$$missing" >&2; \
	log=$$(mktemp); \
	if ! { $$sudo env DEBIAN_FRONTEND=noninteractive apt-get -q update \
	  && $$sudo env DEBIAN_FRONTEND=noninteractive \
	    apt-get -q install -y --no-install-recommends $$missing; } >"$$log" 2>&1; then \
	  tail -n 20 "$$log" >&2; echo "The whole story is in $$log." >&2; exit 1; \
	fi; \
	rm -f "$$log"

build: setup ## Builds .build/release/hone.
	swift build -c release --product hone
	swift build -c release --product HoneCell

demo: build ## Trains the embedded policy from random weights, and shows before and after.
	.build/release/hone run pipelines/arithmetic-tiny.yaml

test: setup ## Builds and passes the tests.
	swift build --build-tests
	swift test --skip-build --disable-xctest

lint: ## Holds the code to .swift-format.
	swift format lint --strict --recursive --parallel $(LINTED)

bench: setup ## Measures speed, as JSON.
	@swift build -c release --product hone-benchmarks >&2
	@swift build -c release --product HoneCell >&2
	@.build/release/hone-benchmarks
