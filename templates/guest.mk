# What the templates share: from guest.elf, which each builds in its own way, to a proof. `make` does all.
#   make build | load | run | prove | clean
# CLAIM=123 has another claim judged. ASTERISC names the command, where it is not on the PATH.
ASTERISC ?= asterisc
HOST ?= node ../host.mjs $(CLAIM)
# Steps to prove: a pattern as `asterisc run --proof-at` takes it.
PROVE ?= %1000

.DEFAULT_GOAL := all
.PHONY: all build load run prove clean
all: run prove
build: guest.elf
load: state.json

state.json: guest.elf
	$(ASTERISC) load-elf --path guest.elf --out state.json --meta meta.json

# The last line is the final state's: exitCode is the guest's verdict, witnessHash commits to the whole machine.
run: state.json
	$(ASTERISC) run --input state.json --meta meta.json --info-at never --output final.json -- $(HOST)
	$(ASTERISC) witness --input final.json

prove: state.json
	rm -f proof-*.json
	$(ASTERISC) run --input state.json --meta meta.json --info-at never --proof-at '$(PROVE)' --output final.json -- $(HOST)
	for proof in proof-*.json; do $(ASTERISC) verify-step $$proof >/dev/null || exit 1; echo "$$proof is right"; done

clean:
	rm -rf guest.elf guest.wasm state.json meta.json final.json proof-*.json target
