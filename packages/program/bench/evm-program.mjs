// The program that runs one EVM code (assembly/testing/evm-speed.ts), natively and in the machine.
import { readFileSync } from 'node:fs';
import { loadElf } from '../../fpvm/dist/src/index.js';
import { compileGuest } from '../../guest/dist/src/index.js';
import { runProgram } from '../dist/src/index.js';

/** L2 forks by the numbers of assembly/config/rollup.ts. */
export const FORK = { granite: 6, jovian: 9, karst: 10 };

/**
 * Functions that run an order: the fork, the code, and the call data, whose first word is the number `n`. `answer` is
 * what the oracle says to a precompile that L1 answers.
 */
export function evmProgram(answer = new Uint8Array(0)) {
  const built = (name) => readFileSync(new URL(`../dist/${name}.wasm`, import.meta.url));
  const elf = compileGuest(built('evm-speed'));
  const module = built('evm-speed-native');
  const oracleOf = (order) => ({ hint: async () => {}, get: async (key) => (key[0] === 6 ? answer : order) });
  return {
    order: (fork, n, code, input = new Uint8Array(0)) =>
      Uint8Array.from([
        fork,
        code.length >> 8,
        code.length & 255,
        ...code,
        ...Buffer.from(BigInt(n).toString(16).padStart(64, '0'), 'hex'),
        ...input,
      ]),
    /** Steps in the machine. */
    guestSteps: async (order) => {
      const { machine } = loadElf(elf, { oracle: oracleOf(order), output: () => {} });
      while (!machine.exited) await machine.run(1n << 40n);
      if (machine.exitCode !== 0) throw new Error(`exit code ${machine.exitCode}`);
      return Number(machine.step);
    },
    /** User CPU time (all threads) and gas of a native run. */
    natively: async (order) => {
      let log = '';
      const keep = (text) => {
        log += Buffer.from(text).toString();
      };
      const start = process.cpuUsage();
      const code = await runProgram({
        module,
        oracle: oracleOf(order),
        stdout: keep,
        stderr: keep,
      });
      const nanoseconds = process.cpuUsage(start).user * 1000;
      if (code !== 0 || !/success=1/.test(log)) throw new Error(`exit code ${code}: ${log}`);
      return { nanoseconds, gas: Number(/gas=(\d+)/.exec(log)?.[1]) };
    },
  };
}
