// How far a machine is, in words.

import type { MachineProgress } from '@obelisc/claims';

/** The number of steps to come is not known: pace and place, not a share. */
export function machineText({ step, rate, symbol }: MachineProgress): string {
  return `${formatSteps(step)} steps, ${(rate / 1e6).toFixed(0)} M steps/s, in ${symbol}`;
}

/** `1234567890n` as `1,234.6 M`. */
export function formatSteps(steps: bigint): string {
  return `${(Number(steps) / 1e6).toLocaleString('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 })} M`;
}
