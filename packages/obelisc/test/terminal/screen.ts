// A terminal for tests: what xterm shows of what is written to it.
import { PassThrough } from 'node:stream';
import xterm from '@xterm/headless';

export interface Screen {
  /** The stream of a process on this terminal. */
  readonly stream: NodeJS.WriteStream;
  /** All lines, with those that wrapped put together, without what is empty at the end. */
  lines(): Promise<string[]>;
}

export function screen(columns: number): Screen {
  const terminal = new xterm.Terminal({ cols: columns, rows: 20, allowProposedApi: true, convertEol: true });
  const sink = new PassThrough();
  const stream = Object.assign(sink, { isTTY: true, columns }) as unknown as NodeJS.WriteStream;
  sink.on('data', (chunk: Buffer) => terminal.write(chunk));
  return {
    stream,
    async lines() {
      await new Promise<void>((resolve) => terminal.write('', resolve));
      const { active } = terminal.buffer;
      const lines: string[] = [];
      for (let row = 0; row < active.length; row++) {
        const line = active.getLine(row);
        const text = line?.translateToString(false) ?? '';
        if (line?.isWrapped === true) lines[lines.length - 1] += text;
        else lines.push(text);
      }
      const trimmed = lines.map((line) => line.trimEnd());
      while (trimmed.at(-1) === '') trimmed.pop();
      return trimmed;
    },
  };
}
