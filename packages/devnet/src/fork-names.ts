// The names of forks, for who needs nothing else of the chain: a command line.
export { FORK_NAMES } from './execution/forks.js';
export { L1_FORK_NAMES } from './execution/blob-schedule.js';
