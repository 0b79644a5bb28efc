// Writes the numbers of BLS12-381 in the form of product.ts to assembly/generated. Run by tools/build-assembly.mjs.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { ISOGENY_OF_G1, ISOGENY_OF_G2 } from './isogenies.mjs';

const P = 0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn;
/** The curve's parameter is -U. */
const U = 0xd201000000010000n;
const DIGITS = 14;
const BITS = 28n;
const R = 1n << (BITS * BigInt(DIGITS));

const mod = (a, m = P) => ((a % m) + m) % m;
function power(a, e, m = P) {
  let result = 1n;
  for (let base = mod(a, m); e > 0n; e >>= 1n, base = (base * base) % m) if (e & 1n) result = (result * base) % m;
  return result;
}
const inverse = (a) => power(a, P - 2n);
// Elements of the quadratic field are pairs.
const multiply2 = ([a, b], [c, d]) => [mod(a * c - b * d), mod(a * d + b * c)];
function power2(a, e) {
  let result = [1n, 0n];
  for (let base = a; e > 0n; e >>= 1n, base = multiply2(base, base)) if (e & 1n) result = multiply2(result, base);
  return result;
}
const inverse2 = ([a, b]) => {
  const norm = inverse(a * a + b * b);
  return [mod(a * norm), mod(-b * norm)];
};

