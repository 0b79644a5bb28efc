// A judging process for whose game L1 does not have the L1 head.
import process from 'node:process';
import type { FromJudge } from '../src/judge-process.js';

process.once('message', () => {
  const said: FromJudge = { kind: 'failed', reason: 'the L1 head is not on the chain', settles: 'orphaned' };
  process.send?.(said, () => process.exit());
});
