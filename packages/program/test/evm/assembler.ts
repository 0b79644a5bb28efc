// Bytecode from mnemonics: `assemble('PUSH 5 PUSH 0 MSTORE :loop … @loop JUMP')`. `PUSH n` takes as many bytes as the
// number needs (none for PUSH 0 is PUSH1 0), `@name` is PUSH2 with the position of `:name`, which is a JUMPDEST.

// prettier-ignore
export const OPCODES: Record<string, number> = {
  STOP: 0x00, ADD: 0x01, MUL: 0x02, SUB: 0x03, DIV: 0x04, SDIV: 0x05, MOD: 0x06, SMOD: 0x07, ADDMOD: 0x08,
  MULMOD: 0x09, EXP: 0x0a, SIGNEXTEND: 0x0b, LT: 0x10, GT: 0x11, SLT: 0x12, SGT: 0x13, EQ: 0x14, ISZERO: 0x15,
  AND: 0x16, OR: 0x17, XOR: 0x18, NOT: 0x19, BYTE: 0x1a, SHL: 0x1b, SHR: 0x1c, SAR: 0x1d, CLZ: 0x1e,
  KECCAK256: 0x20, ADDRESS: 0x30, BALANCE: 0x31, ORIGIN: 0x32, CALLER: 0x33, CALLVALUE: 0x34, CALLDATALOAD: 0x35,
  CALLDATASIZE: 0x36, CALLDATACOPY: 0x37, CODESIZE: 0x38, CODECOPY: 0x39, GASPRICE: 0x3a, EXTCODESIZE: 0x3b,
  EXTCODECOPY: 0x3c, RETURNDATASIZE: 0x3d, RETURNDATACOPY: 0x3e, EXTCODEHASH: 0x3f, BLOCKHASH: 0x40, COINBASE: 0x41,
  TIMESTAMP: 0x42, NUMBER: 0x43, PREVRANDAO: 0x44, GASLIMIT: 0x45, CHAINID: 0x46, SELFBALANCE: 0x47, BASEFEE: 0x48,
  BLOBHASH: 0x49, BLOBBASEFEE: 0x4a, POP: 0x50, MLOAD: 0x51, MSTORE: 0x52, MSTORE8: 0x53, SLOAD: 0x54, SSTORE: 0x55,
  JUMP: 0x56, JUMPI: 0x57, PC: 0x58, MSIZE: 0x59, GAS: 0x5a, JUMPDEST: 0x5b, TLOAD: 0x5c, TSTORE: 0x5d, MCOPY: 0x5e,
  PUSH0: 0x5f, CREATE: 0xf0, CALL: 0xf1, CALLCODE: 0xf2, RETURN: 0xf3, DELEGATECALL: 0xf4, CREATE2: 0xf5,
  STATICCALL: 0xfa, REVERT: 0xfd, INVALID: 0xfe, SELFDESTRUCT: 0xff,
};
for (let n = 1; n <= 32; n++) OPCODES[`PUSH${n}`] = 0x5f + n;
for (let n = 1; n <= 16; n++) OPCODES[`DUP${n}`] = 0x7f + n;
for (let n = 1; n <= 16; n++) OPCODES[`SWAP${n}`] = 0x8f + n;
for (let n = 0; n <= 4; n++) OPCODES[`LOG${n}`] = 0xa0 + n;

export function assemble(source: string): Uint8Array {
  const bytes: number[] = [];
  const labels = new Map<string, number>();
  const uses: [position: number, label: string][] = [];
  const words = source.split(/\s+/).filter((word) => word !== '');
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word.startsWith(':')) {
      labels.set(word.slice(1), bytes.length);
      bytes.push(0x5b);
    } else if (word.startsWith('@')) {
      uses.push([bytes.length + 1, word.slice(1)]);
      bytes.push(0x61, 0, 0);
    } else if (word.startsWith('0x')) {
      bytes.push(...Buffer.from(word.slice(2), 'hex'));
    } else if (word === 'PUSH') {
      const hex = BigInt(words[++i] ?? '').toString(16);
      const data = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
      bytes.push(0x5f + data.length, ...data);
    } else {
      const opcode = OPCODES[word];
      if (opcode === undefined) throw new Error(`no opcode ${word}`);
      bytes.push(opcode);
    }
  }
  for (const [position, label] of uses) {
    const target = labels.get(label);
    if (target === undefined) throw new Error(`no label ${label}`);
    bytes[position] = target >> 8;
    bytes[position + 1] = target & 255;
  }
  return Uint8Array.from(bytes);
}
