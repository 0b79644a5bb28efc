/**
 * Whose words a program uses: those of op-program's client, which ours shares, or those of kona's. The two differ in what the
 * local keys of a custom chain hold (boot.ts), and in some hints (hint-routes.ts).
 *
 * A program reads its local keys before it sends a hint, so that for them a host must be told. For the hints it sees by itself:
 * kona's client begins with one that no other sends.
 */
export const DIALECTS = ['op-program', 'kona'] as const;

export type Dialect = (typeof DIALECTS)[number];
