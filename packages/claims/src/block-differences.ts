// A derived block held beside the block that somebody else has in its place: what differs, part by part.
import { EndpointError, type ExecutedBlock, type ExecutedBlocks, type ToldAccount } from '@obelisc/host';
import { keccak256 } from '@obelisc/preimage';
import type { ShownAccount, ShownBlock } from '@obelisc/program';
import { type Fields, headerFields, receiptFields, transactionFields } from './block-fields.js';
import { hex } from './bytes.js';
import type { Difference, Place } from './difference.js';

/** What was found, and what could not be told or contradicts itself. */
export interface Comparison {
  readonly differences: readonly Difference[];
  readonly notes: readonly string[];
}

/** The fields that two sides have otherwise. */
export function fieldDifferences(place: Place, derived: Fields, other: Fields): Difference[] {
  return [...new Set([...derived.keys(), ...other.keys()])].flatMap((field) => {
    const [mine, its] = [derived.get(field) ?? null, other.get(field) ?? null];
    return mine === its ? [] : [{ ...place, field, derived: mine, other: its }];
  });
}

/** All that differs, as far as the endpoint tells: what it does not is in the notes. */
export async function compareBlocks(
  derived: ShownBlock,
  other: ExecutedBlock,
  blocks: ExecutedBlocks,
): Promise<Comparison> {
  const notes = other.faults.map((fault) => `the L2 endpoint's block contradicts its hash or roots: ${fault}`);
  const header = fieldDifferences({ in: 'header' }, headerFields(derived.header), headerFields(other.header));
  const transactions = compareTransactions(derived.transactions, other.transactions);
  const told = await orNoted(notes, 'receipts could not be compared', () => blocks.receipts(other));
  notes.push(...(told?.faults ?? []).map((fault) => `the L2 endpoint's receipts are not the block's: ${fault}`));
  const receipts = told === undefined ? [] : compareReceipts(derived, told.receipts, transactions.common);
  const state = header.some(({ field }) => field === 'stateRoot')
    ? await orNoted(notes, 'accounts and slots could not be compared', () => compareStates(derived, other, blocks))
    : undefined;
  return {
    differences: [...header, ...transactions.differences, ...receipts, ...(state?.differences ?? [])],
    notes: [...notes, ...(state?.notes ?? [])],
  };
}

/** What the task gives; where an endpoint stands in its way, a note says so. */
export async function orNoted<T>(notes: string[], what: string, task: () => Promise<T>): Promise<T | undefined> {
  try {
    return await task();
  } catch (error) {
    if (!(error instanceof EndpointError)) throw error;
    notes.push(`${what}: ${error.message}`);
    return undefined;
  }
}

/** The first transaction that is another, is missing or is too many, and how many at the beginning are the same. */
function compareTransactions(
  derived: readonly Uint8Array[],
  other: readonly Uint8Array[],
): { differences: Difference[]; common: number } {
  const [mine, its] = [derived, other].map((list) => list.map((encoded) => hex(keccak256(encoded))));
  if (mine === undefined || its === undefined) throw new TypeError('there are two sides');
  let index = 0;
  while (index < mine.length && mine[index] === its[index]) index++;
  const differences: Difference[] = [];
  const [ours, theirs] = [mine[index], its[index]];
  if (mine.length !== its.length)
    differences.push({ in: 'transaction', field: 'count', derived: String(mine.length), other: String(its.length) });
  const hash = ours ?? theirs;
  if (hash === undefined) return { differences, common: index };
  const isMissing = ours !== undefined && !its.includes(ours) && (theirs === undefined || mine.includes(theirs));
  const isSurplus = theirs !== undefined && !mine.includes(theirs) && (ours === undefined || its.includes(ours));
  const place: Place = { in: 'transaction', transaction: { index, hash: isSurplus ? theirs : hash } };
  differences.push({
    ...place,
    field: 'hash',
    derived: isSurplus ? null : (ours ?? null),
    other: isMissing ? null : (theirs ?? null),
  });
  const [encoded, another] = [derived[index], other[index]];
  const isReplaced = !isMissing && !isSurplus && !its.includes(ours ?? '') && !mine.includes(theirs ?? '');
  if (isReplaced && encoded !== undefined && another !== undefined)
    differences.push(...fieldDifferences(place, transactionFields(encoded), transactionFields(another)));
  return { differences, common: index };
}

/** The first receipt that differs among those of the first `count` transactions, which are the same. */
function compareReceipts(derived: ShownBlock, other: readonly Uint8Array[], count: number): Difference[] {
  for (let index = 0; index < count; index++) {
    const [mine, its] = [derived.receipts[index], other[index]];
    const encoded = derived.transactions[index];
    if (mine === undefined || encoded === undefined) throw new TypeError('a derived block has a receipt a transaction');
    if (its !== undefined && Buffer.compare(mine, its) === 0) continue;
    const transaction = { index, hash: hex(keccak256(encoded)) };
    const ours = receiptFields(mine);
    if (its === undefined)
      return [{ in: 'receipt', transaction, field: 'status', derived: ours.fields.get('status') ?? null, other: null }];
    const theirs = receiptFields(its);
    return [
      ...fieldDifferences({ in: 'receipt', transaction }, ours.fields, theirs.fields),
      ...compareLogs(transaction, ours.logs, theirs.logs),
    ];
  }
  return [];
}

