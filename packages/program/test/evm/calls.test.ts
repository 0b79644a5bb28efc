import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assemble } from './assembler.js';
import { CALLER, compare, CONTRACT } from './compare.js';
import { FORK, random } from './module.js';
import type { World } from './reference.js';

const CALLEE = `0x${'ee'.repeat(20)}`;
const ABSENT = `0x${'77'.repeat(20)}`;

/** A call of `to`: 64 bytes of input from memory 0, output wanted at 32 (40 bytes). */
function call(kind: string, to: string, value = 0n, gas = 100_000n): string {
  const amount = kind === 'CALL' || kind === 'CALLCODE' ? `PUSH ${value}` : '';
  return `PUSH 0x5eed PUSH 40 PUSH 32 PUSH 64 PUSH 0 ${amount} PUSH ${BigInt(to)} PUSH ${gas} ${kind}`;
}

/** Leaves what a call did in the output: its result, return data, the gas after it and what was on the stack below. */
const REPORT =
  'PUSH 256 MSTORE PUSH 224 MSTORE RETURNDATASIZE PUSH 288 MSTORE RETURNDATASIZE PUSH 0 PUSH 352 RETURNDATACOPY GAS PUSH 320 MSTORE MSIZE PUSH 0 RETURN';

const KINDS = ['CALL', 'CALLCODE', 'DELEGATECALL', 'STATICCALL'];

const CALLEES: Record<string, string> = {
  stops: 'STOP',
  'returns 8 bytes': `PUSH ${2n ** 64n - 3n} PUSH 0 MSTORE PUSH 8 PUSH 24 RETURN`,
  'returns 100 bytes': 'CALLER PUSH 0 MSTORE CALLVALUE PUSH 32 MSTORE ADDRESS PUSH 64 MSTORE PUSH 100 PUSH 0 RETURN',
  'echoes its input': 'CALLDATASIZE PUSH 0 PUSH 0 CALLDATACOPY CALLDATASIZE PUSH 0 RETURN',
  'reverts with data': 'PUSH 77 PUSH 0 MSTORE PUSH 33 PUSH 0 REVERT',
  fails: 'PUSH 1 PUSH 0 SSTORE INVALID',
  'runs out of gas': ':loop @loop JUMP',
  'writes storage': 'PUSH 9 PUSH 1 SSTORE PUSH 1 SLOAD PUSH 0 MSTORE PUSH 32 PUSH 0 RETURN',
  'writes transient storage': 'PUSH 9 PUSH 1 TSTORE',
  logs: 'PUSH 1 PUSH 2 PUSH 0 LOG1',
  'reports its gas': 'GAS PUSH 0 MSTORE PUSH 32 PUSH 0 RETURN',
  'destroys itself': `PUSH ${BigInt(CALLER)} SELFDESTRUCT`,
  creates: 'PUSH 0 PUSH 0 PUSH 0 CREATE PUSH 0 MSTORE PUSH 32 PUSH 0 RETURN',
  'calls with value': `PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 1 PUSH ${BigInt(CALLER)} GAS CALL PUSH 0 MSTORE PUSH 32 PUSH 0 RETURN`,
};

test('every kind of call to every kind of callee', async () => {
  for (const kind of KINDS) {
    for (const [what, source] of Object.entries(CALLEES)) {
      for (const value of kind === 'CALL' || kind === 'CALLCODE' ? [0n, 3n, 1000n] : [0n]) {
        for (const gas of [0n, 50n, 30_000n, 1n << 70n]) {
          const world = {
            [CONTRACT]: {
              code: assemble(`CALLER PUSH 7 MSTORE ${call(kind, CALLEE, value, gas)} ${REPORT}`),
              balance: 100n,
            },
            [CALLEE]: { code: assemble(source), balance: 50n },
          };
          await compare(`${kind} value ${value} gas ${gas}: callee ${what}`, world, { to: CONTRACT, gas: 300_000n });
        }
      }
    }
  }
});

test('calls to accounts without code, that exist or not, at every price', async () => {
  for (const kind of KINDS) {
    for (const to of [ABSENT, CALLER, CONTRACT.replace('cc', 'c0')]) {
      for (const value of [0n, 5n, 101n]) {
        for (const gas of [2500n, 2650n, 3000n, 9000n, 11_700n, 12_000n, 34_000n, 36_800n, 40_000n]) {
          const world = { [CONTRACT]: { code: assemble(`${call(kind, to, value)} ${REPORT}`), balance: 100n } };
          await compare(`${kind} of ${to} with ${value} wei, ${gas} gas`, world, { to: CONTRACT, gas });
        }
      }
    }
  }
});

