import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { runGuided } from '../src/guided-run.js';
import type { Machine, MachineOptions } from '../src/machine.js';
import { lookupSymbol } from '../src/metadata.js';
import { encodeFlameGraph } from '../src/profile/flamegraph.js';
import { encodePprof } from '../src/profile/pprof.js';
import { type CallNode, type GuestProfile, Sampler } from '../src/profile/sampler.js';
import { deeper, Unwinder } from '../src/profile/unwind.js';
import { callGuest, ShadowStack } from './call-guest.js';
import { engines } from './reference.js';

const TURNS = 150;

async function profiledRun(
  turns: number,
  options: MachineOptions,
): Promise<{ profile: GuestProfile; machine: Machine }> {
  const { machine, metadata } = callGuest(turns, options);
  const sampler = new Sampler(machine, metadata);
  await runGuided(machine, { sampler });
  return { profile: sampler.finish(machine), machine };
}

/** Samples and steps of each stack of names, outermost first. */
function countsByStack({ root }: GuestProfile): Map<string, { samples: number; steps: bigint }> {
  const counts = new Map<string, { samples: number; steps: bigint }>();
  const visit = (node: CallNode, stack: readonly string[]) => {
    for (const callee of node.callees.values()) {
      const names = [...stack, callee.name];
      if (callee.samples > 0) addTo(counts, names.join(' '), callee.samples, callee.steps);
      visit(callee, names);
    }
  };
  visit(root, []);
  return counts;
}

function addTo(
  counts: Map<string, { samples: number; steps: bigint }>,
  stack: string,
  samples: number,
  steps: bigint,
): void {
  const known = counts.get(stack) ?? { samples: 0, steps: 0n };
  counts.set(stack, { samples: known.samples + samples, steps: known.steps + steps });
}

/** The stack before each step, by following calls and returns. */
async function* stacks(machine: Machine, nameOf: (address: bigint) => string): AsyncGenerator<string[]> {
  const shadow = new ShadowStack(machine.pc, nameOf);
  while (!machine.exited) {
    yield shadow.names();
    const word = machine.instruction();
    await machine.run(1n);
    shadow.follow(word, machine.pc);
  }
}

test('at every step of every kind of frame, the stack is that of the calls made', async () => {
  const { machine, metadata } = callGuest(2, { engine: 'interpreter' });
  const unwinder = new Unwinder(metadata);
  const met = new Set<string>();
  for await (const names of stacks(machine, (address) => lookupSymbol(metadata, address))) {
    const walked = unwinder.walk(machine).map(({ name }) => name);
    walked.reverse();
    assert.deepEqual(walked, names, `step ${machine.step}, pc ${machine.pc.toString(16)}`);
    met.add(names.join(' '));
  }
  assert.ok(met.has('start outer dynamic busy leaf') && met.has('runtime.systemstack onOtherStack'), [...met].join());
});

test('frames name the place of the call', async () => {
  const { machine, metadata, address } = callGuest(1);
  while (machine.pc !== address('leaf')) await machine.run(1n);
  const frames = new Unwinder(metadata).walk(machine);
  assert.deepEqual(frames, [
    { name: 'leaf', address: address('leaf') },
    { name: 'outer', address: address('outer') + 8n },
    { name: 'start', address: address('start') + 4n },
  ]);
});

test('deep recursion is cut off at its outer end', async () => {
  const { machine, metadata, address } = callGuest(1);
  machine.pc = address('recursive');
  machine.setRegister(10, 1000n);
  await machine.run(5n * 400n);
  const frames = new Unwinder(metadata).walk(machine);
  assert.equal(frames.length, 129);
  assert.deepEqual(new Set(frames.slice(0, 128).map(({ name }) => name)), new Set(['recursive']));
  assert.equal(frames.at(-1)?.name, deeper);
});

