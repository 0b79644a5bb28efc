// Guest steps and native nanoseconds per unit of gas, by opcode and precompile, the dearest first: `npm run bench:gas`,
// or `node packages/program/bench/gas-speed.mjs [workload…]`. Seconds of 30 million gas are in proportion to those of 5 million;
// where they are half a second or more, 500 million are measured too. Needs the guest's cross compiler (npm run guest fetches it).
import { createHash } from 'node:crypto';
import { p256 } from '@noble/curves/nist.js';
import { assemble } from '../dist/test/evm/assembler.js';
import { evmProgram, FORK } from './evm-program.mjs';

/** A loop over its body, n times, n being the call data's first word; what is behind it lies in memory at 0. */
const loop = (body) =>
  assemble(
    `PUSH 32 CALLDATASIZE SUB PUSH 32 PUSH 0 CALLDATACOPY PUSH 0 CALLDATALOAD :loop ${body} PUSH 1 SWAP1 SUB DUP1 @loop JUMPI STOP`,
  );
const repeat = (n, body) => `${body} `.repeat(n);

const bytes = (hex) => Uint8Array.from(Buffer.from(hex, 'hex'));
const number = (value, length) =>
  bytes(
    BigInt(value)
      .toString(16)
      .padStart(2 * length, '0'),
  );
const join = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
/** Reproducible bytes that look random. */
function noise(length) {
  const blocks = [];
  for (let i = 0; blocks.length * 32 < length; i++) blocks.push(createHash('sha256').update(`${length} ${i}`).digest());
  return Uint8Array.from(Buffer.concat(blocks).subarray(0, length));
}

/** Calls of a precompile on `input`; its output goes behind the input. */
const precompile = (address, input, { fork = FORK.karst, output = 64, times = 4, n = 100 } = {}) => ({
  fork,
  input,
  n,
  body: repeat(
    times,
    `PUSH ${output} PUSH ${input.length} PUSH ${input.length} PUSH 0 PUSH ${address} GAS STATICCALL POP`,
  ),
});
/** Instructions with nothing in memory. */
const instructions = (body, n = 300) => ({ fork: FORK.karst, input: new Uint8Array(0), n, body });

function p256Input() {
  const key = noise(32);
  const hash = noise(33).subarray(1);
  const signature = p256.sign(hash, key, { prehash: false, lowS: false });
  return join(hash, signature, p256.getPublicKey(key, false).subarray(1));
}
function modexpInput(base, exponent, modulus, zeros) {
  const m = noise(modulus);
  m[0] |= 0x80;
  m[modulus - 1 - zeros] |= 1;
  m.fill(0, modulus - zeros);
  // Each bit of the exponent costs a square and a product.
  const e = new Uint8Array(exponent).fill(0xff);
  return join(number(base, 32), number(exponent, 32), number(modulus, 32), noise(base).fill(0xfe, 0, 1), e, m);
}
const blake2Input = (rounds) => join(number(rounds, 4), noise(208), [1]);
// The generator of bn254 and a factor of 256 bits.
const bn254Point = join(number(1, 32), number(2, 32));

