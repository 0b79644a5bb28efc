// A small WebAssembly builder: function bodies, with labels that are checked. Modules of them: wasm-module.ts.
// https://webassembly.github.io/spec/core/binary/index.html

export const I32 = 0x7f;
export const I64 = 0x7e;
const VOID = 0x40;

/** Instructions without immediates that the translator emits. */
export const op = {
  unreachable: 0x00,
  else: 0x05,
  end: 0x0b,
  return: 0x0f,
  drop: 0x1a,
  select: 0x1b,
  i32Eqz: 0x45,
  i32LtS: 0x48,
  i32GeS: 0x4e,
  i64Eqz: 0x50,
  i64Eq: 0x51,
  i64Ne: 0x52,
  i64LtS: 0x53,
  i64LtU: 0x54,
  i64GtS: 0x55,
  i64GtU: 0x56,
  i64GeS: 0x59,
  i64GeU: 0x5a,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32Ctz: 0x68,
  i32Mul: 0x6c,
  i32And: 0x71,
  i32Or: 0x72,
  i32Shl: 0x74,
  i32ShrS: 0x75,
  i32ShrU: 0x76,
  i64Add: 0x7c,
  i64Sub: 0x7d,
  i64Mul: 0x7e,
  i64DivS: 0x7f,
  i64DivU: 0x80,
  i64RemS: 0x81,
  i64RemU: 0x82,
  i64And: 0x83,
  i64Or: 0x84,
  i64Xor: 0x85,
  i64Shl: 0x86,
  i64ShrS: 0x87,
  i64ShrU: 0x88,
  i32WrapI64: 0xa7,
  i64ExtendI32S: 0xac,
  i64ExtendI32U: 0xad,
  i64Extend8S: 0xc2,
  i64Extend16S: 0xc3,
} as const;

/** Loads and stores: opcode and natural alignment. */
export const memoryOp = {
  i32Load: 0x28,
  i64Load: 0x29,
  i64Load8S: 0x30,
  i64Load8U: 0x31,
  i64Load16S: 0x32,
  i64Load16U: 0x33,
  i64Load32S: 0x34,
  i64Load32U: 0x35,
  i32Store: 0x36,
  i64Store: 0x37,
  i32Store8: 0x3a,
  i64Store8: 0x3c,
  i64Store16: 0x3d,
  i64Store32: 0x3e,
} as const;

/** Bytes that are written without a look at the buffer's size: an instruction with its immediates. */
const MOST_AT_ONCE = 32;

/** A place that can be branched to; see `Code.block` and `Code.loop`. */
export type Label = object;

/** One function's body in the making. Bytes are collected in a buffer that all bodies share, one at a time. */
export class Code {
  static #shared = new Uint8Array(1 << 18);
  #bytes = Code.#shared;
  #length = 0;
  readonly #labels: Label[] = [];

