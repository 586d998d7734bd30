# The two commands of a newcomer: make run, make test.

SUITE ?= cbam
MUTATIONS ?= 30000
FUZZ_SEED := $(or $(SEED),$(shell date +%s))
BUILD := swift build -c release
TOOL := .build/release/cbambench
PACKAGES := binutils git libgoogle-perftools-dev make pkg-config
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
INSTALL = if command -v apt-get >/dev/null; then $(SUDO) apt-get update -q && $(SUDO) apt-get install -y -q $(PACKAGES); \
  else echo "setup: please install these packages: $(PACKAGES)"; exit 1; fi

.PHONY: setup setup-portable run gate test examples test-tsan test-repeat test-portable fuzz format check peers

# Installs what is missing; where there is no apt it names the packages and stops.
setup:
	@command -v swift >/dev/null || { echo "setup: no 'swift' found; install a Swift 6.3 toolchain first (swift.org/install)"; exit 1; }
	@if ! (command -v nm && command -v git && command -v pkg-config && pkg-config --exists libtcmalloc libprofiler) >/dev/null; then $(INSTALL); fi

# The emulator of other CPUs, for test-portable alone.
setup-portable: private PACKAGES := qemu-user
setup-portable: setup
	@if ! command -v qemu-x86_64 >/dev/null; then $(INSTALL); fi

run: setup
	$(BUILD)
	$(TOOL) run $(SUITE) --output Reports/$(SUITE)-$$(date +%Y%m%dT%H%M%S).csv

# This checkout against the baseline in the repository: counts exactly; times where the machine is the baseline's.
gate: setup
	$(BUILD)
	for suite in ci cliffs; do \
	  $(TOOL) run $$suite --quiet --output Reports/gate-$$suite.csv && \
	  $(TOOL) gate Reports/gate-$$suite.csv --baseline Bench/Baselines/$$suite.csv --policy Bench/policy.json || exit; \
	done

test: setup
	swift test -c release --disable-testable-imports
	$(MAKE) examples
	$(MAKE) test-tsan

# The examples as a package of their own, which depends on this one by path.
examples: setup
	swift build -c release --package-path Examples --scratch-path .build/examples
	.build/examples/release/OwnKernel
	.build/examples/release/OwnAttention

# The team under the thread sanitizer, which tells of data races; a debug build of its own, about a minute the first time.
test-tsan: setup
	swift test --sanitize=thread --filter TeamTests --scratch-path .build/tsan

# All tests N times, every second time beside a process that burns a core: do they depend on time?
N ?= 20
FILTER ?= .
test-repeat: setup
	Tests/repeat.sh $(N) '$(FILTER)'

# Minutes of wrong input for every reader, other input each time; a trap leaves what it read in .build/fuzz, and
# make fuzz INPUT=.build/fuzz/NAME.input reads that alone.
fuzz: setup
	@echo "make fuzz SEED=$(FUZZ_SEED) MUTATIONS=$(MUTATIONS) repeats this"
	FUZZ_SEED=$(FUZZ_SEED) FUZZ_MUTATIONS=$(MUTATIONS) $(if $(INPUT),FUZZ_INPUT=$(abspath $(INPUT))) \
	  swift test -c release --disable-testable-imports --filter FuzzTests

# The release binary on emulated CPUs without AVX and without AVX-512.
test-portable: setup-portable
	$(BUILD)
	Tests/portable.sh $(TOOL)

format:
	swift format --in-place --recursive Sources Tests Plugins Examples Package.swift

check:
	swift format lint --strict --recursive Sources Tests Plugins Examples Package.swift

# Other engines beside ours (Bench/Peers): two Python environments of some GB below .build/peers, then half an hour of measuring.
# What is interrupted goes on with 'cbambench run --resume Reports/peers.csv.partial'.
PEERS := .build/peers
ROUNDS ?= 11
ENGINES ?= torch torch-channels-last onnxruntime openvino ncnn
TARGETS ?= peers peers-networks relu@1x16x1x1
contender = --contender "$(PEERS)/$(1)/bin/python Bench/Peers/server.py $(2)"

$(PEERS)/%/installed: Bench/Peers/%.txt
	python3 -m venv $(@D)
	$(@D)/bin/pip install -q -r $<
	touch $@

# Compiling takes a minute for a network and gains nothing for a lone operator.
peers: setup $(PEERS)/requirements/installed $(PEERS)/requirements-litert/installed
	$(BUILD)
	$(TOOL) run $(TARGETS) --kernels tiled --rounds $(ROUNDS) --output Reports/peers.csv --export peers=Reports/peers.md --quiet \
	  $(foreach engine,$(ENGINES),$(call contender,requirements,$(engine))) \
	  $(call contender,requirements,torch-compiled --nodes 2-20) \
	  $(call contender,requirements-litert,litert)
	cat Reports/peers.md
