// A JSON reader (RFC 8259) for the configuration of custom chains. It pulls: the caller asks for what it expects, in the
// order of the text. Text that isn't JSON, or not what was asked for, ends the program with the place where it stopped.
import { Bytes } from '../bytes';

/** Objects and arrays inside one another. */
// @ts-ignore: decorator
@inline
const MAX_DEPTH: u32 = 64;

/**
 * Reads one JSON text. An object is read as `object()`, then `key()` until it is false, with one value read or skipped
 * after each key; an array likewise with `array()` and `element()`. `end()` refuses what follows the value.
 */
@final
export class JsonReader {
  private position: u32 = 0;
  private depth: u32 = 0;
  /** Whether the container that was just opened has had no member yet. */
  private first: bool = false;
  private currentKey: Bytes = new Bytes(0, 0);

  constructor(
    private readonly text: Bytes,
    /** What the text is, for messages. */
    private readonly name: string,
  ) {}

  /** Begins an object. */
  object(): void {
    this.open(0x7b, 'an object');
  }

  /** Goes to the object's next key; false at its end. */
  key(): bool {
    if (!this.next(0x7d)) return false;
    this.currentKey = this.string();
    this.skipSpace();
    if (this.peek() != 0x3a) this.fail("':' expected");
    this.position += 1;
    return true;
  }

  /** Whether the key that was read last is `name`, whatever the case of its ASCII letters: so Go matches field names. */
  isKey(name: string): bool {
    const key = this.currentKey;
    if (key.length != <u32>name.length) return false;
    for (let i: u32 = 0; i < key.length; i++) {
      if (lower(key[i]) != lower(name.charCodeAt(i))) return false;
    }
    return true;
  }

  /** Whether the key that was read last ends with `suffix`. */
  keyEndsWith(suffix: string): bool {
    const key = this.currentKey;
    const length = <u32>suffix.length;
    if (key.length < length) return false;
    for (let i: u32 = 0; i < length; i++) {
      if (lower(key[key.length - length + i]) != lower(suffix.charCodeAt(i))) return false;
    }
    return true;
  }

  /** Begins an array. */
  array(): void {
    this.open(0x5b, 'an array');
  }

  /** Goes to the array's next element; false at its end. */
  element(): bool {
    return this.next(0x5d);
  }

  /** Reads `null` if that is the next value. */
  isNull(): bool {
    this.skipSpace();
    if (this.peek() != 0x6e) return false;
    this.word('null');
    return true;
  }

  /** An integer from 0 to 2^64 - 1: no sign, fraction or exponent. */
  u64(): u64 {
    this.skipSpace();
    let code = this.peek();
    if (code < 0x30 || code > 0x39) this.fail('an integer from 0 to 2^64-1 expected');
    const zero = code == 0x30;
    let value: u64 = 0;
    let digits = 0;
    while (code >= 0x30 && code <= 0x39) {
      const digit = <u64>(code - 0x30);
      if (value > u64.MAX_VALUE / 10 || value * 10 > u64.MAX_VALUE - digit) this.fail('an integer above 2^64-1');
      value = value * 10 + digit;
      digits += 1;
      this.position += 1;
      code = this.peek();
    }
    if (code == 0x2e || code == 0x65 || code == 0x45) this.fail('an integer expected');
    if (zero && digits > 1) this.fail('a number with leading zeros');
    return value;
  }

  /** `true` or `false`. */
  bool(): bool {
    this.skipSpace();
    if (this.peek() == 0x74) {
      this.word('true');
      return true;
    }
    this.word('false');
    return false;
  }

  /** A string's characters as UTF-8. */
  string(): Bytes {
    this.skipSpace();
    if (this.peek() != 0x22) this.fail('a string expected');
    this.position += 1;
    const start = this.position;
    while (true) {
      const code = this.peek();
      if (code == 0x22) break;
      if (code == 0x5c) return this.escapedString(start);
      if (code < 0x20)
        this.fail(this.position < this.text.length ? 'a control character in a string' : 'an unclosed string');
      this.position += 1;
    }
    const value = this.text.slice(start, this.position);
    this.position += 1;
    return value;
  }

  /** A string `0x…` of exactly `length` bytes in hexadecimal, as bytes. Returns their address. */
  hex(length: u32): usize {
    const text = this.string();
    if (text.length != 2 + 2 * length || text[0] != 0x30 || (text[1] | 0x20) != 0x78) {
      this.fail('0x and ' + length.toString() + ' bytes in hexadecimal expected');
    }
    const ptr = heap.alloc(length);
    for (let i: u32 = 0; i < length; i++) {
      store<u8>(ptr + i, <u8>((this.nibble(text[2 + 2 * i]) << 4) | this.nibble(text[3 + 2 * i])));
    }
    return ptr;
  }

  /** Skips the next value, whatever it is. */
  skip(): void {
    this.skipSpace();
    const code = this.peek();
    if (code == 0x7b) {
      this.object();
      while (this.key()) this.skip();
    } else if (code == 0x5b) {
      this.array();
      while (this.element()) this.skip();
    } else if (code == 0x22) {
      this.string();
    } else if (code == 0x74 || code == 0x66) {
      this.bool();
    } else if (code == 0x6e) {
      this.word('null');
    } else {
      this.number();
    }
  }

  /** Ends the reading: nothing but white space may follow. */
  end(): void {
    this.skipSpace();
    if (this.position != this.text.length) this.fail('nothing more expected');
  }

