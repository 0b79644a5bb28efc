// Commands that go on beside others until they are told to stop, for the demo of the watch and for tests.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { CommandFailedError, repositoryRoot } from './commands.js';

export interface BackgroundOptions {
  /** Takes each line of its stdout and stderr. */
  readonly onLine?: (line: string) => void;
  readonly environment?: NodeJS.ProcessEnv;
}

/** `bin/NAME ARGS…` as a process that runs on. */
export class Background {
  /** All that it has said, stdout and stderr, by lines. */
  readonly lines: string[] = [];
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();
  #isOver = false;

  constructor(
    readonly name: string,
    args: readonly string[],
    { onLine, environment }: BackgroundOptions = {},
  ) {
    const child = spawn(process.execPath, [`bin/${name}`, ...args], {
      cwd: repositoryRoot,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(environment === undefined ? {} : { env: environment }),
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        this.lines.push(line);
        onLine?.(line);
        this.#look();
      });
    this.ended = new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => {
        this.#isOver = true;
        this.#look();
        resolve(signal ?? code ?? 0);
      });
    });
    this.ended.catch(() => {});
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves with the first line that matches, also one of before. Rejects with CommandFailedError where it ends without one. */
  says(what: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      let at = 0;
      const look = (): void => {
        for (; at < this.lines.length; at++) {
          const line = this.lines[at] ?? '';
          if (!what.test(line)) continue;
          this.#waiting.delete(look);
          return resolve(line);
        }
        if (!this.#isOver) return;
        this.#waiting.delete(look);
        reject(new CommandFailedError(`bin/${this.name} has ended: ${this.lines.slice(-5).join('\n')}`));
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Sends it a signal and waits for its end. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | NodeJS.Signals> {
    this.#child.kill(signal);
    return this.ended;
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }
}
