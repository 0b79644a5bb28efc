// Walks the table of docs/derivation.md: which fork applies which check of derivation.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { batcherData, concat, encodeTransaction, fixed, frame } from './encoding.js';
import {
  CHAIN_ID,
  FORKS,
  GENESIS_TIME,
  send,
  type Sent,
  SmallChain,
  type SmallChainOptions,
  transaction,
} from './small-chain.js';

/** One check: what is sent with and without breaking it, and the block that shows whether it was taken. */
interface Check {
  options?: (breaks: boolean) => Partial<SmallChainOptions>;
  sent: (chain: SmallChain, breaks: boolean) => Sent;
  /** The block whose transaction is there if and only if the data were taken. */
  shows: number;
  /** Length of the L1 chain. */
  l1Length?: number;
}

/** A check of a singular batch: the batches of one channel. */
const batches = (make: (chain: SmallChain, breaks: boolean) => Uint8Array[], shows = 1): Check => ({
  sent: (chain, breaks) => send(2, ...chain.channel(1, make(chain, breaks))),
  shows,
});

const raw = (number: number): Uint8Array => encodeTransaction(transaction(number), CHAIN_ID);
const upTo = (chain: SmallChain, last: number): Uint8Array[] =>
  Array.from({ length: last }, (_, i) => chain.singular(i + 1));

