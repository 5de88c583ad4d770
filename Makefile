# imgcrawl: build, run, test. `make help` lists what there is.

SHELL      := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS  += --no-builtin-rules
.DEFAULT_GOAL := all

VERSION    := 0.1.0
BUILD      ?= build
PREFIX     ?= /usr/local
SYSCONFDIR ?= /etc
UNITDIR    ?= /lib/systemd/system

# One tree of objects for each variant, side by side: plain, asan (ASan+UBSan), tsan, fuzz (clang).
VARIANT    ?= plain
OUT        := $(BUILD)/$(VARIANT)

PKGS       := libcurl libmicrohttpd sqlite3 gumbo jansson inih libxxhash libidn2 libpsl libseccomp libsystemd expat zlib libcares libpcre2-8 libzstd libjpeg libpng libwebp libwebpdemux dav1d nettle
WARNINGS   := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
              -Wvla -Wformat=2 -Wundef -Wpointer-arith -Wcast-qual -Wwrite-strings -Wimplicit-fallthrough
ifdef WERROR
WARNINGS   += -Werror
endif
CC         ?= cc
ifeq ($(origin CC),default)
CC         := cc
endif
CFLAGS     ?= -O2 -g
CPPFLAGS_  := -D_GNU_SOURCE -I. -DIMGCRAWL_VERSION='"$(VERSION)"'
CFLAGS_plain := -fstack-protector-strong -D_FORTIFY_SOURCE=2
CFLAGS_asan  := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
CFLAGS_tsan  := -O1 -fsanitize=thread -fno-omit-frame-pointer
CFLAGS_fuzz  := -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
LDFLAGS_plain := -Wl,-z,relro,-z,now
LDFLAGS_asan := -fsanitize=address,undefined
LDFLAGS_tsan := -fsanitize=thread
LDFLAGS_fuzz := -fsanitize=fuzzer,address,undefined
# Asked once, when the first recipe needs it: `make run` works before the libraries are there.
PKG_CFLAGS  = $(eval PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS)))$(PKG_CFLAGS)
PKG_LIBS    = $(eval PKG_LIBS := $(shell pkg-config --libs $(PKGS)) -lgif -lev -lm -pthread)$(PKG_LIBS)
ALL_CFLAGS  = -std=c17 -pthread $(WARNINGS) $(CPPFLAGS_) $(CPPFLAGS) $(CFLAGS) $(CFLAGS_$(VARIANT)) $(PKG_CFLAGS)
ALL_LDFLAGS = $(LDFLAGS_$(VARIANT)) $(LDFLAGS)

