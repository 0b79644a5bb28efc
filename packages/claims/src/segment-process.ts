// A process that derives segments, one after another, for the process that started it, which also gathers for it.
import { setFlagsFromString } from 'node:v8';
import {
  type LogFields,
  type LogLevel,
  openRelayedHost,
  type Relay,
  type RelayAnswer,
  type RelayNote,
  type RelayQuestion,
} from '@obelisc/host/run';
import { derivedIn } from './client-log.js';
import { errorOf } from './errors.js';
import { type Derivation, judge, type Judgement } from './judge.js';
import { messagesOf } from './messages.js';

/**
 * V8 optimises what is warm on threads beside the one that runs it. Here these take the cores of other workers: with a budget that is 33
 * times Node.js 20's own the same 200 nearly empty blocks in the machine take two workers 10.2 s of CPU and not 11.7, since what
 * is not really hot is left as it is. An engine that does not know the flag passes over it.
 */
setFlagsFromString('--wasm-tiering-budget=60000000');

/** What a process has taken since it began. */
export interface WorkerUsage {
  /** Seconds of all its threads, in and out of the system. */
  readonly cpu: number;
  /** Most memory that it had resident at a time, in MiB. */
  readonly memory: number;
}

/** A derivation without the endpoints, which are the parent's, over a datadir that the parent writes. */
export type SegmentTask = Pick<Derivation, 'claim' | 'chain' | 'native' | 'isHeadGiven' | 'isHeadExact'> & {
  readonly datadir: string;
};

/** What the parent sends: a derivation to make, and its answers to what the process has asked while it makes it. */
export type ToWorker =
  | { readonly kind: 'derive'; readonly task: SegmentTask }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: RelayAnswer }
  | { readonly kind: 'refusal'; readonly id: number; readonly messages: readonly string[] };

/** What the process sends back. */
export type FromWorker =
  | { readonly kind: 'log'; readonly level: LogLevel; readonly message: string; readonly fields: LogFields }
  /** The client has derived this block. */
  | ({ readonly kind: 'derived' } & DerivedAt)
  /** A pre-image is missing. */
  | { readonly kind: 'question'; readonly id: number; readonly question: RelayQuestion }
  | { readonly kind: 'note'; readonly note: RelayNote }
  | { readonly kind: 'judged'; readonly judgement: Judgement; readonly usage: WorkerUsage }
  /** What stopped it: the messages of the error and its causes. */
  | { readonly kind: 'failed'; readonly messages: readonly string[] };

/** How far the client of a segment is. */
export interface DerivedAt {
  readonly where: 'natively' | 'in the machine';
  readonly block: bigint;
}

const send = (message: FromWorker): void => {
  process.send?.(message);
};

const asked = new Map<number, { resolve(answer: RelayAnswer): void; reject(error: Error): void }>();
let lastId = 0;

const relay: Relay = {
  ask(question) {
    const id = ++lastId;
    return new Promise((resolve, reject) => {
      asked.set(id, { resolve, reject });
      send({ kind: 'question', id, question });
    });
  },
  tell: (note) => send({ kind: 'note', note }),
};

async function run(task: SegmentTask): Promise<void> {
  const log = (level: LogLevel, message: string, fields: LogFields = {}): void =>
    send({ kind: 'log', level, message, fields });
  const { claim, chain, datadir } = task;
  const host = openRelayedHost({ claim, chain, datadir, relay, log });
  try {
    let where: DerivedAt['where'] = 'natively';
    const judgement = await judge(host, task, {
      log,
      onNative: (running) => {
        where = running === undefined ? 'in the machine' : 'natively';
      },
      onClientLine: (line) => {
        const block = derivedIn(line);
        if (block !== undefined) send({ kind: 'derived', where, block });
      },
    });
    send({ kind: 'judged', judgement, usage: usage() });
  } finally {
    await host.close();
  }
}

function usage(): WorkerUsage {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return { cpu: (userCPUTime + systemCPUTime) / 1e6, memory: maxRSS / 1024 };
}

process.on('message', (message: ToWorker) => {
  if (message.kind === 'derive') {
    run(message.task).catch((error: unknown) => send({ kind: 'failed', messages: messagesOf(error) }));
    return;
  }
  const waiting = asked.get(message.id);
  asked.delete(message.id);
  if (message.kind === 'answer') waiting?.resolve(message.answer);
  else waiting?.reject(errorOf(message.messages));
});
// The parent is gone: so is who wanted to know.
process.on('disconnect', () => process.exit(0));
// A signal may reach the whole group; the parent decides what becomes of it.
process.on('SIGINT', () => {}).on('SIGTERM', () => {});
