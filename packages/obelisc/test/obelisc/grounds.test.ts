// What a verdict of `obelisc validate` rests on: endpoints that lie may leave a claim undecided, but never bend the verdict.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { type Devnet, startDevnet } from '@obelisc/devnet';
import { encodeHeader } from '@obelisc/host';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { runCommand } from '../../src/demo/commands.js';
import { call, type Json, rewritingProxy, type Rewrite, type RewritingProxy } from './rewriting-proxy.js';

const FROM = 3;
const TO = 8;
const EMPTY_TRIE = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421';

interface Verdict {
  readonly code: number;
  readonly stderr: string;
  readonly answer: string;
  readonly reason?: string;
  readonly error?: string;
  readonly derived?: string;
  readonly restsOn?: string[];
}

describe('what a verdict rests on', () => {
  let devnet: Devnet;
  let honestRoot = '';
  let l1: RewritingProxy;
  let opNode: RewritingProxy;

  before(async () => {
    devnet = await startDevnet({
      seed: 'grounds',
      l2Blocks: 30,
      scenario: {
        sequencingWindow: 4,
        channels: [{ batches: 'singular', compression: 'zlib', carrier: 'calldata', l2Blocks: 2 }],
      },
    });
    l1 = await rewritingProxy(devnet.l1Url);
    opNode = await rewritingProxy(devnet.opNodeUrl);
    honestRoot = String((await output(TO)).outputRoot);
  });
  afterEach(() => {
    l1.rewrite = undefined;
    opNode.rewrite = undefined;
  });
  after(async () => {
    l1.close();
    opNode.close();
    await devnet.close();
  });

  const output = (block: number): Promise<Json> =>
    call(devnet.opNodeUrl, 'optimism_outputAtBlock', [`0x${block.toString(16)}`]);

  async function validate(...more: string[]): Promise<Verdict> {
    let stderr = '';
    const endpoints = ['--l1', l1.url, '--l1.beacon', devnet.beaconUrl, '--l2', devnet.l2Url];
    const range = ['--op-node', opNode.url, '--from', String(FROM), '--to', String(TO), '--native', '--json'];
    const { code, stdout } = await runCommand(
      'obelisc',
      ['validate', ...endpoints, ...range, ...more],
      (line) => void (stderr += `${line}\n`),
    );
    return { code, stderr, ...(JSON.parse(stdout) as Omit<Verdict, 'code' | 'stderr'>) };
  }

  /**
   * L1 blocks of the liar's own above the agreed block's origin, without batches: what an endpoint serves that wants a true claim
   * refused. `tagged`: also as its newest blocks.
   */
  async function forgedL1(tagged: boolean): Promise<Rewrite> {
    const origin = ((await output(FROM)).blockRef as { l1origin: { number: number } }).l1origin.number;
    const byHash = new Map<unknown, Json>();
    const byNumber = new Map<number, Json>();
    let parent = await call(devnet.l1Url, 'eth_getBlockByNumber', [`0x${origin.toString(16)}`, false]);
    for (let number = origin + 1; number < origin + 40; number++) {
      const block: Json = {
        ...parent,
        parentHash: parent.hash,
        number: `0x${number.toString(16)}`,
        timestamp: `0x${(Number(parent.timestamp) + 6).toString(16)}`,
        transactions: [],
        transactionsRoot: EMPTY_TRIE,
        receiptsRoot: EMPTY_TRIE,
        logsBloom: `0x${'00'.repeat(256)}`,
        gasUsed: '0x0',
        blobGasUsed: '0x0',
      };
      block.hash = `0x${Buffer.from(keccak_256(encodeHeader(block))).toString('hex')}`;
      byHash.set(block.hash, block);
      byNumber.set(number, block);
      parent = block;
    }
    const newest = parent;
    return (method, [which]) => {
      if (method === 'eth_getBlockByHash') return byHash.get(which);
      if (method === 'eth_getBlockReceipts') return byHash.has(which) ? [] : undefined;
      if (method !== 'eth_getBlockByNumber') return undefined;
      if (which === 'safe' || which === 'latest') return tagged ? newest : undefined;
      return byNumber.get(Number(which));
    };
  }

  test('with honest endpoints the verdict says what was taken as given', async () => {
    const { code, answer, restsOn } = await validate();
    assert.equal(code, 0);
    assert.equal(answer, 'valid');
    assert.deepEqual(restsOn, [
      'the agreed output root of block #3, from the op-node',
      'the L1 head, which --l1 and the op-node have in common',
      'the configuration of a chain that is not known',
      "L1's data, checked against the L1 head",
    ]);
  });

  for (const tagged of [false, true]) {
    const which = tagged ? 'forged throughout' : 'forged by number, honest by name';
    test(`an L1 ${which} decides nothing, neither about the true claim nor about the liar's`, async () => {
      l1.rewrite = await forgedL1(tagged);
      const honest = await validate('--claim', honestRoot);
      assert.equal(honest.code, 2);
      assert.equal(honest.answer, 'unknown');
      assert.match(String(honest.reason), /L1 block #\d+ is 0x\w+ at --l1, and|contradicts itself/);
      // What would be derived from the forged blocks is the liar's claim.
      const lie = honest.derived ?? honestRoot;
      const liar = await validate('--claim', lie);
      assert.equal(liar.answer, 'unknown');
      assert.equal(liar.code, 2);
    });
  }

  /** The op-node's part in the lie: its blocks have their L1 origins on the forged chain. */
  async function alike(forged: Rewrite): Promise<Rewrite> {
    const first = ((await output(FROM)).blockRef as { l1origin: { number: number } }).l1origin.number;
    return (method, _, result) => {
      if (method !== 'optimism_outputAtBlock') return undefined;
      const { blockRef, ...rest } = result as { blockRef: { l1origin: { number: number } } };
      const { number } = blockRef.l1origin;
      if (number <= first) return undefined;
      const { hash } = forged('eth_getBlockByNumber', [`0x${number.toString(16)}`, false], undefined) as Json;
      return { ...rest, blockRef: { ...blockRef, l1origin: { number, hash } } };
    };
  }

  const newestOf = async (): Promise<string> =>
    String((await call(devnet.l1Url, 'eth_getBlockByNumber', ['latest', false])).hash);

  test('an L1 and an op-node that lie alike are believed, and the verdict says so; a second L1 or the head itself undoes it', async () => {
    const forged = await forgedL1(true);
    const head = await newestOf();
    const forgedHead = String((forged('eth_getBlockByNumber', ['latest', false], undefined) as Json).hash);
    l1.rewrite = forged;
    opNode.rewrite = await alike(forged);
    const believed = await validate('--claim', honestRoot);
    assert.equal(believed.answer, 'invalid', believed.error ?? believed.reason);
    const said = /^the L1 head, (?:which --l1 and the op-node have in common|from --l1 alone)/;
    assert.ok(believed.restsOn?.some((ground) => said.test(ground)));
    assert.ok(believed.restsOn?.includes('the agreed output root of block #3, from the op-node'));
    const lie = String(believed.derived);
    for (const claim of [honestRoot, lie]) {
      const checked = await validate('--claim', claim, '--retry.for', '1s', '--l1.check', devnet.l1Url);
      assert.equal(checked.answer, 'unknown', `--l1.check and ${claim}`);
      assert.equal(checked.code, 2);
      assert.match(String(checked.reason ?? checked.error), /--l1\.check/);
      // The head that the user knows is not theirs.
      const headed = await validate('--claim', claim, '--retry.for', '1s', '--l1.head', head);
      assert.notEqual(headed.answer, claim === honestRoot ? 'invalid' : 'valid');
      assert.notEqual(headed.code, claim === honestRoot ? 1 : 0);
      const both = await validate(
        '--claim',
        claim,
        '--retry.for',
        '1s',
        '--l1.head',
        forgedHead,
        '--l1.check',
        devnet.l1Url,
      );
      assert.equal(both.answer, 'unknown', `a forged --l1.head, --l1.check and ${claim}`);
      assert.equal(both.code, 2);
    }
  });

  test('an L1 that lies decides nothing beside an L2 that lies', async () => {
    l1.rewrite = await forgedL1(true);
    const l2 = await rewritingProxy(devnet.l2Url);
    try {
      const [other, head] = [await call(devnet.l2Url, 'eth_getBlockByNumber', ['0x2', false]), await newestOf()];
      l2.rewrite = (method, [which]) =>
        method.startsWith('eth_getBlockByNumber') && Number(which) === TO ? other : undefined;
      for (const more of [[], ['--l1.check', devnet.l1Url]]) {
        const { code, answer } = await validate('--claim', honestRoot, '--l2', l2.url, ...more);
        assert.equal(code, 2);
        assert.equal(answer, 'unknown');
      }
      const headed = await validate('--claim', honestRoot, '--l2', l2.url, '--l1.head', head);
      assert.notEqual(headed.answer, 'invalid');
    } finally {
      l2.close();
    }
  });

  for (const { what, change } of [
    { what: 'root', change: { outputRoot: `0x${'cd'.repeat(32)}` } },
    { what: 'state root', change: { stateRoot: `0x${'cd'.repeat(32)}` } },
    { what: 'storage root', change: { withdrawalStorageRoot: `0x${'cd'.repeat(32)}` } },
    { what: 'block hash', change: { blockRef: { number: FROM, hash: `0x${'cd'.repeat(32)}` } } },
    { what: 'block number', change: { blockRef: { number: FROM + 1 } } },
  ])
    test(`an op-node that gives another ${what} for the agreed block decides nothing`, async () => {
      opNode.rewrite = (method, [block], result) => {
        if (method !== 'optimism_outputAtBlock' || Number(block) !== FROM) return undefined;
        const { blockRef, ...rest } = result as { blockRef: Json };
        const { blockRef: changed, ...others } = change as { blockRef?: Json };
        return { ...rest, ...others, blockRef: { ...blockRef, ...changed } };
      };
      for (const more of [[], ['--l1.check', devnet.l1Url], ['--l1.head', await newestOf()]]) {
        for (const claim of [honestRoot, `0x${'ef'.repeat(32)}`]) {
          const { code, answer } = await validate('--claim', claim, '--retry.for', '2s', ...more);
          assert.equal(answer, 'unknown', `${more.join(' ')} ${claim}`);
          assert.equal(code, 2);
        }
      }
    });

  test('a second L1 that has another block at the head leaves the claim undecided', async () => {
    const other = await rewritingProxy(devnet.l1Url);
    try {
      const agreeing = await validate('--l1.check', other.url);
      assert.equal(agreeing.answer, 'valid');
      assert.ok(agreeing.restsOn?.includes('the L1 head, which --l1.check has as well'));
      other.rewrite = await forgedL1(true);
      const { code, answer, reason } = await validate('--l1.check', other.url);
      assert.equal(code, 2);
      assert.equal(answer, 'unknown');
      assert.match(String(reason), /L1 block #\d+ is 0x\w{64} at --l1, and 0x\w{64} at --l1\.check/);
    } finally {
      other.close();
    }
  });

  for (const flag of ['--l1', '--l2', '--op-node', '--l1.check'])
    test(`an endpoint of ${flag} that is not there is named, after the time that the user gave it: no verdict`, async () => {
      const { code, answer, error } = await validate(flag, 'http://127.0.0.1:9', '--retry.for', '1s');
      assert.equal(code, 2);
      assert.equal(answer, 'unknown');
      const [, named, seconds] =
        /(--\S+) \(http:\/\/127\.0\.0\.1:9\): .* \(tried \d+ times in ([\d.]+) s\)/.exec(String(error)) ?? [];
      assert.equal(named, flag, error);
      assert.ok(Number(seconds) <= 1, error);
    });

  test('an op-node that gives another block for the one that was asked for is found out by the block itself', async () => {
    const other = await output(FROM - 2);
    opNode.rewrite = (method, [block]) =>
      method === 'optimism_outputAtBlock' && Number(block) === FROM
        ? { ...other, blockRef: { ...(other.blockRef as Json), number: FROM } }
        : undefined;
    const { code, answer, reason } = await validate('--claim', honestRoot);
    assert.equal(code, 2);
    assert.equal(answer, 'unknown');
    assert.match(String(reason), /the op-node's block #3 \(0x\w{64}\) has the number 1/);
  });

  test("an L1 head that the op-node's origin of the end block is no ancestor of decides nothing", async () => {
    opNode.rewrite = (method, [block], result) => {
      if (method !== 'optimism_outputAtBlock' || Number(block) !== TO) return undefined;
      const { blockRef, ...rest } = result as { blockRef: { l1origin: Json } };
      return { ...rest, blockRef: { ...blockRef, l1origin: { ...blockRef.l1origin, hash: `0x${'ab'.repeat(32)}` } } };
    };
    const { answer, reason } = await validate('--claim', honestRoot);
    assert.equal(answer, 'unknown');
    assert.match(String(reason), /L1 block #\d+ is 0x\w{64} at --l1, and 0x(?:ab){32} at --op-node/);
  });

  test("a root of the op-node's own that is not the derived one is warned about", async () => {
    const parent = await output(TO - 1);
    opNode.rewrite = (method, [block], result) =>
      method === 'optimism_outputAtBlock' && Number(block) === TO
        ? {
            ...(result as Json),
            outputRoot: parent.outputRoot,
            stateRoot: parent.stateRoot,
            withdrawalStorageRoot: parent.withdrawalStorageRoot,
            blockRef: { ...((result as Json).blockRef as Json), hash: (parent.blockRef as Json).hash },
          }
        : undefined;
    const { code, answer, stderr } = await validate('--claim', honestRoot);
    assert.equal(code, 0);
    assert.equal(answer, 'valid');
    assert.match(stderr, /The op-node's own output root is not the derived one/);
  });
});

describe('flags that choose what is judged', () => {
  let devnet: Devnet;
  let directory = '';
  let endpoints: string[] = [];
  before(async () => {
    devnet = await startDevnet({ seed: 'grounds', l2Blocks: 6 });
    directory = await mkdtemp(join(tmpdir(), 'obelisc-grounds-'));
    await devnet.writeConfig(directory);
    endpoints = ['--l1', devnet.l1Url, '--l1.beacon', devnet.beaconUrl, '--l2', devnet.l2Url];
    endpoints.push('--op-node', devnet.opNodeUrl);
  });
  after(async () => {
    await devnet.close();
    await rm(directory, { recursive: true, force: true });
  });
  const validate = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> => {
    let stderr = '';
    return runCommand(
      'obelisc',
      ['validate', ...endpoints, '--native', ...args],
      (line) => void (stderr += `${line}\n`),
    ).then((outcome) => ({ ...outcome, stderr }));
  };

  for (const tag of ['safe', 'finalized', 'latest']) {
    test(`--to ${tag} is the op-node's ${tag} block`, async () => {
      const status = await call(devnet.opNodeUrl, 'optimism_syncStatus', []);
      const block = status[tag === 'latest' ? 'unsafe_l2' : `${tag}_l2`] as { number: number };
      const { code, stdout, stderr } = await validate('--to', tag);
      if (block.number === 0) {
        assert.equal(code, 2);
        assert.match(stderr, new RegExp(`--to ${tag} is the genesis block`));
      } else if (block.number > (status.safe_l2 as { number: number }).number) {
        assert.equal(code, 2);
        assert.match(stderr, /is above the safe head of the op-node/);
      } else {
        assert.equal(code, 0);
        assert.match(stdout, new RegExp(`L2 block #${block.number} `));
      }
    });
  }

  test('--to 0 is refused by name', async () => {
    const { code, stdout, stderr } = await validate('--to', '0');
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /--to 0 is the genesis block: it is not derived/);
  });

  test('--to something else is refused with what it takes', async () => {
    const { code, stderr } = await validate('--to', 'unsafe');
    assert.equal(code, 2);
    assert.match(stderr, /'unsafe' is invalid.*safe, finalized or latest/);
  });

  test("--network beside another chain's --rollup.config is refused with the differences", async () => {
    const file = join(directory, 'rollup.json');
    const { code, stderr } = await validate('--to', '4', '--network', 'op-sepolia', '--rollup.config', file);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /--network op-sepolia and --rollup\.config .*rollup\.json are not of the same chain \(.*l2_chain_id/,
    );
  });

  test('--network beside --l2.genesis is refused', async () => {
    const file = join(directory, 'genesis-l2.json');
    const { code, stderr } = await validate('--to', '4', '--network', 'op-sepolia', '--l2.genesis', file);
    assert.equal(code, 2);
    assert.match(stderr, /--network and --l2\.genesis exclude each other/);
  });
});
