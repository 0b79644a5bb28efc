// Where step proofs go: a file for each step, or stdout.
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ProofTexts } from '@obelisc/fpvm';
import { formatStep } from './step-file-name.js';

const MODE = 0o755;
/** One name for all: a file is renamed before the next is begun. */
const temporaryName = `.proof.${process.pid}.tmp`;

/** Takes proofs to the files that a pattern names (`%d` becomes the step), each whole or not at all; `-` is stdout. */
export function proofWriter(format: string): (proofs: ProofTexts) => Promise<void> | void {
  if (format === '-') return toStdout;
  if (format === '') return () => undefined;
  return ({ firstStep, bytes, ends }) => {
    let start = 0;
    ends.forEach((end, i) => {
      const path = formatStep(format, firstStep + BigInt(i));
      writeOne(path, join(dirname(path), temporaryName), bytes, start, end);
      start = end;
    });
  };
}

function writeOne(path: string, temporary: string, bytes: Uint8Array, start: number, end: number): void {
  try {
    const file = openSync(temporary, 'w', MODE);
    try {
      for (let at = start; at < end;) at += writeSync(file, bytes, at, end - at);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** The bytes are only lent, so the write is waited for. */
async function toStdout({ bytes }: ProofTexts): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(bytes, (error) => (error == null ? resolve() : reject(error)));
  });
}
