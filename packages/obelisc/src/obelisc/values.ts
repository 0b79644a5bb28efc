// Values of flags as Commander's options read them: what is wrong is an InvalidArgumentError that says what is expected.
import { InvalidArgumentError } from 'commander';
import { BLOCK_TAGS, type BlockTag } from '@obelisc/claims/block-tags';
import { nearest } from '../terminal/nearest.js';

/** 32 bytes. */
export function hash(text: string): Uint8Array {
  const fault = hashFault(text);
  if (fault !== undefined) throw new InvalidArgumentError(fault);
  return Uint8Array.from(Buffer.from(text.slice(2), 'hex'));
}

function hashFault(text: string): string | undefined {
  const expected = 'a hash is expected: 0x and 64 hexadecimal digits';
  const [, prefix, digits] = /^(0x)?([^]*)$/i.exec(text) ?? [];
  if (digits === undefined || /[^0-9a-fA-F]/.test(digits)) return `It is not hexadecimal; ${expected}.`;
  if (digits.length !== 64) return `It has ${digits.length} digits; ${expected}.`;
  return prefix === '0x' ? undefined : `It has no 0x in front; ${expected}.`;
}

/** The number of a block, decimal or hexadecimal, of 64 bits. */
export function blockNumber(text: string): bigint {
  if (text.startsWith('-')) throw new InvalidArgumentError('It is negative; a block has a number from 0 on.');
  if (!/^(?:\d+|0x[0-9a-fA-F]+)$/.test(text))
    throw new InvalidArgumentError('It takes the number of a block, decimal or 0x-hexadecimal.');
  const number = BigInt(text);
  if (number > BigInt(Number.MAX_SAFE_INTEGER))
    throw new InvalidArgumentError('No chain has so many blocks: it takes a number below 2^53.');
  return number;
}

/** A game's place in its factory's list, an output's in its oracle's, or a count of blocks: decimal or hexadecimal. */
export function wholeNumber(text: string): bigint {
  if (!/^(?:\d+|0x[0-9a-fA-F]+)$/.test(text))
    throw new InvalidArgumentError('It takes a whole number from 0 on, decimal or 0x-hexadecimal.');
  const number = BigInt(text);
  if (number > BigInt(Number.MAX_SAFE_INTEGER)) throw new InvalidArgumentError('It takes a number below 2^53.');
  return number;
}

export function numberOrTag(text: string): bigint | BlockTag {
  const tag = BLOCK_TAGS.find((known) => known === text);
  if (tag !== undefined) return tag;
  if (/^(?:-|\d)/.test(text)) return blockNumber(text);
  // An op-node's word for the newest block.
  const meant = text === 'unsafe' ? 'latest' : nearest(text, BLOCK_TAGS);
  const advice = meant === undefined ? '' : ` Did you mean ${meant}?`;
  throw new InvalidArgumentError(`It takes the number of a block, safe, finalized or latest.${advice}`);
}

export function count(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It takes a whole number from 1 on.');
}

export function address(text: string): string {
  if (/^0x[0-9a-fA-F]{40}$/.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('It takes an address: 0x and 40 hexadecimal digits.');
}
