import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assemble, OPCODES } from './assembler.js';
import { compare, CONTRACT } from './compare.js';
import { FORK, random } from './module.js';

/** A program that pushes `operands` (the last on top), runs the instruction and returns the top of the stack. */
function unary(operands: bigint[], mnemonic: string): Uint8Array {
  return assemble(`${operands.map((x) => `PUSH ${x}`).join(' ')} ${mnemonic} PUSH 0 MSTORE PUSH 32 PUSH 0 RETURN`);
}

const ARITHMETIC: Record<string, number> = {
  ADD: 2,
  MUL: 2,
  SUB: 2,
  DIV: 2,
  SDIV: 2,
  MOD: 2,
  SMOD: 2,
  ADDMOD: 3,
  MULMOD: 3,
  EXP: 2,
  SIGNEXTEND: 2,
  LT: 2,
  GT: 2,
  SLT: 2,
  SGT: 2,
  EQ: 2,
  ISZERO: 1,
  AND: 2,
  OR: 2,
  XOR: 2,
  NOT: 1,
  BYTE: 2,
  SHL: 2,
  SHR: 2,
  SAR: 2,
};

test('arithmetic and comparison instructions', async () => {
  const numbers = random(77n);
  for (const [mnemonic, count] of Object.entries(ARITHMETIC)) {
    for (let i = 0; i < 12; i++) {
      const operands = Array.from({ length: count }, () => (i % 3 === 0 ? BigInt(numbers.below(300)) : numbers.word()));
      const program = unary(operands, mnemonic);
      await compare(`${mnemonic} ${operands.join(' ')}`, { [CONTRACT]: { code: program } }, { to: CONTRACT });
    }
  }
});

test('every opcode, with enough on the stack and without, under every revision', async () => {
  for (const fork of [FORK.bedrock, FORK.canyon, FORK.ecotone, FORK.isthmus, FORK.karst]) {
    for (let opcode = 0; opcode < 256; opcode++) {
      for (const depth of [0, 1, 2, 3, 4, 8, 17]) {
        const pushes = Array.from({ length: depth }, (_, i) => `PUSH ${i + 40}`).join(' ');
        const op = `0x${opcode.toString(16).padStart(2, '0')}`;
        const code = assemble(`${pushes} ${op} PC PC PUSH 0 MSTORE MSIZE PUSH 0 RETURN`);
        await compare(
          `opcode ${op} on ${depth} items under fork ${fork}`,
          { [CONTRACT]: { code } },
          { to: CONTRACT },
          { fork },
        );
      }
    }
  }
});

test('PUSH1 to PUSH32, whole and cut off by the end of the code', async () => {
  const data = Array.from({ length: 32 }, (_, i) => (0xf1 + 7 * i) & 0xff);
  for (let n = 1; n <= 32; n++) {
    const hex = Buffer.from(data.slice(0, n)).toString('hex');
    await compare(
      `PUSH${n}`,
      { [CONTRACT]: { code: assemble(`PUSH${n} 0x${hex} PUSH 0 MSTORE PUSH 32 PUSH 0 RETURN`) } },
      { to: CONTRACT },
    );
    for (let cut = 0; cut < n; cut++) {
      // The cut PUSH is at the end of init code, which creates an empty account.
      await compare(
        `PUSH${n} with ${cut} bytes`,
        {},
        { input: assemble(`PUSH${n} ${cut === 0 ? '' : `0x${hex.slice(0, 2 * cut)}`}`) },
      );
    }
  }
});

