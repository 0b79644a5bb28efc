/** Claims judged: one claim, looked up, run natively and in the machine. */
export type { BlockTag } from './block-tags.js';
export { type ChainOptions, resolveChain } from './chain.js';
export { RefusedClaimError } from './errors.js';
export type { MachineProgress } from './machine.js';
export { DisagreementError, type NetworkSettings, validate, type ValidateOptions } from './validate.js';
export { type Answer, exitCodes, type Verdict, verdictJson, verdictLine } from './verdict.js';
