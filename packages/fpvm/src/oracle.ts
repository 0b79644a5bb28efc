// The pre-image oracle as the machine sees it (specification: https://specs.optimism.io/fault-proof/index.html#pre-image-oracle).

/** Answers the guest's questions. A plain value spares a turn of the event loop where the answer is at hand. */
export interface Oracle {
  /** Takes a hint, the text without its length. */
  hint(hint: string): void | Promise<void>;
  /** The pre-image of a 32-byte key, without length prefix. An error ends the run. */
  get(key: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** The pre-image that the guest reads at the moment. */
export interface PreimageRead {
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** The value behind its length as 8 bytes, big endian: what offsets count in. */
  readonly value: Uint8Array;
  /** Where the last read began. */
  readonly offset: bigint;
}

/** The guest asked for a pre-image that it cannot have. */
export class PreimageUnavailableError extends Error {
  override readonly name = 'PreimageUnavailableError';
  constructor(
    readonly key: Uint8Array,
    readonly offset: bigint,
    readonly lastHint: string | undefined,
    cause: unknown,
  ) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `cannot read pre-image 0x${Buffer.from(key).toString('hex')} at offset ${offset}: ${reason} ` +
        `(last hint: ${lastHint === undefined ? 'none' : JSON.stringify(lastHint)})`,
      { cause },
    );
  }
}
