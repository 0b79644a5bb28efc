// The predeploys that a genesis here has, against those of a genesis that the Go software made.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { createAddressFromString } from '@ethereumjs/util';
import { predeployAccounts } from '../src/contracts/predeploys.js';
import type { Genesis, GenesisAccount } from '../src/execution/genesis.js';
import { missing, readText } from './shared-data.js';

/** Held from genesis on: Ecotone and Fjord, as on the recorded chain. */
const ORACLE_FORKS = 2;
const address = (digits: string): ReturnType<typeof createAddressFromString> =>
  createAddressFromString(`0x${digits.padStart(40, '0')}`);

const accounts = predeployAccounts({
  owner: address('0123'),
  l1ChainId: 900,
  l1: { messenger: address('0a'), standardBridge: address('0b'), erc721Bridge: address('0c') },
  oracleForks: ORACLE_FORKS,
  has: { beaconRoots: true, history: true, create2Deployer: true },
});

const skip = missing('chain-e');
let recorded: Genesis['alloc'];

before(() => {
  if (skip !== false) return;
  recorded = (JSON.parse(readText('chain-e/genesis-l2.json.zst')) as Genesis).alloc;
});

test('every predeploy has the code, and the slots, that the Go software gives it', { skip }, () => {
  let slots = 0;
  for (const [key, account] of Object.entries(accounts)) {
    const theirs: GenesisAccount | undefined = recorded[key.slice(2).toLowerCase()];
    assert.ok(theirs !== undefined, `${key} is no predeploy`);
    assert.equal(account.code, theirs.code, key);
    const storage = account.storage ?? {};
    for (const [slot, value] of Object.entries(storage)) {
      const their: string | undefined = theirs.storage?.[slot as `0x${string}`];
      // Addresses on L1 and of owners are the chain's own.
      assert.ok(their !== undefined, `${key} has no slot ${slot}`);
      if (!isOwn(value)) assert.equal(value, their, `${key}, slot ${slot}`);
      slots++;
    }
  }
  assert.ok(Object.keys(accounts).length > 45 && slots >= 80, `${slots} slots were compared`);
});

/** Whether a word is one of the addresses that the setup above names. */
function isOwn(value: string): boolean {
  return /^0x0{24}0{36}(0123|000a|000b|000c)$/.test(value);
}
