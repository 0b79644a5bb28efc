// Step proofs: what a chain needs to execute one step itself: the witness before it, and memory proofs of the leaves that
// the step looks at, in the order: instruction, first leaf of the data, second leaf of data that crosses a leaf.
import { decode } from './instructions.js';
import { parseExactJson } from './exact-json.js';
import { goJson } from './go-json.js';
import type { Machine, RunStop } from './machine.js';
import { selectedSystemCall } from './system-calls.js';
import { stateHash } from './witness.js';

const MASK64 = (1n << 64n) - 1n;
const leafOf = (address: bigint) => address & MASK64 & ~31n;
const EMPTY = new Uint8Array(0);

export interface StepProof {
  /** Steps taken before this one. */
  readonly step: bigint;
  /** State hashes before and after. */
  readonly pre: Uint8Array;
  readonly post: Uint8Array;
  /** The witness before the step. */
  readonly stateData: Uint8Array;
  /** One to three memory proofs of 60 × 32 bytes. */
  readonly proofData: Uint8Array;
  /** The pre-image that the step reads: key, value with its 8-byte length, offset. */
  readonly oracle: { readonly key: Uint8Array; readonly value: Uint8Array; readonly offset: bigint } | undefined;
}

/** Takes one step and proves it. Throws RevertError as a run does. */
export async function proveStep(machine: Machine): Promise<{ proof: StepProof; stop: RunStop }> {
  const stateData = machine.witness();
  const { step } = machine;
  const keccak256 = (bytes: Uint8Array) => machine.tree.keccak256(bytes);
  const pre = stateHash(stateData, keccak256);
  // An exited machine looks at nothing any more.
  const access = machine.exited ? undefined : nextAccess(machine);
  const proofs = machine.exited ? [] : [machine.tree.proof(leafOf(machine.pc))];
  if (access !== undefined) {
    const { address, size, bytes } = access;
    const first = leafOf(address);
    const second = leafOf(address + BigInt(size) - 1n);
    proofs.push(machine.tree.proof(first));
    if (second !== first) {
      // A store's second proof is against the tree in which its first leaf has been written.
      if (bytes !== undefined) machine.memory.write(address, bytes.subarray(0, 32 - Number(address & 31n)));
      proofs.push(machine.tree.proof(second));
    }
  }
  const readsPreimage = access?.readsPreimage === true;
  const stop = await machine.run(1n, { stopAtPreimage: true });
  const { preimage } = machine;
  const oracle =
    readsPreimage && preimage !== undefined && preimage.key.some((byte) => byte !== 0) ? preimage : undefined;
  return {
    proof: { step, pre, post: machine.stateHash(), stateData, proofData: Buffer.concat(proofs), oracle },
    stop,
  };
}

interface Access {
  readonly address: bigint;
  readonly size: number;
  /** What is stored there; absent for reads, and for what stays within one leaf. */
  readonly bytes?: Uint8Array | undefined;
  readonly readsPreimage?: boolean;
}

/** The memory that the next instruction reads or writes besides itself. */
function nextAccess(machine: Machine): Access | undefined {
  const { instruction, rs1, rs2, imm } = decode(machine.instruction());
  const size = instruction.size ?? 0;
  const base = machine.register(rs1);
  switch (instruction.format) {
    case 'load':
      return { address: (base + BigInt(imm)) & MASK64, size };
    case 'store': {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setBigUint64(0, machine.register(rs2), true);
      return { address: (base + BigInt(imm)) & MASK64, size, bytes: bytes.subarray(0, size) };
    }
    case 'amo': {
      const refused = instruction.name.startsWith('amo.unknown') || base % BigInt(size) !== 0n;
      const fails = instruction.name.startsWith('sc.') && base !== machine.loadReservation;
      return refused || fails ? undefined : { address: base, size };
    }
    default:
      return instruction.name === 'ecall' ? systemCallAccess(machine) : undefined;
  }
}

function systemCallAccess(machine: Machine): Access | undefined {
  const call = selectedSystemCall(machine);
  const stored = call?.stores?.(machine);
  if (stored !== undefined) return { ...stored, size: stored.bytes.length };
  const leaf = call?.leaf?.(machine);
  if (leaf === undefined) return undefined;
  return { address: leafOf(leaf), size: 32, readsPreimage: call?.readsPreimage?.(machine) === true };
}

/** The text of a proof file. */
export function encodeStepProof({ step, pre, post, stateData, proofData, oracle }: StepProof): string {
  const empty = { 'oracle-key': EMPTY, 'oracle-value': EMPTY, 'oracle-offset': 0n };
  const {
    'oracle-key': key,
    'oracle-value': value,
    'oracle-offset': offset,
  } = oracle === undefined
    ? empty
    : { 'oracle-key': oracle.key, 'oracle-value': oracle.value, 'oracle-offset': oracle.offset };
  return goJson({
    step,
    pre,
    post,
    'state-data': stateData,
    'proof-data': proofData,
    'oracle-key': key.length > 0 ? key : undefined,
    'oracle-value': value.length > 0 ? value : undefined,
    'oracle-offset': offset > 0n ? offset : undefined,
  });
}

/** The text is not a proof file. */
export class StepProofFormatError extends Error {
  override readonly name = 'StepProofFormatError';
}

/** Reads the text of a proof file. Throws StepProofFormatError. */
export function decodeStepProof(text: string): StepProof {
  const fail = (what: string): never => {
    throw new StepProofFormatError(`not a step proof: ${what} (write one with run --proof-at)`);
  };
  let value: unknown;
  try {
    value = parseExactJson(text);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
  if (typeof value !== 'object' || value === null) return fail('it is not an object');
  const fields = value as Record<string, unknown>;
  const number = (name: string, absent?: bigint): bigint => {
    const found = fields[name] ?? absent;
    return typeof found === 'bigint' && found >= 0n && found <= MASK64 ? found : fail(`"${name}" is not a number`);
  };
  const bytes = (name: string, length?: number): Uint8Array => {
    const found = fields[name];
    if (typeof found !== 'string' || !/^0x(?:[0-9a-fA-F]{2})*$/.test(found))
      return fail(`"${name}" is not 0x-prefixed hex`);
    const decoded = Uint8Array.from(Buffer.from(found.slice(2), 'hex'));
    return length === undefined || decoded.length === length ? decoded : fail(`"${name}" has ${decoded.length} bytes`);
  };
  const hasOracle = fields['oracle-key'] !== undefined;
  return {
    step: number('step'),
    pre: bytes('pre', 32),
    post: bytes('post', 32),
    stateData: bytes('state-data', 362),
    proofData: bytes('proof-data'),
    oracle: hasOracle
      ? { key: bytes('oracle-key', 32), value: bytes('oracle-value'), offset: number('oracle-offset', 0n) }
      : undefined,
  };
}
