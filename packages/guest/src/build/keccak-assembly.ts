// Keccak-256 for the machine: assembly of the runtime's function `keccak256_sponge`.
// https://keccak.team/files/Keccak-reference-3.0.pdf; Ethereum's padding is 0x01, not SHA-3's 0x06.
//
// Every instruction is one step, so what counts is their number. 193 compute a round: 20 the parities of the columns, 20
// what they add, 25 add it, 72 rotate, 55 are chi and 1 iota. The rest is what a compiler spends to move lanes in and out
// of memory (226 a round, by clang, of the same formulas): here the state stays in 25 registers from the first block to
// the digest, and the five others that there are without sp suffice for the rest. gp and tp are among them.
//
// Six lanes are held complemented ("lane complementing", Keccak implementation overview, section 2.2): RV64IMA has no
// and-not, and this leaves 5 NOTs a round instead of 25.
//
// Chi leaves each output in the register of the row's lane that it replaces, so that lanes change places with every round
// and are where they were after all 24: the rounds are written out, and nothing is ever moved.

/** Bytes of a block. */
const RATE = 136;

// prettier-ignore
const roundConstants = [
  0x0000000000000001n, 0x0000000000008082n, 0x800000000000808an, 0x8000000080008000n, 0x000000000000808bn,
  0x0000000080000001n, 0x8000000080008081n, 0x8000000000008009n, 0x000000000000008an, 0x0000000000000088n,
  0x0000000080008009n, 0x000000008000000an, 0x000000008000808bn, 0x800000000000008bn, 0x8000000000008089n,
  0x8000000000008003n, 0x8000000000008002n, 0x8000000000000080n, 0x000000000000800an, 0x800000008000000an,
  0x8000000080008081n, 0x8000000000008080n, 0x0000000080000001n, 0x8000000080008008n,
];

/** By how much rho rotates the lane x + 5y. */
// prettier-ignore
const rotations = [
   0,  1, 62, 28, 27,
  36, 44,  6, 55, 20,
   3, 10, 43, 25, 39,
  41, 45, 15, 21,  8,
  18,  2, 61, 56, 14,
];

/** Lanes that are held complemented between rounds. */
const complemented = [1, 2, 8, 12, 17, 20];

/**
 * How chi makes lane x of a row: the two lanes after it are joined by `or` where `or[x]` is true, else by `and`, and added
 * to it. The complement of one lane takes its place where that is the first of the two, the second, or the lane itself.
 */
interface RowOfChi {
  readonly complement: number;
  readonly or: readonly boolean[];
  readonly first: boolean;
  readonly second: boolean;
  readonly itself: boolean;
}

const chi: readonly RowOfChi[] = [
  { complement: 2, or: [true, true, false, true, false], first: true, second: false, itself: false },
  { complement: 4, or: [true, false, true, true, false], first: false, second: true, itself: false },
  { complement: 3, or: [true, false, false, true, false], first: true, second: false, itself: true },
  { complement: 3, or: [false, true, true, false, true], first: true, second: false, itself: true },
  { complement: 1, or: [false, true, false, true, false], first: true, second: false, itself: true },
];

/** Registers without sp, which is the stack's, and those that hold data, length and temporaries before the first round. */
const spare = ['a0', 'a1', 'a2', 't5', 't6'] as const;
// prettier-ignore
const laneRegisters = [
  'a3', 'a4', 'a5', 'a6', 'a7', 't0', 't1', 't2', 't3', 't4', 's0', 's1', 's2', 's3', 's4', 's5', 's6', 's7', 's8', 's9',
  's10', 's11', 'ra', 'gp', 'tp',
];
const saved = ['ra', 's0', 's1', 's2', 's3', 's4', 's5', 's6', 's7', 's8', 's9', 's10', 's11', 'gp', 'tp'];

/** The frame: what is saved, then these. */
const FRAME = 144;
const REST = 120;
const DATA = 128;
const OUT = 136;

