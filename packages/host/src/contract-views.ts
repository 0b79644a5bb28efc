/** Reads contracts on L1: views that answer in words, called in batches. */
import { keccak_256 } from '@noble/hashes/sha3.js';
import { EndpointError, WrongAnswerError } from './endpoint-errors.js';
import { type Log, silentLog } from './log.js';
import type { RetryPolicy } from './retry.js';
import { rpcEndpoint } from './rpc-endpoint.js';

/** One call of a view. */
export type ViewCall = {
  /** 0x-hex. */
  address: string;
  /** As Solidity writes it: `gameAtIndex(uint256)`. */
  signature: string;
  args?: readonly bigint[];
};

/** The 32-byte words of a view's answer; undefined where the contract reverts, has no such view, or there is no contract. */
export type Words = readonly bigint[] | undefined;

export type ContractViews = {
  readonly name: string;
  /** The newest answers of all, in order. Rejects with EndpointError. */
  read(calls: readonly ViewCall[]): Promise<Words[]>;
  /**
   * The same, where each call fails for itself: contracts may be made so that nodes refuse to run them, or take too long to. With
   * `isSentOnce` what fails is not tried again.
   */
  readEach(calls: readonly ViewCall[], isSentOnce?: boolean): Promise<(Words | EndpointError)[]>;
  /** Whether there is code at the address. Rejects with EndpointError. */
  isContract(address: string): Promise<boolean>;
};

export type ContractViewsOptions = { url: string; flag?: string; batchSize?: number; log?: Log; policy: RetryPolicy };

/** Words of an answer that are looked at: no view that is read here has as many, and a contract may answer with megabytes. */
const MOST_WORDS = 16;

/** A reader of contracts by the execution endpoint at `url`. */
export function contractViews(options: ContractViewsOptions): ContractViews {
  const { url, flag = '--l1', batchSize, log = silentLog, policy } = options;
  const endpoint = rpcEndpoint({ flag, url, policy, log, ...(batchSize === undefined ? {} : { batchSize }) });
  const words = (result: unknown): Words => {
    if (typeof result !== 'string' || !/^0x(?:[0-9a-fA-F]{2})*$/.test(result))
      throw new WrongAnswerError(endpoint.name, 'eth_call', 'the answer is no data');
    // What has no code answers with nothing.
    if (result === '0x') return undefined;
    return (result.slice(2, 2 + 64 * MOST_WORDS).match(/.{64}/g) ?? []).map((word) => BigInt(`0x${word}`));
  };
  const readEach: ContractViews['readEach'] = async (calls, isSentOnce = false) => {
    const parameters = calls.map((call) => [{ to: call.address, data: callData(call) }, 'latest']);
    const outcomes = await endpoint.settleEach('eth_call', parameters, words, () => isSentOnce);
    return outcomes.map((outcome) => {
      if (outcome.status === 'fulfilled') return outcome.value;
      if (!(outcome.reason instanceof EndpointError)) throw outcome.reason;
      return outcome.reason.kind === 'reverted' ? undefined : outcome.reason;
    });
  };
  return {
    name: endpoint.name,
    async read(calls) {
      return (await readEach(calls)).map((answer) => {
        if (answer instanceof EndpointError) throw answer;
        return answer;
      });
    },
    readEach,
    isContract: (address) =>
      endpoint.call('eth_getCode', [address, 'latest'], (code) => {
        if (typeof code !== 'string') throw new WrongAnswerError(endpoint.name, 'eth_getCode', 'the answer is no data');
        return code.length > 2;
      }),
  };
}

function callData({ signature, args = [] }: ViewCall): string {
  const selector = Buffer.from(keccak_256(Buffer.from(signature)).subarray(0, 4)).toString('hex');
  return `0x${selector}${args.map((arg) => arg.toString(16).padStart(64, '0')).join('')}`;
}

/** A word as an address, 0x-hex. */
export function addressOf(word: bigint): string {
  return `0x${(word & ((1n << 160n) - 1n)).toString(16).padStart(40, '0')}`;
}

/** A word as 32 bytes. */
export function bytes32(word: bigint): Uint8Array {
  return Uint8Array.from(Buffer.from(word.toString(16).padStart(64, '0'), 'hex'));
}
