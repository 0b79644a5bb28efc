// Processes that derive segments: started when there is work, used again, replaced when they are lost. What they miss they ask here.
import { type ChildProcess, fork } from 'node:child_process';
import type { Log } from '@obelisc/host';
import { errorOf } from './errors.js';
import type { GatheredRun, Gathering } from './gathering.js';
import type { Judgement } from './judge.js';
import { messagesOf } from './messages.js';
import type { DerivedAt, FromWorker, SegmentTask, ToWorker, WorkerUsage } from './segment-process.js';

/** A worker ended before it had an answer. */
export class WorkerLostError extends Error {
  override name = 'WorkerLostError';
}

export class SegmentPool {
  readonly #idle: ChildProcess[] = [];
  readonly #all = new Set<ChildProcess>();
  readonly #usage = new Map<ChildProcess, WorkerUsage>();
  #isClosed = false;

  constructor(private readonly log: Log) {}

  /** Sees that there are `count` processes before there is work for them: they load while that is looked up. */
  start(count: number): void {
    while (!this.#isClosed && this.#all.size < count) this.#idle.push(this.#start());
  }

  /**
   * Derives in a process of its own what `gathering` gathers for it. Rejects with WorkerLostError where that ends without an answer, with what stopped the
   * derivation otherwise.
   */
  async run(
    task: SegmentTask,
    gathering: Gathering,
    onDerived: (at: DerivedAt) => void = () => {},
  ): Promise<Judgement> {
    if (this.#isClosed) throw new Error('the worker processes were ended');
    const worker = this.#idle.pop() ?? this.#start();
    const range = `up to block #${task.claim.l2BlockNumber}`;
    const gathered = gathering.begin(task.claim);
    try {
      const judgement = await this.#ask(worker, task, { gathered, onDerived });
      this.#idle.push(worker);
      return judgement;
    } catch (error) {
      if (error instanceof WorkerLostError && !this.#isClosed)
        this.log('warn', 'A worker process was lost', { deriving: range, because: error.message });
      throw error;
    } finally {
      gathered.leave();
    }
  }

  /** What each process has taken that had an answer, those that are gone among them. */
  usage(): WorkerUsage[] {
    return [...this.#usage.values()];
  }

  /** Ends all processes, at work or not. */
  close(): void {
    this.#isClosed = true;
    for (const worker of this.#all) worker.kill('SIGKILL');
    this.#all.clear();
    this.#idle.length = 0;
  }

  #start(): ChildProcess {
    const worker = fork(new URL('./segment-process.js', import.meta.url), {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#all.add(worker);
    // One that cannot be started, or ends before it has work or between two segments, is not given any.
    const drop = (): void => {
      this.#all.delete(worker);
      const at = this.#idle.indexOf(worker);
      if (at >= 0) this.#idle.splice(at, 1);
    };
    worker.on('exit', drop).on('error', drop);
    return worker;
  }

  #ask(
    worker: ChildProcess,
    task: SegmentTask,
    { gathered, onDerived }: { gathered: GatheredRun; onDerived: (at: DerivedAt) => void },
  ): Promise<Judgement> {
    // That it is gone is told by `exit`.
    const send = (message: ToWorker): void => {
      if (worker.connected) worker.send(message, () => {});
    };
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        worker.off('message', take).off('exit', lost).off('error', reject);
      };
      const lost = (code: number | null, signal: NodeJS.Signals | null): void => {
        settle();
        const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
        reject(
          new WorkerLostError(
            `a worker process ended with ${how}${signal === 'SIGKILL' ? ' (out of memory? try fewer --workers)' : ''}`,
          ),
        );
      };
      const take = (message: FromWorker): void => {
        switch (message.kind) {
          case 'log':
            this.log(message.level, message.message, { worker: worker.pid ?? 0, ...message.fields });
            break;
          case 'derived':
            onDerived(message);
            break;
          case 'question': {
            const { id, question } = message;
            gathered.answer(question).then(
              (answer) => send({ kind: 'answer', id, answer }),
              (error: unknown) => send({ kind: 'refusal', id, messages: messagesOf(error) }),
            );
            break;
          }
          case 'note':
            gathered.take(message.note);
            break;
          case 'judged':
            settle();
            this.#usage.set(worker, message.usage);
            resolve(message.judgement);
            break;
          case 'failed':
            settle();
            this.#idle.push(worker);
            reject(errorOf(message.messages));
            break;
        }
      };
      worker.on('message', take).on('exit', lost).on('error', reject);
      const message: ToWorker = { kind: 'derive', task };
      worker.send(message, (error) => {
        // Its end is told by `exit`.
        if (error !== null && worker.connected) reject(error);
      });
    });
  }
}
