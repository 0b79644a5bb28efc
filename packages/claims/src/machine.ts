// The claim in the fault-proof machine, in this process: the released client on the oracle that gathered for it.
import { loadElf, lookupSymbol, runGuided } from '@obelisc/fpvm';
import { releasedElf } from '@obelisc/guest';
import type { Oracle } from '@obelisc/preimage';
import type { ClientLog } from './client-log.js';

export interface MachineOutcome {
  /** Exit code of the client: 0 valid, 1 invalid, 2 anything else. */
  readonly exitCode: number;
  readonly steps: bigint;
  /** State hash of the final state, 0x-hex. */
  readonly stateHash: string;
}

/** How far the machine has come. */
export interface MachineProgress {
  readonly step: bigint;
  /** Steps per second since the report before. */
  readonly rate: number;
  /** The guest's function that the machine is in. */
  readonly symbol: string;
}

/** Runs the released client to its end. Rejects with what stops the machine. */
export async function runInMachine(
  oracle: Oracle,
  clientLog: ClientLog,
  onProgress: (progress: MachineProgress) => void,
): Promise<MachineOutcome> {
  const { machine, metadata } = loadElf(releasedElf(), { oracle, output: (_, bytes) => clientLog.write(bytes) });
  let before = { step: 0n, time: performance.now() };
  await runGuided(machine, {
    onProgress: ({ step, pc }) => {
      const time = performance.now();
      const rate = (Number(step - before.step) / Math.max(time - before.time, 1)) * 1000;
      before = { step, time };
      onProgress({ step, rate, symbol: lookupSymbol(metadata, pc) });
    },
  });
  const stateHash = `0x${Buffer.from(machine.stateHash()).toString('hex')}`;
  return { exitCode: machine.exitCode, steps: machine.step, stateHash };
}
