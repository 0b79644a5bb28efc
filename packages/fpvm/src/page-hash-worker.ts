// A thread of page-hashers.ts: hashes shares of pages, round after round, until the process ends.
import { workerData } from 'node:worker_threads';
import { instantiateHashing } from './merkle-module.js';
import { awaitRound, hashShares, type PageWork } from './page-work.js';

const work = workerData as PageWork;
const hashing = instantiateHashing();
for (let round = 0; ; round = awaitRound(work, round)) hashShares(work, hashing);