test('nested static calls keep the state from changing', async () => {
  const MIDDLE = `0x${'bb'.repeat(20)}`;
  for (const kind of KINDS) {
    for (const source of Object.values(CALLEES)) {
      const world = {
        [CONTRACT]: { code: assemble(`${call('STATICCALL', MIDDLE, 0n, 200_000n)} ${REPORT}`), balance: 100n },
        [MIDDLE]: { code: assemble(`${call(kind, CALLEE, 0n, 150_000n)} ${REPORT}`), balance: 100n },
        [CALLEE]: { code: assemble(source), balance: 50n },
      };
      await compare(`STATICCALL, ${kind}: ${source}`, world, { to: CONTRACT });
    }
  }
});

test('what a failed call did is undone, with the calls in it', async () => {
  const MIDDLE = `0x${'bb'.repeat(20)}`;
  for (const end of ['STOP', 'PUSH 0 PUSH 0 REVERT', 'INVALID']) {
    const world = {
      [CONTRACT]: {
        code: assemble(
          `${call('CALL', MIDDLE, 3n, 200_000n)} POP PUSH 2 SLOAD ${call('CALL', MIDDLE, 3n, 150_000n)} ${REPORT}`,
        ),
        balance: 100n,
      },
      [MIDDLE]: {
        code: assemble(
          `PUSH 1 PUSH 2 SSTORE PUSH 3 PUSH 4 TSTORE ${call('CALL', CALLEE, 1n, 80_000n)} PUSH 0 PUSH 0 LOG0 PUSH 0 PUSH 5 SSTORE ${end}`,
        ),
        balance: 100n,
        storage: { 5: 8n },
      },
      [CALLEE]: { code: assemble('PUSH 9 PUSH 1 SSTORE PUSH 1 PUSH 1 LOG0') },
    };
    await compare(`inner call then ${end}`, world, { to: CONTRACT });
  }
});

test('return data lasts until the next call and may not be read past its end', async () => {
  const world: World = { [CALLEE]: { code: assemble('PUSH 77 PUSH 0 MSTORE PUSH 33 PUSH 0 RETURN') } };
  for (const [offset, size] of [
    [0n, 33n],
    [1n, 33n],
    [33n, 0n],
    [34n, 0n],
    [0n, 34n],
    [1n << 64n, 0n],
    [1n << 255n, 1n << 255n],
  ]) {
    const code = assemble(`${call('CALL', CALLEE)} PUSH ${size} PUSH ${offset} PUSH 200 RETURNDATACOPY ${REPORT}`);
    await compare(`RETURNDATACOPY ${offset} ${size}`, { ...world, [CONTRACT]: { code } }, { to: CONTRACT });
  }
  const grown = `${call('CALL', CALLEE)} PUSH 1 PUSH 5000 MSTORE8 PUSH 33 PUSH 0 PUSH 100 RETURNDATACOPY ${REPORT}`;
  await compare(
    'return data and growing memory',
    { ...world, [CONTRACT]: { code: assemble(grown) } },
    { to: CONTRACT },
  );
  const second = `${call('CALL', CALLEE)} ${call('CALL', ABSENT)} ${REPORT}`;
  await compare(
    'return data of the second call',
    { ...world, [CONTRACT]: { code: assemble(second) } },
    { to: CONTRACT },
  );
});

test('calls end at a depth of 1,024', async () => {
  for (const kind of KINDS) {
    // Each level counts itself in storage (or memory) and calls itself with all gas.
    const amount = kind === 'CALL' || kind === 'CALLCODE' ? 'PUSH 0' : '';
    const source = `PUSH 32 PUSH 0 PUSH 0 PUSH 0 ${amount} PUSH ${BigInt(CONTRACT)} GAS ${kind} POP PUSH 0 MLOAD PUSH 1 ADD PUSH 0 MSTORE PUSH 32 PUSH 0 RETURN`;
    // The 63/64 rule leaves less than a thousand-millionth at that depth.
    const outcome = await compare(
      `${kind} to the limit`,
      { [CONTRACT]: { code: assemble(source) } },
      { to: CONTRACT, gas: 10n ** 13n },
    );
    assert.equal(BigInt(outcome.output), 1025n);
  }
});

