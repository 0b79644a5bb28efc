// JSON as a stream of events (RFC 8259): documents of any size in chunks of any size, values as their raw bytes.

/** A document's places: object keys and list positions from the root. */
export type JsonPath = readonly (string | number)[];

export interface JsonHandler {
  /** An object or list begins. */
  begin(path: JsonPath, list: boolean): void;
  /** It ends. */
  end(path: JsonPath): void;
  /** A string (its content, still escaped), number or literal. The bytes are valid during the call only. */
  value(path: JsonPath, kind: 'string' | 'number' | 'literal', bytes: Uint8Array): void;
}

/** The text is not JSON, or ends too early. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
}

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;
const MAX_DEPTH = 64;
const MAX_KEY = 1024;
/** Compressed, a value of gigabytes takes no more than some megabytes of a file, and so does as much white space. */
const MAX_VALUE = 1 << 28;
const MAX_BLANK = 1 << 20;

type Expectation = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end' | 'nothing';

/** Push parser: `push` the chunks, then `finish`. Throws JsonSyntaxError. */
export class JsonEvents {
  readonly #handler: JsonHandler;
  readonly #path: (string | number)[] = [];
  /** Whether each open container is a list. */
  readonly #lists: boolean[] = [];
  #expect: Expectation = 'value';
  /** Begins with the start of a token that the last chunk cut off, of that length. */
  #carried = new Uint8Array(0);
  #carriedLength = 0;
  /** How much of that is known not to end the token, where it is a string. */
  #passed = 0;
  #position = 0;
  /** White space since the last token. */
  #blank = 0;

  constructor(handler: JsonHandler) {
    this.#handler = handler;
  }

  push(chunk: Uint8Array): void {
    let bytes: Uint8Array = chunk;
    if (this.#carriedLength > 0) {
      this.#carry(chunk);
      bytes = this.#carried.subarray(0, this.#carriedLength);
    }
    const used = this.#scan(bytes);
    this.#position += used;
    const rest = bytes.subarray(used);
    this.#carriedLength = 0;
    if (rest.buffer === this.#carried.buffer) {
      this.#carried.copyWithin(0, used, used + rest.length);
      this.#carriedLength = rest.length;
    } else {
      this.#carry(rest);
    }
  }

  /** Appends to what is carried along, in a buffer that doubles: a token may go on over many chunks. */
  #carry(bytes: Uint8Array): void {
    const length = this.#carriedLength + bytes.length;
    if (length > this.#carried.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#carried.length));
      larger.set(this.#carried.subarray(0, this.#carriedLength));
      this.#carried = larger;
    }
    this.#carried.set(bytes, this.#carriedLength);
    this.#carriedLength = length;
  }

