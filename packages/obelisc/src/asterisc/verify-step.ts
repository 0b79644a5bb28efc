// `asterisc verify-step`: checks a proof file by executing its step from witness and memory proofs alone.
import { decodeStepProof, goJson, MOST_PROOF, readFault, readWhole, verifyStep } from '@obelisc/fpvm';
import { UsageError } from '../terminal/failure.js';

/** Prints what the proof shows; throws StepVerificationError or StepProofFormatError when it does not. */
export async function runVerifyStep(path: string): Promise<void> {
  let text: string;
  try {
    text = (await readWhole(path, MOST_PROOF)).toString();
  } catch (error) {
    throw new UsageError(`cannot read the proof ${path}: ${readFault(error)}`);
  }
  const proof = decodeStepProof(text);
  verifyStep(proof);
  process.stdout.write(goJson({ valid: true, step: proof.step, pre: proof.pre, post: proof.post }));
}
