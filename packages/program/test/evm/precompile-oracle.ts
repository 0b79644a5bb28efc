// Answers the precompiles that L1 answers with @ethereumjs/evm's.
import { createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common';
import { createEVM, type ExecResult, getActivePrecompiles } from '@ethereumjs/evm';
import { bytesToHex, hexToBytes } from '@ethereumjs/util';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { kzg } from './kzg.js';
import { headerOracle, type Oracle } from './module.js';

const POINT_EVALUATION = `${'00'.repeat(19)}0a`;
/** Field elements of a blob and modulus of their field (EIP-4844). */
const EVALUATED = hexToBytes(
  '0x000000000000000000000000000000000000000000000000000000000000100073eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001',
);

/** A result that isn't there at once: run again in a fresh module when it is. */
export class AnswerTakesTime extends Error {
  override readonly name = 'AnswerTakesTime';
  constructor(readonly there: Promise<void>) {
    super('a precompile that takes its time');
  }
}

/** An oracle that computes what `l1-precompile-v2` hints ask for; the hints' payloads are kept in `asked`. */
export async function precompileOracle(): Promise<Oracle & { asked: string[] }> {
  const common = createCustomCommon({ chainId: 10 }, Mainnet, { hardfork: Hardfork.Prague });
  const evm = await createEVM({ common });
  const precompiles = getActivePrecompiles(common);
  const answers = new Map<string, Uint8Array>();
  const asked: string[] = [];
  const compute = (
    address: string,
    data: Uint8Array,
    gasLimit: bigint,
  ): Uint8Array | undefined | Promise<Uint8Array | undefined> => {
    if (address === POINT_EVALUATION) {
      if (gasLimit !== 50_000n) throw new Error(`the point evaluation takes ${gasLimit} gas`);
      const field = (from: number, to: number) => bytesToHex(data.subarray(from, to));
      try {
        return kzg.verifyProof(field(96, 144), field(32, 64), field(64, 96), field(144, 192)) ? EVALUATED : undefined;
      } catch {
        return undefined; // a point or field element that is none
      }
    }
    const output = (result: ExecResult): Uint8Array | undefined => {
      if (result.executionGasUsed !== gasLimit && result.exceptionError === undefined) {
        throw new Error(`the precompile takes ${result.executionGasUsed} gas, not ${gasLimit}`);
      }
      return result.exceptionError === undefined ? result.returnValue : undefined;
    };
    const result = precompiles.get(address)?.({ data, gasLimit, common, _EVM: evm });
    if (result === undefined) throw new Error(`no precompile for ${address}`);
    return result instanceof Promise ? result.then(output) : output(result);
  };
  const idOf = (key: Uint8Array): string => Buffer.from(key.slice(1)).toString('hex');
  return {
    asked,
    hint: (text) => {
      const [kind, payload = ''] = text.split(' ');
      if (kind !== 'l1-precompile-v2') return headerOracle.hint(text);
      asked.push(payload);
      const bytes = Buffer.from(payload.slice(2), 'hex');
      const gas = bytes.readBigUInt64BE(20);
      const id = idOf(keccak_256(bytes));
      if (answers.has(id)) return;
      const keep = (result: Uint8Array | undefined): void => {
        answers.set(id, Uint8Array.from(result === undefined ? [0] : [1, ...result]));
      };
      const result = compute(bytes.subarray(0, 20).toString('hex'), Uint8Array.from(bytes.subarray(28)), gas);
      if (result instanceof Promise) throw new AnswerTakesTime(result.then(keep));
      keep(result);
    },
    get: (key) => {
      if (key[0] !== 6) return headerOracle.get(key);
      const answer = answers.get(idOf(key));
      if (answer === undefined) throw new Error(`nobody hinted the precompile of key ${idOf(key)}`);
      return answer;
    },
  };
}