  /** Up to four instructions without immediates. */
  op(first: number, second = -1, third = -1, fourth = -1): void {
    if (this.#length + MOST_AT_ONCE > this.#bytes.length) this.#grow();
    const bytes = this.#bytes;
    bytes[this.#length++] = first;
    if (second < 0) return;
    bytes[this.#length++] = second;
    if (third < 0) return;
    bytes[this.#length++] = third;
    if (fourth >= 0) bytes[this.#length++] = fourth;
  }

  /** Instructions that were made before; see `templateOf`. */
  paste(template: Uint8Array): void {
    if (this.#length + template.length + MOST_AT_ONCE > this.#bytes.length) this.#grow();
    this.#bytes.set(template, this.#length);
    this.#length += template.length;
  }

  /** The bytes of instructions without branches, to be pasted any number of times. */
  static templateOf(emit: (code: Code) => void): Uint8Array {
    const code = new Code();
    emit(code);
    return code.#bytes.slice(0, code.#length);
  }

  get(local: number): void {
    if (local < 0x80) this.op(0x20, local);
    else this.#withIndex(0x20, local);
  }
  set(local: number): void {
    if (local < 0x80) this.op(0x21, local);
    else this.#withIndex(0x21, local);
  }
  tee(local: number): void {
    if (local < 0x80) this.op(0x22, local);
    else this.#withIndex(0x22, local);
  }
  i32(value: number): void {
    if (value >= -0x40 && value < 0x40) this.op(0x41, value & 0x7f);
    else {
      this.op(0x41);
      this.#signed32(value);
    }
  }
  /** A constant that is exact as a number. */
  i64(value: number): void {
    if (value >= -0x40 && value < 0x40) {
      this.op(0x42, value & 0x7f);
      return;
    }
    this.op(0x42);
    if (value >= -0x40000000 && value < 0x40000000) this.#signed32(value);
    else this.#signed64(BigInt(value));
  }
  /** As `i64`, for constants that a number does not hold. */
  bigI64(value: bigint): void {
    this.op(0x42);
    this.#signed64(BigInt.asIntN(64, value));
  }
  /** A load or store, without alignment hint. */
  memory(code: number, offset: number): void {
    this.op(code, 0);
    this.#unsigned(offset);
  }

  /** `body` in a block; branches to `label` leave it. */
  block(label: Label, body: () => void): void {
    this.#nested(0x02, VOID, label, body);
  }
  /** `body` in a loop; branches to `label` repeat it. */
  loop(label: Label, body: () => void): void {
    this.#nested(0x03, VOID, label, body);
  }
  /** The condition is on the stack; `type` is that of the value both sides leave, if any. */
  if(then: () => void, otherwise?: () => void, type = VOID): void {
    this.#nested(0x04, type, {}, () => {
      then();
      if (otherwise === undefined) return;
      this.op(op.else);
      otherwise();
    });
  }
  br(label: Label): void {
    this.op(0x0c);
    this.#unsigned(this.#depthOf(label));
  }
  brIf(label: Label): void {
    this.op(0x0d);
    this.#unsigned(this.#depthOf(label));
  }
  call(functionIndex: number): void {
    this.op(0x10);
    this.#unsigned(functionIndex);
  }
  tailCall(functionIndex: number): void {
    this.op(0x12);
    this.#unsigned(functionIndex);
  }
  /** Calls through table 0 a function of type 0. */
  callIndirect(): void {
    this.op(0x11, 0, 0);
  }
  tailCallIndirect(): void {
    this.op(0x13, 0, 0);
  }

  /** The body with its end and the locals in front: runs of [count, type] behind the parameters. */
  finish(locals: readonly (readonly [number, number])[]): Uint8Array {
    if (this.#labels.length > 0) throw new Error('a function ends inside of a block');
    this.op(op.end);
    const head: number[] = [];
    pushUnsigned(head, locals.length);
    for (const [count, type] of locals) {
      pushUnsigned(head, count);
      head.push(type);
    }
    const body = new Uint8Array(head.length + this.#length);
    body.set(head, 0);
    body.set(this.#bytes.subarray(0, this.#length), head.length);
    return body;
  }

  #nested(code: number, type: number, label: Label, body: () => void): void {
    this.op(code, type);
    this.#labels.push(label);
    body();
    this.#labels.pop();
    this.op(op.end);
  }

  #depthOf(label: Label): number {
    const at = this.#labels.lastIndexOf(label);
    if (at < 0) throw new Error('a branch to a label that does not enclose it');
    return this.#labels.length - 1 - at;
  }

  #withIndex(code: number, index: number): void {
    this.op(code);
    this.#unsigned(index);
  }

  #grow(): void {
    const larger = new Uint8Array(2 * this.#bytes.length);
    larger.set(this.#bytes);
    this.#bytes = larger;
    Code.#shared = larger;
  }

  #unsigned(value: number): void {
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  #signed32(value: number): void {
    let rest = value | 0;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) {
        this.#bytes[this.#length++] = low;
        return;
      }
      this.#bytes[this.#length++] = low | 0x80;
    }
  }

  #signed64(value: bigint): void {
    let rest = value;
    for (;;) {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      if ((rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)) {
        this.#bytes[this.#length++] = low;
        return;
      }
      this.#bytes[this.#length++] = low | 0x80;
    }
  }
}

/** Appends a LEB128 number. */
export function pushUnsigned(bytes: number[], value: number): void {
  let rest = value >>> 0;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
}
