export { clientModule, runProgram, type ProgramOptions } from './run.js';