/** How many logs there are, and the first that differs. */
function compareLogs(
  transaction: { index: number; hash: string },
  derived: readonly Fields[],
  other: readonly Fields[],
): Difference[] {
  const differences: Difference[] = [];
  if (derived.length !== other.length)
    differences.push({
      in: 'receipt',
      transaction,
      field: 'logs',
      derived: String(derived.length),
      other: String(other.length),
    });
  for (let log = 0; log < Math.max(derived.length, other.length); log++) {
    const found = fieldDifferences(
      { in: 'log', transaction, log },
      derived[log] ?? new Map<string, string>(),
      other[log] ?? new Map<string, string>(),
    );
    if (found.length > 0) return [...differences, ...found];
  }
  return differences;
}

/** Accounts and slots by address, each with its slots as 32 bytes. */
type Places = Map<string, Set<string>>;

/** The accounts and slots that either block wrote to and that differ after it. */
async function compareStates(derived: ShownBlock, other: ExecutedBlock, blocks: ExecutedBlocks): Promise<Comparison> {
  const written = new Map(derived.accounts.map((account) => [hex(account.address), account]));
  const { touched, faults } = await blocks.touched(other);
  const places: Places = touched.accounts;
  for (const [address, { slots }] of written) {
    const known = places.get(address) ?? new Set();
    places.set(address, known);
    for (const key of slots.keys()) known.add(slotName(key));
  }
  const theirs = await blocks.accounts(places, other);
  const before = await parentAccounts(derived, written, places, blocks);
  const differences: Difference[] = [];
  const notes = faults.map((fault) => `the L2 endpoint: ${fault}`);
  for (const address of [...places.keys()].toSorted()) {
    const its = theirs.get(address);
    const mine = ownAccount(written.get(address), before.get(address));
    if (its === undefined) continue;
    const found = compareAccounts(address, mine, its, [...(places.get(address) ?? [])].toSorted());
    differences.push(...found);
    if (found.length > 0 && its.fault !== undefined)
      notes.push(`the L2 endpoint does not prove what it tells of ${address}: ${its.fault}`);
    if (found.some(({ field }) => field === 'storageRoot'))
      notes.push(`the storage of ${address} differs in slots that neither block is known to have written to`);
  }
  if (differences.length === 0) notes.push('the accounts that the blocks are known to have written to are the same');
  return { differences, notes };
}

/** What the derived block left as it was: from the state before it, which both sides have. */
async function parentAccounts(
  derived: ShownBlock,
  written: ReadonlyMap<string, ShownAccount>,
  places: Places,
  blocks: ExecutedBlocks,
): Promise<Map<string, ToldAccount>> {
  const left: Places = new Map();
  for (const [address, slots] of places) {
    const account = written.get(address);
    const unwritten = [...slots].filter((slot) => account?.slots.has(BigInt(slot)) !== true);
    if (account === undefined || unwritten.length > 0) left.set(address, new Set(unwritten));
  }
  if (left.size === 0) return new Map();
  const parentHash = Buffer.from(headerFields(derived.header).get('parentHash')?.slice(2) ?? '', 'hex');
  const parent = await blocks.block(parentHash);
  return parent === undefined ? new Map() : blocks.accounts(left, parent);
}

interface OwnAccount {
  readonly fields: Fields;
  slot(key: bigint): bigint | undefined;
}

function ownAccount(written: ShownAccount | undefined, before: ToldAccount | undefined): OwnAccount | undefined {
  const account = written ?? before;
  if (account === undefined) return undefined;
  return {
    fields: accountFields(account),
    // A storage that the block cleared has nothing of what was before.
    slot: (key) => written?.slots.get(key)?.after ?? (written?.exists === false ? 0n : before?.slots.get(key)),
  };
}

function compareAccounts(
  address: string,
  mine: OwnAccount | undefined,
  its: ToldAccount,
  slots: readonly string[],
): Difference[] {
  if (mine === undefined) return [];
  const fields = fieldDifferences({ in: 'account', address }, mine.fields, accountFields(its));
  const storage = slots.flatMap((slot): Difference[] => {
    const [ours, theirs] = [mine.slot(BigInt(slot)), its.slots.get(BigInt(slot))];
    if (ours === undefined || theirs === undefined || ours === theirs) return [];
    return [{ in: 'slot', address, slot, field: 'value', derived: slotName(ours), other: slotName(theirs) }];
  });
  // The slots tell more than the root over them.
  return [...fields.filter(({ field }) => field !== 'storageRoot' || storage.length === 0), ...storage];
}

function accountFields(account: Pick<ToldAccount, 'balance' | 'nonce' | 'codeHash' | 'storageRoot'>): Fields {
  return new Map([
    ['balance', String(account.balance)],
    ['nonce', String(account.nonce)],
    ['codeHash', hex(account.codeHash)],
    ['storageRoot', hex(account.storageRoot)],
  ]);
}

/** 32 bytes as 0x-hex. */
function slotName(value: bigint): string {
  return `0x${value.toString(16).padStart(64, '0')}`;
}
