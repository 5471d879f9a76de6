# Safelight. `make run` and `make test` are all a newcomer needs; each sets up what it uses.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := build

LISTEN ?= 127.0.0.1:8787
ROOT ?= samples
PREFIX ?= /usr/local

# Everything looks for build products under `target`, also when Cargo puts them elsewhere.
TARGET := $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)
export CARGO_TARGET_DIR := $(TARGET)
RELEASE := $(TARGET)/release
VENV := $(CURDIR)/.venv
PYTHON := $(VENV)/bin/python
CARGO := cargo --locked

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# ---------------------------------------------------------------- build

.PHONY: build
build: native python node go ## everything: library, CLI, server, Python, Node, Go

.PHONY: tools
tools:
	@tests/tools/setup.sh build

.PHONY: native
native: tools ## libsafelight.{so,a}, the CLI and the example server
	$(CARGO) build --release --workspace
	@[ "$(TARGET)" = "$(CURDIR)/target" ] || ln -sfn "$(TARGET)" target

# The library is built once, with the rest of the workspace; the package in the tree only gets
# a copy, and .venv a path to it. `maturin build` makes the wheel that users install.
.PHONY: python
python: native $(VENV)/.ready ## the Python package, in .venv
	cp $(RELEASE)/libsafelight_python.so bindings/python/python/safelight/.native.new
	mv bindings/python/python/safelight/.native.new bindings/python/python/safelight/_native.abi3.so
	echo "$(CURDIR)/bindings/python/python" > "$$($(PYTHON) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/safelight.pth"

$(VENV)/.ready: tests/requirements.txt bindings/python/requirements-dev.txt
	@tests/tools/setup.sh python
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	touch $@

.PHONY: node
node: native bindings/node/node_modules/.ready ## the Node package, in bindings/node
	cd bindings/node && npm run --silent build -- --built

bindings/node/node_modules/.ready: bindings/node/package.json
	cd bindings/node && npm install --silent --no-audit --no-fund --no-package-lock --ignore-scripts
	touch $@

.PHONY: go
go: native ## the Go package
	cd bindings/go && go build ./...

# ---------------------------------------------------------------- run

.PHONY: run
run: tools ## the example server on $(LISTEN): hosted images, their API, sample pictures
	$(CARGO) build --release -p safelight-cli
	$(RELEASE)/safelight serve --listen $(LISTEN) --root $(ROOT) --samples

# ---------------------------------------------------------------- test

STAGES := rust crash pure c python node go same corpus truth browser worker polish services packages house

.PHONY: test
test: test-tools build ## every language and every layer; says what it ran
	@tests/tools/stages.sh $(STAGES)

.PHONY: test-tools
test-tools:
	@tests/tools/setup.sh build test

.PHONY: test-rust
test-rust:
	$(CARGO) test --release --workspace

# Hosted images in a folder, killed again and again: what was acknowledged is there afterwards.
KILLS ?= 200
.PHONY: test-crash
test-crash:
	$(CARGO) build --release --quiet --workspace --examples
	python3 tests/services/crash/run.py $(RELEASE)/examples/crash_worker --kills $(KILLS)

# The crate without a codec: options, URLs, signing and negotiation for pure-URL users.
.PHONY: test-pure
test-pure:
	$(CARGO) test --release -p safelight --no-default-features

.PHONY: test-c
test-c:
	tests/c/run.sh $(RELEASE)

.PHONY: test-python
test-python:
	$(PYTHON) -m pytest -q bindings/python/tests

.PHONY: test-node
test-node:
	cd bindings/node && npm test --silent

.PHONY: test-go
test-go:
	cd bindings/go && go vet ./... && go test -count=1 ./...

# The same input and options give the same bytes in every language and for 1 and 4 threads.
.PHONY: test-same
test-same:
	$(PYTHON) tests/same/run.py --release $(RELEASE)

# Every file of a corpus is rendered or refused with a typed error.
.PHONY: test-corpus
test-corpus:
	$(PYTHON) tests/corpus/run.py --release $(RELEASE)

# Decoded pixels against a second decoder, resizes against a neutral one.
.PHONY: test-truth
test-truth:
	$(CARGO) build --release --quiet --workspace --examples
	$(PYTHON) tests/truth/run.py --release $(RELEASE)

.PHONY: test-browser
test-browser:
	tests/browser/run.sh $(RELEASE)

# Three pages in Chromium, as they are and with their images changed: predictions against the line.
.PHONY: test-audit
test-audit:
	tests/audit/run.sh $(RELEASE)

# Cloudflare's Worker runtime calls the example server: Images binding and cf.image.
.PHONY: test-worker
test-worker:
	tests/worker/run.sh $(RELEASE)

# Official SDKs, PostgreSQL, Ceph, schemathesis, browsers and Varnish: tests/services/README.md.
.PHONY: test-services
test-services:
	tests/services/run.sh $(RELEASE)

# The polishing proxy of examples/polish-go, alone, then between nginx and Chromium.
.PHONY: test-polish
test-polish:
	cd examples/polish-go && go vet ./... && go test -count=1 ./...
	tests/polish/run.sh

.PHONY: test-packages
test-packages:
	tests/packages/run.sh $(RELEASE)

# One version number everywhere, folders that use only what they may, licences.
.PHONY: test-house
test-house:
	$(PYTHON) tests/tools/house.py

# ---------------------------------------------------------------- measure, tidy, install

.PHONY: bench-polish
bench-polish: native ## Polished files beside jpegtran, oxipng, cwebp and sharp: bytes, pixels, scores
	tests/bench/polish/run.sh

.PHONY: bench
bench: test-tools native node ## Safelight beside sharp and pyvips, one thread each
	tests/bench/run.sh

.PHONY: fmt
fmt: ## format every language
	cargo fmt --all
	gofmt -w bindings/go examples/polish-go tests/polish

.PHONY: lint
lint: tools ## formatting, lints as errors, licences
	cargo fmt --all --check
	test -z "$$(gofmt -l bindings/go examples/polish-go tests/polish)"
	$(CARGO) clippy --release --workspace -- -D warnings
	$(CARGO) clippy --release --workspace --all-targets --exclude safelight-node --exclude safelight-python -- -D warnings
	tests/tools/setup.sh deny
	cargo deny --offline check licenses bans sources

.PHONY: install
install: native ## header, libraries, pkg-config file and CLI under PREFIX
	install -d $(PREFIX)/include $(PREFIX)/lib/pkgconfig $(PREFIX)/bin
	install -m 644 include/safelight.h $(PREFIX)/include/
	install -m 644 $(RELEASE)/libsafelight.a $(PREFIX)/lib/
	install -m 755 $(RELEASE)/libsafelight.so $(PREFIX)/lib/
	install -m 755 $(RELEASE)/safelight $(PREFIX)/bin/
	sed -e 's|@PREFIX@|$(PREFIX)|' -e "s|@VERSION@|$$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)|" \
	  ffi/safelight.pc.in > $(PREFIX)/lib/pkgconfig/safelight.pc