test('what cannot be a stack ends the walk', async () => {
  const { machine, metadata, address } = callGuest(1);
  const unwinder = new Unwinder(metadata);
  const names = () => unwinder.walk(machine).map(({ name }) => name);
  machine.pc = 0x999000n;
  assert.deepEqual(names(), ['!unknown']);
  machine.pc = address('leaf');
  // Return addresses: nowhere, behind no call, the end of the address space.
  for (const ra of [0n, address('outer') + 4n, (1n << 64n) - 1n]) {
    machine.setRegister(1, ra);
    assert.deepEqual(names(), ['leaf']);
  }
  machine.setRegister(1, address('outer') + 12n);
  machine.setRegister(2, (1n << 64n) - 8n);
  assert.deepEqual(names(), ['leaf', 'outer']);
  assert.deepEqual(new Unwinder({ symbols: [] }).walk(machine), [{ name: '!unknown', address: machine.pc }]);
});

for (const options of engines) {
  test(`a profile counts the stacks at its sample steps, nothing else, ${options.engine}`, async () => {
    const { machine, metadata } = callGuest(TURNS, { engine: 'interpreter' });
    const expected = new Map<string, { samples: number; steps: bigint }>();
    let last = '';
    // The first 128 distances are 4,093 steps.
    for await (const names of stacks(machine, (address) => lookupSymbol(metadata, address))) {
      if (machine.step === 0n || machine.step % 4093n !== 0n) continue;
      last = names.join(' ');
      addTo(expected, last, 1, 4093n);
    }
    addTo(expected, last, 0, machine.step % 4093n);
    assert.ok(expected.size >= 5, `only ${expected.size} stacks`);
    const ours = await profiledRun(TURNS, options);
    assert.deepEqual(countsByStack(ours.profile), expected);
    assert.deepEqual(ours.machine.stateHash(), machine.stateHash());
  });
}

test('distances grow with the run, and every step is counted once', async () => {
  const { profile, machine } = await profiledRun(4000, {});
  const counts = [...countsByStack(profile).values()];
  assert.equal(
    counts.reduce((sum, { steps }) => sum + steps, 0n),
    machine.step,
  );
  const samples = counts.reduce((sum, { samples: n }) => sum + n, 0);
  const expected = 128 + 128 * Math.log(Number(machine.step) / (128 * 4093));
  assert.ok(Math.abs(samples - expected) < 0.02 * expected, `${samples} samples, ${expected} expected`);
});

test('a run shorter than the first distance has one sample, at its end', async () => {
  const { machine, metadata } = callGuest(5);
  const sampler = new Sampler(machine, metadata);
  await runGuided(machine, { sampler, stopAt: { kind: 'at', step: 100n } });
  assert.deepEqual([...countsByStack(sampler.finish(machine)).values()], [{ samples: 1, steps: 100n }]);
});

/** A profile made by hand: main calls f twice, from two places, and g. */
function handMade(): GuestProfile {
  const node = (name: string, address: bigint, steps: bigint, ...callees: CallNode[]): CallNode => ({
    name,
    address,
    samples: steps > 0n ? 1 : 0,
    steps,
    nanoseconds: Number(steps) * 10,
    callees: new Map(callees.map((callee) => [callee.address, callee])),
  });
  const f = (steps: bigint) => node('f', 0x2000n, steps);
  const root = node(
    '',
    0n,
    0n,
    node('main', 0x1004n, 0n, f(300n)),
    node('main', 0x1008n, 100n, f(400n), node('<g> & "h"\u0001', 0x3000n, 200n)),
  );
  return { root, firstStep: 7n, endStep: 1007n, startTime: 1_700_000_000_000, duration: 1500 };
}

