// How the commands end when it is not with an answer: as a shell has them, with streams that break and limits that are met.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { repositoryRoot } from '../../src/demo/commands.js';

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A line of bash in which `$asterisc`, `$op_program`, `$kona_host` and `$obelisc` are the commands. */
async function shell(line: string): Promise<Ended> {
  const command = (name: string): string => `'${process.execPath}' '${join(repositoryRoot, 'bin', name)}'`;
  const commands = ['asterisc', 'op-program', 'kona-host', 'obelisc']
    .map((name) => `${name.replace('-', '_')}="${command(name)}"`)
    .join(' ');
  const child = spawn('bash', ['-c', `${commands}\nrun() { eval "$@"; }\n${line}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { code, stdout, stderr };
}

const failureOf = { asterisc: 1, op_program: 2, kona_host: 2, obelisc: 2 };
const stack = /^\s+at .*:\d+:\d+\)?$/m;

for (const [command, failure] of Object.entries(failureOf)) {
  describe(`${command} fails with ${failure}`, () => {
    test('where its stdout is on a full device', async (t) => {
      if (!existsSync('/dev/full')) return t.skip('no /dev/full here');
      const { code, stderr } = await shell(`run "$${command}" --help > /dev/full`);
      assert.equal(code, failure);
      assert.match(stderr, /^[a-z-]+: cannot write to stdout: no space is left on its device\n$/);
    });

    test('where its stderr is on a full device', async (t) => {
      if (!existsSync('/dev/full')) return t.skip('no /dev/full here');
      const { code, stdout } = await shell(`run "$${command}" --colour 2> /dev/full`);
      assert.equal(code, failure);
      assert.equal(stdout, '');
    });

    test('where nobody reads its stdout', async () => {
      const { code, stderr } = await shell(`(run "$${command}" --help; echo "code $?" >&2) | true`);
      assert.equal(code, 0);
      assert.match(stderr, /cannot write to stdout: what reads it has ended\ncode (\d)\n$/);
      assert.match(stderr, new RegExp(`code ${failure}\\n$`));
    });

    test('where too few files may be open', async (t) => {
      if (!existsSync('/proc/self/limits')) return t.skip('no /proc here');
      const { code, stdout, stderr } = await shell(`ulimit -n 40; run "$${command}" run --network op-mainnet`);
      assert.equal(code, failure);
      assert.match(stderr, /^[a-z-]+: 128 open files are needed, and ulimit -n allows 40\n$/);
      assert.equal(stdout, '');
    });

    test('where Node.js could not open its first file', async () => {
      // Whatever this process leaves open counts as well.
      const { code, stderr } = await shell(
        `ulimit -n 18; '${join(repositoryRoot, 'bin', command.replace('_', '-'))}' --help`,
      );
      if (command === 'asterisc') return assert.notEqual(code, 0);
      assert.equal(code, failure);
      assert.match(stderr, /^[a-z-]+: 128 open files are needed, and ulimit -n allows 18\n$/);
    });

    test('where its own modules are not there', async (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'obelisc-bare-'));
      t.after(() => rmSync(folder, { recursive: true, force: true }));
      cpSync(join(repositoryRoot, 'bin'), join(folder, 'bin'), { recursive: true });
      const bare = join(folder, 'bin', command.replace('_', '-'));
      const { code, stderr } = await shell(`run "'${process.execPath}' '${bare}'" --help`);
      assert.equal(code, failure);
      assert.match(stderr, /^[a-z-]+: it is not built yet: run npm ci, or npm run build\n$/);
    });

    test('without a stack, unless --debug asks for it', async () => {
      const line = {
        asterisc: 'witness --input /nonexistent',
        op_program: '',
        kona_host: 'single',
        obelisc: 'output 5 --op-node http://127.0.0.1:1 --retry.for 1s',
      }[command];
      const plain = await shell(`run "$${command}" ${line}`);
      assert.equal(plain.code, failure);
      assert.notEqual(plain.stderr, '');
      assert.doesNotMatch(plain.stdout + plain.stderr, stack);
      const debug = await shell(`run "$${command}" ${line} --debug`);
      assert.equal(debug.code, failure);
      assert.match(debug.stderr, stack);
    });
  });
}

test('an error that nobody caught, and a command that comes to no end, are failures', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'obelisc-exits-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const commandProcess = join(repositoryRoot, 'packages/obelisc/dist/src/terminal/command-process.js');
  const run = async (main: string): Promise<Ended> => {
    const script = join(folder, 'command.mjs');
    writeFileSync(
      script,
      `import { runAsProcess } from ${JSON.stringify(commandProcess)};
       await runAsProcess({ name: 'trial', failure: 2, load: async () => ({ main: ${main} }) });`,
    );
    return shell(`'${process.execPath}' '${script}'`);
  };
  const thrown = await run(`() => new Promise(() => setTimeout(() => { throw new Error('in a timer') }, 1))`);
  assert.deepEqual(thrown, { code: 2, stdout: '', stderr: 'trial: in a timer\n' });
  const rejected = await run(
    `() => { void Promise.reject(new Error('of nobody')); return new Promise(() => setTimeout(() => {}, 1000)); }`,
  );
  assert.deepEqual(rejected, { code: 2, stdout: '', stderr: 'trial: of nobody\n' });
  const endless = await run(`() => new Promise(() => {})`);
  assert.equal(endless.code, 2);
  assert.match(endless.stderr, /^trial: it ended before it had an answer/);
  const caused = await run(`() => { throw new Error('outside', { cause: new Error('inside') }); }`);
  assert.deepEqual(caused, { code: 2, stdout: '', stderr: 'trial: outside\n  because: inside\n' });
  const answered = await run(`async () => { process.stdout.write('wrong\\n'); return 1; }`);
  assert.deepEqual(answered, { code: 1, stdout: 'wrong\n', stderr: '' });
});

test('--json prints one object on whatever failure, errors in the flags included', async () => {
  const json = async (line: string): Promise<Record<string, unknown>> => {
    const { code, stdout } = await shell(line);
    assert.equal(code, 2);
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  const endpoints =
    '--l1 http://127.0.0.1:1 --l1.beacon http://127.0.0.1:1 --l2 http://127.0.0.1:1 --op-node http://127.0.0.1:1';
  assert.deepEqual(await json('run "$obelisc" validate --json --too 5'), {
    answer: 'unknown',
    error: "unknown option '--too'\n(Did you mean --to?)",
  });
  // The flag's variable asks for an object as the flag does, and either may be taken back.
  const variable = await json('OBELISC_JSON=true run "$obelisc" validate');
  assert.match(String(variable.error), /^required options/);
  const none = await shell('OBELISC_JSON=true run "$obelisc" validate --json=false');
  assert.deepEqual([none.code, none.stdout], [2, '']);
  const absent = await json('run "$obelisc" validate --json --to 5 2>&-');
  assert.match(String(absent.error), /^required options '--l1 <url>', .* not specified$/);
  const unreachable = await json(`run "$obelisc" validate --json ${endpoints} --to 5 --retry.for 1s`);
  assert.equal(unreachable.answer, 'unknown');
  assert.match(String(unreachable.error), /--op-node/);
  const cramped = await json(`ulimit -n 24; run "$obelisc" validate --json ${endpoints} --to 5 --retry.for 1s`);
  assert.match(String(cramped.error), /^128 open files are needed, and ulimit -n allows 24$/);
});

test('an answer stays the only object, whatever breaks behind it; what breaks before it is in its place', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'obelisc-answers-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [process, answer] = ['command-process', 'answer'].map((name) =>
    JSON.stringify(join(repositoryRoot, `packages/obelisc/dist/src/terminal/${name}.js`)),
  );
  const run = async (main: string, redirect = ''): Promise<Ended> => {
    const script = join(folder, 'command.mjs');
    writeFileSync(
      script,
      `import { runAsProcess } from ${process};
       import { writeAnswer } from ${answer};
       process.argv.push('--json');
       await runAsProcess({ name: 'obelisc', failure: 2, load: async () => ({ main: ${main} }) });`,
    );
    return shell(`'${globalThis.process.execPath}' '${script}' ${redirect}`);
  };
  const broken = `process.stderr.emit('error', Object.assign(new Error('broken'), { code: 'EPIPE' }))`;
  const behind = await run(`async () => { await writeAnswer('{"answer":"valid"}\\n'); ${broken}; return 0; }`);
  assert.deepEqual([behind.code, behind.stdout], [2, '{"answer":"valid"}\n']);
  if (!existsSync('/dev/full')) return t.skip('no /dev/full here');
  const before = await run(
    `async () => { console.error('told'); await writeAnswer('{"answer":"valid"}\\n'); return 0; }`,
    '2> /dev/full',
  );
  assert.equal(before.code, 2);
  assert.deepEqual(JSON.parse(before.stdout), {
    answer: 'unknown',
    error: 'cannot write to stderr: no space is left on its device',
  });
});

test('an unknown flag is told before those that are missing, and these all at once', async () => {
  const unknown = await shell('run "$obelisc" validate --l1-beacon http://127.0.0.1:1');
  assert.match(unknown.stderr, /unknown option '--l1-beacon'/);
  const besideMistake = await shell('run "$obelisc" validate --l1 nonsense --to --bogus --colour=1');
  assert.match(besideMistake.stderr, /unknown option '--colour=1'/);
  const help = await shell('run "$obelisc" validate --colour --help');
  assert.equal(help.code, 0);
  const verb = await shell('run "$asterisc" load-elf --pth x');
  assert.match(verb.stderr, /unknown option '--pth'\n\(Did you mean --path\?\)/);
  const guest = await shell('run "$op_program" --l2-claim 0x');
  assert.match(guest.stderr, /unknown flag --l2-claim; did you mean --l2\.claim\?/);
  const missing = await shell('run "$obelisc" validate --to 5 --l2 http://127.0.0.1:1');
  assert.match(missing.stderr, /required options '--l1 <url>', '--l1\.beacon <urls>', '--op-node <url>' not specified/);
});

test('a Node.js that is too old is refused in one line, in words that it can read', async () => {
  const start = join(repositoryRoot, 'bin/start.cjs');
  const require = createRequire(import.meta.url);
  require(start);
  for (const [version, failure] of [
    ['v18.20.8', 2],
    ['v20.18.3', 1],
    ['v8.0.0', 2],
  ] as const) {
    const script = `Object.defineProperty(process, 'versions', { value: { node: '${version.slice(1)}' } });
      Object.defineProperty(process, 'version', { value: '${version}' });
      require('${start}')('trial', ${failure});`;
    const { code, stdout, stderr } = await shell(`'${process.execPath}' -e "${script}"`);
    const asObject = await shell(`'${process.execPath}' -e "${script.replace('trial', 'obelisc')}" validate -- --json`);
    assert.deepEqual(
      [asObject.code, JSON.parse(asObject.stdout)],
      [failure, { answer: 'unknown', error: `Node.js 20.19 or later is needed, this is ${version}` }],
    );
    assert.deepEqual(
      { code, stdout, stderr },
      { code: failure, stdout: '', stderr: `trial: Node.js 20.19 or later is needed, this is ${version}\n` },
    );
  }
});
