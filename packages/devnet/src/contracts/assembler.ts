// A small assembler for the embedded chain's contracts. Words are separated by white space; `;` starts a comment.
//   add, mstore8, …   the opcode of that name (Yellow Paper, appendix H; up to Cancun)
//   12, 0x4200…       pushes the number with the shortest PUSH
//   name:             a JUMPDEST here
//   @name             pushes the place of `name:` (two bytes)
import { bytesToHex, concatBytes, hexToBytes } from '@ethereumjs/util';
import { keccak_256 } from '@noble/hashes/sha3.js';

/** Assembly that doesn't make sense. */
export class AssemblyError extends Error {
  override name = 'AssemblyError';
}

const PUSH0 = 0x5f;
const PUSH2 = 0x61;
const JUMPDEST = 0x5b;

/** Opcode names from a first opcode on. PUSH has a notation of its own. */
const RUNS: readonly (readonly [first: number, names: string])[] = [
  [0x00, 'stop add mul sub div sdiv mod smod addmod mulmod exp signextend'],
  [0x10, 'lt gt slt sgt eq iszero and or xor not byte shl shr sar clz'],
  [0x20, 'keccak256'],
  [0x30, 'address balance origin caller callvalue calldataload calldatasize calldatacopy codesize codecopy gasprice'],
  [0x3b, 'extcodesize extcodecopy returndatasize returndatacopy extcodehash'],
  [0x40, 'blockhash coinbase timestamp number prevrandao gaslimit chainid selfbalance basefee blobhash blobbasefee'],
  [0x50, 'pop mload mstore mstore8 sload sstore jump jumpi pc msize gas jumpdest tload tstore mcopy'],
  [0x80, numbered('dup')],
  [0x90, numbered('swap')],
  [0xa0, 'log0 log1 log2 log3 log4'],
  [0xf0, 'create call callcode return delegatecall create2'],
  [0xfa, 'staticcall'],
  [0xfd, 'revert invalid selfdestruct'],
];

const OPCODES = new Map(
  RUNS.flatMap(([first, names]) => names.split(' ').map((name, i): [string, number] => [name, first + i])),
);

/** Assembles a program. Throws `AssemblyError` for an unknown word or label. */
export function assemble(source: string): Uint8Array {
  const places = new Map<string, number>();
  const holes: { at: number; label: string }[] = [];
  const code: number[] = [];
  for (const word of wordsOf(source)) {
    if (word.endsWith(':')) {
      places.set(word.slice(0, -1), code.length);
      code.push(JUMPDEST);
    } else if (word.startsWith('@')) {
      holes.push({ at: code.length + 1, label: word.slice(1) });
      code.push(PUSH2, 0, 0);
    } else if (/^\d/.test(word)) {
      code.push(...pushOf(BigInt(word)));
    } else {
      const opcode = OPCODES.get(word);
      if (opcode === undefined) throw new AssemblyError(`no opcode ${word}`);
      code.push(opcode);
    }
  }
  for (const { at, label } of holes) {
    const place = places.get(label);
    if (place === undefined) throw new AssemblyError(`no label ${label}`);
    code[at] = place >> 8;
    code[at + 1] = place & 0xff;
  }
  return Uint8Array.from(code);
}

/** Init code that deploys `runtime` as it is. */
export function initCode(runtime: Uint8Array): Uint8Array {
  const loader = (size: number): Uint8Array => assemble(`${runtime.length} dup1 ${size} 0 codecopy 0 return`);
  const size = loader(0xff).length;
  return concatBytes(loader(size), runtime);
}

/** The selector of a function's or error's signature, as a number to push. */
export function selector(signature: string): string {
  return bytesToHex(keccak_256(new TextEncoder().encode(signature)).subarray(0, 4));
}

/** The topic of an event's signature, as a number to push. */
export function eventTopic(signature: string): string {
  return bytesToHex(keccak_256(new TextEncoder().encode(signature)));
}

/** Call data of a function whose arguments are static words, given as numbers or as 32 bytes. */
export function callData(signature: string, ...words: (bigint | Uint8Array)[]): Uint8Array {
  return concatBytes(
    hexToBytes(selector(signature) as `0x${string}`),
    ...words.map((word) => (typeof word === 'bigint' ? wordOf(word) : word)),
  );
}

/** A 256-bit word, big endian. */
export function wordOf(value: bigint): Uint8Array {
  return hexToBytes(`0x${value.toString(16).padStart(64, '0')}`);
}

/** Bytes as an ABI tail: length, then the bytes, padded with zeros to whole words. */
export function dynamicBytes(data: Uint8Array): Uint8Array {
  return concatBytes(wordOf(BigInt(data.length)), data, new Uint8Array((32 - (data.length % 32)) % 32));
}

function wordsOf(source: string): string[] {
  return source
    .replaceAll(/;.*$/gm, '')
    .split(/\s+/)
    .filter((word) => word !== '');
}

function pushOf(value: bigint): number[] {
  if (value === 0n) return [PUSH0];
  const hex = value.toString(16);
  const bytes = hexToBytes(`0x${hex.length % 2 === 0 ? hex : `0${hex}`}`);
  if (bytes.length > 32) throw new AssemblyError(`0x${hex} is more than 32 bytes`);
  return [PUSH0 + bytes.length, ...bytes];
}

function numbered(name: string): string {
  return Array.from({ length: 16 }, (_, i) => `${name}${i + 1}`).join(' ');
}