test('pprof gets every field', async () => {
  const { stringTable, ...decoded } = Profile.decode(gunzipSync(await encodePprof(handMade(), 'guest.bin')));
  const text = (index: number | bigint) => stringTable.strings[Number(index)];
  const value = ({ type, unit }: { type: number | bigint; unit: number | bigint }) => `${text(type)}/${text(unit)}`;
  assert.deepEqual(decoded.sampleType.map(value), ['samples/count', 'steps/count', 'time/nanoseconds']);
  assert.equal(text(decoded.defaultSampleType), 'steps');
  assert.ok(decoded.periodType !== undefined);
  assert.equal(value(decoded.periodType), 'steps/count');
  assert.equal(Number(decoded.period), 1);
  assert.equal(BigInt(decoded.timeNanos), 1_700_000_000_000_000_000n);
  assert.equal(BigInt(decoded.durationNanos), 1_500_000_000n);
  assert.deepEqual(decoded.comment.map(text), ['guest steps 7 to 1007']);

  const functions = new Map(decoded.function.map(({ id, name }) => [Number(id), text(name)]));
  assert.deepEqual([...functions.values()].sort(), ['<g> & "h"\u0001', 'f', 'main']);
  const locations = new Map(
    decoded.location.map(({ id, address, line }) => [
      Number(id),
      `${functions.get(Number(line[0]?.functionId))}@${address.toString(16)}`,
    ]),
  );
  const samples = decoded.sample.map(({ locationId, value: values }) => ({
    stack: locationId.map((id) => locations.get(Number(id))),
    values: values.map(Number),
  }));
  assert.deepEqual(samples, [
    { stack: ['f@2000', 'main@1004'], values: [1, 300, 3000] },
    { stack: ['main@1008'], values: [1, 100, 1000] },
    { stack: ['f@2000', 'main@1008'], values: [1, 400, 4000] },
    { stack: ['<g> & "h"\u0001@3000', 'main@1008'], values: [1, 200, 2000] },
  ]);
  const [mapping] = decoded.mapping;
  assert.equal(text(mapping?.filename ?? 0), 'guest.bin');
  assert.equal(Number(mapping?.memoryStart), 0x1004);
  assert.equal(Number(mapping?.memoryLimit), 0x3001);
});

interface Rectangle {
  readonly title: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

function rectanglesOf(svg: string): Rectangle[] {
  const frame = /<g class="frame"><title>(.*?)<\/title><rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"/g;
  return [...svg.matchAll(frame)].map(([, title = '', x, y, width]) => ({
    title,
    x: Number(x),
    y: Number(y),
    width: Number(width),
  }));
}

test('a flame graph merges calls of one function and is as wide as its steps', () => {
  const rectangles = rectanglesOf(encodeFlameGraph(handMade(), 'title'));
  assert.deepEqual(
    rectangles.map(({ title, x, width }) => [title, x, width]),
    [
      ['all (1,000 steps, 100.00 %)', 10, 1180],
      ['main (1,000 steps, 100.00 %)', 10, 1180],
      ['&lt;g&gt; &amp; &quot;h&quot;\ufffd (200 steps, 20.00 %)', 10, 236],
      ['f (700 steps, 70.00 %)', 246, 826],
    ],
  );
  const [all, main, g, f] = rectangles.map(({ y }) => y);
  assert.ok(all !== undefined && main === all - 16 && g === main - 16 && f === g);
});

test('a flame graph is well-formed, the same each time, and frames stand on their callers', async () => {
  const { profile } = await profiledRun(TURNS, {});
  const svg = encodeFlameGraph(profile, 'a < b');
  assert.equal(encodeFlameGraph((await profiledRun(TURNS, {})).profile, 'a < b'), svg);
  assertWellFormed(svg);
  const rectangles = rectanglesOf(svg);
  assert.ok(rectangles.length > 8);
  for (const { title, x, y, width } of rectangles) {
    if (title.startsWith('all ')) continue;
    const caller = rectangles.find(
      (below) => below.y === y + 16 && below.x <= x + 0.011 && x + width <= below.x + below.width + 0.011,
    );
    assert.ok(caller !== undefined, `${title} stands on nothing`);
  }
});

/** Every element is closed where it must be; text has no bare markup. */
function assertWellFormed(svg: string): void {
  const body = svg.replace(/^<\?xml[^?]*\?>/, '').replace(/<!\[CDATA\[[^]*?\]\]>/g, '');
  const open: string[] = [];
  const rest = body.replace(
    /<(\/?)([a-z]+)((?: [\w-]+="[^"<]*")*)(\/?)>/g,
    (_, closing, name: string, _attributes, empty) => {
      if (closing === '/') assert.equal(open.pop(), name);
      else if (empty === '') open.push(name);
      return '';
    },
  );
  assert.deepEqual(open, []);
  assert.doesNotMatch(rest, /[<>]|&(?!(amp|lt|gt|quot);)/);
}

test('the script of a flame graph compiles', () => {
  const script = /<!\[CDATA\[([^]*?)\]\]>/.exec(encodeFlameGraph(handMade(), ''))?.[1];
  assert.ok(script !== undefined);
  assert.doesNotThrow(() => new Function(script));
});
