/** Every kind of block that is made to be dear, in the machine, of today's gas limit: each takes under a minute there. */
import type * as Attacks from '../../../program/test/hostile/attacks.js';
import { declareBlock } from './hostile-blocks.js';

const address = new URL('../../../../program/dist/test/hostile/attacks.js', import.meta.url).href;
const { attacks } = (await import(address)) as typeof Attacks;

for (const name of Object.keys(attacks)) declareBlock(name, 30_000_000);
