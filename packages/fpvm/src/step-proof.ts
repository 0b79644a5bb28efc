// Step proofs: what a chain needs to execute one step itself: the witness before it, and memory proofs of the leaves that
// the step looks at, in the order: instruction, first leaf of the data, second leaf of data that crosses a leaf.
import { parseExactJson } from './exact-json.js';
import { goJson } from './go-json.js';
import type { Machine } from './machine.js';
import type { RunStop } from './stepped-machine.js';

const MASK64 = (1n << 64n) - 1n;
const EMPTY = new Uint8Array(0);
/** Three memory proofs. */
const MOST_PROOF_DATA = 3 * 60 * 32;

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

/** Takes one step and proves it. Throws RevertError as a run does. For many steps, take the texts of `machine.prover`. */
export async function proveStep(machine: Machine): Promise<{ proof: StepProof; stop: RunStop }> {
  if (machine.exited) return { proof: proofOfNothing(machine), stop: 'exited' };
  let text = '';
  const stop = await machine.prover.prove(1, ({ bytes }) => {
    text = Buffer.from(bytes).toString('latin1');
  });
  return { proof: decodeStepProof(text), stop };
}

/** The proof of an exited machine's step, which looks at nothing and changes nothing. */
function proofOfNothing(machine: Machine): StepProof {
  const hash = machine.stateHash();
  const stateData = machine.witness();
  return { step: machine.step, pre: hash, post: hash, stateData, proofData: EMPTY, oracle: undefined };
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

/** No proof file has more values. */
const MOST_VALUES = 4096;

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
    value = parseExactJson(text, MOST_VALUES);
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
    if (typeof found !== 'string' || !found.startsWith('0x') || found.length % 2 !== 0) return fail(notHex(name));
    const size = (found.length - 2) / 2;
    if (length !== undefined && size !== length) return fail(`"${name}" has ${size} bytes, ${length} expected`);
    if (name === 'proof-data' && size > MOST_PROOF_DATA)
      return fail(`"${name}" has ${size} bytes, at most ${MOST_PROOF_DATA} expected`);
    // Ends before the first character that is no hex digit.
    const decoded = Buffer.from(found.slice(2), 'hex');
    return decoded.length === size ? Uint8Array.from(decoded) : fail(notHex(name));
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

const notHex = (name: string) => `"${name}" is not 0x-prefixed hex`;
