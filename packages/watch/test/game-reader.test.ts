// Games that are read: what their contracts name is not waited for either.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOf, type ContractViews, EndpointError, type ViewCall, type Words } from '@obelisc/host';
import { GameReader } from '../src/game-reader.js';

const FACTORY = addressOf(0xfacn);
const PARENT = addressOf(0xbadn);
/** What starts from a parent's claim, as Kailua's games do. */
const CHILD: Readonly<Record<string, bigint>> = {
  'rootClaim()': 1n,
  'gameType()': 1337n,
  'l1Head()': 2n,
  'l2BlockNumber()': 3n,
  'parentGame()': BigInt(PARENT),
};

test('a game whose parent cannot be read is asked for once before it is asked for hastily', async () => {
  const fault = new EndpointError('--l1', 'eth_call', 'execution aborted', { kind: 'outage' });
  const answer = ({ address, signature }: ViewCall): Words | EndpointError => {
    if (address === PARENT) return fault;
    const word = address === FACTORY ? 1n : CHILD[signature];
    return word === undefined ? undefined : [word];
  };
  const patient: string[] = [];
  const viewsThatNote = (asked: string[]): ContractViews => {
    const readEach: ContractViews['readEach'] = (calls, isSentOnce = false) => {
      if (!isSentOnce) asked.push(...calls.map(({ address }) => address));
      return Promise.resolve(calls.map(answer));
    };
    return {
      name: '--l1',
      readEach,
      read: async (calls) =>
        (await readEach(calls)).map((words) => {
          if (words instanceof EndpointError) throw words;
          return words;
        }),
      isContract: () => Promise.resolve(true),
    };
  };
  const hasty: string[] = [];
  const reader = new GameReader(FACTORY, viewsThatNote(patient), () => viewsThatNote(hasty));
  assert.deepEqual(await reader.read([addressOf(0xc41dn)]), [fault]);
  // Only of the factory it is known that it answers.
  assert.deepEqual(patient, [FACTORY]);
  assert.ok(hasty.includes(PARENT));
});
