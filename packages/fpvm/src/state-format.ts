// What the two state formats share.

/** Bytes that are not a state; the message says what is wrong with them. */
export class StateFormatError extends Error {
  override readonly name = 'StateFormatError';
}
