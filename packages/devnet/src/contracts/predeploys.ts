// L2 contracts that are there from genesis: the OP Stack's own, as run-time code from data/predeploys.json.br (which says
// where from), behind its proxies, set up as a genesis of op-deployer's does. Specification: specs/protocol/predeploys.md,
// specs/protocol/preinstalls.md.
import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { Address, bytesToHex, concatBytes, createAddressFromString, hexToBytes } from '@ethereumjs/util';
import type { PrefixedHexString } from '@ethereumjs/util';
import * as addresses from '../execution/addresses.js';
import type { GenesisAccount } from '../execution/genesis.js';
import { wordOf } from './assembler.js';

/** How the L1 attributes are set before Ecotone, and from then on (packed, which no signature says). */
export const SET_L1_BLOCK_VALUES = 'setL1BlockValues(uint64,uint64,uint256,bytes32,uint64,bytes32,uint256,uint256)';
export const SET_L1_BLOCK_VALUES_ECOTONE = 'setL1BlockValuesEcotone()';
export const SET_L1_BLOCK_VALUES_ISTHMUS = 'setL1BlockValuesIsthmus()';
export const SET_L1_BLOCK_VALUES_JOVIAN = 'setL1BlockValuesJovian()';

interface Contract {
  readonly address: PrefixedHexString;
  readonly code: PrefixedHexString;
}

/** data/predeploys.json.br. */
interface PredeployCode {
  /** Of every proxy. */
  readonly proxy: PrefixedHexString;
  /** What stands behind the proxy at an address. */
  readonly implementations: Readonly<Record<string, Contract>>;
  /** Contracts without proxies that are no part of the protocol. */
  readonly preinstalls: Readonly<Record<'Create2Deployer' | 'DeterministicDeploymentProxy' | 'Multicall3', Contract>>;
}

/** What a chain's predeploys are set up with. */
export interface PredeploySetup {
  /** Owner of the proxies' administration, and whom the fee vaults pay. */
  readonly owner: Address;
  readonly l1ChainId: number;
  /** The other sides of the bridges, on L1. */
  readonly l1: { readonly messenger: Address; readonly standardBridge: Address; readonly erc721Bridge: Address };
  /** The gas price oracle's flags, oldest first: how many of Ecotone, Fjord, Isthmus, Jovian are set. */
  readonly oracleForks: number;
  /** Contracts that the protocol's own rules bring with a fork. */
  readonly has: { readonly beaconRoots: boolean; readonly history: boolean; readonly create2Deployer: boolean };
}

/** EIP-1967's slots of a proxy. */
const IMPLEMENTATION_SLOT = '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc';
const ADMIN_SLOT = '0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103';
/** OpenZeppelin's slot of the initialised version (ERC-7201). */
const INITIALIZED_SLOT = '0xf0c57e16840df040f15088dc2f81fe391c3923bec73e23a9662efc9c229c6a00';
/** Where implementations lie in a genesis: this address' last two bytes are those of the proxy's. */
const CODE_NAMESPACE = hexToBytes('0xc0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d30000');
/** Proxies without an implementation: Karst's upgrade gives them one, or interoperability would. */
const EMPTY_PROXIES = [0x22, 0x23, 0x24, 0x25, 0x29, 0x2a, 0x2c, 0x2d];
const MESSENGER_LEGACY_SLOT = 0xcc;
const NO_SENDER = 0xdeadn;
const LEAST_WITHDRAWAL = 10n ** 19n;

let loaded: PredeployCode | undefined;

function predeployCode(): PredeployCode {
  const file = new URL('../../../data/predeploys.json.br', import.meta.url);
  return (loaded ??= JSON.parse(brotliDecompressSync(readFileSync(file)).toString('utf8')) as PredeployCode);
}

/** The code that Canyon's first block puts at the CREATE2 deployer's address. */
export function create2DeployerCode(): Uint8Array {
  return hexToBytes(predeployCode().preinstalls.Create2Deployer.code);
}

/** The accounts of all predeploys at genesis, by address. */
export function predeployAccounts(setup: PredeploySetup): Record<string, GenesisAccount> {
  const { proxy, implementations, preinstalls } = predeployCode();
  const accounts: Record<string, GenesisAccount> = {};
  const put = (
    address: string,
    code: PrefixedHexString,
    storage: Record<PrefixedHexString, PrefixedHexString>,
  ): void => {
    // EIP-161 would remove an account that is touched while it is empty; a contract's nonce is 1.
    accounts[address] = { balance: '0x0', nonce: '0x1', code, storage };
  };
  const administered = { [ADMIN_SLOT]: addressWord(addresses.PROXY_ADMIN) };
  for (const [name, { address, code }] of Object.entries(implementations)) {
    const implementation = implementationAddress(address);
    put(implementation.toString(), code, implementationStorage(name));
    put(address, proxy, {
      ...administered,
      [IMPLEMENTATION_SLOT]: addressWord(implementation),
      ...proxyStorage(name, setup),
    });
  }
  for (const number of EMPTY_PROXIES) put(predeployAddress(number), proxy, administered);
  const { Create2Deployer, DeterministicDeploymentProxy, Multicall3 } = preinstalls;
  const direct = [DeterministicDeploymentProxy, Multicall3, ...(setup.has.create2Deployer ? [Create2Deployer] : [])];
  for (const { address, code } of direct) put(address, code, {});
  if (setup.has.beaconRoots) put(addresses.BEACON_ROOTS.toString(), bytesToHex(BEACON_ROOTS_CODE), {});
  if (setup.has.history) put(addresses.HISTORY_STORAGE.toString(), bytesToHex(HISTORY_STORAGE_CODE), {});
  return accounts;
}