/** The source of `void keccak256_sponge(u64 data, u64 length, u64 out)`. Reads up to seven bytes beyond the data. */
export function keccakAssembly(): string {
  const lines: string[] = [];
  const emit = (instruction: string): void => void lines.push(`  ${instruction}`);
  const label = (name: string): void => void lines.push(`${name}:`);
  const lane = (index: number): string => registerOf(laneRegisters, index);

  emit(`addi sp, sp, -${FRAME}`);
  saved.forEach((register, i) => emit(`sd ${register}, ${8 * i}(sp)`));
  emit(`sd a2, ${OUT}(sp)`);
  laneRegisters.forEach((register, i) => emit(`li ${register}, ${complemented.includes(i) ? -1 : 0}`));

  // a0: the data, a1: how many bytes are left.
  label('.Lblock');
  emit(`li t6, ${RATE}`);
  emit('bltu a1, t6, .Llast');
  for (let i = RATE / 8 - 1; i >= 0; i--) {
    emit(`ld t6, ${8 * i}(a0)`);
    emit(`xor ${lane(i)}, ${lane(i)}, t6`);
  }
  label('.Labsorbed');
  emit(`li t6, ${RATE}`);
  emit('bltu a1, t6, .Lpad');
  emit(`addi a0, a0, ${RATE}`);
  emit(`addi a1, a1, -${RATE}`);
  emit(`sd a0, ${DATA}(sp)`);
  emit(`sd a1, ${REST}(sp)`);

  label('.Lpermute');
  permutation(emit);
  emit(`ld a1, ${REST}(sp)`);
  emit(`ld a0, ${DATA}(sp)`);
  emit('bgez a1, .Lblock');

  emit(`ld a2, ${OUT}(sp)`);
  for (let i = 0; i < 4; i++) {
    if (complemented.includes(i)) emit(`not ${lane(i)}, ${lane(i)}`);
    emit(`sd ${lane(i)}, ${8 * i}(a2)`);
  }
  saved.forEach((register, i) => emit(`ld ${register}, ${8 * i}(sp)`));
  emit(`addi sp, sp, ${FRAME}`);
  emit('ret');

  // Of the last block so many whole lanes are absorbed: two instructions each.
  label('.Llast');
  emit('andi a2, a1, -8');
  emit('la t6, .Labsorbed');
  emit('sub t6, t6, a2');
  emit('jr t6');
  // Then the bytes behind them, and the padding's first bit; the padding's last bit.
  label('.Lpad');
  emit('andi a2, a1, -8');
  emit('add a0, a0, a2');
  emit('ld a0, 0(a0)');
  emit('slli a1, a1, 3');
  emit('li t6, 1');
  emit('sll t6, t6, a1');
  emit('addi t5, t6, -1');
  emit('and a0, a0, t5');
  emit('or a0, a0, t6');
  emit('la t6, .Llanes');
  emit('add t6, t6, a2');
  emit('jr t6');
  label('.Llanes');
  for (let i = 0; i < RATE / 8; i++) {
    emit(`xor ${lane(i)}, ${lane(i)}, a0`);
    emit('j .Lpadded');
  }
  label('.Lpadded');
  emit('li a1, -1');
  emit(`sd a1, ${REST}(sp)`);
  emit('slli a1, a1, 63');
  emit(`xor ${lane(RATE / 8 - 1)}, ${lane(RATE / 8 - 1)}, a1`);
  emit('j .Lpermute');

  return [
    '  .option norelax',
    '  .section .text.keccak256_sponge,"ax",@progbits',
    '  .globl keccak256_sponge',
    '  .type keccak256_sponge,@function',
    '  .p2align 2',
    'keccak256_sponge:',
    ...lines,
    '  .size keccak256_sponge, . - keccak256_sponge',
    '  .section .rodata.keccak256,"a",@progbits',
    '  .p2align 8',
    '.Lround_constants:',
    ...roundConstants.map((constant) => `  .quad 0x${constant.toString(16)}`),
    '',
  ].join('\n');
}

/** Keccak-f[1600] on the lanes in `laneRegisters`. */
function permutation(emit: (instruction: string) => void): void {
  let lanes: readonly string[] = laneRegisters;
  roundConstants.forEach((constant, round) => {
    theta(emit, lanes);
    lanes = rhoAndPi(emit, lanes);
    for (let y = 0; y < 5; y++) chiOfRow(emit, lanes.slice(5 * y, 5 * y + 5), row(y));
    const [temporary] = spare;
    if (constant < 2048n) {
      emit(`xori ${registerOf(lanes, 0)}, ${registerOf(lanes, 0)}, ${constant}`);
    } else {
      emit(`lui ${temporary}, %hi(.Lround_constants + ${8 * round})`);
      emit(`ld ${temporary}, %lo(.Lround_constants + ${8 * round})(${temporary})`);
      emit(`xor ${registerOf(lanes, 0)}, ${registerOf(lanes, 0)}, ${temporary}`);
    }
  });
  if (lanes.some((register, i) => register !== laneRegisters[i])) throw new Error('the lanes are not where they were');
}

