// How much memory a guest may touch, and the error that says so before the host ends the process.
import { freemem, totalmem } from 'node:os';

const MIB = 2 ** 20;
/** What a run takes besides 1.3 times the touched pages: Node.js, tables, code. */
const FIXED_COST = 250 * MIB;
/** What must be left of the host's memory when the guest gets more of it. */
const RESERVE = 128 * MIB;

/** The guest needs more memory than it may have, or than there is. */
export class MachineMemoryError extends Error {
  override readonly name = 'MachineMemoryError';
}

/** Limits in bytes of touched pages. */
export interface MemoryLimit {
  readonly bytes: number;
  /** Set by the user, who knows better than what the host says to be available. */
  readonly isOwn: boolean;
}

/**
 * By default a guest may touch what fits the memory of the host (or of its control group) with the rest of the run:
 * (memory - 250 MiB) / 1.3.
 */
export function memoryLimit(own?: number): MemoryLimit {
  if (own !== undefined) return { bytes: own, isOwn: true };
  const constrained = process.constrainedMemory() ?? 0;
  const memory = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return { bytes: Math.max(0, memory - FIXED_COST) / 1.3, isOwn: false };
}

/** Throws MachineMemoryError if `touched` bytes are over the limit, or the host has not got `more` bytes left. */
export function checkMemory(limit: MemoryLimit, touched: number, more: number): void {
  const inUse = `${mib(touched)} of its memory in use`;
  if (touched > limit.bytes) {
    throw new MachineMemoryError(
      `the guest has touched more memory than it may: ${inUse}, the limit is ${mib(limit.bytes)} ` +
        `(${limit.isOwn ? 'as set' : 'this computer has no room for more'}): give it less work, e.g. a shorter block ` +
        `range${limit.isOwn ? ', or set a higher limit (--max-memory)' : ', or use a computer with more memory'}`,
    );
  }
  if (limit.isOwn) return;
  const left = available();
  if (left < more + RESERVE) {
    throw new MachineMemoryError(
      `the guest needs more memory than this computer has left: ${inUse}, ${mib(left)} left: end other programs, ` +
        `give the guest less work, or, if there is memory to swap to, set a limit of your own (--max-memory)`,
    );
  }
}

/** Throws MachineMemoryError if a program of `bytes`, none of which is touched yet, is larger than the limit. */
export function checkRoom(limit: MemoryLimit, bytes: number): void {
  if (bytes <= limit.bytes) return;
  throw new MachineMemoryError(
    `the program's segments take ${mib(bytes)} of memory, the limit is ${mib(limit.bytes)} ` +
      `(${limit.isOwn ? 'as set' : 'this computer has no room for more'}): make its zero-filled data (.bss) smaller` +
      `${limit.isOwn ? ', or set a higher limit (--max-memory)' : ''}`,
  );
}

const mib = (bytes: number) => `${Math.floor(bytes / MIB)} MiB`;

/** Elsewhere than on Linux "free" leaves out what the host would give back at once, and says nothing. */
function available(): number {
  if (process.platform !== 'linux') return Infinity;
  return typeof process.availableMemory === 'function' ? process.availableMemory() : freemem();
}
