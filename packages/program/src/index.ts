export { parseLogfmt } from './logfmt.js';
export { clientModule, runProgram, type ProgramOptions } from './run.js';
