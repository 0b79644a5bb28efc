/** Claims judged: one claim, looked up, run natively and in the machine. */
export type { BlockTag } from './block-tags.js';
export { type ChainOptions, resolveChain } from './chain.js';
export { DisagreementError, RefusedClaimError } from './errors.js';
export type { MachineProgress } from './machine.js';
export type { NetworkSettings, ValidateOptions } from './options.js';
export { DEFAULT_SEGMENT, type SegmentProgress } from './segments.js';
export { validate } from './validate.js';
export { type Answer, exitCodes, type Verdict, verdictJson, verdictLine } from './verdict.js';
