// The same ELFs in the reference machine: REFERENCE_ASTERISC names its binary.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadElf } from '@obelisc/fpvm';
import { fixture } from './fixtures.js';

const asterisc = process.env['REFERENCE_ASTERISC'];
const skip = asterisc === undefined ? 'REFERENCE_ASTERISC is not set' : false;

for (const name of ['random-a', 'random-b']) {
  test(`${name} ends in the reference machine in the same state`, { skip }, async () => {
    const { elf } = fixture(name);
    const { machine } = loadElf(elf);
    await machine.run(1n << 40n);
    const folder = mkdtempSync(join(tmpdir(), 'obelisc-reference-'));
    try {
      writeFileSync(join(folder, 'guest.elf'), elf);
      const reference = (...args: string[]): string => {
        const { status, stdout, stderr } = spawnSync(asterisc ?? '', args, { cwd: folder, encoding: 'utf8' });
        assert.equal(status, 0, stderr);
        return stdout;
      };
      reference('load-elf', '--path', 'guest.elf', '--out', 'prestate.json', '--meta', 'meta.json');
      reference('run', '--input', 'prestate.json', '--meta', 'meta.json', '--output', 'out.json', '--info-at', 'never');
      const { stateHash, step } = JSON.parse(reference('witness', '--input', 'out.json')) as {
        stateHash: string;
        step: number;
      };
      assert.equal(step, Number(machine.step));
      assert.equal(stateHash, `0x${Buffer.from(machine.stateHash()).toString('hex')}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
