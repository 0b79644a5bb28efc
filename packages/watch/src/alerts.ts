// Tells others once of each event: a URL gets signed JSON, a command gets it on its standard input.
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { type Log, unescaped } from '@obelisc/host';
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

/**
 * Sends what was noted and not sent yet, to each target once; what fails is tried again later, less and less often. Of several watches
 * one takes an event, for so long as targets may take. The number that went out; no more are begun once `signal` is aborted.
 */
export async function sendAlerts(
  database: Database,
  targets: AlertTargets,
  log: Log,
  signal?: AbortSignal,
): Promise<number> {
  if (targets.url === undefined && targets.command === undefined) return 0;
  // A clock that was set back leaves times that are too far ahead.
  const isDue = `sent_at IS NULL AND (due_at <= now() OR due_at > now() + interval '2 hours')`;
  const due = await database.query<{ event: string }>(
    `SELECT event FROM obelisc.alerts WHERE ${isDue} ORDER BY made_at LIMIT 20`,
  );
  let sent = 0;
  for (const { event } of due) {
    if (signal?.aborted === true) break;
    const [row] = await database.query<{ body: object; posted: boolean; ran: boolean }>(
      `UPDATE obelisc.alerts SET tries = tries + 1, due_at = now() + make_interval(secs => $2)
       WHERE event = $1 AND ${isDue} RETURNING body, posted, ran`,
      [event, (3 * PATIENCE) / 1000],
    );
    if (row === undefined) continue;
    const body = JSON.stringify({ event, ...row.body });
    const done = (column: 'posted' | 'ran'): Promise<unknown> =>
      database.query(`UPDATE obelisc.alerts SET ${column} = true WHERE event = $1`, [event]);
    const outcomes = await Promise.allSettled([
      targets.url === undefined || row.posted
        ? undefined
        : post(targets.url, body, targets.secret).then(() => done('posted')),
      targets.command === undefined || row.ran ? undefined : run(targets.command, body).then(() => done('ran')),
    ]);
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
    if (failures.length === 0) {
      await database.query(`UPDATE obelisc.alerts SET sent_at = now() WHERE event = $1`, [event]);
      sent++;
      continue;
    }
    log('warn', 'An alert could not be sent; it is tried again', {
      alert: event,
      because: failures.map(reasonOf).join('; '),
    });
    await database.query(
      `UPDATE obelisc.alerts SET due_at = now() + interval '5 seconds' * power(2, least(tries, 10)) WHERE event = $1`,
      [event],
    );
  }
  return sent;
}

async function post(url: string, body: string, secret: string | undefined): Promise<void> {
  const signature = secret === undefined ? {} : { 'x-obelisc-signature': `sha256=${sign(body, secret)}` };
  const target = new URL(url);
  const { username, password } = target;
  // `fetch` takes no address with a name and a password in it.
  [target.username, target.password] = ['', ''];
  const credentials = [username, password].map(unescaped).join(':');
  const authorization =
    credentials === ':' ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
  const response = await fetch(target, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization, ...signature },
    body,
    redirect: 'manual',
    signal: AbortSignal.timeout(PATIENCE),
  }).catch((error: unknown) => {
    throw new Error(`--alert: ${reasonOf(error)}`);
  });
  await response.body?.cancel();
  if (response.status >= 300 && response.status < 400)
    throw new Error(`--alert answered with HTTP ${response.status}, a redirection: give the address that it leads to`);
  if (!response.ok) throw new Error(`--alert answered with HTTP ${response.status}`);
}

/** What went wrong; of a failed `fetch` its cause says it. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  // Ports of other services, mail's and so on, which no browser sends to either (fetch.spec.whatwg.org, port blocking).
  if (cause instanceof Error && cause.message === 'bad port') return 'nothing is sent to this port: give another';
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer in ${PATIENCE / 1000} s`;
  return cause instanceof Error ? messageOf(cause) : messageOf(error);
}

/** HMAC-SHA256 in hexadecimal. */
export function sign(body: string, secret: string): string {
  return createHmac('sha256', secret).update(body).digest('hex');
}

function run(command: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // A group of its own: a shell that is ended leaves what it has started.
    const child = spawn(command, { shell: true, stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch (error) {
        // It has just ended.
        if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) reject(error);
      }
    }, PATIENCE);
    // A command that does not read its input is no fault.
    child.stdin.on('error', () => {});
    child.stdin.end(`${body}\n`);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve();
      else if (isLate) reject(new Error(`--alert-command was ended: it took longer than ${PATIENCE / 1000} s`));
      else reject(new Error(`--alert-command ended with ${signal ?? `exit code ${code}`}`));
    });
  });
}