test('context instructions', async () => {
  const plain = ['ADDRESS', 'ORIGIN', 'CALLER', 'CALLVALUE', 'CALLDATASIZE', 'CODESIZE', 'GASPRICE', 'RETURNDATASIZE']
    .concat(['COINBASE', 'TIMESTAMP', 'NUMBER', 'PREVRANDAO', 'GASLIMIT', 'CHAINID', 'SELFBALANCE', 'BASEFEE'])
    .concat(['BLOBBASEFEE', 'PC', 'MSIZE', 'GAS', 'PUSH0']);
  for (const mnemonic of plain) {
    await compare(
      mnemonic,
      { [CONTRACT]: { code: unary([], mnemonic), balance: 3n } },
      { to: CONTRACT, value: 99n, input: new Uint8Array(70) },
    );
  }
  const other = 0xdddddddddddddddddddddddddddddddddddddddddn >> 4n;
  const otherAddress = `0x${other.toString(16).padStart(40, '0')}`;
  const world = { [otherAddress]: { code: assemble('PUSH 1 PUSH 2 ADD'), balance: 12345n } };
  for (const mnemonic of ['BALANCE', 'EXTCODESIZE', 'EXTCODEHASH']) {
    for (const target of [other, other | (1n << 200n), 1n, 0x1234567n, BigInt(CONTRACT)]) {
      await compare(
        `${mnemonic} ${target}`,
        { ...world, [CONTRACT]: { code: unary([target], mnemonic) } },
        { to: CONTRACT },
      );
    }
  }
  for (const number of [0n, 743n, 744n, 745n, 999n, 1000n, 1001n, 1n << 64n, (1n << 64n) + 999n]) {
    await compare(`BLOCKHASH ${number}`, { [CONTRACT]: { code: unary([number], 'BLOCKHASH') } }, { to: CONTRACT });
  }
  for (const number of [0n, 5n, 100n]) {
    await compare(
      `BLOCKHASH ${number} early`,
      { [CONTRACT]: { code: unary([number], 'BLOCKHASH') } },
      { to: CONTRACT },
      { number: 100n },
    );
  }
  await compare('BLOBHASH', { [CONTRACT]: { code: unary([0n], 'BLOBHASH') } }, { to: CONTRACT });
  const input = Uint8Array.from({ length: 70 }, (_, i) => i + 1);
  for (const offset of [
    0n,
    1n,
    38n,
    39n,
    60n,
    69n,
    70n,
    71n,
    1n << 32n,
    (1n << 32n) + 1n,
    (1n << 64n) - 1n,
    1n << 64n,
    1n << 255n,
  ]) {
    await compare(
      `CALLDATALOAD ${offset}`,
      { [CONTRACT]: { code: unary([offset], 'CALLDATALOAD') } },
      { to: CONTRACT, input },
    );
  }
});

test('memory instructions at every kind of offset', async () => {
  const offsets = [
    0n,
    1n,
    31n,
    32n,
    33n,
    1000n,
    1n << 20n,
    (1n << 32n) - 1n,
    1n << 32n,
    (1n << 40n) + 5n,
    (1n << 64n) - 1n,
  ].concat([1n << 64n, (1n << 64n) + 1n, (1n << 256n) - 1n]);
  const finish = 'MSIZE PUSH 0 MSTORE PUSH 96 PUSH 0 RETURN';
  for (const offset of offsets) {
    const value = 0x0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20n;
    const programs = [
      `PUSH ${offset} MLOAD PUSH 32 MSTORE ${finish}`,
      `PUSH ${value} PUSH ${offset} MSTORE ${finish}`,
      `PUSH ${value} PUSH ${offset} MSTORE8 ${finish}`,
      `PUSH ${offset} PUSH 0 RETURN`,
      `PUSH 0 PUSH ${offset} RETURN`,
      `PUSH 3 PUSH ${offset} REVERT`,
      `PUSH 40 PUSH ${offset} KECCAK256 PUSH 32 MSTORE ${finish}`,
      `PUSH ${offset} PUSH 0 KECCAK256 PUSH 32 MSTORE ${finish}`,
    ];
    for (const [copy, count] of [
      ['CALLDATACOPY', 3],
      ['CODECOPY', 3],
      ['RETURNDATACOPY', 3],
      ['MCOPY', 3],
    ] as const) {
      for (const size of [0n, 1n, 33n, 70n]) {
        programs.push(`PUSH ${value} PUSH 7 MSTORE PUSH ${size} PUSH ${offset} PUSH 0 ${copy} ${finish}`);
        programs.push(`PUSH ${value} PUSH 7 MSTORE PUSH ${size} PUSH 0 PUSH ${offset} ${copy} ${finish}`);
        programs.push(`PUSH ${value} PUSH 7 MSTORE PUSH ${offset} PUSH ${size} PUSH 0 ${copy} ${finish}`);
      }
      assert.equal(count, 3);
    }
    programs.push(`PUSH 9 PUSH ${offset} PUSH 3 PUSH ${BigInt(CONTRACT)} EXTCODECOPY ${finish}`);
    programs.push(`PUSH ${offset} PUSH 0 PUSH 3 PUSH ${BigInt(CONTRACT)} EXTCODECOPY ${finish}`);
    programs.push(`PUSH 70 PUSH 2 PUSH ${offset} PUSH ${BigInt(CONTRACT)} EXTCODECOPY ${finish}`);
    programs.push(`PUSH 5 PUSH ${offset} LOG0 PUSH 11 PUSH 12 PUSH 1 PUSH ${offset} LOG2`);
    programs.push(`PUSH ${offset} PUSH 0 LOG0`);
    for (const program of programs) {
      const input = Uint8Array.from({ length: 70 }, (_, i) => i + 1);
      await compare(program, { [CONTRACT]: { code: assemble(program) } }, { to: CONTRACT, input });
    }
  }
});