const CHECKS: Record<string, Check> = {
  'data-version': {
    sent: (chain, breaks) => {
      const data = batcherData(...chain.channel(1, [chain.singular(1)]).map(frame));
      return [{ at: 2, data: breaks ? concat([1], data.slice(1)) : data }];
    },
    shows: 1,
  },
  'frame-truncated': {
    sent: (chain, breaks) => {
      const whole = batcherData(...chain.channel(1, [chain.singular(1)]).map(frame));
      return [{ at: 2, data: breaks ? concat(whole, fixed(9, 16), [0, 0]) : whole }];
    },
    shows: 1,
  },
  'frame-last-byte': {
    sent: (chain, breaks) => {
      const whole = batcherData(...chain.channel(1, [chain.singular(1)]).map(frame));
      return [{ at: 2, data: breaks ? concat(whole.slice(0, -1), [2]) : whole }];
    },
    shows: 1,
  },
  'frame-order': {
    sent: (chain, breaks) => {
      const frames = chain.channel(1, [chain.singular(1)], 2);
      return (breaks ? frames.toReversed() : frames).flatMap((one) => send(2, one));
    },
    shows: 1,
  },
  'channel-interleaved': {
    sent: (chain, breaks) => {
      const [first, second] = chain.channel(1, [chain.singular(1)], 2);
      const [other] = chain.channel(2, [chain.singular(9)]);
      assert(first !== undefined && second !== undefined && other !== undefined);
      return (breaks ? [first, other, second] : [first, second, other]).flatMap((one) => send(2, one));
    },
    shows: 1,
  },
  'channel-first': {
    sent: (chain, breaks) => {
      const [open] = chain.channel(1, [chain.singular(9)], 2);
      assert(open !== undefined);
      const complete = send(2, ...chain.channel(2, [chain.singular(1)]));
      return breaks ? [...send(2, open), ...complete] : [...complete, ...send(2, open)];
    },
    shows: 1,
    l1Length: 4,
  },
  'channel-timeout': {
    sent: (chain, breaks) => {
      const [first, second] = chain.channel(1, [chain.singular(1)], 2);
      assert(first !== undefined && second !== undefined);
      const timeout = chain.has('granite') ? 50 : 5;
      return [...send(2, first), ...send(2 + timeout + (breaks ? 1 : 0), second)];
    },
    shows: 1,
    l1Length: 60,
  },
  'channel-brotli': {
    sent: (chain, breaks) =>
      send(2, ...chain.channel(1, [chain.singular(1)], 1, breaks ? 'stored brotli' : 'stored zlib')),
    shows: 1,
  },
  'batch-future': batches((chain, breaks) => {
    const both = [chain.singular(1), chain.singular(2)];
    return breaks ? both.toReversed() : both;
  }, 2),
  'batch-flush': batches((chain, breaks) => [
    ...(breaks ? [chain.singular(1, { parentHash: fixed(7, 32) })] : []),
    chain.singular(1),
  ]),
  'batch-past': batches(
    (chain, breaks) => [chain.singular(1), ...(breaks ? [chain.singular(1)] : []), chain.singular(2)],
    2,
  ),
  'batch-parent': batches((chain, breaks) => [chain.singular(1, breaks ? { parentHash: fixed(7, 32) } : {})]),
  'batch-window': {
    options: () => ({ config: { seq_window_size: 6 } }),
    sent: (chain, breaks) => send(breaks ? 7 : 6, ...chain.channel(1, [chain.singular(1)])),
    shows: 1,
    l1Length: 8,
  },
  'batch-epoch-old': batches((chain, breaks) => [...upTo(chain, 6), chain.singular(7, breaks ? { epoch: 0 } : {})], 7),
  'batch-epoch-ahead': batches((chain, breaks) => [chain.singular(1, breaks ? { epoch: 2 } : {})]),
  'batch-epoch-hash': batches((chain, breaks) => [chain.singular(1, breaks ? { epochHash: fixed(7, 32) } : {})]),
  'batch-origin-time': batches(
    (chain, breaks) => [...upTo(chain, 4), chain.singular(5, breaks ? { epoch: 1 } : {})],
    5,
  ),
  'batch-drift': {
    options: (breaks) => ({ config: { max_sequencer_drift: breaks ? 4 : 6 } }),
    sent: (chain) => send(2, ...chain.channel(1, upTo(chain, 3))),
    shows: 3,
  },
  'batch-empty-transaction': batches((chain, breaks) => [
    chain.singular(1, { transactions: [raw(1), ...(breaks ? [new Uint8Array(0)] : [])] }),
  ]),
  'batch-deposit': batches((chain, breaks) => [
    chain.singular(1, { transactions: [raw(1), ...(breaks ? [Uint8Array.of(0x7e, 0xc0)] : [])] }),
  ]),
  'batch-set-code': batches((chain, breaks) => [
    chain.singular(1, {
      transactions: [raw(1), ...(breaks ? [encodeTransaction(transaction(1, { type: 4 }), CHAIN_ID)] : [])],
    }),
  ]),
  'batch-post-exec': batches((chain, breaks) => [
    chain.singular(1, { transactions: [raw(1), ...(breaks ? [Uint8Array.of(0x7d, 0xc0)] : [])] }),
  ]),
  'batch-activation': {
    // The activation block is the third; of the kept chain it is the fourth, which is never sent.
    options: () => ({ activation: GENESIS_TIME + 6 }),
    sent: (chain, breaks) => {
      const third = chain.singular(3, breaks ? {} : { transactions: [] });
      return send(2, ...chain.channel(1, [chain.singular(1), chain.singular(2), third, chain.singular(4)]));
    },
    shows: 4,
  },
  'span-fork': batches((chain, breaks) => [breaks ? chain.span(1, 1) : chain.singular(1)]),
  'span-parent': batches((chain, breaks) => [chain.span(1, 2, breaks ? { parentHash: fixed(7, 32) } : {})]),
  'span-origin': batches((chain, breaks) => [chain.span(1, 2, breaks ? { lastOriginHash: fixed(7, 32) } : {})]),
  'span-misaligned': batches(
    (chain, breaks) => [chain.singular(1), chain.span(1, 3, breaks ? { relativeTime: 1 } : { relativeTime: 2 })],
    2,
  ),
  'span-unknown-type': batches((chain, breaks) => [
    chain.span(1, 2, breaks ? { blocks: spanBlocks([1, 2], { type: 5 }) } : {}),
  ]),
  'span-wide-integer': batches((chain, breaks) => [
    chain.span(1, 2, { blocks: spanBlocks([1, 2], { type: 4, value: breaks ? 1n << 256n : (1n << 256n) - 1n }) }),
  ]),
  'span-large-transaction': {
    sent: (chain, breaks) => {
      const data = new Uint8Array(breaks ? 10_000_000 : 9_999_800);
      return send(2, ...chain.channel(1, [chain.span(1, 2, { blocks: spanBlocks([1, 2], { data }) })], 1, 'zlib'));
    },
    shows: 1,
  },
  'span-overlap-transactions': batches(
    (chain, breaks) => [
      chain.singular(1),
      chain.singular(2),
      chain.span(2, 3, {
        blocks: [
          { epoch: 0, transactions: [transaction(2, breaks ? { value: 99n } : {})] },
          { epoch: 0, transactions: [transaction(3)] },
        ],
      }),
    ],
    3,
  ),
  'span-overlap-origin': batches(
    (chain, breaks) => [
      ...upTo(chain, 5),
      chain.singular(6, { epoch: 0 }),
      chain.span(6, 7, {
        firstAdvances: breaks,
        blocks: [
          { epoch: breaks ? 1 : 0, transactions: [transaction(6)] },
          { epoch: 1, transactions: [transaction(7)] },
        ],
      }),
    ],
    7,
  ),
  'span-invalid-tail': batches((chain, breaks) => [
    chain.span(1, 2, {
      blocks: [
        { epoch: 0, transactions: [transaction(1)] },
        { epoch: 0, transactions: [transaction(2, breaks ? { type: 0x7d } : {})] },
      ],
    }),
  ]),
};

