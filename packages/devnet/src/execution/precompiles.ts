// Where the OP Stack's precompiled contracts differ from Ethereum's. Specification: specs/protocol/precompiles.md,
// specs/protocol/{fjord,granite,isthmus,jovian,karst}/exec-engine.md.
import { createCustomCommon, Mainnet } from '@ethereumjs/common';
import { EVMError, getActivePrecompiles } from '@ethereumjs/evm';
import type { CustomPrecompile, ExecResult, PrecompileFunc } from '@ethereumjs/evm';
import type { PrefixedHexString } from '@ethereumjs/util';
import type { InputLimits, OptimismRules } from './forks.js';

/** The contracts whose input is limited, by the limit's name. */
const LIMITED: Readonly<Record<keyof InputLimits, PrefixedHexString>> = {
  bn254Pairing: precompileAddress(0x08),
  bls12G1Msm: precompileAddress(0x0c),
  bls12G2Msm: precompileAddress(0x0e),
  bls12Pairing: precompileAddress(0x0f),
};
const P256_VERIFY = precompileAddress(0x100);

/** What @ethereumjs' own P256VERIFY charges (EIP-7951). */
const OSAKA_P256_GAS = 6_900n;

/** All of @ethereumjs' precompiles, whatever fork brings them. */
const ORIGINALS = getActivePrecompiles(createCustomCommon({ chainId: 1 }, Mainnet, { hardfork: 'osaka' }));

/** The precompiles to put in the place of Ethereum's, or beside them. */
export function optimismPrecompiles(rules: OptimismRules): CustomPrecompile[] {
  const list: CustomPrecompile[] = [];
  const { p256VerifyGas, inputLimits } = rules;
  if (p256VerifyGas !== undefined) {
    list.push({ address: P256_VERIFY, function: repriced(original(P256_VERIFY), OSAKA_P256_GAS, p256VerifyGas) });
  }
  for (const [name, limit] of Object.entries(inputLimits) as [keyof InputLimits, number][]) {
    list.push({ address: LIMITED[name], function: limited(original(LIMITED[name]), limit) });
  }
  return list;
}

function original(address: string): PrecompileFunc {
  const found = ORIGINALS.get(address.slice(2));
  if (found === undefined) throw new Error(`@ethereumjs/evm has no precompile at ${address}`);
  return found;
}

/** A precompile of constant price `from`, at price `to`. */
function repriced(precompile: PrecompileFunc, from: bigint, to: bigint): PrecompileFunc {
  return async (input) => {
    if (input.gasLimit < to) return outOfGas(input.gasLimit);
    return { ...(await precompile({ ...input, gasLimit: from })), executionGasUsed: to };
  };
}

/** A precompile that fails, with all its gas used, on inputs longer than `limit` bytes. */
function limited(precompile: PrecompileFunc, limit: number): PrecompileFunc {
  return (input) => (input.data.length > limit ? outOfGas(input.gasLimit) : precompile(input));
}

function outOfGas(gasLimit: bigint): ExecResult {
  return {
    returnValue: new Uint8Array(0),
    executionGasUsed: gasLimit,
    exceptionError: new EVMError(EVMError.errorMessages.OUT_OF_GAS),
  };
}

function precompileAddress(number: number): PrefixedHexString {
  return `0x${number.toString(16).padStart(40, '0')}`;
}
