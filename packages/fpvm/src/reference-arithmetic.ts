// The arithmetic of RV64IMA in integers of any size, for checking single steps: plain, slow, and independent of the
// engines. RISC-V Unprivileged ISA, chapters "RV64I" and "M".

const MASK64 = (1n << 64n) - 1n;
const signed = (value: bigint) => BigInt.asIntN(64, value);
const signed32 = (value: bigint) => BigInt.asIntN(32, value);
const low32 = (value: bigint) => BigInt.asUintN(32, value);
const bit = (condition: boolean) => (condition ? 1n : 0n);

/** Results by name; operands are unsigned 64-bit, `b` is rs2 or the sign-extended immediate. Only low bits count. */
const results: Record<string, (a: bigint, b: bigint, pc: bigint) => bigint> = {
  lui: (_, b) => b,
  auipc: (_, b, pc) => pc + b,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  sll: (a, b) => a << (b & 63n),
  slt: (a, b) => bit(signed(a) < signed(b)),
  sltu: (a, b) => bit(a < b),
  xor: (a, b) => a ^ b,
  srl: (a, b) => a >> (b & 63n),
  sra: (a, b) => signed(a) >> (b & 63n),
  or: (a, b) => a | b,
  and: (a, b) => a & b,
  addw: (a, b) => signed32(a + b),
  subw: (a, b) => signed32(a - b),
  sllw: (a, b) => signed32(a << (b & 31n)),
  srlw: (a, b) => signed32(low32(a) >> (b & 31n)),
  sraw: (a, b) => signed32(a) >> (b & 31n),
  mul: (a, b) => a * b,
  mulh: (a, b) => (signed(a) * signed(b)) >> 64n,
  mulhsu: (a, b) => (signed(a) * b) >> 64n,
  mulhu: (a, b) => (a * b) >> 64n,
  div: (a, b) => quotient(signed(a), signed(b)),
  divu: (a, b) => quotient(a, b),
  rem: (a, b) => remainder(signed(a), signed(b)),
  remu: (a, b) => remainder(a, b),
  mulw: (a, b) => signed32(a * b),
  divw: (a, b) => signed32(quotient(signed32(a), signed32(b))),
  divuw: (a, b) => signed32(quotient(low32(a), low32(b))),
  remw: (a, b) => signed32(remainder(signed32(a), signed32(b))),
  remuw: (a, b) => signed32(remainder(low32(a), low32(b))),
};

const quotient = (a: bigint, b: bigint) => (b === 0n ? -1n : a / b);
const remainder = (a: bigint, b: bigint) => (b === 0n ? a : a % b);

/** Register-immediate instructions by the register-register instruction that they stand for. */
const immediates: Record<string, string> = {
  addi: 'add',
  slli: 'sll',
  slti: 'slt',
  sltiu: 'sltu',
  xori: 'xor',
  srli: 'srl',
  srai: 'sra',
  ori: 'or',
  andi: 'and',
  addiw: 'addw',
  slliw: 'sllw',
  srliw: 'srlw',
  sraiw: 'sraw',
};

/** The value of rd: unsigned 64-bit. */
export function arithmeticResult(name: string, a: bigint, b: bigint, pc: bigint): bigint {
  const result = results[immediates[name] ?? name];
  if (result === undefined) throw new Error(`no arithmetic for ${name}`);
  return result(a, b, pc) & MASK64;
}

/** Whether a branch is taken. Encodings that the machine does not know never are. */
export function branchTaken(name: string, a: bigint, b: bigint): boolean {
  switch (name) {
    case 'beq':
      return a === b;
    case 'bne':
      return a !== b;
    case 'blt':
      return signed(a) < signed(b);
    case 'bge':
      return signed(a) >= signed(b);
    case 'bltu':
      return a < b;
    case 'bgeu':
      return a >= b;
    default:
      return false;
  }
}

/** What an atomic operation stores, of sign-extended operands; undefined for one that does not exist. */
export function combinedValue(name: string, old: bigint, operand: bigint): bigint | undefined {
  switch (name) {
    case 'amoadd':
      return (old + operand) & MASK64;
    case 'amoswap':
      return operand;
    case 'amoxor':
      return old ^ operand;
    case 'amoor':
      return old | operand;
    case 'amoand':
      return old & operand;
    case 'amomin':
      return signed(operand) < signed(old) ? operand : old;
    case 'amomax':
      return signed(operand) > signed(old) ? operand : old;
    case 'amominu':
      return operand < old ? operand : old;
    case 'amomaxu':
      return operand > old ? operand : old;
    default:
      return undefined;
  }
}
