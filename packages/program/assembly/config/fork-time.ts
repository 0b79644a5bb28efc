// When forks come into force: seconds, as block times are.

/** The time of a fork that is not scheduled. */
// @ts-ignore: decorator
@inline
export const NEVER: u64 = u64.MAX_VALUE;
