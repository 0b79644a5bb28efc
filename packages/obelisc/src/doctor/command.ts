// `obelisc doctor` as typed.
import { networkFlagOf } from '../endpoints/commander-values.js';
import { readNetworkFlags } from '../endpoints/network-flags.js';
import { logger } from '../op-program/logger.js';
import { writeAnswer } from '../terminal/answer.js';
import { hasColours } from '../terminal/colours.js';
import { writeStory } from '../terminal/status-line.js';
import type { Verbosity } from '../terminal/verbosity.js';
import { examine } from './doctor.js';
import { findingsJson, findingsText } from './findings.js';

export interface DoctorFlags extends Verbosity {
  readonly l1: string;
  readonly 'l1.beacon': readonly string[];
  readonly l2: string;
  readonly opNode: string;
  readonly json: boolean;
  readonly [network: string]: unknown;
}

/** Prints what was found, and returns the exit code: 0 where the endpoints will do, 2 otherwise. */
export async function runDoctor(flags: DoctorFlags): Promise<number> {
  const findings = await examine({
    l1: flags.l1,
    beacon: flags['l1.beacon'],
    l2: flags.l2,
    opNode: flags.opNode,
    settings: readNetworkFlags((name) => networkFlagOf(flags, name)),
    // What is tried again is told in the findings, too.
    log: logger({
      level: flags.verbose === true ? 'debug' : 'error',
      format: 'text',
      color: hasColours(process.stderr),
      pid: false,
      write: (text) => writeStory(text),
    }),
  });
  await writeAnswer(flags.json ? findingsJson(findings) : findingsText(findings, flags.quiet === true));
  return findings.some(({ outcome }) => outcome === 'failure') ? 2 : 0;
}
