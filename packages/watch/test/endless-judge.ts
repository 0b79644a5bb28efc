// A judging process whose client never ends: it derives a block every 20 ms up to the one in the variable, and then holds its only thread
// for ever, so that it hears no signal but the last.
import process from 'node:process';
import type { FromJudge } from '../src/judge-process.js';

const last = Number(process.env.ENDLESS_AFTER);

process.once('message', () => {
  let block = 0;
  const derive = (): void => {
    if (block === last) for (;;);
    block += 1;
    const said: FromJudge[] = [{ kind: 'further' }, { kind: 'line', line: `block ${block}` }];
    for (const message of said) process.send?.(message);
    setTimeout(derive, 20);
  };
  derive();
});
process.on('SIGTERM', () => {});
