# The guide's names for what npm does.
.PHONY: op-program-client-riscv prestate

# bin/op-program-client-riscv.elf from its sources (fetches the cross compiler, 395 MB, on first use)
op-program-client-riscv:
	npm run guest

# bin/prestate.json and bin/meta.json, from the released ELF where it belongs to the sources
prestate:
	npm run prestate