/** Digits with signs, which are those of a reduced element. */
function digits(value) {
  const result = [];
  for (let i = 0; i < DIGITS; i++) {
    const digit = i < DIGITS - 1 ? BigInt.asIntN(Number(BITS), value) : value;
    result.push(digit);
    value = (value - digit) >> BITS;
  }
  return [...result, 0n, 0n];
}
const montgomery = (value) => digits(mod(value * R));
const bytes = (value, length) => [...Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex')];

let text = '// Written by pairing/generate-constants.mjs.\n';
function data(name, comment, type, values) {
  text += `\n/** ${comment} */\n// @ts-ignore: decorator\n@lazy export const ${name}: usize = memory.data<${type}>([${values.join(', ')}], 16);\n`;
}
const elements = (name, comment, values) => data(name, comment, 'i32', values.flat().flatMap(montgomery));

text += `\n/** The curve's parameter is the negative of this. */\n// @ts-ignore: decorator\n@inline export const U: u64 = 0x${U.toString(16)};\n`;
data('MODULUS_BYTES', 'The modulus, big-endian.', 'u8', bytes(P, 48));
data(
  'MODULUS_DIGITS',
  'The modulus in digits that have no signs.',
  'i32',
  Array.from({ length: 16 }, (_, i) => (P >> (BITS * BigInt(i))) & ((1n << BITS) - 1n)),
);
data(
  'MULTIPLES',
  'The modulus times -16 to 16, in digits.',
  'i32',
  Array.from({ length: 33 }, (_, i) => digits(BigInt(i - 16) * P)).flat(),
);
data('SQUARE_ROOT_EXPONENT', 'A quarter of the modulus and one, big-endian.', 'u8', bytes((P + 1n) / 4n, 48));
elements('ONE', 'One.', [1n]);
data('TO_MONTGOMERY', 'What a number is multiplied by to be in Montgomery form.', 'i32', digits(mod(R * R)));
data('CUBED_TO_MONTGOMERY', 'The same for the inverse of one that is.', 'i32', digits(mod(R * R * R)));
elements('CURVE_B', "What the equation of G1's curve adds to the cube.", [4n]);
elements('TWIST_B', "The same of G2's.", [4n, 4n]);
const BETA = (() => {
  for (let g = 2n; ; g++) {
    const root = power(g, (P - 1n) / 3n);
    if (root !== 1n) return root;
  }
})();
elements('BETA', 'A cube root of one.', [BETA]);
const gamma = power2([1n, 1n], (P - 1n) / 6n);
const powers = [gamma];
for (let k = 2; k <= 5; k++) powers.push(multiply2(powers.at(-1), gamma));
elements('FROBENIUS', '(1 + i)^(k(p-1)/6) for k from 1 to 5.', powers);
elements(
  'FROBENIUS_SQUARED',
  '(1 + i)^(k(p²-1)/6) for k from 1 to 5.',
  powers.map(([a, b]) => mod(a * a + b * b)),
);
elements('PSI_X', 'What ψ multiplies the conjugate of x by.', [inverse2(powers[1])]);
elements('PSI_Y', 'The same of y.', [inverse2(powers[2])]);

// Affine coordinates; those of G2 as real and imaginary part.
elements('G1_GENERATOR', 'The generator of G1, as its coordinates.', [
  0x17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bbn,
  0x08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1n,
]);
elements('G2_GENERATOR', 'The generator of G2.', [
  0x024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8n,
  0x13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7en,
  0x0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801n,
  0x0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79ben,
]);
elements('G2_SECRET', "The generator times the KZG ceremony's secret: g2_monomial[1] of its output.", [
  0x185cbfee53492714734429b7b38608e23926c911cceceac9a36851477ba4c60b087041de621000edc98edada20c1def2n,
  0x15bfd7dd8cdeb128843bc287230af38926187075cbfbefa81009a2ce615ac53d2914e5870cb452d2afaaab24f3499f72n,
  0x014353bdb96b626dd7d5ee8599d1fca2131569490e28de18e82451a496a9c9794ce26d105941f383ee689bfbbb832a99n,
  0x1666c54b0a32529503432fcae0181b4bef79de09fc63671fda5ed1ba9bfa07899495346f3d7ac9cd23048ef30d0a154fn,
]);
// How RFC 9380, section 8.8, maps field elements: y² = x³ + A x + B, Z, what square roots of ratios need (appendix F.2.1.1), and isogenies.
const MAP = {
  a: 0x144698a3b8e9433d693a02c96d4982b0ea985383ee66a8d8e8981aefd881ac98936f8da0e0f97f5cf428082d584c1dn,
  b: 0x12e2908d11688030018b12e8753eee3b2016c1f0f24f4070a0b9c14fcef35ef55a23215a316ceaa5d1cc48e98e172be0n,
  z: 11n,
};
const MAP2 = { a: [0n, 240n], b: [1012n, 1012n], z: [-2n, -1n] };
const odd = (P - 1n) / 2n;
const odd2 = (P * P - 1n) / 8n;
elements('MAP_A', 'A of the curve that G1 is mapped by.', [MAP.a]);
elements('MAP_B', 'Its B.', [MAP.b]);
elements('MAP_Z', 'Its Z.', [MAP.z]);
elements('MAP_C6', 'c6 for it.', [power(MAP.z, odd)]);
elements('MAP_C7', 'c7 for it.', [power(MAP.z, (odd + 1n) / 2n)]);
data('MAP_C3', 'c3 for it.', 'u8', bytes((odd - 1n) / 2n, 48));
elements('MAP2_A', 'A of the curve that G2 is mapped by.', [MAP2.a]);
elements('MAP2_B', 'Its B.', [MAP2.b]);
elements('MAP2_Z', 'Its Z.', [MAP2.z]);
elements('MAP2_C6', 'c6 for it.', [power2(MAP2.z, odd2)]);
elements('MAP2_C7', 'c7 for it.', [power2(MAP2.z, (odd2 + 1n) / 2n)]);
data('MAP2_C3', 'c3 for it.', 'u8', bytes((odd2 - 1n) / 2n, 96));
elements('ISOGENY', 'The isogeny to the curve of G1.', ISOGENY_OF_G1.flat());
elements('ISOGENY2', 'The isogeny to the curve of G2.', ISOGENY_OF_G2.flat());
const ORDER = U ** 4n - U ** 2n + 1n;
data(
  'ORDER',
  'The order of the groups, in words of 64 bits, lowest first.',
  'u64',
  [0n, 64n, 128n, 192n].map((bit) => `0x${BigInt.asUintN(64, ORDER >> bit).toString(16)}`),
);

const folder = new URL('../generated/', import.meta.url);
const file = new URL('bls12-381-constants.ts', folder);
// What is the same as before is not written again: by its date it would be newer than the module.
if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, text);
}
