// Init codes that are longer than any may be since Canyon (EIP-3860): what is known of them is known of a piece at a time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assemble } from './assembler.js';
import { compare, CONTRACT } from './compare.js';
import { FORK, random } from './module.js';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const push4 = (value: number): string => `63${value.toString(16).padStart(8, '0')}`;

/** Runs without a jump: of one instruction, over thousands of bytes, with JUMPDESTs, with what ends a block, with a call. */
const STRAIGHT = [
  '600150',
  '6001600201505a50',
  '5b6000505b',
  '7f'.padEnd(66, '5b') + '50',
  '600060006000600060045afa50',
];

/**
 * Blocks at random places of `length` bytes, each of which jumps to one of two others, or ahead, for as long as what they
 * count together is below a limit; then the init code gives back the count, the gas and the memory's size. What lies between
 * is data, with JUMPDESTs in it; where `isWrong` some jumps lead there.
 */
function scattered(seed: number, length: number, isWrong: boolean): Uint8Array {
  const { below: pick } = random(BigInt(seed));
  const code = new Uint8Array(length).fill(0x7f);
  const blocks = 24;
  const places = Array.from(
    { length: blocks },
    (_, i) => 64 + Math.floor(((length - 128) / blocks) * (i + pick(40) / 100)),
  );
  const end = length - 40;
  const target = (): number => (places[pick(blocks)] ?? 0) + (isWrong && pick(40) === 0 ? 1 + pick(2000) : 0);
  places.forEach((place, i) => {
    // A PUSH32 before it must not swallow it.
    code.fill(0x5b, place - 33, place);
    const straight = STRAIGHT[pick(STRAIGHT.length)] ?? '';
    const times = pick(3) === 0 ? Math.floor(pick(Math.floor(length / blocks)) / straight.length) : pick(4);
    code.set(
      bytes(
        `5b60${(i + 1).toString(16).padStart(2, '0')}0180${push4(4000)}10${push4(end)}57${straight.repeat(times)}` +
          `80600216${push4(target())}57${pick(2) === 0 ? '5a50' : ''}${push4(target())}56`,
      ),
      place,
    );
  });
  code.fill(0x5b, end - 33, end);
  code.set(assemble('JUMPDEST PUSH 0 MSTORE GAS PUSH 32 MSTORE MSIZE PUSH 64 MSTORE PUSH 96 PUSH 0 RETURN'), end);
  code.set(bytes(`6000${push4(places[0] ?? 0)}56`), 0);
  return code;
}

test('a long init code runs as any other', async () => {
  let returned = 0;
  for (let seed = 1; seed <= 15; seed++) {
    const length = [49_153, 57_344, 65_536, 131_072, 300_000][seed % 5] ?? 0;
    const input = scattered(seed, length, seed % 4 === 0);
    const gas = BigInt(seed % 3 === 0 ? 40_000 + seed * 5000 : 1_000_000);
    const outcome = await compare(`seed ${seed}, as a transaction`, {}, { input, gas }, { fork: FORK.bedrock });
    if (outcome.success) returned += 1;
    const creator = assemble(
      'CALLDATASIZE PUSH 0 PUSH 0 CALLDATACOPY CALLDATASIZE PUSH 0 PUSH 0 CREATE EXTCODESIZE PUSH 0 MSTORE GAS PUSH 32 MSTORE PUSH 64 PUSH 0 RETURN',
    );
    await compare(
      `seed ${seed}, by a contract`,
      { [CONTRACT]: { code: creator } },
      { to: CONTRACT, input, gas: gas + 500_000n },
      { fork: FORK.bedrock },
    );
  }
  assert.ok(returned > 4, `${returned} returned`);
});

test('a block as long as the code, with and without the gas for it', async () => {
  const input = new Uint8Array(200_000).fill(0x5a).map((_, i) => (i % 2 === 0 ? 0x34 : 0x50));
  for (const gas of [1000n, 399_999n, 400_000n, 500_001n, 1_000_000n]) {
    await compare(`${gas} gas`, {}, { input, gas }, { fork: FORK.bedrock });
  }
});
