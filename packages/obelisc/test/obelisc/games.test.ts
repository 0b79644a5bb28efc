// Claims as dispute games on L1 make them, read from their contracts and judged under exactly their L1 heads.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { contractViews, DEFAULT_RETRY_POLICY } from '@obelisc/host';
import { type Game, GameError, gameCount, listGames, objectionsOf, readGames, readStandings } from '@obelisc/claims';
import { type Devnet, startDevnet } from '@obelisc/devnet';
import { runCommand } from '../../src/demo/commands.js';
import { call, type Json, rewritingProxy, type RewritingProxy, RpcFault } from './rewriting-proxy.js';

interface GameVerdict {
  readonly code: number;
  readonly stderr: string;
  readonly answer: string;
  readonly claim: string;
  readonly claimSource: string;
  readonly reason?: string;
  readonly error?: string;
  readonly derived?: string;
  readonly blockNumber: number;
  readonly agreed?: { number: number };
  readonly l1Head: string;
  readonly wrong?: string[];
  readonly claimedRoot?: { from: number; to: number; block: number | null };
  readonly game?: { address: string; typeName: string; status: string; l1Head: string; standing?: object };
}

describe('claims of dispute games', () => {
  let devnet: Devnet;
  let l1: RewritingProxy;
  let factory = '';
  let games: Game[] = [];

  before(async () => {
    devnet = await startDevnet({
      seed: 'games',
      l2Blocks: 26,
      scenario: {
        proposals: {
          every: 4n,
          falseOneIn: 3,
          gameBlocks: 2n,
          guardian: { 1: 'retire all', 2: 'blacklist the last', 3: 'respect another type' },
        },
      },
    });
    l1 = await rewritingProxy(devnet.l1Url);
    factory = devnet.gameFactory ?? '';
    const views = contractViews({ url: devnet.l1Url, policy: DEFAULT_RETRY_POLICY });
    const listed = await listGames(views, factory, 0n, await gameCount(views, factory));
    const read = await readGames(
      views,
      listed.map(({ address }) => address),
    );
    games = read.flatMap((game) => (game instanceof GameError ? [] : [game]));
  });
  afterEach(() => {
    l1.rewrite = undefined;
  });
  after(async () => {
    l1.close();
    await devnet.close();
  });

  async function validate(...args: string[]): Promise<GameVerdict> {
    let stderr = '';
    const endpoints = ['--l1', l1.url, '--l1.beacon', devnet.beaconUrl, '--l2', devnet.l2Url];
    const { code, stdout } = await runCommand(
      'obelisc',
      ['validate', ...endpoints, '--op-node', devnet.opNodeUrl, '--native', '--json', ...args],
      (line) => void (stderr += `${line}\n`),
    );
    return { code, stderr, ...(JSON.parse(stdout) as Omit<GameVerdict, 'code' | 'stderr'>) };
  }

  /** Answers of the views of `game` that are others than the contract's, by signature. */
  function pretend(game: Game, answers: Record<string, string | null>): void {
    const selectors = new Map(Object.entries(answers));
    l1.rewrite = (method, [request], result) => {
      const { to, data } = (request ?? {}) as { to?: string; data?: string };
      if (method !== 'eth_call' || to !== game.address || data === undefined) return undefined;
      const answer = selectors.get(data.slice(0, 10));
      // An empty answer is one of a contract without that view.
      return answer === null ? '0x' : (answer ?? result);
    };
  }

  const gameAt = (index: number): Game => {
    const game = games[index];
    if (game === undefined) throw new Error(`there is no game ${index}`);
    return game;
  };

  test('the factory lists the games; their contracts say what they claim', async () => {
    assert.ok(games.length >= 4);
    for (const [i, game] of games.entries()) {
      assert.equal(game.blockNumber, BigInt(4 * (i + 1)));
      assert.equal(game.typeName, 'cannon');
      assert.equal(game.chainId, 901n);
      const output = await call(devnet.opNodeUrl, 'optimism_outputAtBlock', [`0x${game.blockNumber.toString(16)}`]);
      assert.equal(game.rootClaim === output.outputRoot, i % 3 !== 2);
    }
    assert.equal(gameAt(0).status, 'defender wins');
    assert.equal(gameAt(2).status, 'challenger wins');
    assert.ok(games.slice(3).every(({ status }) => status !== 'challenger wins'));
    assert.ok((games.at(-1)?.start.blockNumber ?? 0n) > 0n);
  });

  test('what the registry makes of each is read; contracts without it, or that say nonsense, are none', async () => {
    // The second one is of the block in which those of before were retired, and so is retired too.
    const says = (at: number): string => objectionsOf(gameAt(at).standing).join(', ');
    assert.deepEqual([0, 1, 2, 3].map(says), ['retired', 'blacklisted, retired', '', 'not respected']);
    assert.equal(gameAt(1).standing?.registry, factory);
    const verdict = await validate('--game', gameAt(1).address);
    assert.equal(verdict.code, 0, verdict.stderr);
    const said = { registry: factory, isRespected: true, isBlacklisted: true, isRetired: true };
    assert.deepEqual(verdict.game?.standing, said);
    assert.match(verdict.stderr, /registry_says="blacklisted, retired"/);
    const standing = async (answers: Record<string, string | null>): Promise<unknown> => {
      pretend(gameAt(1), answers);
      const [read] = await readStandings(contractViews({ url: l1.url, policy: DEFAULT_RETRY_POLICY }), [
        gameAt(1).address,
      ]);
      return read;
    };
    assert.equal(await standing({ '0x5c0cba33': null, '0x250e69bd': null }), undefined);
    const none = { registry: undefined, isRespected: true, isBlacklisted: undefined, isRetired: undefined };
    assert.deepEqual(await standing({ '0x5c0cba33': null }), none);
    assert.deepEqual(await standing({ '0x5c0cba33': `0x${'ff'.repeat(32)}` }), none);
    // The game's own contract in the registry's place: it has none of its views.
    const own = `0x${gameAt(1).address.slice(2).padStart(64, '0')}`;
    assert.deepEqual(await standing({ '0x5c0cba33': own, '0x250e69bd': word(7) }), {
      ...none,
      registry: gameAt(1).address,
      isRespected: undefined,
    });
  });

  test('a registry that cannot be read is no registry that says nothing: one warning names it and why', async () => {
    l1.rewrite = (method, [request]) =>
      method === 'eth_call' && (request as Json).to === factory
        ? new RpcFault(-32602, 'this contract is not run here')
        : undefined;
    const verdict = await validate('--game', gameAt(1).address);
    assert.equal(verdict.code, 0, verdict.stderr);
    assert.equal(verdict.game?.standing, undefined);
    const warnings = verdict.stderr.split('\n').filter((line) => line.includes('What the registry makes of the game'));
    assert.equal(warnings.length, 1, verdict.stderr);
    assert.match(String(warnings[0]), new RegExp(`of the registry ${factory}: .*this contract is not run here`));
    assert.doesNotMatch(verdict.stderr, /registry_says/);
  });

  test('a true game is confirmed under its own L1 head', async () => {
    const game = gameAt(3);
    const verdict = await validate('--game', game.address);
    assert.equal(verdict.code, 0, verdict.stderr);
    assert.equal(verdict.answer, 'valid');
    assert.equal(verdict.claimSource, 'game');
    assert.equal(verdict.claim, game.rootClaim);
    assert.deepEqual(verdict.wrong, []);
    assert.equal(verdict.l1Head, game.l1Head);
    assert.equal(verdict.game?.typeName, 'cannon');
  });

  test('a false game is refused, by its index in the factory', async () => {
    const verdict = await validate('--game-index', '2', '--game-factory', factory);
    assert.equal(verdict.code, 1, verdict.stderr);
    assert.equal(verdict.answer, 'invalid');
    assert.equal(verdict.game?.address, gameAt(2).address);
    assert.equal(verdict.blockNumber, 12);
    assert.deepEqual(verdict.wrong, ['claim']);
    assert.equal(verdict.claimedRoot?.block, null);
  });

  test('a game that claims the root of another block is told which', async () => {
    const game = gameAt(3);
    const earlier = game.blockNumber - 1n;
    const { outputRoot } = await call(devnet.opNodeUrl, 'optimism_outputAtBlock', [`0x${earlier.toString(16)}`]);
    pretend(game, { '0xbcef3b55': String(outputRoot) });
    const verdict = await validate('--game', game.address);
    assert.equal(verdict.code, 1, verdict.stderr);
    assert.deepEqual(verdict.wrong, ['claim']);
    assert.equal(verdict.claimedRoot?.block, Number(earlier));
  });

  test('a claim about a block that L1 up to the head does not hold is wrong', async () => {
    // Block 4000 is far above all that there is.
    pretend(gameAt(3), { '0x99735e32': `0x${(4000).toString(16).padStart(64, '0')}` });
    const verdict = await validate('--game', gameAt(3).address);
    assert.equal(verdict.code, 1, verdict.stderr);
    assert.match(
      String(verdict.reason),
      /holds the chain only up to block #\d+, whose root it is: .*must be challenged/,
    );
  });

  test('older and newer names of the views are known', async () => {
    // Without l2SequenceNumber there is l2BlockNumber; without startingBlockNumber a pair under another name.
    const game = gameAt(3);
    pretend(game, {
      '0x99735e32': null,
      '0x70872aa5': null,
      '0x57da950e': `0x${game.start.outputRoot.slice(2)}${game.start.blockNumber.toString(16).padStart(64, '0')}`,
    });
    const verdict = await validate('--game', game.address);
    assert.equal(verdict.code, 0, verdict.stderr);
  });

  const refused: [string, Record<string, string | null>, RegExp][] = [
    ['a super root', { '0xbbdc02db': word(4) }, /super-cannon \(type 4\) is not covered: its claim is a super root/],
    ['the alphabet', { '0xbbdc02db': word(255) }, /alphabet \(type 255\) is not covered/],
    ['another chain', { '0xd6ae3cd5': word(10) }, /is about chain 10, and --op-node is of 901/],
    ['an end at its start', { '0x99735e32': word(0) }, /which is not before the claimed #0/],
    [
      'a start that is not of the chain',
      { '0x25fc2ace': word(7) },
      /starts from output root 0x0{62}07 of block .* where the op-node has/,
    ],
    [
      'a start that is not there yet',
      { '0x70872aa5': word(3000), '0x99735e32': word(4000) },
      /above the op-node's safe head/,
    ],
  ];
  for (const [what, answers, message] of refused) {
    test(`a game with ${what} is named: no verdict`, async () => {
      pretend(gameAt(3), answers);
      const { code, answer, error } = await validate('--game', gameAt(3).address);
      assert.equal(code, 2);
      assert.equal(answer, 'unknown');
      assert.match(String(error), message);
    });
  }

  test('what is no game, no contract, or no game of the factory is named', async () => {
    const none = await validate('--game', `0x${'11'.repeat(20)}`);
    assert.equal(none.code, 2);
    assert.match(String(none.error), /there is no contract/);
    const other = await validate('--game', factory);
    assert.match(String(other.error), /the contract is none: it has no rootClaim\(\)/);
    const late = await validate('--game-index', '99', '--game-factory', factory);
    assert.match(String(late.error), /--game-index 99: the factory 0x\w+ has games 0 to \d+/);
    const noFactory = await validate('--game-index', '1');
    assert.match(String(noFactory.error), /--game-index needs --game-factory/);
    const wrongFactory = await validate('--game-index', '1', '--game-factory', gameAt(0).address);
    assert.match(String(wrongFactory.error), /is no dispute game factory/);
  });

  test('a game that reverts, or has none of the names that are known, is named', async () => {
    const game = gameAt(3);
    l1.rewrite = (method, [request]) =>
      method === 'eth_call' && (request as Json).to === game.address
        ? new RpcFault(3, 'execution reverted: not initialized')
        : undefined;
    const reverting = await validate('--game', game.address);
    assert.equal(reverting.code, 2);
    assert.match(String(reverting.error), /the contract is none: it has no rootClaim\(\) or gameType\(\)/);
    pretend(game, { '0x99735e32': null, '0x8b85902b': null });
    const numberless = await validate('--game', game.address);
    assert.equal(numberless.code, 2);
    assert.match(String(numberless.error), /is not covered: it has no block number or no L1 head/);
    pretend(game, { '0x6361506d': null });
    const headless = await validate('--game', game.address);
    assert.match(String(headless.error), /is not covered: it has no block number or no L1 head/);
    pretend(game, {
      '0x70872aa5': null,
      '0x25fc2ace': null,
      '0x57da950e': null,
      '0x938d689a': null,
      '0x1d9e47f4': null,
    });
    const startless = await validate('--game', game.address);
    assert.equal(startless.code, 2);
    assert.match(String(startless.error), /does not say what block it starts from/);
    pretend(game, { '0x200d2ed2': word(9) });
    const odd = await validate('--game', game.address);
    assert.match(String(odd.error), /its status is 9, which is not known/);
    pretend(game, { '0x99735e32': `0x${'ff'.repeat(32)}` });
    const far = await validate('--game', game.address);
    assert.match(String(far.error), /its block number is \d+, which no chain reaches/);
  });

  describe('outputs of an L2OutputOracle', () => {
    const oracle = `0x${'0a'.repeat(20)}`;

    /** An oracle with outputs for the blocks 4 and 8; of the second the root is `root`. */
    async function pretendOracle(root?: string, at = 8): Promise<void> {
      const outputs: string[] = [];
      for (const block of [4, 8]) {
        const { outputRoot } = await call(devnet.opNodeUrl, 'optimism_outputAtBlock', [`0x${block.toString(16)}`]);
        const told = block === 8 ? (root ?? outputRoot) : outputRoot;
        outputs.push(`${String(told)}${word(1_756_684_800).slice(2)}${word(block === 8 ? at : block).slice(2)}`);
      }
      l1.rewrite = (method, [request]) => {
        const { to, data = '' } = (request ?? {}) as { to?: string; data?: string };
        if (method !== 'eth_call' || to !== oracle) return undefined;
        if (data === '0x69f16eec') return word(1);
        if (!data.startsWith('0xa25ae557')) return new RpcFault(3, 'execution reverted');
        return outputs[Number(`0x${data.slice(10)}`)] ?? new RpcFault(3, 'execution reverted');
      };
    }

    test('a true one is confirmed, from the one before it', async () => {
      await pretendOracle();
      const verdict = await validate('--game', oracle, '--game-index', '1');
      assert.equal(verdict.code, 0, verdict.stderr);
      assert.equal(verdict.game?.typeName, 'L2OutputOracle');
      assert.equal(verdict.blockNumber, 8);
      assert.equal(verdict.agreed?.number, 4);
    });

    test('a false one is refused', async () => {
      await pretendOracle(word(77));
      const verdict = await validate('--game', oracle, '--game-index', '1');
      assert.equal(verdict.code, 1, verdict.stderr);
      assert.deepEqual(verdict.wrong, ['claim']);
    });

    test('one that was deleted with all others, or is of a block that cannot be, is named', async () => {
      l1.rewrite = (method, [request]) => {
        const { to, data } = (request ?? {}) as { to?: string; data?: string };
        if (method !== 'eth_call' || to !== oracle) return undefined;
        return data === '0x6abcf563' ? word(0) : new RpcFault(3, 'execution reverted: panic (0x11)');
      };
      const deleted = await validate('--game', oracle, '--game-index', '1');
      assert.equal(deleted.code, 2);
      assert.match(String(deleted.error), /it has no output 1: it has none at all/);
      await pretendOracle(undefined, 2 ** 64);
      const far = await validate('--game', oracle, '--game-index', '1');
      assert.equal(far.code, 2);
      assert.match(
        String(far.error),
        /the block number of its output 1 is 18446744073709551616, which no chain reaches/,
      );
    });

    test('one that is not there, or is the first, is named, as is a contract that is no oracle', async () => {
      await pretendOracle();
      const first = await validate('--game', oracle, '--game-index', '0');
      assert.equal(first.code, 2);
      assert.match(String(first.error), /output 0 has none before it to start from/);
      const none = await validate('--game', oracle, '--game-index', '9');
      assert.match(String(none.error), /it has no output 9; the newest is 1/);
      const other = await validate('--game', gameAt(3).address, '--game-index', '1');
      assert.equal(other.code, 2);
      assert.match(String(other.error), /the contract is no L2OutputOracle/);
    });
  });

  test('flags that a game answers itself are refused beside it', async () => {
    const { code, error } = await validate('--game', gameAt(3).address, '--to', '5', '--from', '3');
    assert.equal(code, 2);
    assert.match(String(error), /--from, --to: a game says this itself/);
  });

  test('a game whose L1 head is not on the chain is named: one that is not known, and one in whose place there is another', async () => {
    const game = gameAt(3);
    const gone = new RegExp(`the L1 head ${game.l1Head} of the game at ${game.address} is not on the chain of --l1`);
    l1.rewrite = (method, [hash]) => (method === 'eth_getBlockByHash' && hash === game.l1Head ? null : undefined);
    const unknown = await validate('--game', game.address);
    assert.deepEqual([unknown.code, unknown.answer], [2, 'unknown']);
    assert.match(String(unknown.error), gone);
    const { number } = await call(devnet.l1Url, 'eth_getBlockByHash', [game.l1Head, false]);
    const other = await call(devnet.l1Url, 'eth_getBlockByNumber', ['0x1', false]);
    l1.rewrite = (method, [block]) =>
      method === 'eth_getBlockByNumber' && block === number ? { ...other, number } : undefined;
    const replaced = await validate('--game', game.address);
    assert.equal(replaced.code, 2);
    assert.match(String(replaced.error), gone);
  });

  test('a second L1 that has the game otherwise is heard', async () => {
    const other = await rewritingProxy(devnet.l1Url);
    try {
      other.rewrite = (method, [request]) =>
        method === 'eth_call' && (request as Json).data === '0xbcef3b55' ? word(1) : undefined;
      const { code, error } = await validate('--game', gameAt(3).address, '--l1.check', other.url);
      assert.equal(code, 2);
      assert.match(String(error), /has the rootClaim 0x\w+ at --l1, and 0x0{63}1 at --l1\.check/);
    } finally {
      other.close();
    }
  });
});

function word(value: number): string {
  return `0x${BigInt(value).toString(16).padStart(64, '0')}`;
}
