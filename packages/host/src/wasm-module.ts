import { readFileSync } from 'node:fs';

/** An instance of the host's own WebAssembly module of this name (tools/assembly-modules.json): one that imports nothing. */
export function loadWasm<Exports>(name: string): Exports {
  const module = new WebAssembly.Module(readFileSync(new URL(`../${name}.wasm`, import.meta.url)));
  return new WebAssembly.Instance(module).exports as unknown as Exports;
}