  /** Ends the program: `what` is wrong at the present place. */
  fail(what: string): void {
    throw new Error(`${this.name}: ${what} at byte ${this.position.toString()}`);
  }

  private open(bracket: u32, what: string): void {
    this.skipSpace();
    if (this.peek() != bracket) this.fail(what + ' expected');
    if (this.depth == MAX_DEPTH) this.fail('nested deeper than ' + MAX_DEPTH.toString());
    this.position += 1;
    this.depth += 1;
    this.first = true;
  }

  private next(closing: u32): bool {
    this.skipSpace();
    const code = this.peek();
    if (code == closing) {
      this.position += 1;
      this.depth -= 1;
      this.first = false;
      return false;
    }
    if (!this.first) {
      if (code != 0x2c) this.fail("',' or a closing bracket expected");
      this.position += 1;
    }
    this.first = false;
    return true;
  }

  /** Code at the present place; 0 at the end. */
  private peek(): u32 {
    return this.position < this.text.length ? this.text[this.position] : 0;
  }

  private skipSpace(): void {
    while (true) {
      const code = this.peek();
      if (code != 0x20 && code != 0x0a && code != 0x0d && code != 0x09) return;
      this.position += 1;
    }
  }

  private word(word: string): void {
    for (let i = 0; i < word.length; i++) {
      if (this.peek() != <u32>word.charCodeAt(i)) this.fail("'" + word + "' expected");
      this.position += 1;
    }
  }

  private digits(): void {
    const start = this.position;
    while (this.peek() >= 0x30 && this.peek() <= 0x39) this.position += 1;
    if (this.position == start) this.fail('a value expected');
  }

  private number(): void {
    if (this.peek() == 0x2d) this.position += 1;
    const zero = this.peek() == 0x30;
    const start = this.position;
    this.digits();
    if (zero && this.position - start > 1) this.fail('a number with leading zeros');
    if (this.peek() == 0x2e) {
      this.position += 1;
      this.digits();
    }
    if ((this.peek() | 0x20) == 0x65) {
      this.position += 1;
      if (this.peek() == 0x2b || this.peek() == 0x2d) this.position += 1;
      this.digits();
    }
  }

  /** The string that began at `start` and has an escape at the present place. */
  private escapedString(start: u32): Bytes {
    // Every escape is longer than the UTF-8 bytes that it stands for.
    const target = heap.alloc(this.text.length - start);
    memory.copy(target, this.text.ptr + start, this.position - start);
    let length = this.position - start;
    while (true) {
      let code = this.peek();
      if (code < 0x20) this.fail('an unclosed string');
      this.position += 1;
      if (code == 0x22) return new Bytes(target, length);
      if (code != 0x5c) {
        store<u8>(target + length++, <u8>code);
        continue;
      }
      code = this.peek();
      this.position += 1;
      switch (code) {
        case 0x22:
        case 0x5c:
        case 0x2f:
          break;
        case 0x62:
          code = 8;
          break;
        case 0x66:
          code = 12;
          break;
        case 0x6e:
          code = 10;
          break;
        case 0x72:
          code = 13;
          break;
        case 0x74:
          code = 9;
          break;
        case 0x75: {
          length += this.unicodeEscape(target + length);
          continue;
        }
        default:
          this.fail('an unknown escape');
      }
      store<u8>(target + length++, <u8>code);
    }
  }

  /** Writes the UTF-8 bytes of the character behind `\u`; returns how many. Half a surrogate pair becomes U+FFFD. */
  private unicodeEscape(target: usize): u32 {
    let code = this.hex4();
    if (code >= 0xd800 && code < 0xe000) {
      let pair: u32 = 0xfffd;
      if (code < 0xdc00 && this.peek() == 0x5c) {
        const before = this.position;
        this.position += 1;
        if (this.peek() == 0x75) {
          this.position += 1;
          const low = this.hex4();
          if (low >= 0xdc00 && low < 0xe000) pair = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        }
        if (pair == 0xfffd) this.position = before;
      }
      code = pair;
    }
    if (code < 0x80) {
      store<u8>(target, <u8>code);
      return 1;
    }
    if (code < 0x800) {
      store<u8>(target, <u8>(0xc0 | (code >> 6)));
      store<u8>(target, <u8>(0x80 | (code & 63)), 1);
      return 2;
    }
    if (code < 0x10000) {
      store<u8>(target, <u8>(0xe0 | (code >> 12)));
      store<u8>(target, <u8>(0x80 | ((code >> 6) & 63)), 1);
      store<u8>(target, <u8>(0x80 | (code & 63)), 2);
      return 3;
    }
    store<u8>(target, <u8>(0xf0 | (code >> 18)));
    store<u8>(target, <u8>(0x80 | ((code >> 12) & 63)), 1);
    store<u8>(target, <u8>(0x80 | ((code >> 6) & 63)), 2);
    store<u8>(target, <u8>(0x80 | (code & 63)), 3);
    return 4;
  }

  private hex4(): u32 {
    let value: u32 = 0;
    for (let i = 0; i < 4; i++) {
      value = (value << 4) | this.nibble(this.peek());
      this.position += 1;
    }
    return value;
  }

  private nibble(code: u32): u32 {
    if (code >= 0x30 && code <= 0x39) return code - 0x30;
    const letter = code | 0x20;
    if (letter < 0x61 || letter > 0x66) this.fail('a hexadecimal digit expected');
    return letter - 0x57;
  }
}

function lower(code: u32): u32 {
  return code >= 0x41 && code <= 0x5a ? code | 0x20 : code;
}
