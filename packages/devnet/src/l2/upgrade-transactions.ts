// The deposits with which a fork's first block changes the predeploys.
// Specification: specs/protocol/{ecotone,fjord}/derivation.md, "Network upgrade automation transactions".
import { readFileSync } from 'node:fs';
import { concatBytes, createAddressFromString, hexToBytes } from '@ethereumjs/util';
import type { Address, PrefixedHexString } from '@ethereumjs/util';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { callData, wordOf } from '../contracts/assembler.js';
import { BEACON_ROOTS_CODE } from '../contracts/predeploys.js';
import { L1_ATTRIBUTES_DEPOSITOR, L1_BLOCK } from '../execution/addresses.js';
import type { ForkName } from '../execution/forks.js';
import { encodeDeposit } from '../execution/transaction.js';

/** Byte codes of the deployments; data/upgrade-bytecode.json says where they are from. */
interface UpgradeBytecode {
  readonly ecotoneL1Block: PrefixedHexString;
  readonly ecotoneGasPriceOracle: PrefixedHexString;
  readonly fjordGasPriceOracle: PrefixedHexString;
}

interface Upgrade {
  /** Names the deposit in its source hash. */
  readonly intent: string;
  readonly from: Address;
  /** Absent: a deployment. */
  readonly to?: Address;
  readonly gasLimit: bigint;
  readonly data: Uint8Array;
}

const UPGRADE_DOMAIN = 2n;
const NOBODY = createAddressFromString(`0x${'00'.repeat(20)}`);
const GAS_PRICE_ORACLE = createAddressFromString('0x420000000000000000000000000000000000000F');
const BEACON_ROOTS_DEPLOYER = createAddressFromString('0x0B799C86a49DEeb90402691F1041aa3AF2d3C875');

let bytecode: UpgradeBytecode | undefined;

/** The envelopes that the first block of a fork holds after the users' deposits. */
export function upgradeTransactions(fork: ForkName): Uint8Array[] {
  bytecode ??= JSON.parse(
    readFileSync(new URL('../../../data/upgrade-bytecode.json', import.meta.url), 'utf8'),
  ) as UpgradeBytecode;
  const upgrades = fork === 'ecotone' ? ecotone(bytecode) : fork === 'fjord' ? fjord(bytecode) : [];
  return upgrades.map(({ intent, from, to, gasLimit, data }) =>
    encodeDeposit({
      sourceHash: keccak_256(concatBytes(wordOf(UPGRADE_DOMAIN), keccak_256(new TextEncoder().encode(intent)))),
      from,
      to,
      mint: 0n,
      value: 0n,
      gasLimit,
      isSystemTransaction: false,
      data,
    }),
  );
}

function ecotone({ ecotoneL1Block, ecotoneGasPriceOracle }: UpgradeBytecode): Upgrade[] {
  return [
    deployment('Ecotone: L1 Block Deployment', 0, 375_000n, ecotoneL1Block),
    deployment('Ecotone: Gas Price Oracle Deployment', 1, 1_000_000n, ecotoneGasPriceOracle),
    proxyUpdate('Ecotone: L1 Block Proxy Update', L1_BLOCK, '0x07dbe8500fc591d1852B76feE44d5a05e13097Ff'),
    proxyUpdate(
      'Ecotone: Gas Price Oracle Proxy Update',
      GAS_PRICE_ORACLE,
      '0xb528D11cC114E026F138fE568744c6D45ce6Da7A',
    ),
    enabling('Ecotone: Gas Price Oracle Set Ecotone', 'setEcotone()', 80_000n),
    {
      intent: 'Ecotone: beacon block roots contract deployment',
      from: BEACON_ROOTS_DEPLOYER,
      gasLimit: 250_000n,
      data: concatBytes(hexToBytes('0x60618060095f395ff3'), BEACON_ROOTS_CODE),
    },
  ];
}

function fjord({ fjordGasPriceOracle }: UpgradeBytecode): Upgrade[] {
  return [
    deployment('Fjord: Gas Price Oracle Deployment', 2, 1_450_000n, fjordGasPriceOracle),
    proxyUpdate('Fjord: Gas Price Oracle Proxy Update', GAS_PRICE_ORACLE, '0xa919894851548179A0750865e7974DA599C0Fac7'),
    enabling('Fjord: Gas Price Oracle Set Fjord', 'setFjord()', 90_000n),
  ];
}

/** By the `account`-th of the accounts that only deploy. */
function deployment(intent: string, account: number, gasLimit: bigint, code: PrefixedHexString): Upgrade {
  const from = createAddressFromString(`0x421${account.toString(16).padStart(37, '0')}`);
  return { intent, from, gasLimit, data: hexToBytes(code) };
}

function proxyUpdate(intent: string, to: Address, implementation: string): Upgrade {
  const data = callData('upgradeTo(address)', BigInt(implementation));
  return { intent, from: NOBODY, to, gasLimit: 50_000n, data };
}

function enabling(intent: string, signature: string, gasLimit: bigint): Upgrade {
  return { intent, from: L1_ATTRIBUTES_DEPOSITOR, to: GAS_PRICE_ORACLE, gasLimit, data: callData(signature) };
}
