// The client as an ELF for the machine: its translation from WebAssembly, and its releases.
export { compileGuest } from './build/compile.js';
export { ToolchainError } from './build/toolchain.js';
export {
  clientElf,
  clientVersion,
  currentRelease,
  type Release,
  releasedElf,
  ReleaseError,
  writeWhole,
} from './release/released.js';
export { root } from './release/root.js';
export { sourcesHash } from './release/sources.js';
export { UnsupportedModuleError } from './wasm/reader.js';
