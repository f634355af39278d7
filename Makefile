# SPDX-License-Identifier: GPL-2.0-only
# Gloss: make (modules for KVER and tools), make demo, make check; see README.md.
KVER ?= $(shell ls -d /lib/modules/*/build 2>/dev/null | sort -V | tail -1 | cut -d/ -f4)
DESTDIR ?=
PREFIX ?= /usr
STAGE = build/$(KVER)/stage
export GLOSS_CACHE ?= /var/cache/gloss

all: modules tools

modules:
	scripts/mod-build -k $(KVER) -o build/$(KVER)/mod

tools:
	@$(MAKE) -s -C lib all
	@$(MAKE) -s -C utils all
	@$(MAKE) -s -C tests/tools

# Packages this tree builds and tests with; does nothing when they are there.
deps:
	@scripts/deps

install: all
	scripts/stage $(KVER) build/$(KVER)/mod "$(DESTDIR)/"

# What the test machines use: modules with their own modules.dep beside the stock ones, tools.
stage: deps
	@$(MAKE) -s modules tools
	@scripts/stage -t $(KVER) build/$(KVER)/mod $(STAGE)

stage-um: deps
	@tests/uml/build-kernel
	@scripts/mod-build -k um -o build/um/mod
	@$(MAKE) -s tools
	@scripts/stage -t um build/um/mod build/um/stage

demo: stage
	@tests/vm/demo

check: deps
	@tests/check style unit uml vm
check-unit: deps
	@tests/check unit
check-uml: deps
	@tests/check uml
check-vm: deps
	@tests/check vm

# The long tests at full length: hours where the test machines are emulated.
soak: deps
	@tests/check soak

bench: stage
	@tests/bench/run

lint: deps
	@tests/check style

fuzz:
	$(MAKE) -C tests/unit fuzz N=$(or $(N),1000000)

clean:
	rm -rf build
	@$(MAKE) -s -C lib clean
	@$(MAKE) -s -C utils clean
	@$(MAKE) -s -C tests/unit clean

.PHONY: all modules tools deps install stage stage-um demo check check-unit check-uml check-vm bench lint fuzz clean
