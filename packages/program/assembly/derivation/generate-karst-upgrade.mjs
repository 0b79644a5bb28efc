// Writes packages/program/data/karst-upgrade.bin: the deposit transactions that activate Karst, encoded. They
// come from karst-upgrade-bundle.json beside it: op-core/nuts/bundles/karst_nut_bundle.json of github.com/ethereum-optimism/
// optimism, MIT, byte for byte.
//   node packages/program/assembly/derivation/generate-karst-upgrade.mjs
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bytes, transactionList, upgradeTransaction } from './upgrade-encoding.mjs';

const VERSION = '1.0.0';

const data = fileURLToPath(new URL('../../data/', import.meta.url));
const { metadata, transactions } = JSON.parse(readFileSync(join(data, 'karst-upgrade-bundle.json'), 'utf8'));
if (metadata.version !== VERSION) throw new Error(`a bundle of version ${metadata.version}: known is ${VERSION}`);

const list = transactionList(
  transactions.map(({ intent, from, to, data: input, gasLimit }, i) =>
    upgradeTransaction({
      intent: `Karst ${i}: ${intent}`,
      from,
      to: to ?? '0x',
      gas: Number(gasLimit),
      data: bytes(input),
    }),
  ),
);
const target = join(data, 'karst-upgrade.bin');
writeFileSync(`${target}.new`, list);
renameSync(`${target}.new`, target);
const gas = transactions.reduce((sum, { gasLimit }) => sum + Number(gasLimit), 0);
process.stdout.write(`${transactions.length} transactions, ${list.length} bytes, ${gas} gas\n`);
