// A pre-image server: `node serve-preimages.mjs PRE-IMAGES CPU-FILE`. At its end it writes its own user CPU seconds into
// CPU-FILE: who measures a machine together with its server takes them off.
import { writeFileSync } from 'node:fs';
import { closeEnds, inheritedEnds, serveOracle } from '../../preimage/dist/src/index.js';
import { readPreimages } from './preimage-file.mjs';

const [preimages, cpuFile] = process.argv.slice(2);
const ends = inheritedEnds();
const interrupted = new Promise((resolve) => process.once('SIGINT', resolve));
await Promise.race([serveOracle(ends, readPreimages(preimages)), interrupted]);
closeEnds(ends);
writeFileSync(cpuFile, String(process.cpuUsage().user / 1e6));
