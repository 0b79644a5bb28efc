/**
 * KZG on a thread of its own: a commitment takes 60 ms of the native library, and its setup two seconds once; a proof takes 4 ms. The
 * native library is not used to check proofs, since a hundred of them do not cost what its setup does.
 */
import { createRequire } from 'node:module';
import { parentPort } from 'node:worker_threads';
import type { DasContextJs } from '@crate-crypto/node-eth-kzg';
import { commitmentInJavaScript, proofInJavaScript } from './kzg-javascript.js';
import { isBlob, verifyBlobProof } from './kzg-proofs.js';

export type KzgQuestion = { id: number } & (
  | { kind: 'commitment'; blob: Uint8Array }
  | { kind: 'blob proof'; blob: Uint8Array; commitment: Uint8Array; proof: Uint8Array }
  | { kind: 'new proof'; blob: Uint8Array; commitment: Uint8Array }
);

/** `slow`: the native library is missing, and why. */
export type KzgAnswer = { id: number } & (
  | { kind: 'commitment'; commitment: Uint8Array | undefined; slow: string | undefined }
  | { kind: 'blob proof'; valid: boolean }
  | { kind: 'new proof'; proof: Uint8Array }
  | { kind: 'failure'; message: string }
);

type Native = { setup: DasContextJs } | { missing: string };
let native: Native | undefined;

function loadNative(): Native {
  try {
    const library = createRequire(import.meta.url)('@crate-crypto/node-eth-kzg') as {
      DasContextJs: typeof DasContextJs;
    };
    return { setup: library.DasContextJs.create({ usePrecomp: false }) };
  } catch (error) {
    // An optional dependency: it is not installed, or not for this system.
    return { missing: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) };
  }
}

async function answer(question: KzgQuestion): Promise<KzgAnswer> {
  const { id, kind } = question;
  if (kind === 'blob proof')
    return { id, kind, valid: verifyBlobProof(question.blob, question.commitment, question.proof) };
  if (kind === 'new proof') {
    native ??= loadNative();
    const { blob, commitment } = question;
    const proof =
      'setup' in native
        ? native.setup.computeBlobKzgProof(blob, commitment)
        : await proofInJavaScript(blob, commitment);
    return { id, kind, proof };
  }
  if (!isBlob(question.blob)) return { id, kind, commitment: undefined, slow: undefined };
  native ??= loadNative();
  if ('setup' in native)
    return { id, kind, commitment: native.setup.blobToKzgCommitment(question.blob), slow: undefined };
  return { id, kind, commitment: await commitmentInJavaScript(question.blob), slow: native.missing };
}

parentPort?.on('message', (question: KzgQuestion) => {
  answer(question)
    .catch((error: unknown): KzgAnswer => {
      const message = error instanceof Error ? error.message : String(error);
      return { id: question.id, kind: 'failure', message };
    })
    .then((said) => parentPort?.postMessage(said));
});
