// The deposits with which a fork's first block changes the predeploys.
// Specification: specs/protocol/{ecotone,fjord,isthmus,jovian}/derivation.md, "Network upgrade automation transactions";
// Karst's are a bundle: https://github.com/ethereum-optimism/optimism, op-core/nuts.
import { readFileSync } from 'node:fs';
import { concatBytes, createAddressFromString, createContractAddress, hexToBytes } from '@ethereumjs/util';
import type { Address, PrefixedHexString } from '@ethereumjs/util';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { callData, wordOf } from '../contracts/assembler.js';
import { BEACON_ROOTS_CODE, HISTORY_STORAGE_CODE } from '../contracts/predeploys.js';
import { GAS_PRICE_ORACLE, L1_ATTRIBUTES_DEPOSITOR, L1_BLOCK, OPERATOR_FEE_VAULT } from '../execution/addresses.js';
import type { ForkName } from '../execution/forks.js';
import { encodeDeposit } from '../execution/transaction.js';

/** Byte codes of the deployments; data/upgrade-bytecode.json says where they are from. */
interface UpgradeBytecode {
  readonly ecotoneL1Block: PrefixedHexString;
  readonly ecotoneGasPriceOracle: PrefixedHexString;
  readonly fjordGasPriceOracle: PrefixedHexString;
  readonly isthmusL1Block: PrefixedHexString;
  readonly isthmusGasPriceOracle: PrefixedHexString;
  readonly isthmusOperatorFeeVault: PrefixedHexString;
  readonly jovianL1Block: PrefixedHexString;
  readonly jovianGasPriceOracle: PrefixedHexString;
}

