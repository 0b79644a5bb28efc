// Where step proofs go: a file for each step, or stdout.
import { type ProofTexts, writeSmallFile } from '@obelisc/fpvm';
import { flushTold } from '../terminal/line-batch.js';
import { formatStep } from './step-file-name.js';

/** Takes proofs to the files that a pattern names (`%d` becomes the step); `-` is stdout. */
export function proofWriter(format: string): (proofs: ProofTexts) => Promise<void> | void {
  if (format === '-') return toStdout;
  if (format === '') return () => undefined;
  return ({ firstStep, bytes, ends }) => {
    let start = 0;
    ends.forEach((end, i) => {
      writeSmallFile(formatStep(format, firstStep + BigInt(i)), bytes.subarray(start, end));
      start = end;
    });
  };
}

/** The bytes are only lent, so the write is waited for. */
async function toStdout({ bytes }: ProofTexts): Promise<void> {
  flushTold();
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(bytes, (error) => (error == null ? resolve() : reject(error)));
  });
}