const WORKLOADS = {
  'p256verify (3,450)': precompile(0x100, p256Input(), { fork: FORK.jovian }),
  'p256verify (6,900)': precompile(0x100, p256Input()),
  'blake2f, 12 rounds': precompile(9, blake2Input(12)),
  'blake2f, 10,000 rounds': precompile(9, blake2Input(10_000), { n: 10 }),
  ...Object.fromEntries(
    [
      // Bytes of base and modulus, of the exponent, zero bytes that end the modulus.
      [8, 64, 0],
      [8, 1024, 0],
      [16, 256, 0],
      [24, 256, 0],
      [32, 32, 0],
      [32, 1024, 0],
      [64, 64, 0],
      [256, 1, 0],
      [256, 32, 0],
      [1024, 1, 0],
      [1024, 32, 0],
      [8, 256, 7],
      [16, 256, 1],
      [16, 256, 8],
      [24, 256, 10],
      [32, 256, 15],
      [64, 64, 32],
      [256, 32, 128],
      [256, 32, 255],
    ].flatMap(([length, exponent, zeros]) =>
      ['jovian', 'karst'].map((fork) => [
        `modexp, ${length} bytes, exponent ${exponent}${zeros === 0 ? '' : `, even by ${zeros}`}, ${fork}`,
        precompile(5, modexpInput(length, exponent, length, zeros), {
          fork: FORK[fork],
          output: length,
          n: length * exponent > 4000 ? 2 : 20,
          times: 1,
        }),
      ]),
    ),
  ),
  'bn254 add': precompile(6, join(bn254Point, bn254Point)),
  'bn254 mul': precompile(7, join(bn254Point, noise(32))),
  'sha256 of 32': precompile(2, noise(32), { output: 32 }),
  'sha256 of 4 KiB': precompile(2, noise(4096), { output: 32, n: 20 }),
  'ripemd160 of 4 KiB': precompile(3, noise(4096), { output: 32, n: 20 }),
  'identity of 4 KiB': precompile(4, noise(4096), { output: 32 }),
  'ecrecover (asked of L1)': precompile(1, join(noise(32), number(27, 32), number(5, 32), number(6, 32)), {
    output: 32,
  }),
  'bn254 pairing, 1 pair (asked of L1)': precompile(8, noise(192), { output: 32 }),
  'bls12-381 G1 add (asked of L1)': precompile(0x0b, noise(256), { output: 32 }),
  'bls12-381 map to G2 (asked of L1)': precompile(0x11, noise(128), { output: 32 }),
  'keccak of 32': instructions(repeat(4, 'PUSH 32 PUSH 0 KECCAK256 POP')),
  'keccak of 136': instructions(repeat(4, 'PUSH 136 PUSH 0 KECCAK256 POP')),
  'keccak of 4 KiB': instructions(repeat(4, 'PUSH 4096 PUSH 0 KECCAK256 POP'), 30),
  'exp of 32 bytes': instructions(repeat(4, 'DUP1 NOT DUP2 NOT EXP POP')),
  mulmod: instructions(repeat(10, `PUSH ${2n ** 255n - 19n} DUP2 NOT DUP3 NOT MULMOD POP`)),
  addmod: instructions(repeat(10, `PUSH ${2n ** 255n - 19n} DUP2 NOT DUP3 NOT ADDMOD POP`)),
  div: instructions(repeat(10, `PUSH ${10n ** 30n} DUP2 NOT DIV POP`)),
  smod: instructions(repeat(10, `PUSH ${10n ** 30n} DUP2 NOT SMOD POP`)),
  mul: instructions(repeat(10, 'DUP1 NOT DUP1 MUL POP')),
  'add, pop': instructions(repeat(10, 'DUP1 DUP1 ADD POP')),
  'push, pop': instructions(repeat(20, 'PUSH0 POP')),
  'push32, pop': instructions(repeat(20, `PUSH ${2n ** 256n - 1n} POP`)),
  jumpdest: instructions(repeat(60, 'JUMPDEST')),
  jump: instructions('@a JUMP :b @c JUMP :a @b JUMP :c'),
  'address, caller': instructions(repeat(10, 'ADDRESS CALLER ORIGIN POP POP POP')),
  'mload, mstore': instructions(repeat(10, 'DUP1 NOT PUSH 65 MSTORE PUSH 33 MLOAD POP')),
  mstore8: instructions(repeat(10, 'DUP1 PUSH 65 MSTORE8')),
  'mcopy of 4 KiB': instructions(repeat(10, 'PUSH 4096 PUSH 0 PUSH 1 MCOPY'), 50),
  'calldatacopy of 4 KiB': instructions(repeat(10, 'PUSH 4096 PUSH 0 PUSH 1 CALLDATACOPY'), 50),
  'sload, warm': instructions(repeat(10, 'PUSH 7 SLOAD POP')),
  'sload of new slots': instructions(repeat(10, 'DUP1 GAS ADD SLOAD POP'), 50),
  'sstore of new slots': instructions(repeat(4, 'DUP1 GAS SSTORE'), 50),
  'tload, warm': instructions(repeat(10, 'PUSH 7 TLOAD POP')),
  'tstore of new slots': instructions(repeat(10, 'DUP1 GAS TSTORE'), 50),
  'log0 of nothing': instructions(repeat(4, 'PUSH 0 PUSH 0 LOG0'), 50),
  'log4 of 1 KiB': instructions(repeat(4, 'DUP1 DUP1 DUP1 DUP1 PUSH 1024 PUSH 0 LOG4'), 20),
  'balance, warm': instructions(repeat(10, 'ADDRESS BALANCE POP')),
  'balance of new accounts': instructions(repeat(10, 'GAS BALANCE POP'), 50),
  'extcodehash, warm': instructions(repeat(10, 'ADDRESS EXTCODEHASH POP')),
  'extcodecopy of 1 KiB': instructions(repeat(10, 'PUSH 1024 PUSH 0 PUSH 0 ADDRESS EXTCODECOPY'), 50),
  'call of nobody': instructions(
    repeat(4, 'PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 0xdd GAS CALL POP').replaceAll('0xdd', String(0xddddn)),
  ),
  ...Object.fromEntries(
    Object.entries({
      sdiv: 'DUP1 NOT DUP2 NOT SDIV POP',
      mod: `PUSH ${2n ** 200n - 3n} DUP2 NOT MOD POP`,
      'signextend, sar, byte': 'DUP1 NOT PUSH 3 SIGNEXTEND PUSH 5 SAR PUSH 7 BYTE POP',
      'exp of 1 byte': 'PUSH 255 DUP2 NOT EXP POP',
      'comparisons, bits': 'DUP1 DUP1 SLT DUP2 SGT DUP2 EQ ISZERO DUP2 AND DUP2 OR DUP2 XOR NOT POP',
      'dup16, swap16': `${repeat(16, 'PUSH0')} ${repeat(20, 'DUP16 POP SWAP16')} ${repeat(16, 'POP')}`,
      'gas, msize, pc': 'GAS MSIZE PC POP POP POP',
      blobhash: 'PUSH 3 BLOBHASH POP',
      blockhash: 'PUSH 3 BLOCKHASH POP',
      selfbalance: 'SELFBALANCE POP',
      'calldatacopy, calldataload, beyond the end':
        'PUSH 32 PUSH 4294967296 PUSH 1 CALLDATACOPY DUP1 NOT CALLDATALOAD POP',
      'codecopy of 4 KiB beyond the end': 'PUSH 4096 PUSH 4294967297 PUSH 1 CODECOPY',
      'extcodecopy of nothing': 'PUSH 0 DUP2 NOT DUP3 NOT ADDRESS EXTCODECOPY',
      'extcodecopy of 4 KiB beyond the end': 'PUSH 4096 DUP2 NOT PUSH 1 ADDRESS EXTCODECOPY',
      'extcodesize, warm': 'ADDRESS EXTCODESIZE POP',
      'returndatacopy of nothing': 'PUSH 0 PUSH 0 PUSH 0 RETURNDATACOPY',
      'mcopy of nothing, of a byte': 'PUSH 0 DUP2 NOT DUP3 NOT MCOPY PUSH 1 PUSH 31 PUSH 65 MCOPY',
      'keccak of 4 KiB from an odd place': 'PUSH 4096 PUSH 1 KECCAK256 POP',
      'mcopy of 4 KiB downwards': 'PUSH 4096 PUSH 1 PUSH 0 MCOPY',
      'extcodecopy of 4 KiB of code': 'PUSH 4096 PUSH 0 PUSH 1 ADDRESS EXTCODECOPY',
      'identity of 4 KiB, its return data copied':
        'PUSH 0 PUSH 0 PUSH 4096 PUSH 1 PUSH 4 GAS STATICCALL POP PUSH 4096 PUSH 0 PUSH 3 RETURNDATACOPY',
      'log4 of 64 KiB': 'DUP1 DUP1 DUP1 DUP1 PUSH 65536 PUSH 1 LOG4',
      'sdiv of the least by -1': `PUSH 0 NOT PUSH ${2n ** 255n} SDIV POP`,
      'smod by 65 bits': `PUSH ${2n ** 64n + 3n} DUP2 NOT SMOD POP`,
      'mod by 129 bits': `PUSH ${2n ** 128n + 3n} DUP2 NOT MOD POP`,
      'mulmod by 65 bits': `PUSH ${2n ** 64n + 3n} DUP2 NOT DUP3 NOT MULMOD POP`,
      'mulmod by 129 bits': `PUSH ${2n ** 128n + 3n} DUP2 NOT DUP3 NOT MULMOD POP`,
      'addmod by 65 bits': `PUSH ${2n ** 64n + 3n} DUP2 NOT DUP3 NOT ADDMOD POP`,
      'delegatecall of ecrecover without a signature': 'PUSH 0 PUSH 0 PUSH 128 PUSH 0 PUSH 1 GAS DELEGATECALL POP',
      'callcode of a point evaluation of the wrong length':
        'PUSH 0 PUSH 0 PUSH 191 PUSH 0 PUSH 0 PUSH 10 PUSH 50000 CALLCODE POP',
      'delegatecall of bls12-381 G1 add of the wrong length':
        'PUSH 0 PUSH 0 PUSH 255 PUSH 0 PUSH 11 PUSH 375 DELEGATECALL POP',
      'staticcall of p256verify of zeros': 'PUSH 0 PUSH 0 PUSH 160 PUSH 0 PUSH 256 GAS STATICCALL POP',
      'sstore to and fro, with refunds': 'PUSH 1 PUSH 0 SSTORE PUSH 0 PUSH 0 SSTORE',
      'log0 of 4 KiB': 'PUSH 4096 PUSH 1 LOG0',
      'sstore of the same': 'PUSH 1 PUSH 1 SSTORE',
      'staticcall of an empty input: identity': 'PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 4 GAS STATICCALL POP',
      'staticcall of an empty input: sha256': 'PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 2 GAS STATICCALL POP',
      'staticcall of an empty input: modexp': 'PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 5 GAS STATICCALL POP',
      'staticcall of an empty input: bn254 add': 'PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 6 GAS STATICCALL POP',
      'staticcall of an empty input: blake2f': 'PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 9 PUSH 100 STATICCALL POP',
      'staticcall of an empty input: p256verify': 'PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 256 GAS STATICCALL POP',
      'create2 of 32 bytes that reverts': `PUSH ${0x5f5ffdn << 232n} PUSH 0 MSTORE GAS PUSH 32 PUSH 0 PUSH 0 CREATE2 POP`,
      'create2 of 32 bytes': 'PUSH 0 PUSH 0 MSTORE GAS PUSH 32 PUSH 0 PUSH 0 CREATE2 POP',
      'call of itself without gas': 'PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 0 ADDRESS PUSH 0 CALL POP',
      'delegatecall of itself that runs out': 'PUSH 0 PUSH 0 PUSH 0 PUSH 0 ADDRESS PUSH 30 DELEGATECALL POP',
    }).map(([name, body]) => [name, instructions(repeat(/^(create|exp)/.test(name) ? 2 : 10, body), 40)]),
  ),
  'create2 of 48 KiB of STOP': {
    fork: FORK.karst,
    input: new Uint8Array(49_152),
    n: 4,
    body: 'GAS PUSH 49152 PUSH 0 PUSH 0 CREATE2 POP',
  },
  'create of nothing': instructions('PUSH 0 PUSH 0 PUSH 0 CREATE POP', 20),
  'create of 48 KiB of JUMPDEST': {
    fork: FORK.karst,
    input: new Uint8Array(49_152).fill(0x5b),
    n: 4,
    body: 'PUSH 49152 PUSH 0 PUSH 0 CREATE POP',
  },
};

