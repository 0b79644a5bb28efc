// A module whose memory has a far part: it uses both, and ends as the first byte of its local pre-image 1 says.
import { ALL_PAGES, NEAR_PAGES } from '../src/translate/module.js';
import {
  abi,
  abiImports,
  access,
  buildModule,
  call,
  type Code,
  drop,
  i32,
  line,
  load8,
  load32,
  load64,
  localGet,
  localSet,
  none,
  store32,
  store64,
} from './wasm-builder.js';

/** Key of the local pre-image that says how to end; the other bytes of its 40 are read to odd addresses. */
export const farOrderKey = `01${'00'.repeat(30)}01`;

const KEY = 64;
const ORDER = 96;
const NEAR_END = NEAR_PAGES * 65536;
const FAR = 0x80000000;
/** An odd address in the far part, and the last one that is used. */
const ODD = 0xc0000123;
const LAST = 0xffff0000 - 8;

/** A value that no compiler can know: the order's second byte is 0. */
const hidden = (value: number): Code => [...i32(ORDER + 1), ...access(load8), ...i32(value), 0x6a];
const writeFrom = (source: number, length: number): Code => [
  ...i32(1), ...hidden(source), ...i32(length), ...call(abi.write),
]; // prettier-ignore
const copy = (target: number, source: number, length: number): Code => [
  ...hidden(target), ...hidden(source), ...hidden(length), 0xfc, 10, 0, 0,
]; // prettier-ignore
const fill = (target: number, value: number, length: number): Code => [
  ...hidden(target), ...i32(value), ...hidden(length), 0xfc, 11, 0,
]; // prettier-ignore

/** Stores numbers 0 to 99 upwards from an address, a word each: local 0 counts. */
const fromZero = (target: number): Code => [
  ...line(...i32(0), ...localSet(0), 0x03, 0x40),
  ...line(...hidden(target), ...localGet(0), ...i32(2), 0x74, 0x6a, ...localGet(0), ...access(store32, 4)),
  ...line(...localGet(0), ...i32(1), 0x6a, ...localSet(0), ...localGet(0), ...i32(100), 0x49, 0x0d, 0, 0x0b),
];

const uses: Code = [
  ...line(...hidden(FAR), ...hidden(FAR), 0xad, ...access(store64), ...writeFrom(FAR, 8)),
  ...line(...hidden(LAST), ...hidden(-5), 0xac, ...access(store64), ...hidden(LAST), ...access(load64), 0xa7),
  ...line(...localSet(0), ...i32(256), ...localGet(0), ...access(store32), ...writeFrom(256, 4)),
  ...line(...fromZero(ODD), ...writeFrom(ODD, 404), ...fill(ODD + 1000, 7, 99), ...writeFrom(ODD + 990, 120)),
  ...line(...copy(1024, ODD, 404), ...writeFrom(1024, 404), ...copy(LAST - 77, 1024, 85), ...writeFrom(LAST - 77, 85)),
  ...line(...copy(ODD + 3, ODD, 404), ...writeFrom(ODD, 407), ...copy(NEAR_END - 9, ODD, 9), ...writeFrom(NEAR_END - 9, 9)),
  // A key, a pre-image, a hint and a digest in the far part.
  ...line(...copy(ODD + 2001, KEY, 32), ...hidden(ODD + 2001), ...call(abi.preimage_open), drop),
  ...line(...hidden(ODD + 3001), ...i32(40), ...call(abi.preimage_read), ...writeFrom(ODD + 3001, 40)),
  ...line(...fill(ODD + 5000, 0x61, 33), ...hidden(ODD + 5000), ...i32(33), ...call(abi.hint)),
  ...line(...hidden(ODD), ...i32(407), ...hidden(ODD + 1), ...call(abi.keccak256), ...writeFrom(ODD, 40)),
]; // prettier-ignore

/** Ends by number, each with what is seen natively and in the machine alike. */
export const farEnds: readonly { readonly name: string; readonly code: Code; readonly trap?: string }[] = [
  { name: 'exit', code: [] },
  { name: 'copy across 4 GiB', code: copy(LAST, 0, 65545), trap: 'memory access out of bounds' },
  { name: 'copy from across 4 GiB', code: copy(0, LAST, 65545), trap: 'memory access out of bounds' },
  { name: 'fill across 4 GiB', code: fill(LAST, 1, 65545), trap: 'memory access out of bounds' },
  { name: 'copy to the end', code: copy(LAST, 0, 65544) },
];

/** What the machine alone refuses: its stack and code lie there. */
export const betweenEnds: typeof farEnds = [
  { name: 'load behind the near part', code: [...hidden(NEAR_END - 3), ...access(load32), drop] },
  { name: 'load below the far part', code: [...hidden(FAR - 1), ...access(load8), drop] },
  { name: 'load at an offset behind the near part', code: [...hidden(8), ...access(load32, NEAR_END - 8), drop] },
  { name: 'copy from behind the near part', code: copy(0, NEAR_END - 3, 4) },
  { name: 'fill below the far part', code: fill(FAR - 1, 1, 4) },
];

export function farModule(): Uint8Array {
  const all = [...farEnds, ...betweenEnds];
  const main: Code = [
    ...line(...i32(KEY), ...call(abi.preimage_open), drop, ...i32(ORDER), ...i32(2), ...call(abi.preimage_read)),
    ...uses,
    ...all.flatMap(({ code }, i) => [
      ...line(...i32(ORDER), ...access(load8), ...i32(i), 0x46, 0x04, 0x40, ...code, ...i32(0), ...call(abi.exit), 0x0b),
    ]),
  ]; // prettier-ignore
  return buildModule({
    imports: abiImports,
    functions: [{ name: 'far/main', type: none, locals: ['i32'], code: main }],
    memory: { minimum: ALL_PAGES, maximum: ALL_PAGES },
    data: [{ address: KEY, bytes: [...Buffer.from(farOrderKey, 'hex')] }],
    main: abiImports.length,
  });
}
