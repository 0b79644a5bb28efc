// What the client says at its end, read from its log.
import { parseLogfmt } from '../terminal/logfmt.js';

/** Where the client's derivation ended, from its line `Validating claim`. */
export interface Conclusion {
  readonly blockNumber: bigint;
  /** Output root of that block, 0x-hex. */
  readonly outputRoot: string;
}

/** Collects the client's log: passes on whole lines and remembers how it concluded. */
export class ClientLog {
  conclusion: Conclusion | undefined;
  /** Message of the line that ended the program early (`lvl=crit` or a trap), if there was one. */
  failure: string | undefined;
  #rest = '';

  constructor(private readonly onLine: (line: string) => void) {}

  /** Takes what the client wrote: any piece of its output. */
  write(bytes: Uint8Array): void {
    const lines = (this.#rest + Buffer.from(bytes).toString('latin1')).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#take(line);
  }

  #take(line: string): void {
    this.onLine(line);
    const fields = parseLogfmt(line);
    const number = fields.get('head')?.split(':')[1];
    const outputRoot = fields.get('output');
    if (fields.get('msg') === 'Validating claim' && number !== undefined && outputRoot !== undefined) {
      this.conclusion = { blockNumber: BigInt(number), outputRoot };
    }
    if (fields.get('lvl') === 'crit') this.failure = fields.get('msg');
    if (line.startsWith('trap: ')) this.failure = line;
  }
}
