/**
 * State that was fetched before it was asked for: trie nodes and codes by their hash. It is kept apart from the store, so that
 * what an endpoint adds of its own reaches the datadir only where the program asks for exactly that hash.
 */
import { keccak256 } from '@obelisc/preimage';

/** What is held at once; what came first goes first. */
const MAX_BYTES = 256 * 1024 * 1024;

export type StateStaging = {
  /** The value with this 32-byte keccak256 hash, or with the key of such a one, if it is here. */
  get(hash: Uint8Array): Uint8Array | undefined;
  /** Waits for the value to be added; to be let go of when nobody waits any more. */
  expect(hash: Uint8Array): { added: Promise<void>; letGo(): void };
  /** Keeps values under their hashes. `block` is the L2 block that reads them. */
  add(values: Iterable<Uint8Array>, block: bigint): void;
  /** The newest block of which a value was asked for: how far the program has come. */
  readonly newestUsed: bigint | undefined;
};

export function stateStaging(maxBytes = MAX_BYTES): StateStaging {
  const values = new Map<string, { value: Uint8Array; block: bigint }>();
  let bytes = 0;
  let newestUsed: bigint | undefined;
  const expected = new Map<string, Set<() => void>>();
  return {
    get newestUsed() {
      return newestUsed;
    },
    get(hash) {
      const found = values.get(name(hash));
      if (found !== undefined && (newestUsed === undefined || found.block > newestUsed)) newestUsed = found.block;
      return found?.value;
    },
    expect(hash) {
      const key = name(hash);
      let tell: () => void = () => undefined;
      const added = new Promise<void>((resolve) => (tell = resolve));
      const waiting = expected.get(key) ?? new Set();
      expected.set(key, waiting.add(tell));
      return {
        added,
        letGo() {
          waiting.delete(tell);
          if (waiting.size === 0) expected.delete(key);
        },
      };
    },
    add(added, block) {
      for (const value of added) {
        const key = name(keccak256(value));
        if (values.has(key)) continue;
        values.set(key, { value, block });
        bytes += value.length;
        for (const tell of expected.get(key) ?? []) tell();
        for (const [oldest, { value: old }] of values) {
          if (bytes <= maxBytes) break;
          values.delete(oldest);
          bytes -= old.length;
        }
      }
    },
  };
}

/** The 31 bytes that hash and key have in common. */
function name(hash: Uint8Array): string {
  return Buffer.from(hash.buffer, hash.byteOffset + 1, hash.byteLength - 1).toString('latin1');
}
