// `npm run guest`, `npm run guest -- --check`, `npm run guest -- --unpack` and `npm run prestate`.
import { UnsupportedModuleError } from './wasm/reader.js';
import { ToolchainError } from './build/toolchain.js';
import { buildGuest, checkGuest, makePrestate, unpackGuest } from './release/commands.js';
import { ReleaseError } from './release/released.js';

const actions = new Map([
  ['', buildGuest],
  ['--check', checkGuest],
  ['--unpack', unpackGuest],
  ['--prestate', makePrestate],
]);

const action = actions.get(process.argv.slice(2).join(' '));
if (action === undefined) {
  process.stderr.write('usage: npm run guest [-- --check | --unpack], npm run prestate\n');
  process.exit(3);
}
try {
  const { prestate, elfSha256 } = action();
  process.stdout.write(`${JSON.stringify({ prestate, elfSha256 }, undefined, 2)}\n`);
} catch (error) {
  if (!(error instanceof ReleaseError || error instanceof ToolchainError || error instanceof UnsupportedModuleError))
    throw error;
  process.stderr.write(`error: ${error.message}\n`);
  process.exit(1);
}
