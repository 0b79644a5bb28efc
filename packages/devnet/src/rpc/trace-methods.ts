// Transactions looked into: geth's call and prestate tracers, https://geth.ethereum.org/docs/developers/evm-tracing/built-in-tracers,
// and the witness of a block's execution.
import type { EVMResult, Message } from '@ethereumjs/evm';
import { bigIntToHex, bytesToHex, concatBytes, equalsBytes, KECCAK256_NULL, setLengthLeft } from '@ethereumjs/util';
import { encodeHeader } from '../execution/header.js';
import type { BlockBuilder, ExecutedBlock } from '../execution/block-executor.js';
import { reopen } from '../execution/replay.js';
import { AccessRecorder } from '../state/access-recorder.js';
import type { RecordedAccount } from '../state/access-recorder.js';
import type { State } from '../state/state.js';
import { StateStore } from '../state/store.js';
import type { Json } from './block-json.js';
import { revertReason } from './call-methods.js';
import { INVALID_PARAMS, RpcError } from './json-rpc-server.js';
import type { RpcMethods } from './json-rpc-server.js';
import { NOT_FOUND, requireBlock } from './node.js';
import type { ExecutionNode } from './node.js';
import { bytesParameter } from './parameters.js';

/** Traces the next transaction of an opened block. */
type Tracer = (builder: BlockBuilder, block: ExecutedBlock, index: number) => Promise<Json>;

/** The methods. */
export function traceMethods(node: ExecutionNode): RpcMethods {
  const traceBlock = async ([block, options]: readonly unknown[]): Promise<Json[]> => {
    const tracer = tracerOf(options);
    const found = requireBlock(node, block);
    const builder = await openedFor(node, found);
    const traces: Json[] = [];
    for (const [index, { hash }] of found.transactions.entries()) {
      traces.push({ txHash: bytesToHex(hash), result: await tracer(builder, found, index) });
    }
    return traces;
  };
  return {
    debug_traceTransaction: async ([hash, options]) => {
      const tracer = tracerOf(options);
      const place = node.blocks.findTransaction(bytesParameter(hash, 'transaction hash', 32));
      if (place === undefined) throw new RpcError(NOT_FOUND, 'transaction not found');
      const { block, index } = place;
      const builder = await openedFor(node, block);
      for (const { raw } of block.transactions.slice(0, index)) await builder.add(raw);
      return tracer(builder, block, index);
    },
    debug_traceBlockByHash: traceBlock,
    debug_traceBlockByNumber: traceBlock,
    debug_executionWitness: ([block]) => witness(node, requireBlock(node, block)),
  };
}

function openedFor(node: ExecutionNode, block: ExecutedBlock): Promise<BlockBuilder> {
  if (block.header.number === 0n) throw new RpcError(NOT_FOUND, 'genesis is not traceable');
  return reopen(node, block, new StateStore(node.store));
}

function tracerOf(options: unknown): Tracer {
  const { tracer, tracerConfig } = (options ?? {}) as { tracer?: unknown; tracerConfig?: Record<string, unknown> };
  const config = tracerConfig ?? {};
  if (tracer === 'callTracer') return callTracer(config['onlyTopCall'] === true, config['withLog'] === true);
  if (tracer === 'prestateTracer') return prestateTracer(config['diffMode'] === true);
  throw new RpcError(INVALID_PARAMS, "tracer: 'callTracer' or 'prestateTracer' expected");
}

interface Frame extends Json {
  calls?: Frame[];
}

