# One command a need. `make help` lists them. Every one installs what it needs and asks nothing.
PREFIX ?= /usr/local
export PATH := $(CURDIR)/build/node/bin:$(PATH)
export CCACHE_SLOPPINESS := pch_defines,time_macros,include_file_mtime,include_file_ctime
export CCACHE_MAXSIZE ?= 2G

.DEFAULT_GOAL := help
.PHONY: help setup setup-test build native web dashboard demo example docs test clients bench chaos fuzz reproduce lint format package install clean

help: ## lists the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup:
	@tools/setup.sh build

setup-test:
	@tools/setup.sh build test

native: dashboard
	@cmake --preset release > build/configure.log 2>&1 || { cat build/configure.log; exit 1; }
	@cmake --build --preset release

web: setup
	@node tools/build-web.mjs

# The program has the dashboard in it, which signs in by the browser package.
dashboard: web
	@node tools/build-dashboard.mjs

build: native ## the release build: build/release/ostia and build/npm

demo: build ## the authority, the example application, and what to open; Ctrl-C stops all of it
	@node tools/demo.mjs

example: build ## one of examples/, by NAME=, beside an authority
	@node tools/example.mjs $(NAME)

docs: setup-test ## the documentation site, in build/site
	@node tools/docs.mjs

test: setup-test build ## every test; the last line says how many passed
	@node tools/test.mjs

clients: setup-test build ## programs of other people against the authority, ONLY= an ecosystem or names; into docs/clients.md
	@node tests/clients/run.mjs

bench: setup-test build ## the benchmarks, beside their peers
	@node bench/bench.mjs

chaos: setup-test build ## kills, full disks, clocks that lie, slow peers, floods; the figures go into docs/reliability.md
	@node chaos/chaos.mjs

fuzz: setup-test ## the fuzzers, for a bounded time (SECONDS_EACH=60)
	@cmake --preset fuzz > /dev/null && cmake --build --preset fuzz --target fuzzers
	@node tools/fuzz.mjs

reproduce: build ## makes the package's WebAssembly again and compares it, byte for byte
	@node tools/reproduce.mjs

lint: setup-test ## formatting and static analysis
	@node tools/lint.mjs

format: setup-test ## formats the C++ sources in place
	@git ls-files '*.cpp' '*.hpp' | xargs clang-format-19 -i

package: build ## .deb, npm tarball and source archive, in build/packages
	@node tools/package.mjs

install: native ## the C++ SDK, the program and its man pages, under PREFIX
	@cmake --install build/release --prefix $(PREFIX)

clean: ## removes the build folder
	@rm -rf build
