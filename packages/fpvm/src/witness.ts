// The witness: the part of the state that the chain sees, and its hash.
// https://github.com/ethereum-optimism/asterisc/blob/master/docs/riscv.md

/** Everything a state consists of besides memory. Integers are unsigned 64-bit. */
export interface VmScalars {
  /** 32 bytes. */
  preimageKey: Uint8Array;
  preimageOffset: bigint;
  pc: bigint;
  /** 0 to 255. */
  exitCode: number;
  exited: boolean;
  step: bigint;
  /** Next address that mmap hands out. */
  heap: bigint;
  loadReservation: bigint;
  /** x0 to x31. */
  registers: BigUint64Array;
}

export const WITNESS_SIZE = 362;
const EXIT_CODE_AT = 80;
const EXITED_AT = 81;

/** First byte of a state hash. */
export const vmStatus = { valid: 0, invalid: 1, panic: 2, unfinished: 3 } as const;

/** The 362 bytes of a state with the given 32-byte memory root. */
export function encodeWitness(memoryRoot: Uint8Array, state: VmScalars): Uint8Array {
  const witness = new Uint8Array(WITNESS_SIZE);
  const view = new DataView(witness.buffer);
  witness.set(memoryRoot, 0);
  witness.set(state.preimageKey, 32);
  view.setBigUint64(64, state.preimageOffset);
  view.setBigUint64(72, state.pc);
  witness[EXIT_CODE_AT] = state.exitCode;
  witness[EXITED_AT] = state.exited ? 1 : 0;
  view.setBigUint64(82, state.step);
  view.setBigUint64(90, state.heap);
  view.setBigUint64(98, state.loadReservation);
  state.registers.forEach((value, i) => view.setBigUint64(106 + 8 * i, value));
  return witness;
}

/** The state hash of a witness: its Keccak-256 with the VM status for a first byte. */
export function stateHash(witness: Uint8Array, keccak256: (bytes: Uint8Array) => Uint8Array): Uint8Array {
  const hash = keccak256(witness);
  hash[0] = statusOf(witness[EXITED_AT] === 1, witness[EXIT_CODE_AT] ?? 0);
  return hash;
}

function statusOf(exited: boolean, exitCode: number): number {
  if (!exited) return vmStatus.unfinished;
  if (exitCode === 0) return vmStatus.valid;
  return exitCode === 1 ? vmStatus.invalid : vmStatus.panic;
}
