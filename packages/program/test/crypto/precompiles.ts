// The precompiled contracts of @ethereumjs/evm, to compare with.
import { Common, Hardfork, Mainnet } from '@ethereumjs/common';
import { createEVM } from '@ethereumjs/evm';
import { createAddressFromBigInt } from '@ethereumjs/util';

const evm = await createEVM({ common: new Common({ chain: Mainnet, hardfork: Hardfork.Osaka }) });

/** What the precompiled contract at `address` returns for `data`; null if it fails. */
export async function precompile(address: number, data: Uint8Array): Promise<Uint8Array | null> {
  const { execResult } = await evm.runCall({
    to: createAddressFromBigInt(BigInt(address)),
    data,
    gasLimit: 1n << 60n,
  });
  return execResult.exceptionError === undefined ? execResult.returnValue : null;
}
