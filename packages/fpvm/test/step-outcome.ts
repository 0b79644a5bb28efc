// What one step's proof comes to, in our machine and in a reference's, as recorded in test/expectations.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { RevertError } from '../src/machine.js';
import { writeStateFile } from '../src/state-file.js';
import { encodeStepProof, proveStep, type StepProof } from '../src/step-proof.js';
import { inFolder, preimageServer, referenceRun } from './reference.js';
import { machineOf, type StepCase } from './step-case.js';

/** The proof, or how the step reverts. */
export async function provenOrReverted(step: StepCase): Promise<StepProof | string> {
  try {
    return (await proveStep(machineOf(step))).proof;
  } catch (error) {
    if (!(error instanceof RevertError)) throw error;
    return `revert ${error.code.toString(16)} at ${error.pc.toString(16).padStart(8, '0')}`;
  }
}

/** The proof file's text, or the revert. */
export async function ourStep(step: StepCase): Promise<string> {
  const outcome = await provenOrReverted(step);
  return typeof outcome === 'string' ? outcome : encodeStepProof(outcome);
}

/** The same of the reference, from the state as we write it. */
export async function referenceStep(step: StepCase): Promise<string> {
  return inFolder(async (at) => {
    const machine = machineOf(step);
    await writeStateFile(at('pre.json'), machine);
    const stop = `=${BigInt.asUintN(64, machine.step + 1n)}`;
    const flags = ['--input', at('pre.json'), '--output', '', '--stop-at', stop, '--proof-at', 'always'];
    const server = step.asks === true ? preimageServer : [];
    const { revert } = await referenceRun(...flags, '--proof-fmt', at('%d.json'), ...server);
    return revert === undefined ? readFileSync(at(`${machine.step}.json`), 'utf8') : revert.end;
  });
}

/** A revert as it is; of a proof so many digits of its SHA-256 that no other has them. */
export function recorded(outcome: string): string {
  return outcome.startsWith('revert') ? outcome : createHash('sha256').update(outcome).digest('hex').slice(0, 16);
}
