export { parseLogfmt } from './logfmt.js';
export { clientModule, runProgram, type ProgramOptions } from './run.js';
export { showBlock, type ShowOptions, type ShownAccount, type ShownBlock } from './shown-block.js';
