// Runs a reference binary (REFERENCE_ASTERISC) on the same ELF file, for comparison and for recording expectations.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadElf } from '../src/loader.js';
import { type MachineOptions, RevertError } from '../src/machine.js';

/** How a run of at most `limit` steps ended. */
export interface Outcome {
  /** Steps taken. */
  readonly step: string;
  /** State hash, or the revert's code and pc. */
  readonly end: string;
}

/** Runs an ELF in the reference machine. */
export function referenceOutcome(asterisc: string, elf: Uint8Array, limit: bigint): Outcome {
  const folder = mkdtempSync(join(tmpdir(), 'obelisc-reference-'));
  try {
    const at = (name: string) => join(folder, name);
    writeFileSync(at('guest.elf'), elf);
    execFileSync(asterisc, ['load-elf', '--path', at('guest.elf'), '--out', at('pre.json'), '--meta', '']);
    const args = ['run', '--input', at('pre.json'), '--output', at('out.json'), '--meta', '', '--info-at', 'never'];
    const { status, stderr } = spawnSync(asterisc, [...args, '--stop-at', `=${limit}`], { encoding: 'utf8' });
    if (status !== 0) {
      const failed = /error: failed at step (\d+) \(PC: ([0-9a-f]+)\): revert ([0-9a-f]+):/.exec(stderr);
      if (failed === null) throw new Error(`the reference failed otherwise: ${stderr}`);
      return { step: failed[1] ?? '', end: `revert ${failed[3]} at ${failed[2]}` };
    }
    const witness = execFileSync(asterisc, ['witness', '--input', at('out.json')], { encoding: 'utf8' });
    return {
      step: /"step": (\d+)/.exec(witness)?.[1] ?? '',
      end: /"stateHash": "(0x[0-9a-f]+)"/.exec(witness)?.[1] ?? '',
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Both engines; the translator is made to translate all that runs twice. */
export const engines: readonly MachineOptions[] = [
  { engine: 'interpreter' },
  { engine: 'translator', translation: { threshold: 2 } },
];

/** Runs an ELF in our machine, in slices of the given sizes, taken in turn. */
export async function ourOutcome(
  elf: Uint8Array,
  limit: bigint,
  options: MachineOptions,
  slices: readonly bigint[] = [limit],
): Promise<Outcome> {
  const { machine } = loadElf(elf, options);
  try {
    for (let turn = 0; machine.step < limit && !machine.exited; turn++) {
      const slice = slices[turn % slices.length] ?? limit;
      await machine.run(slice < limit - machine.step ? slice : limit - machine.step);
    }
  } catch (error) {
    if (!(error instanceof RevertError)) throw error;
    const pc = error.pc.toString(16).padStart(8, '0');
    return { step: String(error.step), end: `revert ${error.code.toString(16)} at ${pc}` };
  }
  return { step: String(machine.step), end: `0x${Buffer.from(machine.stateHash()).toString('hex')}` };
}
