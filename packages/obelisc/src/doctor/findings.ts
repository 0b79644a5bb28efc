// What the doctor found: one line for each thing that a run will need of an endpoint.

export type Outcome = 'ok' | 'warning' | 'failure';

export interface Finding {
  /** Flag and host. */
  readonly endpoint: string;
  readonly check: string;
  readonly outcome: Outcome;
  readonly found: string;
  /** What to change, where it is not ok. */
  readonly advice?: string;
}

/** Collects what is found at one endpoint. */
export class Findings {
  readonly list: Finding[] = [];

  constructor(readonly endpoint: string) {}

  ok(check: string, found: string): void {
    this.list.push({ endpoint: this.endpoint, check, outcome: 'ok', found });
  }

  warn(check: string, found: string, advice: string): void {
    this.list.push({ endpoint: this.endpoint, check, outcome: 'warning', found, advice });
  }

  fail(check: string, found: string, advice: string): void {
    this.list.push({ endpoint: this.endpoint, check, outcome: 'failure', found, advice });
  }

  /** Runs a check; what it throws is its failure. */
  async run<T>(check: string, advice: string, task: () => Promise<T>): Promise<T | undefined> {
    try {
      return await task();
    } catch (error) {
      this.fail(check, error instanceof Error ? withoutName(error.message, this.endpoint) : String(error), advice);
      return undefined;
    }
  }
}

/** An endpoint's errors begin with its name, under which the findings stand anyway. */
export function withoutName(message: string, endpoint: string): string {
  return message.startsWith(`${endpoint}: `) ? message.slice(endpoint.length + 2) : message;
}

/** The findings for people; a quiet report leaves out what is ok. */
export function findingsText(findings: readonly Finding[], isQuiet: boolean): string {
  const told = findings.filter(({ outcome }) => !isQuiet || outcome !== 'ok');
  const lines: string[] = [];
  let endpoint: string | undefined;
  for (const finding of told) {
    if (finding.endpoint !== endpoint) lines.push(finding.endpoint);
    endpoint = finding.endpoint;
    lines.push(`  ${finding.outcome.padEnd(8)} ${finding.check}: ${finding.found}`);
    if (finding.advice !== undefined) lines.push(`           -> ${finding.advice}`);
  }
  const failures = findings.filter(({ outcome }) => outcome === 'failure').length;
  const warnings = findings.filter(({ outcome }) => outcome === 'warning').length;
  lines.push(
    failures === 0
      ? `These endpoints will do${warnings === 0 ? '' : `; ${counted(warnings, 'warning')}`}`
      : `These endpoints will not do: ${counted(failures, 'failure')}, ${counted(warnings, 'warning')}`,
  );
  return `${lines.join('\n')}\n`;
}

export function findingsJson(findings: readonly Finding[]): string {
  const ok = findings.every(({ outcome }) => outcome !== 'failure');
  return `${JSON.stringify({ ok, checks: findings }, undefined, 2)}\n`;
}

export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