/** Adds to each column the parities of its neighbours, as soon as its own isn't needed any more: five registers do. */
function theta(emit: (instruction: string) => void, lanes: readonly string[]): void {
  const [p, q, r, s, t] = spare;
  const parity = (x: number, into: string): void => {
    emit(`xor ${into}, ${registerOf(lanes, x)}, ${registerOf(lanes, x + 5)}`);
    for (let y = 2; y < 5; y++) emit(`xor ${into}, ${into}, ${registerOf(lanes, x + 5 * y)}`);
  };
  /** Adds the parity in `right`, rotated by one, to that in `left`. */
  const add = (left: string, right: string, temporary: string): void => {
    emit(`slli ${temporary}, ${right}, 1`);
    emit(`xor ${left}, ${left}, ${temporary}`);
    emit(`srli ${temporary}, ${right}, 63`);
    emit(`xor ${left}, ${left}, ${temporary}`);
  };
  const apply = (x: number, what: string): void => {
    for (let y = 0; y < 5; y++) emit(`xor ${registerOf(lanes, x + 5 * y)}, ${registerOf(lanes, x + 5 * y)}, ${what}`);
  };
  parity(1, p);
  parity(4, q);
  emit(`slli ${r}, ${p}, 1`);
  emit(`xor ${r}, ${r}, ${q}`);
  emit(`srli ${s}, ${p}, 63`);
  emit(`xor ${r}, ${r}, ${s}`);
  parity(0, s);
  apply(0, r); // parities 4 and 1
  parity(3, r);
  add(p, r, t);
  parity(2, t);
  apply(2, p); // 1 and 3
  add(r, s, p);
  apply(4, r); // 3 and 0
  add(s, t, p);
  apply(1, s); // 0 and 2
  add(t, q, p);
  apply(3, t); // 2 and 4
}

/** Rotates the lanes in place and says where each lane of the next round's plane is. */
function rhoAndPi(emit: (instruction: string) => void, lanes: readonly string[]): string[] {
  const [temporary] = spare;
  const moved: string[] = [];
  lanes.forEach((register, i) => {
    const [x, y] = [i % 5, Math.floor(i / 5)];
    moved[y + 5 * ((2 * x + 3 * y) % 5)] = register;
    const by = rotations[i] ?? 0;
    if (by === 0) return;
    emit(`srli ${temporary}, ${register}, ${64 - by}`);
    emit(`slli ${register}, ${register}, ${by}`);
    emit(`or ${register}, ${register}, ${temporary}`);
  });
  return moved;
}

/** Chi on the five lanes of a row, in place. */
function chiOfRow(emit: (instruction: string) => void, lanes: readonly string[], how: RowOfChi): void {
  const [forLast, forFourth, temporary, complement] = spare;
  const added = (x: number, into: string): void => {
    const [one, two] = [(x + 1) % 5, (x + 2) % 5];
    const first = how.first && one === how.complement ? complement : registerOf(lanes, one);
    const second = how.second && two === how.complement ? complement : registerOf(lanes, two);
    emit(`${how.or[x] === true ? 'or' : 'and'} ${into}, ${first}, ${second}`);
  };
  const add = (x: number, what: string): void => {
    const itself = how.itself && x === how.complement ? complement : registerOf(lanes, x);
    emit(`xor ${registerOf(lanes, x)}, ${itself}, ${what}`);
  };
  emit(`not ${complement}, ${registerOf(lanes, how.complement)}`);
  // What needs lanes that are overwritten before.
  added(4, forLast);
  added(3, forFourth);
  for (let x = 0; x < 3; x++) {
    added(x, temporary);
    add(x, temporary);
  }
  add(3, forFourth);
  add(4, forLast);
}

function row(y: number): RowOfChi {
  const found = chi[y];
  if (found === undefined) throw new RangeError(`there is no row ${y}`);
  return found;
}

function registerOf(registers: readonly string[], index: number): string {
  const found = registers[index];
  if (found === undefined) throw new RangeError(`there is no lane ${index}`);
  return found;
}