test('creations at a depth of 1,024 fail without a trace', async () => {
  const source = `CALLDATASIZE ISZERO @deep JUMPI :deep PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH ${BigInt(CONTRACT)} GAS CALL @end JUMPI PUSH 0 PUSH 0 PUSH 0 CREATE PUSH 1 SSTORE :end`;
  await compare('CREATE at the limit', { [CONTRACT]: { code: assemble(source) } }, { to: CONTRACT, gas: 10n ** 13n });
});

/** Stores `code` in memory from 0, in words. */
function inMemory(code: Uint8Array): string {
  const words: string[] = [];
  for (let i = 0; i < code.length; i += 32) {
    const hex = Buffer.from(code.slice(i, i + 32))
      .toString('hex')
      .padEnd(64, '0');
    words.push(`PUSH ${BigInt(`0x${hex}`)} PUSH ${i} MSTORE`);
  }
  return words.join(' ');
}

const INIT_CODES: Record<string, string> = {
  'deploys nothing': 'STOP',
  'deploys 5 bytes': `PUSH ${0x6001600201n << 216n} PUSH 0 MSTORE PUSH 5 PUSH 0 RETURN`,
  'deploys 0xef': `PUSH 239 PUSH 0 MSTORE8 PUSH 5 PUSH 0 RETURN`,
  'deploys as much as is allowed': 'PUSH 24576 PUSH 0 RETURN',
  'deploys a byte too much': 'PUSH 24577 PUSH 0 RETURN',
  reverts: 'PUSH 77 PUSH 0 MSTORE PUSH 33 PUSH 0 REVERT',
  fails: 'PUSH 1 PUSH 0 SSTORE INVALID',
  'writes storage and logs':
    'PUSH 1 PUSH 0 SSTORE CALLER PUSH 0 MSTORE PUSH 32 PUSH 0 LOG0 CODESIZE PUSH 1 SSTORE CALLDATASIZE PUSH 2 SSTORE',
  'destroys itself': `PUSH ${BigInt(ABSENT)} SELFDESTRUCT`,
  'destroys itself to itself': 'ADDRESS SELFDESTRUCT',
  jumps: '@there JUMP INVALID :there ADDRESS PUSH 0 SSTORE',
  'calls its creator': `PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 1 CALLER PUSH 5000 CALL PUSH 0 SSTORE`,
};

test('CREATE and CREATE2 with every kind of init code', async () => {
  for (const fork of [FORK.bedrock, FORK.canyon, FORK.ecotone, FORK.karst]) {
    for (const kind of ['CREATE', 'CREATE2']) {
      for (const [what, source] of Object.entries(INIT_CODES)) {
        for (const [value, gas] of [
          [0n, 10_000_000n],
          [7n, 10_000_000n],
          [101n, 200_000n],
          [0n, 200_000n],
          [0n, 90_000n],
        ] as const) {
          const init = assemble(source);
          const salt = kind === 'CREATE2' ? `PUSH ${3n ** 120n}` : '';
          const code = assemble(
            `CALLDATASIZE ISZERO @go JUMPI STOP :go PUSH 0x5eed ${inMemory(init)} ${salt} PUSH ${init.length} PUSH 0 PUSH ${value} ${kind} ${REPORT}`,
          );
          const message = { to: CONTRACT, gas };
          await compare(
            `fork ${fork}: ${kind} that ${what}, value ${value}`,
            { [CONTRACT]: { code, balance: 100n, nonce: 255n } },
            message,
            { fork },
          );
          if (kind === 'CREATE')
            await compare(`fork ${fork}: transaction that ${what}`, {}, { input: init, value, gas }, { fork });
        }
      }
    }
  }
});

