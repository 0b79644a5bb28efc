// The modules of assembly/merkle: the memory tree with the step prover, and hashing alone.
import { readFileSync } from 'node:fs';
import { MachineMemoryError } from './paging/memory-limit.js';

/** Hashing alone (hashing.ts there). Addresses are in its memory. */
export interface HashingExports {
  readonly memory: WebAssembly.Memory;
  /** Where bytes are exchanged with the host: 1 MiB. */
  readonly EXCHANGE: WebAssembly.Global;
  keccak256(source: number, length: number, target: number): void;
  pageRoots(pages: number, n: number, roots: number): void;
}

/** Tree and prover (index.ts, recorder.ts and prover.ts there say more). Addresses are in its memory. */
export interface MerkleExports {
  readonly memory: WebAssembly.Memory;
  /** Pages that one exchange carries. */
  readonly BATCH: WebAssembly.Global;
  /** Where bytes are exchanged with the host: 512 KiB. */
  readonly EXCHANGE: WebAssembly.Global;
  keccak256(source: number, length: number, target: number): void;
  setPages(pages: number, keys: number, n: number): void;
  setPageRoots(roots: number, keys: number, n: number): void;
  /** From now on, pages that are kept and come again are not given up for others. */
  keepUsed(): void;
  treeRoot(): number;
  proof(address: bigint, target: number): void;

  readonly ACCESSES: WebAssembly.Global;
  readonly DECODE_TABLE: WebAssembly.Global;
  readonly LABELS: WebAssembly.Global;
  readonly WITNESS: WebAssembly.Global;
  /** Steps that one `record` takes at most. */
  readonly MOST_STEPS: WebAssembly.Global;
  readonly count: WebAssembly.Global;
  readonly stopped: WebAssembly.Global;
  initializeProver(pc: number, registers: number, reservation: number): void;
  start(): void;
  record(steps: number): void;
  openStep(): number;
  openAccess(address: bigint, size: number, writes: boolean): number;
  closeStep(): void;
  loadRegisters(): void;
  finish(): number;
  endsOfTexts(): number;
}

/** What the prover asks of the engine: its exports of these names. */
export interface MerkleImports {
  run(steps: bigint): number;
  peek(address: bigint): bigint;
  word(at: number): bigint;
}

const compiled = new Map<string, WebAssembly.Module>();

/** The module of that file, compiled once. */
function compile(file: string): WebAssembly.Module {
  let module = compiled.get(file);
  if (module === undefined) {
    module = new WebAssembly.Module(readFileSync(new URL(`../${file}`, import.meta.url)));
    compiled.set(file, module);
  }
  return module;
}

export function instantiateMerkle({ run, peek, word }: MerkleImports): MerkleExports {
  const heapExhausted = () => {
    throw new MachineMemoryError(
      "the host gives no more memory for the tree over the guest's memory: give the guest less work, or the host more memory",
    );
  };
  const env = { run, peek, word, heapExhausted };
  return new WebAssembly.Instance(compile('merkle.wasm'), { env }).exports as unknown as MerkleExports;
}

export function instantiateHashing(): HashingExports {
  return new WebAssembly.Instance(compile('hashing.wasm')).exports as unknown as HashingExports;
}