/** The bundle's file, as the OP Stack's repository has it (MIT licence). */
interface UpgradeBundle {
  readonly transactions: readonly {
    readonly intent: string;
    readonly from: PrefixedHexString;
    readonly to: PrefixedHexString | null;
    readonly data: PrefixedHexString;
    readonly gasLimit: number | string;
  }[];
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
const BEACON_ROOTS_DEPLOYER = createAddressFromString('0x0B799C86a49DEeb90402691F1041aa3AF2d3C875');
const HISTORY_DEPLOYER = createAddressFromString('0x3462413Af4609098e1E27A490f554f260213D685');

/** Init code in front of the system contracts' codes. */
const BEACON_ROOTS_LOADER = hexToBytes('0x60618060095f395ff3');
const HISTORY_LOADER = hexToBytes('0x60538060095f395ff3');

let bytecode: UpgradeBytecode | undefined;

/** The envelopes that the first block of a fork holds after the users' deposits. */
export function upgradeTransactions(fork: ForkName): Uint8Array[] {
  bytecode ??= JSON.parse(
    readFileSync(new URL('../../../data/upgrade-bytecode.json', import.meta.url), 'utf8'),
  ) as UpgradeBytecode;
  const upgrades = UPGRADES[fork]?.(bytecode) ?? [];
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

/** Gas that a fork's upgrade transactions add to the limit of its first block. */
export function upgradeGas(fork: ForkName): bigint {
  return fork === 'karst' ? karst().reduce((sum, { gasLimit }) => sum + gasLimit, 0n) : 0n;
}

const UPGRADES: Partial<Record<ForkName, (bytecode: UpgradeBytecode) => Upgrade[]>> = {
  ecotone,
  fjord,
  isthmus,
  jovian,
  karst,
};

function ecotone({ ecotoneL1Block, ecotoneGasPriceOracle }: UpgradeBytecode): Upgrade[] {
  return [
    deployment('Ecotone: L1 Block Deployment', 0, 375_000n, ecotoneL1Block),
    deployment('Ecotone: Gas Price Oracle Deployment', 1, 1_000_000n, ecotoneGasPriceOracle),
    proxyUpdate('Ecotone: L1 Block Proxy Update', L1_BLOCK, 0),
    proxyUpdate('Ecotone: Gas Price Oracle Proxy Update', GAS_PRICE_ORACLE, 1),
    enabling('Ecotone: Gas Price Oracle Set Ecotone', 'setEcotone()', 80_000n),
    {
      intent: 'Ecotone: beacon block roots contract deployment',
      from: BEACON_ROOTS_DEPLOYER,
      gasLimit: 250_000n,
      data: concatBytes(BEACON_ROOTS_LOADER, BEACON_ROOTS_CODE),
    },
  ];
}

function fjord({ fjordGasPriceOracle }: UpgradeBytecode): Upgrade[] {
  return [
    deployment('Fjord: Gas Price Oracle Deployment', 2, 1_450_000n, fjordGasPriceOracle),
    proxyUpdate('Fjord: Gas Price Oracle Proxy Update', GAS_PRICE_ORACLE, 2),
    enabling('Fjord: Gas Price Oracle Set Fjord', 'setFjord()', 90_000n),
  ];
}

function isthmus(code: UpgradeBytecode): Upgrade[] {
  return [
    deployment('Isthmus: L1 Block Deployment', 3, 425_000n, code.isthmusL1Block),
    deployment('Isthmus: Gas Price Oracle Deployment', 4, 1_625_000n, code.isthmusGasPriceOracle),
    deployment('Isthmus: Operator Fee Vault Deployment', 5, 500_000n, code.isthmusOperatorFeeVault),
    proxyUpdate('Isthmus: L1 Block Proxy Update', L1_BLOCK, 3),
    proxyUpdate('Isthmus: Gas Price Oracle Proxy Update', GAS_PRICE_ORACLE, 4),
    proxyUpdate('Isthmus: Operator Fee Vault Proxy Update', OPERATOR_FEE_VAULT, 5),
    enabling('Isthmus: Gas Price Oracle Set Isthmus', 'setIsthmus()', 90_000n),
    {
      intent: 'Isthmus: EIP-2935 Contract Deployment',
      from: HISTORY_DEPLOYER,
      gasLimit: 250_000n,
      data: concatBytes(HISTORY_LOADER, HISTORY_STORAGE_CODE),
    },
  ];
}

function jovian(code: UpgradeBytecode): Upgrade[] {
  return [
    deployment('Jovian: L1 Block Deployment', 6, 447_315n, code.jovianL1Block),
    proxyUpdate('Jovian: L1 Block Proxy Update', L1_BLOCK, 6),
    deployment('Jovian: Gas Price Oracle Deployment', 7, 1_750_714n, code.jovianGasPriceOracle),
    proxyUpdate('Jovian: Gas Price Oracle Proxy Update', GAS_PRICE_ORACLE, 7),
    enabling('Jovian: Gas Price Oracle Set Jovian', 'setJovian()', 90_000n),
  ];
}

let bundle: Upgrade[] | undefined;

function karst(): Upgrade[] {
  if (bundle !== undefined) return bundle;
  // The client is built from the same file, which lies in its room.
  const file = new URL('../../../../program/data/karst-upgrade-bundle.json', import.meta.url);
  const { transactions } = JSON.parse(readFileSync(file, 'utf8')) as UpgradeBundle;
  bundle = transactions.map(({ intent, from, to, data, gasLimit }, index) => ({
    intent: `Karst ${index}: ${intent}`,
    from: createAddressFromString(from),
    ...(to !== null && { to: createAddressFromString(to) }),
    gasLimit: BigInt(gasLimit),
    data: hexToBytes(data),
  }));
  return bundle;
}

/** The `account`-th of the accounts that only deploy, and only once. */
function deployer(account: number): Address {
  return createAddressFromString(`0x421${account.toString(16).padStart(37, '0')}`);
}

function deployment(intent: string, account: number, gasLimit: bigint, code: PrefixedHexString): Upgrade {
  return { intent, from: deployer(account), gasLimit, data: hexToBytes(code) };
}

/** Puts what the `account`-th account deployed behind a proxy. */
function proxyUpdate(intent: string, to: Address, account: number): Upgrade {
  const data = callData('upgradeTo(address)', BigInt(createContractAddress(deployer(account), 0n).toString()));
  return { intent, from: NOBODY, to, gasLimit: 50_000n, data };
}

function enabling(intent: string, signature: string, gasLimit: bigint): Upgrade {
  return { intent, from: L1_ATTRIBUTES_DEPOSITOR, to: GAS_PRICE_ORACLE, gasLimit, data: callData(signature) };
}