test('creations that collide, or whose creator has no nonce left', async () => {
  const init = assemble('PUSH 1 PUSH 0 SSTORE');
  const code = assemble(`PUSH 0x5eed ${inMemory(init)} PUSH ${init.length} PUSH 0 PUSH 0 CREATE ${REPORT}`);
  const free = await compare('no collision', { [CONTRACT]: { code } }, { to: CONTRACT });
  const address = `0x${free.output.slice(2 + 512 + 24, 2 + 512 + 64)}`;
  const taken: World[] = [
    { [address]: { nonce: 1n } },
    { [address]: { code: assemble('STOP') } },
    { [address]: { balance: 10n } },
  ];
  for (const world of taken) await compare('collision', { ...world, [CONTRACT]: { code } }, { to: CONTRACT });
  for (const nonce of [(1n << 64n) - 2n, (1n << 64n) - 1n]) {
    await compare(`nonce ${nonce}`, { [CONTRACT]: { code, nonce } }, { to: CONTRACT });
  }
});

test('init code of more than 49,152 bytes is refused from Shanghai on', async () => {
  for (const fork of [FORK.bedrock, FORK.canyon, FORK.ecotone]) {
    for (const size of [49152, 49153]) {
      for (const kind of ['CREATE', 'PUSH0 CREATE2']) {
        const source =
          kind === 'CREATE' ? `PUSH ${size} PUSH 0 PUSH 0 CREATE` : `PUSH 1 PUSH ${size} PUSH 0 PUSH 0 CREATE2`;
        await compare(
          `fork ${fork}: ${source}`,
          { [CONTRACT]: { code: assemble(`PUSH 0x5eed ${source} ${REPORT}`) } },
          { to: CONTRACT, gas: 5_000_000n },
          { fork },
        );
      }
    }
  }
});

test('SELFDESTRUCT: cost, heirs and what is left', async () => {
  for (const fork of [FORK.bedrock, FORK.canyon, FORK.ecotone]) {
    for (const heir of [ABSENT, CALLER, CONTRACT, CALLEE]) {
      for (const balance of [0n, 10n]) {
        for (const gas of [5_000n, 7_602n, 7_603n, 7_604n, 32_603n, 40_000n]) {
          const code = assemble(`PUSH ${BigInt(heir)} SELFDESTRUCT`);
          await compare(
            `fork ${fork}: SELFDESTRUCT to ${heir} with ${gas} gas`,
            { [CONTRACT]: { code, balance } },
            { to: CONTRACT, gas },
            { fork },
          );
        }
      }
    }
    const twice = assemble(
      `${call('CALL', CALLEE, 5n)} POP ${call('CALL', CALLEE, 5n)} POP PUSH ${BigInt(CALLEE)} BALANCE ${REPORT}`,
    );
    const world = {
      [CONTRACT]: { code: twice, balance: 100n },
      [CALLEE]: { code: assemble('ADDRESS SELFDESTRUCT'), balance: 3n },
    };
    await compare(`fork ${fork}: two self-destructions in one transaction`, world, { to: CONTRACT }, { fork });
  }
});