test('MCOPY of overlapping ranges', async () => {
  for (const [target, source, size] of [
    [1, 0, 40],
    [0, 1, 40],
    [31, 64, 64],
    [64, 31, 64],
    [5, 5, 5],
  ]) {
    const code = assemble(
      `PUSH ${2n ** 256n - 3n ** 90n} PUSH 0 MSTORE PUSH ${3n ** 150n} PUSH 32 MSTORE PUSH ${size} PUSH ${source} PUSH ${target} MCOPY PUSH 128 PUSH 0 RETURN`,
    );
    await compare(`MCOPY ${target} ${source} ${size}`, { [CONTRACT]: { code } }, { to: CONTRACT });
  }
});

test('jumps land on JUMPDEST instructions only', async () => {
  const programs = [
    '@a JUMP INVALID :a PUSH 1 PUSH 0 SSTORE',
    'PUSH 1 @a JUMPI INVALID :a PUSH 1 PUSH 0 SSTORE',
    'PUSH 0 @a JUMPI PUSH 2 PUSH 0 SSTORE STOP :a INVALID',
    'PUSH 5 JUMP PUSH2 0x5b5b JUMPDEST',
    'PUSH 4 JUMP PUSH1 0x5b JUMPDEST PUSH 1 PUSH 0 SSTORE',
    'PUSH 5 JUMP PUSH1 0x5b JUMPDEST PUSH 1 PUSH 0 SSTORE',
    'PUSH 200 JUMP',
    `PUSH ${(1n << 64n) + 11n} JUMP JUMPDEST`,
    `PUSH ${(1n << 32n) + 6n} JUMP JUMPDEST`,
    'PUSH 3 JUMP JUMPDEST JUMPDEST JUMPDEST PUSH 7 PUSH 8 SSTORE',
    'JUMPDEST JUMPDEST PUSH 1 JUMPDEST PUSH 0 SSTORE JUMPDEST',
    'PUSH 10 :loop PUSH 1 SWAP1 SUB DUP1 @loop JUMPI PUSH 0 SSTORE',
    'PUSH 6 JUMP PUSH32 0x5b5b5b5b',
    // A jump back into what was executed, into the middle of a block and past what was scanned.
    'PUSH 3 :top PUSH 1 SWAP1 SUB DUP1 @out JUMPI @end JUMP :out @top JUMP INVALID :end PUSH 1 PUSH 0 SSTORE',
  ];
  for (const program of programs) await compare(program, { [CONTRACT]: { code: assemble(program) } }, { to: CONTRACT });
});

test('the stack holds 1,024 items', async () => {
  for (const count of [1023, 1024, 1025]) {
    const pushes = 'PUSH 1 '.repeat(count - 1);
    await compare(`${count} items`, { [CONTRACT]: { code: assemble(`${pushes} CALLER`) } }, { to: CONTRACT });
    await compare(
      `${count} items across blocks`,
      { [CONTRACT]: { code: assemble(`${pushes} JUMPDEST CALLER JUMPDEST`) } },
      { to: CONTRACT },
    );
    await compare(
      `${count} items by DUP`,
      { [CONTRACT]: { code: assemble(`${pushes} GAS POP DUP1`) } },
      { to: CONTRACT },
    );
    await compare(
      `${count} items and a SWAP`,
      { [CONTRACT]: { code: assemble(`${pushes} DUP1 SWAP16`) } },
      { to: CONTRACT },
    );
  }
});

