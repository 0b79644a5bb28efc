// Reads what `asterisc run` logs: logfmt records on stderr.
import { parseLogfmt } from '@obelisc/program';
import type { MachineProgress } from '@obelisc/claims';

/** The progress that an info line (`msg=processing`) reports, or undefined for any other line. */
export function parseInfoLine(line: string): MachineProgress | undefined {
  const fields = parseLogfmt(line);
  if (fields.get('msg') !== 'processing') return undefined;
  return {
    step: BigInt(fields.get('step') ?? 0),
    rate: Number(fields.get('ips') ?? 0),
    symbol: fields.get('name') ?? '',
  };
}

/** The guest's output that a line passes on in its `text` field, or undefined. */
export function textOf(line: string): string | undefined {
  const text = parseLogfmt(line).get('text');
  return text?.trimEnd();
}