test('random worlds of contracts that call and create each other', async () => {
  const numbers = random(99n);
  const addresses = [
    CONTRACT,
    CALLEE,
    ABSENT,
    `0x${'bb'.repeat(20)}`,
    CALLER,
    `0x${'00'.repeat(19)}04`,
    `0x${'00'.repeat(19)}02`,
  ];
  const pick = <T>(list: T[]): T => list[numbers.below(list.length)] as T;
  const statement = (): string => {
    const kind = numbers.below(12);
    if (kind < 4) {
      const op = pick(KINDS);
      const amount = op === 'CALL' || op === 'CALLCODE' ? `PUSH ${pick([0, 0, 1, 60])}` : '';
      const gas = pick(['GAS', 'PUSH 30000', 'PUSH 3000', 'GAS PUSH 2 SWAP1 DIV']);
      const range = () => `PUSH ${numbers.below(80)} PUSH ${numbers.below(200)}`;
      return `PUSH 0x5eed ${range()} ${range()} ${amount} PUSH ${BigInt(pick(addresses))} ${gas} ${op} PUSH ${numbers.below(100)} MSTORE PUSH ${numbers.below(100)} MSTORE`;
    }
    if (kind === 4) return `PUSH ${numbers.below(4)} PUSH ${numbers.below(3)} SSTORE`;
    if (kind === 5)
      return `PUSH ${numbers.below(4)} PUSH ${numbers.below(3)} TSTORE PUSH ${numbers.below(3)} TLOAD PUSH 0 MSTORE`;
    if (kind === 6) return `PUSH ${numbers.below(3)} SLOAD PUSH ${numbers.below(64)} MSTORE GAS PUSH 32 MSTORE`;
    if (kind === 7) {
      const init = assemble(pick(Object.values(INIT_CODES)));
      const salted = numbers.below(2) === 0;
      return `${inMemory(init)} ${salted ? 'PUSH 5' : ''} PUSH ${init.length} PUSH 0 PUSH ${numbers.below(3)} ${salted ? 'CREATE2' : 'CREATE'} PUSH 64 MSTORE`;
    }
    if (kind === 8) return 'RETURNDATASIZE PUSH 0 PUSH 10 RETURNDATACOPY RETURNDATASIZE PUSH 0 MSTORE';
    if (kind === 9) return 'PUSH 5 PUSH 40 PUSH 3 LOG1';
    if (kind === 10)
      return `PUSH ${BigInt(pick(addresses))} ${pick(['BALANCE', 'EXTCODESIZE', 'EXTCODEHASH'])} PUSH 96 MSTORE`;
    return pick([
      'PUSH 64 PUSH 0 RETURN',
      'PUSH 40 PUSH 3 REVERT',
      'INVALID',
      `PUSH ${BigInt(pick(addresses))} SELFDESTRUCT`,
      'CALLER PUSH 0 MSTORE',
    ]);
  };
  for (let i = 0; i < 1200; i++) {
    const world: World = {};
    for (const address of addresses.slice(0, 4)) {
      if (address === ABSENT && numbers.below(2) === 0) continue;
      const body = Array.from({ length: 2 + numbers.below(5) }, statement).join(' ');
      world[address] = {
        code: assemble(`${body} MSIZE PUSH 0 RETURN`),
        balance: BigInt(numbers.below(100)),
        nonce: 1n,
        storage: { 1: BigInt(numbers.below(3)) },
      };
    }
    const fork = pick([FORK.ecotone, FORK.ecotone, FORK.karst]);
    await compare(
      `world ${i}`,
      world,
      { to: CONTRACT, value: BigInt(numbers.below(2)), gas: BigInt(50_000 + numbers.below(400_000)) },
      { fork },
    );
  }
});

test('calls of accounts that delegate (EIP-7702)', async () => {
  const DELEGATOR = `0x${'dd'.repeat(20)}`;
  const SECOND = `0x${'d2'.repeat(20)}`;
  const delegation = (to: string): Uint8Array => Uint8Array.from([0xef, 1, 0, ...Buffer.from(to.slice(2), 'hex')]);
  for (const fork of [FORK.ecotone, FORK.isthmus, FORK.karst]) {
    for (const to of [CALLEE, ABSENT, SECOND, DELEGATOR, CONTRACT, `0x${'00'.repeat(19)}02`]) {
      const world = (code: string): World => ({
        [CONTRACT]: { code: assemble(code), balance: 100n },
        [DELEGATOR]: { code: delegation(to), balance: 7n },
        [SECOND]: { code: delegation(CALLEE) },
        [CALLEE]: { code: assemble(`${CALLEES['returns 100 bytes']}`), balance: 50n },
      });
      for (const kind of KINDS) {
        for (const gas of [2_000n, 2_700n, 5_000n, 5_300n, 60_000n]) {
          await compare(
            `fork ${fork}: ${kind} of what delegates to ${to}`,
            world(`${call(kind, DELEGATOR, 0n, 20_000n)} ${REPORT}`),
            { to: CONTRACT, gas },
            { fork },
          );
        }
        await compare(
          `fork ${fork}: ${kind} twice`,
          world(`${call(kind, DELEGATOR)} POP ${call(kind, DELEGATOR)} ${REPORT}`),
          { to: CONTRACT },
          { fork },
        );
      }
      const look = `PUSH ${BigInt(DELEGATOR)} EXTCODESIZE PUSH 0 MSTORE PUSH ${BigInt(DELEGATOR)} EXTCODEHASH PUSH 32 MSTORE PUSH 40 PUSH 0 PUSH 64 PUSH ${BigInt(DELEGATOR)} EXTCODECOPY MSIZE PUSH 0 RETURN`;
      await compare(`fork ${fork}: code of what delegates to ${to}`, world(look), { to: CONTRACT }, { fork });
      if (fork !== FORK.ecotone)
        await compare(
          `fork ${fork}: transaction to what delegates to ${to}`,
          world('STOP'),
          { to: DELEGATOR },
          { fork },
        );
    }
  }
});
