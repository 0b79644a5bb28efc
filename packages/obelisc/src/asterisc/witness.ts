// `asterisc witness`: a state's witness and hash, on stdout as JSON.
import { goJson, readStateFile, writeWhole } from '@obelisc/fpvm';
import { checkOutput } from './output.js';

export interface WitnessOptions {
  readonly input: string;
  readonly output: string;
}

export async function runWitness({ input, output }: WitnessOptions): Promise<void> {
  if (output !== '') checkOutput(output);
  const machine = await readStateFile(input);
  machine.refreshWitness();
  if (output !== '') await writeWhole(output, [machine.savedWitness]);
  process.stdout.write(
    goJson({
      witness: machine.savedWitness,
      // The newer name, which op-challenger reads of every machine's witness.
      witnessHash: machine.savedStateHash,
      stateHash: machine.savedStateHash,
      step: machine.step,
      exited: machine.exited,
      exitCode: machine.exitCode,
      pc: machine.pc,
    }),
  );
}
