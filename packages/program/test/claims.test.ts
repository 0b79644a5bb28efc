// Claims that are decided, or refused, before anything is derived.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { RLP } from '@ethereumjs/rlp';
import { runProgram } from '../src/index.js';

const FORKS = ['regolith', 'canyon', 'delta', 'ecotone', 'fjord', 'granite', 'holocene', 'isthmus', 'jovian', 'karst'];
const ETHEREUM = { shanghaiTime: 0, cancunTime: 0, pragueTime: 0 };
const hash = (byte: string): string => `0x${byte.repeat(32)}`;

/** A chain whose Bedrock begins with block 100 at time 1000; a block a second. */
const rollup = {
  genesis: {
    l1: { hash: hash('aa'), number: 1 },
    l2: { hash: hash('bb'), number: 100 },
    l2_time: 1000,
    system_config: {
      batcherAddr: `0x${'11'.repeat(20)}`,
      overhead: hash('00'),
      scalar: hash('01'),
      gasLimit: 30000000,
    },
  },
  block_time: 1,
  max_sequencer_drift: 600,
  seq_window_size: 3600,
  channel_timeout: 300,
  l1_chain_id: 900,
  l2_chain_id: 901,
  ...Object.fromEntries(FORKS.map((fork) => [`${fork}_time`, 0])),
  batch_inbox_address: `0x${'ff'.repeat(20)}`,
  deposit_contract_address: `0x${'22'.repeat(20)}`,
  l1_system_config_address: `0x${'33'.repeat(20)}`,
};
const chain = {
  chainId: 901,
  ...ETHEREUM,
  ...Object.fromEntries(FORKS.filter((fork) => fork !== 'delta').map((fork) => [`${fork}Time`, 0])),
  optimism: { eip1559Elasticity: 6, eip1559Denominator: 50, eip1559DenominatorCanyon: 250 },
};

const bytes = (hex: string): Buffer => Buffer.from(hex.slice(2), 'hex');

/** An L2 header of which only the number matters. */
function header(number: number): Uint8Array {
  const word = new Uint8Array(32);
  const zero = new Uint8Array(0);
  return RLP.encode([
    word, word, new Uint8Array(20), word, word, word, new Uint8Array(256), zero, number, 30000000, zero, 1000,
    zero, word, new Uint8Array(8), 7, word, zero, zero, word, word,
  ]); // prettier-ignore
}

/** Runs the client on a claim about block `number`, agreed on a block numbered `agreed`; its root is claimed if `same`. */
async function run(number: number, agreed: number, same: boolean, more: object = {}, moreOfChain: object = {}) {
  const block = header(agreed);
  const output = Buffer.concat([Buffer.alloc(96), keccak_256(block)]);
  const root = keccak_256(output);
  const key = (digest: Uint8Array): string => `02${Buffer.from(digest).toString('hex').slice(2)}`;
  const values = new Map([
    [key(root), output],
    [key(keccak_256(block)), Buffer.from(block)],
  ]);
  const u64 = (value: bigint): Buffer => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigUInt64BE(value);
    return buffer;
  };
  const json = (value: object): Buffer => Buffer.from(JSON.stringify(value), 'utf8');
  const locals = [
    Buffer.alloc(0), bytes(hash('cc')), Buffer.from(root), same ? Buffer.from(root) : bytes(hash('dd')),
    u64(BigInt(number)), u64(2n ** 64n - 1n), json({ ...chain, ...moreOfChain }), json({ ...rollup, ...more }),
  ]; // prettier-ignore
  const asked: string[] = [];
  let stdout = '';
  const code = await runProgram({
    oracle: {
      hint: async (text) => void asked.push(text.split(' ')[0] ?? ''),
      get: async (wanted) => {
        const name = Buffer.from(wanted).toString('hex');
        const value = wanted[0] === 1 ? locals[wanted[31] ?? 0] : values.get(name);
        assert.ok(value !== undefined, `asked for ${name}`);
        return Uint8Array.from(value);
      },
    },
    stdout: (text) => void (stdout += Buffer.from(text).toString('latin1')),
    stderr: () => {},
  });
  return { code, asked, stdout, last: stdout.trimEnd().split('\n').at(-1) ?? '' };
}

test('a claim about the agreed block is right if it is the agreed output root, and read no further', async () => {
  const right = await run(105, 105, true);
  assert.equal(right.code, 0);
  assert.match(right.last, /^Successfully validated L2 block #105 with output root 0x[0-9a-f]{64}$/);
  const wrong = await run(105, 105, false);
  assert.equal(wrong.code, 1);
  assert.match(wrong.last, /^The claim for L2 block #105 is wrong: claimed output root 0x(dd){32}, derived 0x/);
  for (const { asked } of [right, wrong]) assert.deepEqual(asked, ['l2-output', 'l2-block-header']);
});

test('a claim about an older block than the agreed one is wrong at once', async () => {
  for (const same of [true, false]) {
    const { code, last, asked } = await run(104, 105, same);
    assert.equal(code, 1);
    assert.match(
      last,
      /#104 is wrong: claimed output root 0x[0-9a-f]{64}, but that block is older than the agreed one, #105$/,
    );
    assert.deepEqual(asked, ['l2-output', 'l2-block-header']);
  }
});

test('the block that the legacy chain ends with, and what is before it, is refused by name', async () => {
  for (const number of [1, 99, 100]) {
    const { code, stdout, asked } = await run(number, 100, true);
    assert.equal(code, 2);
    assert.match(
      stdout,
      new RegExp(`L2 block ${number} can't be judged: the legacy chain ends and Bedrock begins with block 100`),
    );
    assert.deepEqual(asked, []);
  }
  const { code, stdout } = await run(101, 99, true);
  assert.equal(code, 2);
  assert.match(
    stdout,
    /the agreed output root is of block 99 of the legacy chain, which Bedrock follows with block 100/,
  );
  assert.equal((await run(101, 101, true)).code, 0);
});

test('Lagoon is refused by either of its names, and only where it is in force', async () => {
  for (const [name, field] of [
    ['lagoon_time', 'lagoonTime'],
    ['interop_time', 'interopTime'],
  ] as const) {
    const { code, stdout, asked } = await run(105, 105, true, { [name]: 1005 }, { [field]: 1005 });
    assert.equal(code, 2);
    assert.match(
      stdout,
      /L2 block 105 can't be judged: its time 1005 is under the fork lagoon \(interop\), which is scheduled for 1005/,
    );
    assert.deepEqual(asked, []);
    assert.equal((await run(105, 105, true, { [name]: 1006 }, { [field]: 1006 })).code, 0);
  }
});