function spanBlocks(numbers: number[], change: Parameters<typeof transaction>[1]) {
  return numbers.map((n) => ({ epoch: 0, transactions: [transaction(n, n === 2 ? change : {})] }));
}

interface Row {
  check: string;
  known: number;
  from: number;
  until: number;
}

function table(): Row[] {
  const text = readFileSync(new URL('../../../../../docs/derivation.md', import.meta.url), 'utf8');
  const index = (name: string): number => {
    const at = (FORKS as readonly string[]).indexOf(name);
    assert(at >= 0, `docs/derivation.md names the fork ${name}`);
    return at;
  };
  return [...text.matchAll(/^\| `([a-z-]+)` \|[^|]*\| (\w+) \| ([\w–]+) \| ([\w–]+) \|$/gm)].map(
    ([, check = '', known = '', from = '', until = '']) => ({
      check,
      known: index(known),
      from: from === '–' ? FORKS.length : index(from),
      until: until === '–' ? FORKS.length : index(until),
    }),
  );
}

test('the table names every check that there is a trial of, and no other', () => {
  assert.deepEqual(
    table().map(({ check }) => check),
    Object.keys(CHECKS),
  );
});

for (const { check, known, from, until } of table()) {
  test(`${check}: applied by the forks that the table names`, () => {
    const trial = CHECKS[check];
    assert(trial !== undefined);
    for (const fork of FORKS.slice(known)) {
      const taken = (breaks: boolean): boolean => {
        const chain = new SmallChain({ fork, ...trial.options?.(breaks) });
        const block = chain
          .derive(trial.sent(chain, breaks), trial.l1Length ?? 5)
          .find(({ number }) => number === trial.shows);
        return block !== undefined && block.transactions.length > 0;
      };
      const at = FORKS.indexOf(fork);
      const applies = at >= from && at <= until;
      assert.equal(taken(false), true, `${fork}: data that keep the rule`);
      assert.equal(taken(true), !applies, `${fork}: data that break the rule`);
    }
  });
}

test("Karst's first block has the gas of its upgrade transactions, which chains that keep it say they do", () => {
  for (const keep of [false, true]) {
    const chain = new SmallChain({
      fork: 'karst',
      activation: GENESIS_TIME + 6,
      config: { keep_karst_upgrade_gas: keep },
    });
    const batch = (n: number): Uint8Array => chain.singular(n, n === 3 ? { transactions: [] } : {});
    const built = chain.derive(send(2, ...chain.channel(1, [1, 2, 3, 4, 5].map(batch))), 5);
    const limit = 30_000_000;
    const raised = limit + 55_370_657;
    const after = keep ? raised : limit;
    assert.deepEqual(
      built.map(({ gasLimit }) => gasLimit),
      [limit, limit, raised, after, after],
      `keep_karst_upgrade_gas ${keep}`,
    );
  }
});
