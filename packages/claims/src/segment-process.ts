// A process that derives segments, one after another, for the process that started it.
import type { LogFields, LogLevel } from '@obelisc/host';
import { parseLogfmt } from '@obelisc/program';
import { type Derivation, judge, type Judgement, openHostFor } from './judge.js';
import { messagesOf } from './messages.js';

/** What a process has taken since it began. */
export interface WorkerUsage {
  /** Seconds of all its threads, in and out of the system. */
  readonly cpu: number;
  /** Most memory that it had resident at a time, in MiB. */
  readonly memory: number;
}

/** What the parent sends: a derivation to make. */
export type ToWorker = Derivation;

/** What the process sends back. */
export type FromWorker =
  | { readonly kind: 'log'; readonly level: LogLevel; readonly message: string; readonly fields: LogFields }
  /** The client has derived this block. */
  | ({ readonly kind: 'derived' } & DerivedAt)
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

async function run(derivation: Derivation): Promise<void> {
  const log = (level: LogLevel, message: string, fields: LogFields = {}): void =>
    send({ kind: 'log', level, message, fields });
  const host = await openHostFor(derivation, log);
  try {
    let where: DerivedAt['where'] = 'natively';
    const judgement = await judge(host, derivation, {
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

/** The block that a line of the client's log tells of. */
function derivedIn(line: string): bigint | undefined {
  if (!line.includes('msg="Derived ')) return undefined;
  const number = parseLogfmt(line).get('number');
  return number === undefined ? undefined : BigInt(number);
}

process.on('message', (message: ToWorker) => {
  run(message).catch((error: unknown) => send({ kind: 'failed', messages: messagesOf(error) }));
});
// The parent is gone: so is who wanted to know.
process.on('disconnect', () => process.exit(0));
// A signal may reach the whole group; the parent decides what becomes of it.
process.on('SIGINT', () => {}).on('SIGTERM', () => {});
