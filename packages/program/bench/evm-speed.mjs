// Guest instructions and native nanoseconds per EVM opcode, by kind of code: `npm run build`, then
// `node packages/program/bench/evm-speed.mjs [workload…]`. Needs the guest's cross compiler (npm run guest fetches it).
import { assemble } from '../dist/test/evm/assembler.js';
import { evmProgram, FORK } from './evm-program.mjs';

// Each workload runs its body n times, n being the call data's first word.
const loop = (body) => assemble(`PUSH 0 CALLDATALOAD :loop ${body} PUSH 1 SWAP1 SUB DUP1 @loop JUMPI STOP`);
const repeat = (n, body) => `${body} `.repeat(n);
const WORKLOADS = {
  'add, push, pop': repeat(10, 'PUSH 3 PUSH 1234567 ADD POP'),
  'dup, swap': repeat(10, 'DUP1 DUP2 SWAP1 SWAP2 POP POP'),
  'wide add, xor, not': repeat(10, `DUP1 NOT DUP2 NOT ADD DUP2 XOR POP`),
  mul: repeat(10, 'PUSH 1000000007 DUP2 MUL POP'),
  'wide mul': repeat(10, 'DUP1 NOT DUP1 MUL POP'),
  div: repeat(10, 'PUSH 1000000007 PUSH 0xffffffffffffff DIV POP'),
  'wide div': repeat(10, `PUSH ${10n ** 18n} DUP2 NOT DIV POP`),
  mulmod: repeat(10, `PUSH ${2n ** 255n - 19n} DUP2 NOT DUP3 NOT MULMOD POP`),
  'compare, jump over': repeat(10, 'PUSH 5 DUP2 LT ISZERO ISZERO POP'),
  'shift, mask': repeat(10, `DUP1 PUSH 224 SHL PUSH 224 SHR PUSH 0xffffffff AND POP`),
  'mload, mstore': repeat(10, 'DUP1 PUSH 64 MSTORE PUSH 64 MLOAD POP'),
  'mstore of wide': repeat(10, 'DUP1 NOT PUSH 64 MSTORE PUSH 64 MLOAD POP'),
  calldataload: repeat(10, 'PUSH 0 CALLDATALOAD POP'),
  'keccak of 64': repeat(2, 'PUSH 64 PUSH 0 KECCAK256 POP'),
  'sload, sstore': repeat(2, 'PUSH 7 SLOAD PUSH 7 SSTORE DUP1 PUSH 7 SSTORE'),
  jumps: 'DUP1 @a JUMP :b POP @c JUMP :a PUSH 1 @b JUMPI INVALID :c',
  calls: `PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 0xdddddddddddddddddddddddddddddddddddddddd GAS CALL POP`,
};

const { guestSteps, natively, order } = evmProgram();
const wanted = process.argv.slice(2);

/** Number of opcodes in the body and the loop around it, when no jump is left out. */
function opcodes(body) {
  return body.split(/\s+/).filter((word) => word !== '' && !/^\d|^0x/.test(word)).length + 7;
}

for (const [name, body] of Object.entries(WORKLOADS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const code = loop(body);
  const count = opcodes(body);
  const [few, many] = [100, 1100];
  const steps =
    (await guestSteps(order(FORK.granite, many, code))) - (await guestSteps(order(FORK.granite, few, code)));
  const nanoseconds =
    (await natively(order(FORK.granite, 200_000, code))).nanoseconds -
    (await natively(order(FORK.granite, 1, code))).nanoseconds;
  process.stdout.write(
    `${name.padEnd(22)} ${String(count).padStart(4)} opcodes ${(steps / (many - few) / count).toFixed(1).padStart(8)} instructions ${(nanoseconds / 200_000 / count).toFixed(2).padStart(7)} ns\n`,
  );
}