  finish(): void {
    // A number at the very end is complete only now.
    this.push(Uint8Array.of(0x20));
    if (this.#expect === 'value' && this.#lists.length === 0 && this.#carriedLength === 0)
      throw new JsonSyntaxError('it is empty');
    if (this.#expect !== 'nothing' || this.#carriedLength > 0) {
      throw new JsonSyntaxError(`it ends in the middle (after ${this.#position} bytes): the file is cut short`);
    }
  }

  /** Handles all whole tokens and returns where the first unfinished one begins. */
  #scan(bytes: Uint8Array): number {
    let at = 0;
    let tokenEnd = -this.#blank;
    while (at < bytes.length) {
      const byte = bytes[at];
      if (byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d) {
        at += 1;
        if (at - tokenEnd > MAX_BLANK) throw new JsonSyntaxError(`more than ${MAX_BLANK} bytes of white space`);
        continue;
      }
      switch (byte) {
        case OPEN_OBJECT:
        case OPEN_LIST:
          this.#open(byte === OPEN_LIST, at);
          at += 1;
          break;
        case CLOSE_OBJECT:
        case CLOSE_LIST:
          this.#close(byte === CLOSE_LIST, at);
          at += 1;
          break;
        case COMMA:
          if (this.#expect !== 'comma or end') this.#fail('","', at);
          this.#expect = this.#lists.at(-1) === true ? 'value' : 'key';
          if (this.#lists.at(-1) === true) this.#path.push(Number(this.#path.pop()) + 1);
          at += 1;
          break;
        case COLON:
          if (this.#expect !== 'colon') this.#fail('":"', at);
          this.#expect = 'value';
          at += 1;
          break;
        case QUOTE: {
          const end = stringEnd(bytes, at + 1, at + Math.max(1, this.#passed));
          this.#passed = 0;
          if (end < 0 || end - at > MAX_KEY) this.#checkLength((end < 0 ? bytes.length : end) - at - 1);
          if (end < 0) {
            this.#passed = bytes.length - at;
            return at;
          }
          this.#string(bytes.subarray(at + 1, end), at);
          at = end + 1;
          break;
        }
        default: {
          const end = wordEnd(bytes, at);
          if (end < 0) return at;
          this.#word(bytes.subarray(at, end), at);
          at = end;
        }
      }
      tokenEnd = at;
    }
    this.#blank = at - tokenEnd;
    return at;
  }

  #open(list: boolean, at: number): void {
    if (this.#expect !== 'value' && this.#expect !== 'value or end') this.#fail(list ? '"["' : '"{"', at);
    if (this.#lists.length === MAX_DEPTH) throw new JsonSyntaxError(`more than ${MAX_DEPTH} levels`);
    this.#handler.begin(this.#path, list);
    this.#lists.push(list);
    if (list) this.#path.push(0);
    this.#expect = list ? 'value or end' : 'key or end';
  }

  #close(list: boolean, at: number): void {
    const open = this.#lists.at(-1);
    const empty = this.#expect === (list ? 'value or end' : 'key or end');
    if (open !== list || (!empty && this.#expect !== 'comma or end')) this.#fail(list ? '"]"' : '"}"', at);
    this.#lists.pop();
    if (list) this.#path.pop();
    this.#handler.end(this.#path);
    this.#endValue();
  }

  /** What is longer than any that is meant is not carried along to its end. */
  #checkLength(length: number): void {
    const isKey = this.#expect === 'key' || this.#expect === 'key or end';
    const most = isKey ? MAX_KEY : MAX_VALUE;
    if (length > most) throw new JsonSyntaxError(`a ${isKey ? 'key' : 'value'} of more than ${most} bytes`);
  }

  #string(content: Uint8Array, at: number): void {
    if (this.#expect === 'key' || this.#expect === 'key or end') {
      const key = Buffer.from(content.buffer, content.byteOffset, content.length).toString('utf8');
      this.#path.push(key.includes('\\') ? String(JSON.parse(`"${key}"`)) : key);
      this.#expect = 'colon';
      return;
    }
    this.#value('string', content, at);
  }

  #word(word: Uint8Array, at: number): void {
    const text = Buffer.from(word.buffer, word.byteOffset, word.length).toString('latin1');
    const literal = text === 'true' || text === 'false' || text === 'null';
    if (!literal && !NUMBER.test(text)) this.#fail(JSON.stringify(text.slice(0, 20)), at);
    this.#value(literal ? 'literal' : 'number', word, at);
  }

  #value(kind: 'string' | 'number' | 'literal', bytes: Uint8Array, at: number): void {
    if (this.#expect !== 'value' && this.#expect !== 'value or end') this.#fail(`a ${kind}`, at);
    this.#handler.value(this.#path, kind, bytes);
    this.#endValue();
  }

  #endValue(): void {
    const container = this.#lists.at(-1);
    if (container === false) this.#path.pop();
    this.#expect = container === undefined ? 'nothing' : 'comma or end';
  }

  #fail(found: string, at: number): never {
    throw new JsonSyntaxError(
      `it is not JSON: ${found} at byte ${this.#position + at} where ${this.#expect} should be`,
    );
  }
}

/** Position of the closing quote of the string that begins at `start`, -1 if it is not there from `from` on. */
function stringEnd(bytes: Uint8Array, start: number, from: number): number {
  for (;;) {
    const end = bytes.indexOf(QUOTE, from);
    if (end < 0) return -1;
    let backslashes = 0;
    while (end - 1 - backslashes >= start && bytes[end - 1 - backslashes] === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return end;
    from = end + 1;
  }
}

/** Position behind a number or literal, -1 if it may go on behind these bytes. */
function wordEnd(bytes: Uint8Array, start: number): number {
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte <= 0x20 || byte === COMMA || byte === CLOSE_LIST || byte === CLOSE_OBJECT || byte === COLON) return at;
  }
  // No number or literal is that long; without the limit a broken file would be carried along whole.
  return bytes.length - start > 64 ? bytes.length : -1;
}