function callTracer(onlyTopCall: boolean, withLog: boolean): Tracer {
  return async (builder, block, index) => {
    const transaction = block.transactions[index];
    const receipt = block.receipts[index];
    if (transaction === undefined || receipt === undefined) throw new Error(`no transaction ${index} in the block`);
    const open: { frame: Frame; isStatic: boolean }[] = [];
    let top: Frame | undefined;
    const before = (message: Message): void => {
      const parent = open.at(-1);
      const frame = frameOf(message, parent?.isStatic === true);
      if (parent === undefined) top = frame;
      else if (!onlyTopCall) (parent.frame.calls ??= []).push(frame);
      open.push({ frame, isStatic: message.isStatic });
    };
    const after = (result: EVMResult): void => {
      const closed = open.pop()?.frame;
      if (closed !== undefined) closeFrame(closed, result);
    };
    const { events } = builder.evm;
    events.on('beforeMessage', before);
    events.on('afterMessage', after);
    try {
      await builder.add(transaction.raw);
    } finally {
      events.off('beforeMessage', before);
      events.off('afterMessage', after);
    }
    // A deposit that fails before its first opcode has no message.
    top ??= {
      type: transaction.to === undefined ? 'CREATE' : 'CALL',
      from: transaction.from.toString(),
      ...(transaction.to !== undefined && { to: transaction.to.toString() }),
      value: bigIntToHex(transaction.value),
      input: bytesToHex(transaction.data),
      error: 'failed deposit',
    };
    const logs = receipt.logs.map(([address, topics, data]) => ({
      address: bytesToHex(address),
      topics: topics.map((topic) => bytesToHex(topic)),
      data: bytesToHex(data),
    }));
    return {
      ...top,
      gas: bigIntToHex(transaction.gasLimit),
      gasUsed: bigIntToHex(receipt.gasUsed),
      ...(withLog && logs.length > 0 && { logs }),
    };
  };
}

function frameOf(message: Message, inStatic: boolean): Frame {
  const { caller, to, value, gasLimit, data, salt, delegatecall, isStatic } = message;
  // A creation has no code's address, and asking it for one is an error.
  const codeAddress = to === undefined ? undefined : message.codeAddress.toString();
  const isCallCode = to !== undefined && !delegatecall && codeAddress !== to.toString();
  const type =
    to === undefined
      ? salt === undefined
        ? 'CREATE'
        : 'CREATE2'
      : delegatecall
        ? 'DELEGATECALL'
        : isCallCode
          ? 'CALLCODE'
          : isStatic && (!inStatic || value === 0n)
            ? 'STATICCALL'
            : 'CALL';
  return {
    type,
    from: type === 'DELEGATECALL' ? String(to) : caller.toString(),
    ...(to !== undefined && { to: delegatecall || isCallCode ? codeAddress : to.toString() }),
    ...(type !== 'STATICCALL' && { value: bigIntToHex(value) }),
    gas: bigIntToHex(gasLimit),
    input: bytesToHex(data),
  };
}

function closeFrame(frame: Frame, { execResult, createdAddress }: EVMResult): void {
  const { executionGasUsed, exceptionError, returnValue } = execResult;
  frame['gasUsed'] = bigIntToHex(executionGasUsed);
  const output = bytesToHex(returnValue);
  if (exceptionError === undefined) {
    if (createdAddress !== undefined) frame['to'] = createdAddress.toString();
    if (output !== '0x') frame['output'] = output;
    return;
  }
  const isRevert = exceptionError.error === 'revert';
  frame['error'] = isRevert ? 'execution reverted' : exceptionError.error;
  if (!isRevert || output === '0x') return;
  frame['output'] = output;
  const reason = revertReason(output);
  if (reason !== undefined) frame['revertReason'] = reason;
}

function prestateTracer(diffMode: boolean): Tracer {
  return async (builder, block, index) => {
    const transaction = block.transactions[index];
    if (transaction === undefined) throw new Error(`no transaction ${index} in the block`);
    const { state } = builder;
    const recorder = new AccessRecorder();
    state.recorder = recorder;
    try {
      await builder.add(transaction.raw);
    } finally {
      state.recorder = undefined;
    }
    const recorded = [...recorder.accounts];
    if (!diffMode) {
      const entries = recorded.map(async ([address, one]) => [`0x${address}`, await stateBefore(state, one)] as const);
      return Object.fromEntries(await Promise.all(entries));
    }
    return difference(state, recorded);
  };
}

