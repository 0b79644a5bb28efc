// What the translator makes of single functions: where it checks bounds, and what it refuses.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { translateModule } from '../src/translate/module.js';
import { recursiveFunctions } from '../src/translate/call-graph.js';
import { decodeModule } from '../src/wasm/module.js';
import { UnsupportedModuleError } from '../src/wasm/reader.js';
import {
  abiImports,
  access,
  buildModule,
  type BuiltFunction,
  type BuiltModule,
  call,
  type Code,
  i32,
  localGet,
  localSet,
  none,
} from './wasm-builder.js';

const load = (local: number, offset: number): Code => [...localGet(local), ...access(0x28, offset), 0x1a];
const first = abiImports.length;

function moduleOf(functions: readonly BuiltFunction[], change: Partial<BuiltModule> = {}): Uint8Array {
  const main: BuiltFunction = { name: 'main', type: none, code: [] };
  return buildModule({
    imports: abiImports,
    functions: [...functions, main],
    memory: { minimum: 1, maximum: 2 },
    main: first + functions.length,
    ...change,
  });
}

/** The lines of a function of two i32 parameters that concern bounds, calls, labels and branches. */
function checks(code: Code): string[] {
  const tested: BuiltFunction = { name: 'tested', type: { params: ['i32', 'i32'], result: undefined }, code };
  const module = moduleOf([tested]);
  assert.ok(WebAssembly.validate(module));
  const { source } = translateModule(decodeModule(module));
  const text = source.slice(source.indexOf(`void f${first}(u32 l0, u32 l1) {`));
  return [...text.slice(0, text.indexOf('\n}')).matchAll(/CHECK\(\w+, \d+\)|trap_out_of_bounds|hint|goto|L\d+:/g)].map(
    ([match]) => match.replace(/\(\w+, /, '('),
  );
}

const invoke: Code = [...i32(0), ...i32(0), ...call(2)];

test('accesses from one base share a check of the furthest', () => {
  assert.deepEqual(checks([...load(0, 0), ...load(0, 40), ...load(0, 8)]), ['CHECK(44)']);
});

test('a copied base is the same base', () => {
  assert.deepEqual(checks([...localGet(0), ...localSet(1), ...load(0, 0), ...load(1, 40)]), ['CHECK(44)']);
});

test('another base has a check of its own', () => {
  assert.deepEqual(checks([...load(0, 0), ...load(1, 0)]), ['CHECK(4)', 'CHECK(4)']);
});

test('a check never comes before a call that the access comes after', () => {
  assert.deepEqual(checks([...load(0, 0), ...invoke, ...load(0, 40)]), ['CHECK(4)', 'hint', 'CHECK(44)']);
});

test('what was in bounds before a call is so after it', () => {
  assert.deepEqual(checks([...load(0, 40), ...invoke, ...load(0, 0)]), ['CHECK(44)', 'hint']);
});

test('an assigned local is a new base', () => {
  const next: Code = [...localGet(0), ...access(0x28), ...localSet(0)];
  assert.deepEqual(checks([...next, ...load(0, 0)]), ['CHECK(4)', 'CHECK(4)']);
});

test('a check on one way does not count on the other, nor behind both', () => {
  const branch: Code = [...localGet(1), 0x04, 0x40, ...load(0, 0), 0x0b];
  assert.deepEqual(checks([...branch, ...load(0, 0)]), ['CHECK(4)', 'CHECK(4)']);
});

test('checks on both ways count behind them, as far as both go', () => {
  const branch: Code = [...localGet(1), 0x04, 0x40, ...load(0, 0), 0x05, ...load(0, 20), 0x0b];
  assert.deepEqual(checks([...branch, ...load(0, 0), ...load(0, 20)]), ['CHECK(4)', 'CHECK(24)', 'CHECK(24)']);
});

test('a loop keeps what is known of bases it does not assign', () => {
  const loop: Code = [0x03, 0x40, ...load(0, 0), ...localGet(1), 0x0d, 0, 0x0b];
  assert.deepEqual(checks([...load(0, 0), ...loop]), ['CHECK(4)', 'L2:', 'goto']);
});

test('a loop checks a base that it assigns each time', () => {
  const step: Code = [...localGet(0), ...i32(4), 0x6a, ...localSet(0)];
  const loop: Code = [0x03, 0x40, ...load(0, 0), ...step, ...localGet(1), 0x0d, 0, 0x0b];
  assert.deepEqual(checks([...load(0, 0), ...loop]), ['CHECK(4)', 'L2:', 'CHECK(4)', 'goto']);
});

test('a base plus a constant is in bounds where the base is that far', () => {
  const sum: Code = [...localGet(0), ...i32(16), 0x6a, ...access(0x28), 0x1a];
  assert.deepEqual(checks([...load(0, 16), ...invoke, ...sum]), ['CHECK(20)', 'hint']);
  assert.deepEqual(checks([...load(0, 15), ...invoke, ...sum]), ['CHECK(19)', 'hint', 'CHECK(4)']);
});

test('a base minus a constant is a base of its own: it may wrap', () => {
  const difference: Code = [...localGet(0), ...i32(-16), 0x6a, ...access(0x28), 0x1a];
  assert.deepEqual(checks([...load(0, 100), ...difference]), ['CHECK(104)', 'CHECK(4)']);
});

test('constant addresses within the smallest memory need no check, others have one', () => {
  const at = (address: number): Code => [...i32(address), ...access(0x28), 0x1a];
  assert.deepEqual(checks(at(65532)), []);
  assert.deepEqual(checks(at(65533)), ['CHECK(4)']);
});

test('an access further than the smallest memory is in bounds once the memory is that large', () => {
  assert.deepEqual(checks(load(0, 70_000)), ['trap_out_of_bounds', 'CHECK(70004)']);
});

test('an access further than the largest memory traps', () => {
  assert.deepEqual(checks(load(0, 131_069)), ['trap_out_of_bounds']);
});

test('functions that can call themselves are found, through the table too', () => {
  const unary = { params: [], result: undefined } as const;
  const functions: BuiltFunction[] = [
    { name: 'a', type: unary, code: call(first + 1) },
    { name: 'b', type: unary, code: call(first + 2) },
    { name: 'c', type: unary, code: call(first + 1) },
    { name: 'd', type: unary, code: call(first + 3) },
    { name: 'e', type: unary, code: [...i32(0), 0x11, 5, 0] },
    { name: 'f', type: unary, code: call(first + 4) },
  ];
  const module = decodeModule(moduleOf(functions, { table: [first + 5] }));
  const names = [...recursiveFunctions(module)].map((index) => module.names.get(index)).sort();
  assert.deepEqual(names, ['b', 'c', 'd', 'e', 'f']);
});

const refusals: readonly (readonly [name: string, module: () => Uint8Array, message: RegExp])[] = [
  ['no module', () => new TextEncoder().encode('not wasm'), /not a WebAssembly/],
  ['a module cut short', () => moduleOf([]).subarray(0, 30), /ends early/],
  [
    'floating point',
    () => moduleOf([{ name: 'f', type: none, code: [0x43, 0, 0, 0, 0, 0x1a] }]),
    /0x43.*floating point/,
  ],
  [
    'a far part that is not all there',
    () => moduleOf([], { memory: { minimum: 1, maximum: 65536 } }),
    /at most 31488.*65536/,
  ],
  ['memory without a maximum', () => moduleOf([], { memory: { minimum: 1 } }), /at most 31488/],
  [
    'a memory that reaches into the stack',
    () => moduleOf([], { memory: { minimum: 1, maximum: 31489 } }),
    /31489.*at most 31488/,
  ],
  ['another import', () => moduleOf([], { imports: [{ name: 'clock', type: none }] }), /env\.clock/],
  ['an import of another type', () => moduleOf([], { imports: [{ name: 'exit', type: none }] }), /env\.exit has type/],
];

for (const [name, module, message] of refusals) {
  test(`the translator refuses ${name} by name`, () => {
    assert.throws(
      () => translateModule(decodeModule(module())),
      (error) => error instanceof UnsupportedModuleError && message.test(error.message),
    );
  });
}