// What L1 would answer: success and a word.
const { guestSteps, natively, order } = evmProgram(join([1], number(1, 32)));
const wanted = process.argv.slice(2);
const rows = [];
for (const [name, { fork, input, n, body }] of Object.entries(WORKLOADS)) {
  if (wanted.length > 0 && !wanted.some((word) => name.includes(word))) continue;
  const code = loop(body);
  const [few, many] = [order(fork, 2, code, input), order(fork, 2 + n, code, input)];
  const steps = (await guestSteps(many)) - (await guestSteps(few));
  const [less, more] = [await natively(few), await natively(many)];
  const gas = more.gas - less.gas;
  // Natively as often as makes a measurable time: about 5 million gas.
  const times = Math.max(1, Math.round(5_000_000 / (gas / n)));
  const long = await natively(order(fork, times, code, input));
  const ns = (long.nanoseconds - less.nanoseconds) / (long.gas - less.gas);
  let most = '–';
  if (30e6 * ns >= 0.5e9) {
    const whole = await natively(order(fork, Math.round((times * 500e6) / (long.gas - less.gas)), code, input));
    most = `${((whole.nanoseconds - less.nanoseconds) / 1e9).toFixed(1)} s`;
  }
  rows.push({ name, gas: gas / n, steps: steps / gas, ns, most });
  process.stderr.write(`${name}: ${(steps / gas).toFixed(1)} steps, ${ns.toFixed(1)} ns a gas\n`);
}
process.stdout.write(
  '| workload | steps a gas | ns a gas | 30 Mgas natively | 500 Mgas |\n| --- | --: | --: | --: | --: |\n',
);
for (const { name, steps, ns, most } of rows.sort((a, b) => b.steps - a.steps)) {
  process.stdout.write(
    `| ${name} | ${steps.toFixed(0)} | ${ns.toFixed(1)} | ${((ns * 30) / 1000).toFixed(2)} s | ${most} |\n`,
  );
}
