// What the client's thread computes by itself, on its way to the thread that keeps it.
import type { Computed, ComputedValue } from '@obelisc/preimage';
import type { Channel } from './messages.js';

/** Answers that are sent together at most, and the bytes of their payloads and values beyond which no other joins them. */
const MOST = 256;
const MOST_BYTES = 64 << 10;

export class ComputedAnswers {
  #keys: Uint8Array[] = [];
  #payloads: Uint8Array[] = [];
  #values: Uint8Array[] = [];
  #bytes = 0;

  /** `send` posts a message, which the channel counts until it is taken. */
  constructor(
    private readonly channel: Channel,
    private readonly send: (computed: Computed, transferred: ArrayBuffer[]) => void,
  ) {}

  /** Keeps an answer, which nobody writes to any more, until there are enough of them. */
  add(key: Uint8Array, { payload, value }: ComputedValue): void {
    this.#keys.push(key);
    this.#payloads.push(payload);
    this.#values.push(value);
    this.#bytes += payload.length + value.length;
    if (this.#keys.length >= MOST || this.#bytes >= MOST_BYTES) this.flush();
  }

  /** Sends what there is. Waits while the other thread has as much to take as it may have. */
  flush(): void {
    if (this.#keys.length === 0) return;
    const [keys, payloads, values] = [joined(this.#keys), joined(this.#payloads), joined(this.#values)];
    const computed: Computed = {
      keys,
      payloads,
      payloadLengths: Uint32Array.from(this.#payloads, lengthOf),
      values,
      valueLengths: Uint32Array.from(this.#values, lengthOf),
    };
    [this.#keys, this.#payloads, this.#values, this.#bytes] = [[], [], [], 0];
    this.channel.waitForRoom();
    this.send(computed, [keys.buffer, payloads.buffer, values.buffer]);
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function lengthOf({ length }: Uint8Array): number {
  return length;
}