/** What a proxy's storage holds for the contract behind it. */
function proxyStorage(name: string, setup: PredeploySetup): Record<PrefixedHexString, PrefixedHexString> {
  const { owner, l1, l1ChainId, oracleForks } = setup;
  const messenger = createAddressFromString(predeployAddress(0x07));
  const standardBridge = createAddressFromString(predeployAddress(0x10));
  const erc721Bridge = createAddressFromString(predeployAddress(0x14));
  switch (name) {
    case 'L2CrossDomainMessenger':
      // The initialised version stands behind a spacer of 20 bytes.
      return {
        [slot(0)]: word(1n << 160n),
        [slot(MESSENGER_LEGACY_SLOT)]: word(NO_SENDER),
        [slot(0xcf)]: addressWord(l1.messenger),
      };
    case 'GasPriceOracle':
      return oracleForks === 0 ? {} : { [slot(0)]: word(BigInt(`0x${'01'.repeat(oracleForks)}`)) };
    case 'L2StandardBridge':
      return { [slot(0)]: word(1n), [slot(3)]: addressWord(messenger), [slot(4)]: addressWord(l1.standardBridge) };
    case 'L2ERC721Bridge':
      return { [slot(0)]: word(1n), [slot(1)]: addressWord(messenger), [slot(2)]: addressWord(l1.erc721Bridge) };
    case 'OptimismMintableERC20Factory':
      return { [slot(0)]: word(1n), [slot(1)]: addressWord(standardBridge) };
    case 'OptimismMintableERC721Factory':
      return {
        [slot(1)]: word((BigInt(erc721Bridge.toString()) << 16n) | 1n),
        [slot(2)]: word(BigInt(l1ChainId)),
      };
    case 'L2ProxyAdmin':
      return { [slot(0)]: addressWord(owner) };
    case 'SequencerFeeVault':
    case 'BaseFeeVault':
    case 'L1FeeVault':
    case 'OperatorFeeVault':
      return { [slot(1)]: word(LEAST_WITHDRAWAL), [slot(2)]: addressWord(owner), [INITIALIZED_SLOT]: word(1n) };
    default:
      return {};
  }
}

/** An implementation that could be initialised must not be: it says that it was. */
function implementationStorage(name: string): Record<PrefixedHexString, PrefixedHexString> {
  switch (name) {
    case 'L2CrossDomainMessenger':
      return { [slot(0)]: word(1n << 160n) };
    case 'L2StandardBridge':
    case 'L2ERC721Bridge':
    case 'OptimismMintableERC20Factory':
      return { [slot(0)]: word(1n) };
    case 'OptimismMintableERC721Factory':
      return { [slot(1)]: word(1n) };
    case 'SequencerFeeVault':
    case 'BaseFeeVault':
    case 'L1FeeVault':
    case 'OperatorFeeVault':
      return { [INITIALIZED_SLOT]: word(1n) };
    default:
      return {};
  }
}

function implementationAddress(proxy: PrefixedHexString): Address {
  return new Address(concatBytes(CODE_NAMESPACE.subarray(0, 18), hexToBytes(proxy).subarray(18)));
}

function predeployAddress(number: number): PrefixedHexString {
  return `0x42${number.toString(16).padStart(38, '0')}`;
}

function slot(number: number): PrefixedHexString {
  return word(BigInt(number));
}

function word(value: bigint): PrefixedHexString {
  return bytesToHex(wordOf(value));
}

function addressWord(address: Address): PrefixedHexString {
  return word(BigInt(address.toString()));
}

/**
 * The beacon roots contract, as EIP-4788 gives its code
 * (https://eips.ethereum.org/EIPS/eip-4788#block-processing; CC0).
 */
export const BEACON_ROOTS_CODE = hexToBytes(
  '0x3373fffffffffffffffffffffffffffffffffffffffe14604d57602036146024575f5ffd5b5f35801560495762001fff810690815414603c575f5ffd5b62001fff01545f5260205ff35b5f5ffd5b62001fff42064281555f359062001fff015500',
);

/** The contract of ancestors' hashes, as EIP-2935 gives its code (https://eips.ethereum.org/EIPS/eip-2935; CC0). */
export const HISTORY_STORAGE_CODE = hexToBytes(
  '0x3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500',
);
