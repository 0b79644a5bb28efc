// Checks a step proof by executing its step from witness and memory proofs alone, as a chain does: no machine, no memory.
// Shares the instruction and system-call numbers with the engines, and nothing of how they work.
import { createHash } from 'node:crypto';
import { systemCallAnswers } from './engine.js';
import { decode, type DecodedInstruction, revertCodes } from './instructions.js';
import { keccak256 } from './keccak.js';
import { LeafProofs, ProofMismatchError } from './leaf-proofs.js';
import { arithmeticResult, branchTaken, combinedValue } from './reference-arithmetic.js';
import type { StepProof } from './step-proof.js';
import { handleSystemCall, shiftedKey } from './system-calls.js';
import { encodeWitness, stateHash, type VmScalars, WITNESS_SIZE } from './witness.js';

const MASK64 = (1n << 64n) - 1n;

/** The proof does not show what it claims. The message says which part is wrong. */
export class StepVerificationError extends Error {
  override readonly name = 'StepVerificationError';
}

/** A step's state while it is executed: the witness's scalars, memory by its proofs. */
export interface ProvenState extends VmScalars {
  readonly memory: LeafProofs;
  readonly oracle: StepProof['oracle'];
}

/**
 * Executes the proven step and compares every claim of the proof. Pre-images are checked against keys that are hashes
 * (keccak256, sha256); for other keys the chain has its own rules, and the value is taken as it is.
 * Throws StepVerificationError.
 */
export function verifyStep(proof: StepProof): void {
  try {
    const state = decodeWitness(proof);
    const hash = (witness: Uint8Array) => stateHash(witness, keccak256);
    same('the pre-state hash', hash(proof.stateData), proof.pre);
    if (state.step !== proof.step) fail(`the proof is said to be of step ${proof.step}, its witness of ${state.step}`);
    if (!state.exited) execute(state);
    state.memory.expectAllUsed();
    same('the post-state hash', hash(encodeWitness(state.memory.root, state)), proof.post);
  } catch (error) {
    if (error instanceof ProofMismatchError) throw new StepVerificationError(error.message, { cause: error });
    throw error;
  }
}

function fail(message: string): never {
  throw new StepVerificationError(message);
}

function same(what: string, computed: Uint8Array, claimed: Uint8Array): void {
  if (Buffer.compare(computed, claimed) === 0) return;
  const hex = (bytes: Uint8Array) => `0x${Buffer.from(bytes).toString('hex')}`;
  fail(`${what} is ${hex(computed)}, the proof claims ${hex(claimed)}`);
}

function decodeWitness({ stateData, proofData, oracle }: StepProof): ProvenState {
  if (stateData.length !== WITNESS_SIZE) fail(`the witness has ${stateData.length} bytes, ${WITNESS_SIZE} expected`);
  const view = new DataView(stateData.buffer, stateData.byteOffset, stateData.length);
  const exited = stateData[81] ?? 0;
  if (exited > 1) fail(`the witness's "exited" is ${exited}, neither 0 nor 1`);
  const registers = BigUint64Array.from({ length: 32 }, (_, i) => view.getBigUint64(106 + 8 * i));
  if (registers[0] !== 0n) fail('register x0 is not 0 in the witness');
  return {
    memory: new LeafProofs(stateData.slice(0, 32), proofData),
    preimageKey: stateData.slice(32, 64),
    preimageOffset: view.getBigUint64(64),
    pc: view.getBigUint64(72),
    exitCode: stateData[80] ?? 0,
    exited: exited === 1,
    step: view.getBigUint64(82),
    heap: view.getBigUint64(90),
    loadReservation: view.getBigUint64(98),
    registers,
    oracle,
  };
}

function execute(state: ProvenState): void {
  state.step = (state.step + 1n) & MASK64;
  const { memory, pc } = state;
  if ((pc & 31n) > 28n) revert(revertCodes.unexpectedRightProof);
  const word = Number(memory.load(pc, 4, 0));
  const decoded = decode(word);
  const { instruction, rd, rs1, rs2, imm } = decoded;
  if (instruction.revert !== undefined) revert(instruction.revert);
  const [a, b] = [state.registers[rs1] ?? 0n, state.registers[rs2] ?? 0n];
  const address = (a + BigInt(imm)) & MASK64;
  let next = (pc + 4n) & MASK64;
  switch (instruction.format) {
    case 'load':
      setRegister(state, rd, extended(memory.load(address, instruction.size ?? 8, 1), decoded));
      break;
    case 'store':
      memory.store(address, instruction.size ?? 8, b, 1);
      break;
    case 'branch':
      if (branchTaken(instruction.name, a, b)) next = (pc + BigInt(imm)) & MASK64;
      expectAligned(next);
      break;
    case 'jal':
      setRegister(state, rd, next);
      next = (pc + BigInt(imm)) & MASK64;
      expectAligned(next);
      break;
    case 'amo':
      atomic(state, decoded, a, b);
      break;
    case 'csr':
      setRegister(state, rd, 0n);
      break;
    case 'none':
      if (instruction.name === 'ecall') verifySystemCall(state);
      break;
    case 'i':
      if (instruction.name === 'jalr') {
        setRegister(state, rd, next);
        next = address & ~1n;
        expectAligned(next);
        break;
      }
      setRegister(state, rd, arithmeticResult(instruction.name, a, BigInt.asUintN(64, BigInt(imm)), pc));
      break;
    case 'r':
      setRegister(state, rd, arithmeticResult(instruction.name, a, b, pc));
      break;
    default:
      setRegister(state, rd, arithmeticResult(instruction.name, a, BigInt.asUintN(64, BigInt(imm)), pc));
  }
  state.pc = next;
}

