// Answers the precompiles that L1 answers with @ethereumjs/evm's.
import { createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common';
import { createEVM, getActivePrecompiles } from '@ethereumjs/evm';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { headerOracle, type Oracle } from './module.js';

/** An oracle that computes what `l1-precompile-v2` hints ask for; the hints' payloads are kept in `asked`. */
export async function precompileOracle(): Promise<Oracle & { asked: string[] }> {
  const common = createCustomCommon({ chainId: 10 }, Mainnet, { hardfork: Hardfork.Cancun });
  const evm = await createEVM({ common });
  const precompiles = getActivePrecompiles(common);
  const answers = new Map<string, Uint8Array>();
  const asked: string[] = [];
  const idOf = (key: Uint8Array): string => Buffer.from(key.slice(1)).toString('hex');
  return {
    asked,
    hint: (text) => {
      const [kind, payload = ''] = text.split(' ');
      if (kind !== 'l1-precompile-v2') return headerOracle.hint(text);
      asked.push(payload);
      const bytes = Buffer.from(payload.slice(2), 'hex');
      const precompile = precompiles.get(bytes.subarray(0, 20).toString('hex'));
      if (precompile === undefined) throw new Error(`no precompile for ${payload}`);
      const gasLimit = bytes.readBigUInt64BE(20);
      const result = precompile({ data: Uint8Array.from(bytes.subarray(28)), gasLimit, common, _EVM: evm });
      if (result instanceof Promise) throw new Error('a precompile that takes its time');
      if (result.executionGasUsed !== gasLimit) throw new Error(`the precompile takes ${result.executionGasUsed} gas`);
      const ok = result.exceptionError === undefined;
      answers.set(idOf(keccak_256(bytes)), Uint8Array.from([ok ? 1 : 0, ...(ok ? result.returnValue : [])]));
    },
    get: (key) => {
      if (key[0] !== 6) return headerOracle.get(key);
      const answer = answers.get(idOf(key));
      if (answer === undefined) throw new Error(`nobody hinted the precompile of key ${idOf(key)}`);
      return answer;
    },
  };
}
