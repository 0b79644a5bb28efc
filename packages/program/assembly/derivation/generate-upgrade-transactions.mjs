// Writes upgrade-transactions-data.ts: the deposit transactions that activate forks, encoded. Byte codes come from a checkout
// of the specifications (github.com/ethereum-optimism/specs, CC0), the rest is here as its derivation.md files have it:
//   node packages/program/assembly/derivation/generate-upgrade-transactions.mjs SPECS_CHECKOUT
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RLP } from '@ethereumjs/rlp';
import { bytes, keccak, transactionList, upgradeTransaction } from './upgrade-encoding.mjs';

const [checkout] = process.argv.slice(2);
if (checkout === undefined) throw new Error('usage: generate-upgrade-transactions.mjs SPECS_CHECKOUT');

const COMMIT = 'fd72cf797df6778fca67177c5335563bc602757c';
const ZERO = '0x0000000000000000000000000000000000000000';
const DEPOSITOR = '0xdeaddeaddeaddeaddeaddeaddeaddeaddead0001';
const L1_BLOCK = '0x4200000000000000000000000000000000000015';
const GAS_PRICE_ORACLE = '0x420000000000000000000000000000000000000f';
const OPERATOR_FEE_VAULT = '0x420000000000000000000000000000000000001b';

const deployer = (n) => `0x421000000000000000000000000000000000000${n}`;
const selector = (signature) => keccak(Buffer.from(signature)).subarray(0, 4);

/** A contract made by account `n`'s first transaction. */
const created = (n) => keccak(RLP.encode([bytes(deployer(n)), new Uint8Array(0)])).subarray(12);

const deployment = (intent, n, gas, file) => ({
  intent,
  from: deployer(n),
  to: '0x',
  gas,
  data: bytes(readFileSync(join(checkout, 'specs/static/bytecode', `${file}-deployment.txt`), 'utf8').trim()),
});
const proxyUpdate = (intent, proxy, address) => ({
  intent,
  from: ZERO,
  to: proxy,
  gas: 50_000,
  data: Buffer.concat([selector('upgradeTo(address)'), Buffer.alloc(12), address]),
});
const enable = (intent, gas, signature) => ({
  intent,
  from: DEPOSITOR,
  to: GAS_PRICE_ORACLE,
  gas,
  data: selector(signature),
});

const forks = {
  ecotone: [
    deployment('Ecotone: L1 Block Deployment', 0, 375_000, 'ecotone-l1-block'),
    deployment('Ecotone: Gas Price Oracle Deployment', 1, 1_000_000, 'ecotone-gas-price-oracle'),
    proxyUpdate('Ecotone: L1 Block Proxy Update', L1_BLOCK, created(0)),
    proxyUpdate('Ecotone: Gas Price Oracle Proxy Update', GAS_PRICE_ORACLE, created(1)),
    enable('Ecotone: Gas Price Oracle Set Ecotone', 80_000, 'setEcotone()'),
    {
      intent: 'Ecotone: beacon block roots contract deployment',
      from: '0x0b799c86a49deeb90402691f1041aa3af2d3c875',
      to: '0x',
      gas: 250_000,
      data: bytes(
        '0x60618060095f395ff33373fffffffffffffffffffffffffffffffffffffffe14604d57602036146024575f5ffd5b5f35801560495762001fff810690815414603c575f5ffd5b62001fff01545f5260205ff35b5f5ffd5b62001fff42064281555f359062001fff015500',
      ),
    },
  ],
  fjord: [
    deployment('Fjord: Gas Price Oracle Deployment', 2, 1_450_000, 'fjord-gas-price-oracle'),
    proxyUpdate('Fjord: Gas Price Oracle Proxy Update', GAS_PRICE_ORACLE, created(2)),
    enable('Fjord: Gas Price Oracle Set Fjord', 90_000, 'setFjord()'),
  ],
  isthmus: [
    deployment('Isthmus: L1 Block Deployment', 3, 425_000, 'isthmus-l1-block'),
    deployment('Isthmus: Gas Price Oracle Deployment', 4, 1_625_000, 'isthmus-gas-price-oracle'),
    deployment('Isthmus: Operator Fee Vault Deployment', 5, 500_000, 'isthmus-operator-fee'),
    proxyUpdate('Isthmus: L1 Block Proxy Update', L1_BLOCK, created(3)),
    proxyUpdate('Isthmus: Gas Price Oracle Proxy Update', GAS_PRICE_ORACLE, created(4)),
    proxyUpdate('Isthmus: Operator Fee Vault Proxy Update', OPERATOR_FEE_VAULT, created(5)),
    enable('Isthmus: Gas Price Oracle Set Isthmus', 90_000, 'setIsthmus()'),
    {
      intent: 'Isthmus: EIP-2935 Contract Deployment',
      from: '0x3462413af4609098e1e27a490f554f260213d685',
      to: '0x',
      gas: 250_000,
      data: bytes(
        '0x60538060095f395ff33373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500',
      ),
    },
  ],
  jovian: [
    deployment('Jovian: L1 Block Deployment', 6, 447_315, 'jovian-l1-block'),
    proxyUpdate('Jovian: L1 Block Proxy Update', L1_BLOCK, created(6)),
    deployment('Jovian: Gas Price Oracle Deployment', 7, 1_750_714, 'jovian-gas-price-oracle'),
    proxyUpdate('Jovian: Gas Price Oracle Proxy Update', GAS_PRICE_ORACLE, created(7)),
    enable('Jovian: Gas Price Oracle Set Jovian', 90_000, 'setJovian()'),
  ],
};

/** The transactions of a fork as 64-bit words. */
function words(transactions) {
  const whole = transactionList(transactions.map(upgradeTransaction));
  const padded = Buffer.concat([whole, Buffer.alloc((8 - (whole.length % 8)) % 8)]);
  return Array.from({ length: padded.length / 8 }, (_, i) => padded.readBigUInt64LE(8 * i));
}

const tables = Object.entries(forks).map(([fork, transactions]) => {
  const all = words(transactions).map((word) => `0x${word.toString(16)}`);
  const lines = Array.from(
    { length: Math.ceil(all.length / 6) },
    (_, i) => `  ${all.slice(6 * i, 6 * i + 6).join(', ')},`,
  );
  return `/** ${transactions.length} transactions. */
// prettier-ignore
// @ts-ignore: decorator
@lazy export const ${fork.toUpperCase()}: usize = memory.data<u64>([
${lines.join('\n')}
]);
`;
});
const text = `// Written by generate-upgrade-transactions.mjs: do not edit. Byte codes: github.com/ethereum-optimism/specs, commit
// ${COMMIT}, CC0. Each transaction stands behind its length (u32, little endian), a length of 0
// ends the list.

${tables.join('\n')}`;
const target = fileURLToPath(new URL('upgrade-transactions-data.ts', import.meta.url));
writeFileSync(`${target}.new`, text);
renameSync(`${target}.new`, target);
