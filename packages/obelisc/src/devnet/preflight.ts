// What would prevent a chain from being served, looked at before its blocks are made.
import { createServer } from 'node:net';
import { UsageError } from '../terminal/failure.js';
import { makeFolder } from '../terminal/folder.js';

/**
 * Throws UsageError for a port (by its flag; 0 is any) that cannot be had or is given twice, and for a folder that cannot be
 * made or written to. The folder is made.
 */
export async function checkServable(ports: Readonly<Record<string, number>>, out: string | undefined): Promise<void> {
  const flagOf = new Map<number, string>();
  for (const [flag, port] of Object.entries(ports)) {
    if (port === 0) continue;
    const other = flagOf.get(port);
    if (other !== undefined) throw new UsageError(`${other} and ${flag} are the same port, ${port}`);
    flagOf.set(port, flag);
    await checkPort(flag, port);
  }
  if (out !== undefined) makeFolder('--out', out);
}

async function checkPort(flag: string, port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reasons: Record<string, string> = {
        EADDRINUSE: 'is in use: give another, or leave it out to take any that is free',
        EACCES: 'may only be opened by root: give one above 1023',
      };
      reject(new UsageError(`${flag} ${port} ${reasons[error.code ?? ''] ?? `cannot be opened: ${error.message}`}`));
    });
    server.listen(port, '127.0.0.1', () => server.close(() => resolve()));
  });
}
