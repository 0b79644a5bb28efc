// What the host's compilers are told before a machine runs in a process of its own.
import { setFlagsFromString } from 'node:v8';

/**
 * To be called once by a command whose time is spent in a machine, before the first machine is made; it concerns the whole
 * process. V8 of Node.js 20 spends more on optimizing the translator's JavaScript, on threads of its own, than that gains:
 * of a Go guest's 48 million steps 1.14 s of CPU become 0.82, of 2.4 thousand million 3.96 become 3.54. Later versions
 * have a middle tier, and no such flag.
 */
export function tuneHost(): void {
  if (process.versions.v8.startsWith('11.')) setFlagsFromString('--interrupt-budget=1000000');
}
