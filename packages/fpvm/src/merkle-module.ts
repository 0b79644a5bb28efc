// The hashing module, assembly/merkle: one instance for each tree.
import { readFileSync } from 'node:fs';

export interface MerkleExports {
  readonly memory: WebAssembly.Memory;
  /** Pages that one exchange carries. */
  readonly BATCH: WebAssembly.Global;
  /** Where bytes are exchanged with the host: 1 MiB. */
  readonly EXCHANGE: WebAssembly.Global;
  keccak256(source: number, length: number, target: number): void;
  pageRoots(pages: number, n: number, roots: number): void;
  pageTree(page: number, tree: number): void;
  pageList(n: number): number;
  setPages(pages: number, roots: number, n: number): void;
  update(pages: number, n: number): void;
  updatePageTree(page: number, old: number, tree: number): void;
  nodeHash(index: bigint): number;
  zeroHash(level: number): number;
}

let compiled: WebAssembly.Module | undefined;

export function instantiateMerkle(): MerkleExports {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('../merkle.wasm', import.meta.url)));
  return new WebAssembly.Instance(compiled).exports as unknown as MerkleExports;
}
