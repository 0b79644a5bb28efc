/** A kind of each of the structures that execution keeps, in the machine, small: `npm run test:hostile` has them all. */
import { declareBlock } from './hostile-blocks.js';

for (const name of [
  'ecrecover with inputs that grow by a byte',
  'BLS12-381 G1 additions',
  'outputs that grow',
  'creations within creations',
  'codes that call the next one',
  'delegated accounts',
  'TSTORE of distinct keys',
  'SSTORE in a deep storage',
  'logs that grow',
  'stacks at depth',
  'authorizations',
  'call data',
  'small transactions',
]) {
  declareBlock(name, 2_500_000);
}
