// Tells others once of each event: a URL gets signed JSON, a command gets it on its standard input.
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import type { Log } from '@obelisc/host';
import type { Database, Sql } from './database.js';
import { messageOf } from './errors.js';

/** What is worth telling. */
export type AlertKind = 'wrong-claim' | 'undecided-claim' | 'falling-behind';

export interface AlertTargets {
  readonly url?: string | undefined;
  /** Key of the signature: HMAC-SHA256 of the body, as `X-Obelisc-Signature: sha256=HEX`. */
  readonly secret?: string | undefined;
  /** A command line for the shell. */
  readonly command?: string | undefined;
}

/** Milliseconds that a target may take. */
const PATIENCE = 10_000;

/** Notes an event, once: `event` names it among all. */
export async function raise(
  sql: Sql,
  kind: AlertKind,
  event: string,
  facts: Readonly<Record<string, unknown>>,
): Promise<void> {
  await sql.query(`INSERT INTO obelisc.alerts (event, body) VALUES ($1, $2) ON CONFLICT (event) DO NOTHING`, [
    `${kind} ${event}`,
    JSON.stringify({ kind, ...facts }),
  ]);
}

/** Sends what was noted and not sent yet; what fails is tried again later, less and less often. The number that went out. */
export async function sendAlerts(database: Database, targets: AlertTargets, log: Log): Promise<number> {
  if (targets.url === undefined && targets.command === undefined) return 0;
  const due = await database.query<{ event: string }>(
    `SELECT event FROM obelisc.alerts
     WHERE sent_at IS NULL AND made_at + (interval '5 seconds' * (power(2, least(tries, 10)) - 1)) <= now() ORDER BY made_at LIMIT 20`,
  );
  let sent = 0;
  for (const { event } of due) {
    // Two watches on one database: the row is the one's that locks it.
    const isSent = await database.transaction(async (sql) => {
      const [row] = await sql.query<{ body: unknown }>(
        `SELECT body FROM obelisc.alerts WHERE event = $1 AND sent_at IS NULL FOR UPDATE SKIP LOCKED`,
        [event],
      );
      if (row === undefined) return false;
      const body = JSON.stringify({ event, ...(row.body as object) });
      try {
        if (targets.url !== undefined) await post(targets.url, body, targets.secret);
        if (targets.command !== undefined) await run(targets.command, body);
      } catch (error) {
        log('warn', 'An alert could not be sent; it is tried again', {
          alert: event,
          because: messageOf(error),
        });
        await sql.query(`UPDATE obelisc.alerts SET tries = tries + 1 WHERE event = $1`, [event]);
        return false;
      }
      await sql.query(`UPDATE obelisc.alerts SET sent_at = now() WHERE event = $1`, [event]);
      return true;
    });
    if (isSent) sent++;
  }
  return sent;
}

async function post(url: string, body: string, secret: string | undefined): Promise<void> {
  const signature = secret === undefined ? {} : { 'x-obelisc-signature': `sha256=${sign(body, secret)}` };
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...signature },
    body,
    redirect: 'error',
    signal: AbortSignal.timeout(PATIENCE),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`--alert answered with HTTP ${response.status}`);
}

/** HMAC-SHA256 in hexadecimal. */
export function sign(body: string, secret: string): string {
  return createHmac('sha256', secret).update(body).digest('hex');
}

function run(command: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, { shell: true, stdio: ['pipe', 'ignore', 'ignore'], timeout: PATIENCE });
    // A command that does not read its input is no fault.
    child.stdin.on('error', () => {});
    child.stdin.end(`${body}\n`);
    child.on('error', reject);
    child.on('close', (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`--alert-command ended with ${signal ?? `exit code ${code}`}`)),
    );
  });
}