# The layers, lowest first. A unit test links only its own layer and those below it.
LAYERS     := async extract storage crawler server
SRC_async   := $(wildcard crawler/async/*.c)
SRC_extract := $(wildcard crawler/extract/*.c)
SRC_storage := $(wildcard storage/*.c)
PARTS       := base audit job workers fetch hosts frontier sitemaps probe
SRC_crawler := $(wildcard crawler/*.c $(PARTS:%=crawler/%/*.c))
SRC_server  := $(filter-out server/main.c,$(wildcard server/*.c))
OBJ_storage := $(OUT)/gen/schema.o
OBJ_server  := $(OUT)/gen/web.o
LIBS_async   := async
LIBS_extract := extract
LIBS_storage := storage
LIBS_crawler := crawler storage extract async
LIBS_server  := server crawler storage extract async

obj         = $(patsubst %.c,$(OUT)/obj/%.o,$(1))
archive     = $(OUT)/lib$(1).a

.PHONY: all
all: $(BUILD)/imgcrawl

$(BUILD)/imgcrawl: $(BUILD)/plain/imgcrawl
	ln -sf plain/imgcrawl $@

ifneq ($(VARIANT),plain)
$(BUILD)/plain/imgcrawl:
	$(MAKE) VARIANT=plain $@
endif

$(OUT)/imgcrawl: $(OUT)/obj/server/main.o $(foreach l,$(LIBS_server),$(call archive,$(l)))
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

define layer_rules
$$(call archive,$(1)): $$(call obj,$$(SRC_$(1))) $$(OBJ_$(1))
	@rm -f $$@
	ar rcs $$@ $$^

TESTS_$(1) := $$(patsubst tests/unit/$(1)/%.c,$$(OUT)/tests/$(1)/%,$$(wildcard tests/unit/$(1)/test_*.c))
$$(TESTS_$(1)): $$(OUT)/tests/$(1)/%: $$(OUT)/obj/tests/unit/$(1)/%.o $$(foreach l,$$(LIBS_$(1)),$$(call archive,$$(l)))
	@mkdir -p $$(@D)
	$$(CC) $$(ALL_LDFLAGS) -o $$@ $$^ $$(PKG_LIBS) -lcmocka
.PHONY: unit-$(1)
unit-$(1): $$(TESTS_$(1))
endef
$(foreach l,$(LAYERS),$(eval $(call layer_rules,$(l))))

$(OUT)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Files carried inside the binary: the database schemas and the web UI.
$(OUT)/gen/schema.S: $(wildcard storage/*.sql) configs/embed.sh
	@mkdir -p $(@D)
	configs/embed.sh schema $(sort $(wildcard storage/*.sql)) > $@
$(OUT)/gen/web.S: $(shell find web -type f 2>/dev/null) configs/embed.sh
	@mkdir -p $(@D)
	configs/embed.sh web $(sort $(shell find web -type f)) > $@
$(OUT)/gen/%.o: $(OUT)/gen/%.S
	$(CC) -c -o $@ $<

# The test web server: a program of its own, so that no mistake of ours is on both sides.
FIXTURE := $(patsubst tests/fixture/%.c,$(BUILD)/fixture-obj/%.o,$(wildcard tests/fixture/*.c))
$(BUILD)/fixture-obj/%.o: tests/fixture/%.c
	@mkdir -p $(@D)
	$(CC) -std=c17 -pthread $(WARNINGS) -D_GNU_SOURCE -I. $(CFLAGS) -MMD -MP -c -o $@ $<
$(BUILD)/fixture: $(FIXTURE)
	$(CC) $(LDFLAGS) -o $@ $^ -lmicrohttpd -lz -pthread

# Real pages to crawl.
CORPORA := $(BUILD)/corpus/debian-handbook $(BUILD)/corpus/apache2-doc \
           $(BUILD)/corpus/python-sklearn-doc $(BUILD)/corpus/gimp-help-en
$(CORPORA):
	tests/unpack-package $(@F) $@

# Benchmarks and fuzzers: one program a file, linked to the layers that it measures or feeds.
LIBS_bench_store := storage
LIBS_make_inventory := storage
LIBS_bench_links := crawler extract
LIBS_bare_curl   :=
BENCHES := $(patsubst tests/bench/%.c,$(OUT)/bench/%,$(wildcard tests/bench/*.c))
FUZZERS := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
layers_of = $(if $(filter undefined,$(origin LIBS_$(1))),$(LIBS_crawler),$(LIBS_$(1)))
.SECONDEXPANSION:
$(BENCHES): $(OUT)/bench/%: $(OUT)/obj/tests/bench/%.o $$(foreach l,$$(call layers_of,$$*),$$(call archive,$$l))
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)
ifeq ($(VARIANT),fuzz)
$(FUZZERS): $(OUT)/%: $(OUT)/obj/tests/fuzz/%.o $(foreach l,$(LIBS_server),$(call archive,$(l)))
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)
endif
# What runs on more than one thread, and so is also tested under the thread sanitizer.
THREADED := $(TESTS_async) $(filter %/test_loop_call,$(TESTS_server)) \
            $(filter %/test_board %/test_store_writer %/test_engine %/test_engine_faults %/test_robots %/test_resolver %/test_fetch_names \
                       %/test_sitemaps %/test_probes %/test_indexer,$(TESTS_crawler))
# What a sanitizer build cannot show: the sandbox as it really is, with its memory limit.
PLAIN_ONLY := $(filter %/test_process_pool,$(TESTS_async)) $(filter %/test_image_sandbox,$(TESTS_crawler))
.PHONY: benches fuzzers units threaded-units plain-units
plain-units: $(PLAIN_ONLY)
threaded-units: $(THREADED)
benches: $(BENCHES)
fuzzers: $(FUZZERS)
units: $(foreach l,$(LAYERS),unit-$(l))

# Everything below calls make again, once for each tree of objects.
JOBS = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))
CLANG ?= clang

.PHONY: run
run: ## install what is missing, build, and serve on 127.0.0.1:8080 with data in ./data
	@configs/install-packages.sh build
	@$(MAKE) $(JOBS) --no-print-directory all
	@exec $(BUILD)/imgcrawl serve --listen 127.0.0.1:8080 --data data

.PHONY: test
test: ## install what is missing, build every variant, and run every test
	@configs/install-packages.sh build test
	@$(MAKE) $(JOBS) --no-print-directory WERROR=1 test-programs
	@tests/install-readers $(BUILD)/readers
	@BUILD=$(BUILD) tests/run

# Variants one after another (each uses all cores), so that a first failure stops the build at once.
.PHONY: test-programs
test-programs:
	$(MAKE) VARIANT=plain all benches plain-units $(BUILD)/fixture $(CORPORA)
	$(MAKE) VARIANT=asan $(BUILD)/asan/imgcrawl units
	$(MAKE) VARIANT=tsan threaded-units
	$(MAKE) VARIANT=plain CC=$(CLANG) BUILD=$(BUILD)/clang $(BUILD)/clang/plain/imgcrawl
	$(MAKE) VARIANT=fuzz CC=$(CLANG) fuzzers

.PHONY: bench
bench: ## measure pages per second, CPU by stage and memory, beside a bare curl loop
	@configs/install-packages.sh build test
	@$(MAKE) $(JOBS) --no-print-directory VARIANT=plain all benches $(BUILD)/fixture $(BUILD)/corpus/debian-handbook
	@status=0; \
	    BUILD=$(BUILD) tests/bench/run || status=1; \
	    $(BUILD)/plain/bench/bench_links || status=1; \
	    BUILD=$(BUILD) tests/bench/tarpits || status=1; \
	    BUILD=$(BUILD) tests/bench/inventory || status=1; \
	    BUILD=$(BUILD) tests/bench/exports || status=1; \
	    exit $$status

FUZZ_SECONDS ?= 30
.PHONY: fuzz
fuzz: ## run each fuzzer for FUZZ_SECONDS (30) from its corpus
	@configs/install-packages.sh build test
	@$(MAKE) $(JOBS) --no-print-directory VARIANT=fuzz CC=$(CLANG) fuzzers
	@BUILD=$(BUILD) FUZZ_SECONDS=$(FUZZ_SECONDS) tests/fuzz/run

C_FILES = $(shell find crawler server storage tests -name '*.[ch]')
.PHONY: lint lint-format lint-lengths lint-cppcheck lint-tidy
lint: ## layout, static analysis, length of functions
	@configs/install-packages.sh build lint
	@$(MAKE) --keep-going --no-print-directory lint-format lint-lengths lint-cppcheck lint-tidy
lint-format:
	clang-format-14 --dry-run -Werror $(C_FILES)
lint-lengths:
	tests/conformance/function_lengths.py
lint-cppcheck:
	cppcheck --quiet -j $(shell nproc) --std=c11 --error-exitcode=1 --inline-suppr \
	    --enable=warning,performance,portability --suppress=missingIncludeSystem -D_GNU_SOURCE \
	    '-DIMGCRAWL_VERSION="$(VERSION)"' -I. crawler server storage
lint-tidy:
	printf '%s\0' $(filter %.c,$(filter-out tests/%,$(C_FILES))) | \
	    xargs -0 -n 4 -P $(shell nproc) sh -c 'clang-tidy-14 --quiet "$$@" -- -std=c17 -D_GNU_SOURCE -I. \
	        -DIMGCRAWL_VERSION=\"$(VERSION)\" $(PKG_CFLAGS)' tidy

.PHONY: install
install: all ## install binary, unit, manual and (unless there is one) the configuration
	install -D -m 755 $(BUILD)/plain/imgcrawl $(DESTDIR)$(PREFIX)/bin/imgcrawl
	install -d $(DESTDIR)$(UNITDIR) $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man5
	sed 's|/usr/local/bin|$(PREFIX)/bin|; s|/etc/imgcrawl|$(SYSCONFDIR)/imgcrawl|' configs/imgcrawl.service \
	    > $(DESTDIR)$(UNITDIR)/imgcrawl.service
	install -m 644 configs/imgcrawl.1 $(DESTDIR)$(PREFIX)/share/man/man1/imgcrawl.1
	install -m 644 configs/imgcrawl.ini.5 $(DESTDIR)$(PREFIX)/share/man/man5/imgcrawl.ini.5
	test -e $(DESTDIR)$(SYSCONFDIR)/imgcrawl/imgcrawl.ini || \
	    install -D -m 644 configs/imgcrawl.ini $(DESTDIR)$(SYSCONFDIR)/imgcrawl/imgcrawl.ini

.PHONY: uninstall
uninstall: ## remove what install has put there; configuration and data stay
	rm -f $(DESTDIR)$(PREFIX)/bin/imgcrawl $(DESTDIR)$(UNITDIR)/imgcrawl.service \
	    $(DESTDIR)$(PREFIX)/share/man/man1/imgcrawl.1 $(DESTDIR)$(PREFIX)/share/man/man5/imgcrawl.ini.5

.PHONY: clean
clean: ## remove everything that was built
	rm -rf $(BUILD)

.PHONY: help
help: ## this list
	@echo 'make            build $(BUILD)/imgcrawl'
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 16
	@echo
	@echo 'Variables: VARIANT=plain|asan|tsan, CC, BUILD (build), PREFIX (/usr/local), DESTDIR, WERROR=1'

-include $(shell find $(OUT)/obj $(BUILD)/fixture-obj -name '*.d' 2>/dev/null)
