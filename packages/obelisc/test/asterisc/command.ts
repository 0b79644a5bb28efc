// Runs bin/asterisc as a user would, and makes pre-image servers for it.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const command = fileURLToPath(new URL('../../../../../bin/asterisc', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command in a folder, with further environment variables. `onStderr` sees the story as it grows. */
export function commandIn(folder: string, variables: Readonly<Record<string, string>> = {}) {
  return (args: readonly string[], onStderr?: (text: string, pid: number) => void): Promise<Ended> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [command, ...args], { cwd: folder, env: { ...process.env, ...variables } });
      let [stdout, stderr] = ['', ''];
      child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => {
        stderr += chunk.toString();
        if (child.pid !== undefined) onStderr?.(stderr, child.pid);
      });
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, stdout, stderr }));
    });
}

/**
 * The command of a pre-image server in Node, written into the folder. `body` sees the streams `hints` and `keys`, and
 * `acknowledge()`, `answer(bytes)` and `announce(length, bytes)`.
 */
export function nodeServer(folder: string, name: string, body: string): string[] {
  const script = `
    const { Socket } = require('node:net');
    const { writeSync } = require('node:fs');
    const announce = (length, bytes) => {
      const prefix = Buffer.alloc(8);
      prefix.writeBigUInt64BE(BigInt(length));
      writeSync(6, Buffer.concat([prefix, Buffer.from(bytes)]));
    };
    const answer = (value) => announce(value.length, value);
    const acknowledge = () => writeSync(4, Buffer.of(0));
    const hints = new Socket({ fd: 3, readable: true, writable: false });
    const keys = new Socket({ fd: 5, readable: true, writable: false });
    ${body}
  `;
  writeFileSync(join(folder, `${name}.cjs`), script);
  return [process.execPath, join(folder, `${name}.cjs`)];
}