test('storage: cost and refund of every sequence of values', async () => {
  for (const original of [0n, 1n]) {
    for (let i = 0; i < 27; i++) {
      const values = [i % 3, Math.trunc(i / 3) % 3, Math.trunc(i / 9) % 3];
      const code = assemble(
        `${values.map((value) => `PUSH ${value} PUSH 5 SSTORE`).join(' ')} PUSH 5 SLOAD PUSH 6 SLOAD`,
      );
      await compare(
        `SSTORE ${original} to ${values.join()}`,
        { [CONTRACT]: { code, storage: { 5: original } } },
        { to: CONTRACT },
      );
    }
  }
  for (const gas of [2299n, 2300n, 2301n, 2302n, 2306n, 2307n, 5000n, 5006n, 22105n, 22106n, 22107n]) {
    await compare(
      `SSTORE with ${gas} gas`,
      { [CONTRACT]: { code: assemble('PUSH 1 PUSH 0 SSTORE') } },
      { to: CONTRACT, gas },
    );
  }
});

test('transient storage', async () => {
  const code = assemble(
    'PUSH 7 PUSH 1 TSTORE PUSH 1 TLOAD PUSH 0 MSTORE PUSH 2 TLOAD PUSH 32 MSTORE PUSH 64 PUSH 0 RETURN',
  );
  await compare('TSTORE', { [CONTRACT]: { code } }, { to: CONTRACT });
});

test('logs', async () => {
  const topics = [1n << 255n, 2n, 3n ** 100n, 4n].map((x) => `PUSH ${x}`).join(' ');
  for (let n = 0; n <= 4; n++) {
    await compare(
      `LOG${n}`,
      { [CONTRACT]: { code: assemble(`PUSH ${3n ** 150n} PUSH 0 MSTORE ${topics} PUSH 37 PUSH 3 LOG${n}`) } },
      { to: CONTRACT },
    );
  }
});

test('running out of gas at every amount', async () => {
  const programs = [
    'PUSH 3 PUSH 4 MUL PUSH 0 MSTORE PUSH 64 PUSH 10 KECCAK256 PUSH 300 MSTORE8 GAS PUSH 32 MSTORE PUSH 64 PUSH 0 RETURN',
    'PUSH 5 :loop PUSH 1 SWAP1 SUB DUP1 @loop JUMPI GAS PUSH 0 MSTORE PUSH 32 PUSH 0 REVERT',
    'PUSH 300 PUSH 2 EXP POP PUSH 0 CALLDATALOAD PUSH 40 PUSH 0 PUSH 0 CALLDATACOPY PUSH 1 PUSH 2 LOG0 GAS PUSH 0 MSTORE PUSH 32 PUSH 0 RETURN',
  ];
  for (const program of programs) {
    const code = assemble(program);
    for (let gas = 0n; gas < 900n; gas++) {
      await compare(`${program} with ${gas} gas`, { [CONTRACT]: { code } }, { to: CONTRACT, gas });
    }
  }
});

test('random programs', async () => {
  const numbers = random(2024n);
  const mnemonics = Object.entries(OPCODES).filter(
    ([name]) => !/CALL$|CALLCODE|CREATE|PUSH|STOP|RETURN$|REVERT|INVALID|DESTRUCT|JUMP|CLZ/.test(name),
  );
  for (let i = 0; i < 1500; i++) {
    const bytes: number[] = [];
    for (let k = 0; k < 60; k++) {
      const choice = numbers.below(10);
      if (choice < 5) {
        const small = numbers.below(2) === 0;
        const hex = (small ? BigInt(numbers.below(100)) : numbers.word()).toString(16);
        const data = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
        bytes.push(0x5f + data.length, ...data);
      } else {
        bytes.push(mnemonics[numbers.below(mnemonics.length)]?.[1] ?? 0);
      }
    }
    const code = Uint8Array.from([...bytes, ...assemble('MSIZE PUSH 0 RETURN')]);
    await compare(
      `program ${Buffer.from(code).toString('hex')}`,
      { [CONTRACT]: { code, balance: 5n } },
      { to: CONTRACT, input: code, gas: BigInt(numbers.below(300000)) },
    );
  }
});
