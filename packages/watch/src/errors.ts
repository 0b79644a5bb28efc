// What a user must mend before anything is watched.

/** A flag, a configuration file or a database that cannot be used: the message names it and the next step. */
export class WatchError extends Error {
  override name = 'WatchError';
}
