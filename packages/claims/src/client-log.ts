// What the client says at its end, read from its log.
import { parseLogfmt } from '@obelisc/program';

/** Where the client's derivation ended, from its line `Validating claim`. */
export interface Conclusion {
  readonly blockNumber: bigint;
  /** Output root of that block, 0x-hex. */
  readonly outputRoot: string;
}

/** A block that the client derived. */
export interface DerivedBlock {
  readonly number: bigint;
  /** 0x-hex. */
  readonly hash: string;
}

/**
 * What the client says of the claim itself. With an L1 head that is too early it judges by an older block, which decides
 * nothing here; and the verdict is the command's to tell, once and last.
 */
const VERDICT_LINE = /^(?:Successfully validated L2 block #|The claim for L2 block #)/;
const VERDICT_MESSAGES = ['Claim is invalid', 'Claim successfully verified'];

/** Collects the client's log: passes on whole lines but its verdict, and remembers how it concluded. */
export class ClientLog {
  conclusion: Conclusion | undefined;
  /** In ascending order; a block that was derived anew after a reset has the place of the one before. */
  blocks: DerivedBlock[] = [];
  /** Message of the line that ended the program early (`lvl=crit` or a trap), if there was one. */
  failure: string | undefined;
  #rest = '';

  constructor(
    private readonly onLine: (line: string) => void,
    /** Is shown every line. */
    private readonly see: (line: string) => void = () => undefined,
  ) {}

  /** Takes what the client wrote: any piece of its output. */
  write(bytes: Uint8Array): void {
    const lines = (this.#rest + Buffer.from(bytes).toString('latin1')).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#take(line);
  }

  #take(line: string): void {
    this.see(line);
    const fields = parseLogfmt(line);
    if (!VERDICT_LINE.test(line) && !VERDICT_MESSAGES.includes(fields.get('msg') ?? '')) this.onLine(line);
    const number = fields.get('head')?.split(':')[1];
    const outputRoot = fields.get('output');
    if (/^Derived (?:safe|pending) block$/.test(fields.get('msg') ?? '')) this.#derived(fields);
    if (fields.get('msg') === 'Validating claim' && number !== undefined && outputRoot !== undefined) {
      this.conclusion = { blockNumber: BigInt(number), outputRoot };
    }
    if (fields.get('lvl') === 'crit') this.failure = fields.get('msg');
    if (line.startsWith('trap: ')) this.failure = line;
  }

  #derived(fields: ReadonlyMap<string, string>): void {
    const [number, hash] = [fields.get('number'), fields.get('hash')];
    if (number === undefined || hash === undefined) return;
    const block = { number: BigInt(number), hash };
    while (this.blocks.length > 0 && (this.blocks.at(-1)?.number ?? -1n) >= block.number) this.blocks.pop();
    this.blocks.push(block);
  }
}

/** The block that a line of the client's log tells of. */
export function derivedIn(line: string): bigint | undefined {
  if (!line.includes('msg="Derived ')) return undefined;
  const number = parseLogfmt(line).get('number');
  return number === undefined ? undefined : BigInt(number);
}