/** An account before the transaction. Codes are found by their hash. */
async function stateBefore(state: State, { account, slots }: RecordedAccount): Promise<Json> {
  const code = account === undefined ? new Uint8Array(0) : codeOf(state, account.codeHash);
  const storage = Object.fromEntries([...slots].map(([slot, value]) => [`0x${slot}`, word(value)]));
  return {
    balance: bigIntToHex(account?.balance ?? 0n),
    ...(account !== undefined && account.nonce > 0n && { nonce: Number(account.nonce) }),
    ...(code.length > 0 && { code: bytesToHex(code) }),
    ...(slots.size > 0 && { storage }),
  };
}

/** What changed: `pre` has the old values of all that did, `post` the new ones. */
async function difference(state: State, recorded: readonly (readonly [string, RecordedAccount])[]): Promise<Json> {
  const pre: Json = {};
  const post: Json = {};
  for (const [address, one] of recorded) {
    const now = state.peek(address);
    const changes: Json = {};
    if (now !== undefined) {
      if (now.balance !== (one.account?.balance ?? 0n)) changes['balance'] = bigIntToHex(now.balance);
      if (now.nonce !== (one.account?.nonce ?? 0n)) changes['nonce'] = Number(now.nonce);
      if (!equalsBytes(now.codeHash, one.account?.codeHash ?? KECCAK256_NULL)) {
        changes['code'] = bytesToHex(codeOf(state, now.codeHash));
      }
    }
    const old: Record<string, string> = {};
    const changed: Record<string, string> = {};
    for (const [slot, value] of one.slots) {
      const current = state.peekSlot(address, slot);
      if (equalsBytes(current, value)) continue;
      if (value.length > 0) old[`0x${slot}`] = word(value);
      if (current.length > 0) changed[`0x${slot}`] = word(current);
    }
    if (Object.keys(changed).length > 0) changes['storage'] = changed;
    const isGone = now === undefined && one.account !== undefined;
    if (!isGone && Object.keys(changes).length === 0 && Object.keys(old).length === 0) continue;
    const { storage: _, ...fields } = await stateBefore(state, one);
    if (one.account !== undefined) {
      pre[`0x${address}`] = { ...fields, ...(Object.keys(old).length > 0 && { storage: old }) };
    }
    if (!isGone) post[`0x${address}`] = changes;
  }
  return { pre, post };
}

function codeOf(state: State, codeHash: Uint8Array): Uint8Array {
  return equalsBytes(codeHash, KECCAK256_NULL) ? new Uint8Array(0) : state.codeByHash(codeHash);
}

function word(value: Uint8Array): string {
  return bytesToHex(setLengthLeft(value, 32));
}

/** Trie nodes and codes that executing the block reads, and the headers whose hashes it may ask for. */
async function witness(node: ExecutionNode, block: ExecutedBlock): Promise<Json> {
  if (block.header.number === 0n) throw new RpcError(NOT_FOUND, 'genesis is not executed');
  const nodes = new Map<string, string>();
  const codes = new Map<string, string>();
  const note = (into: Map<string, string>, hash: Uint8Array, bytes: Uint8Array): Uint8Array => {
    into.set(bytesToHex(hash), bytesToHex(bytes));
    return bytes;
  };
  const store = new StateStore({
    node: (hash) => note(nodes, hash, node.store.node(hash)),
    code: (hash) => note(codes, hash, node.store.code(hash)),
  });
  let oldest = block.header.number - 1n;
  const chain = {
    chain: node.chain,
    blocks: {
      at: (number: bigint) => {
        if (number < oldest) oldest = number;
        return node.blocks.at(number);
      },
    },
  };
  const builder = await reopen(chain, block, store);
  for (const { raw } of block.transactions) await builder.add(raw);
  const { hash } = builder.seal();
  if (!equalsBytes(hash, block.hash)) throw new Error(`block ${block.header.number} came out differently`);
  const headers: string[] = [];
  for (let number = block.header.number - 1n; number >= oldest; number--) {
    headers.push(bytesToHex(concatBytes(encodeHeader(node.blocks.at(number).header))));
  }
  return { headers, codes: [...codes.values()], state: [...nodes.values()], keys: [] };
}
