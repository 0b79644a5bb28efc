// A program that asks for one value, over its descriptors 3 to 6, and prints what it got and what that took.
import { inheritedEnds, localKey, oracleOver } from '../src/index.js';

const oracle = oracleOver(inheritedEnds(), 'the server');
const before = process.resourceUsage().maxRSS;
const value = await oracle.get(localKey(1n));
const kibibytes = process.resourceUsage().maxRSS - before;
process.stdout.write(JSON.stringify({ length: value.length, last: value.at(-1), kibibytes }));
process.exit(0);