/** Executes a system call of the one table against the proofs. */
function verifySystemCall(state: ProvenState): void {
  const { memory } = state;
  handleSystemCall({
    memory: {
      read: (address, length) => memory.read(address, length, 1),
      write: (address, bytes) => memory.write(address, bytes, 1),
      touchPage: () => undefined,
    },
    readUnproven: () => new Uint8Array(0),
    register: (index) => state.registers[index] ?? 0n,
    setRegister: (index, value) => setRegister(state, index, value),
    takeHeap: (length) => {
      const address = state.heap;
      state.heap = (address + length) & MASK64;
      return address;
    },
    exit: (code) => {
      state.exitCode = code;
      state.exited = true;
      return systemCallAnswers.exited;
    },
    revert,
    output: () => undefined,
    writeHint: () => systemCallAnswers.done,
    writePreimageKey: (bytes) => {
      state.preimageKey = shiftedKey(state.preimageKey, bytes);
      state.preimageOffset = 0n;
    },
    readPreimage: (count) => readProvenPreimage(state, count),
  });
}

/** What the step reads of the pre-image that comes with the proof. */
function readProvenPreimage(state: ProvenState, count: number): Uint8Array {
  const { oracle, preimageKey, preimageOffset } = state;
  // Reads of the zero key come without their pre-image: there is none.
  if (oracle === undefined) return fail('the step reads a pre-image, the proof has none');
  same('the key of the pre-image', preimageKey, oracle.key);
  if (oracle.offset !== preimageOffset)
    fail(`the step reads at offset ${preimageOffset}, the proof at ${oracle.offset}`);
  const { value } = oracle;
  const length = value.length < 8 ? -1n : new DataView(value.buffer, value.byteOffset).getBigUint64(0);
  if (length !== BigInt(value.length - 8)) fail('the pre-image does not begin with its length');
  checkHash(preimageKey, value.subarray(8));
  if (preimageOffset >= BigInt(value.length)) return revert(revertCodes.preimageUnreadable);
  const from = Number(preimageOffset);
  const bytes = value.subarray(from, from + count);
  state.preimageOffset += BigInt(bytes.length);
  return bytes;
}

/** Keys that are hashes: https://specs.optimism.io/fault-proof/index.html#pre-image-key-types */
function checkHash(key: Uint8Array, value: Uint8Array): void {
  const hashes: Record<number, () => Uint8Array> = {
    2: () => keccak256(value),
    4: () => createHash('sha256').update(value).digest(),
  };
  const hash = hashes[key[0] ?? 0]?.();
  if (hash !== undefined)
    same('the key of the pre-image (by hash)', Uint8Array.from([key[0] ?? 0, ...hash.subarray(1)]), key);
}

function setRegister(state: ProvenState, index: number, value: bigint): void {
  if (index !== 0) state.registers[index] = value & MASK64;
}

function revert(code: number): never {
  fail(`the step reverts with code ${code.toString(16)}: it has no post-state`);
}

function expectAligned(pc: bigint): void {
  if ((pc & 3n) !== 0n) revert(revertCodes.notAligned);
}

function extended(value: bigint, { instruction }: DecodedInstruction): bigint {
  const bits = 8 * (instruction.size ?? 8);
  return instruction.name.endsWith('u') ? value : BigInt.asUintN(64, BigInt.asIntN(bits, value));
}

function atomic(state: ProvenState, decoded: DecodedInstruction, address: bigint, operand: bigint): void {
  const { memory } = state;
  const { instruction, rd } = decoded;
  const size = instruction.size ?? 8;
  if (address % BigInt(size) !== 0n) revert(revertCodes.notAligned);
  const [name = ''] = instruction.name.split('.');
  if (name === 'sc') {
    const succeeds = address === state.loadReservation;
    if (succeeds) memory.store(address, size, operand, 1);
    setRegister(state, rd, succeeds ? 0n : 1n);
    state.loadReservation = 0n;
    return;
  }
  const old = extended(memory.load(address, size, 1), decoded);
  if (name === 'lr') state.loadReservation = address;
  else {
    const combined = combinedValue(name, old, size === 4 ? BigInt.asUintN(64, BigInt.asIntN(32, operand)) : operand);
    if (combined === undefined) revert(revertCodes.unknownAtomicOperation);
    memory.store(address, size, combined, 1);
  }
  setRegister(state, rd, old);
}
