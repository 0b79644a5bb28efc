// Writes the numbers of the curves in the form of product.ts to assembly/generated. Run by tools/build-assembly.mjs.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { ISOGENY_OF_G1, ISOGENY_OF_G2 } from './bls12-381/isogenies.mjs';

const bls = numbers({
  p: 0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn,
  bytes: 48,
  digits: 14,
  bits: 28n,
  xi: [1n, 1n],
  b: 4n,
  twistB: () => [4n, 4n],
});
const bn = numbers({
  p: 21888242871839275222246405745257275088696311157297823662689037894645226208583n,
  bytes: 32,
  digits: 10,
  bits: 27n,
  xi: [9n, 1n],
  b: 3n,
  twistB: ({ multiply2, inverse2 }) => multiply2([3n, 0n], inverse2([9n, 1n])),
});

/**
 * What both curves have, y² = x³ + b over the field of p elements. The quadratic field has i² = -1; the extensions above adjoin roots of
 * its element xi.
 */
function numbers({ p, bytes, digits: count, bits, xi, b, twistB }) {
  const r = 1n << (bits * BigInt(count));
  const places = Math.ceil(count / 4) * 4;
  const mod = (a) => ((a % p) + p) % p;
  const power = (a, e) => {
    let result = 1n;
    for (let base = mod(a); e > 0n; e >>= 1n, base = mod(base * base)) if (e & 1n) result = mod(result * base);
    return result;
  };
  // Elements of the quadratic field are pairs.
  const multiply2 = ([x, y], [z, w]) => [mod(x * z - y * w), mod(x * w + y * z)];
  const power2 = (a, e) => {
    let result = [1n, 0n];
    for (let base = a; e > 0n; e >>= 1n, base = multiply2(base, base)) if (e & 1n) result = multiply2(result, base);
    return result;
  };
  const norm = ([x, y]) => mod(x * x + y * y);
  const inverse2 = ([x, y]) => {
    const inverse = power(norm([x, y]), p - 2n);
    return [mod(x * inverse), mod(-y * inverse)];
  };
  /** Digits with signs, which are those of a reduced element. */
  const digits = (value) => {
    const result = [];
    for (let i = 0; i < count; i++) {
      const digit = i < count - 1 ? BigInt.asIntN(Number(bits), value) : value;
      result.push(digit);
      value = (value - digit) >> bits;
    }
    while (result.length < places) result.push(0n);
    return result;
  };
  const elements = (values) => values.flat(Infinity).flatMap((value) => digits(mod(value * r)));
  /** The modulus's inverse modulo 2^width. */
  const inverse = (width) => {
    let result = 1n;
    for (let i = 0; i < 6; i++) result = BigInt.asUintN(Number(width), result * (2n - p * result));
    return result;
  };
  const powers = [power2(xi, (p - 1n) / 6n)];
  while (powers.length < 5) powers.push(multiply2(powers.at(-1), powers[0]));
  const signed = digits(p);
  const unsigned = Array.from({ length: places }, (_, i) => BigInt.asUintN(Number(bits), p >> (bits * BigInt(i))));
  // Digits of so many times a reduced one's range no longer fit 32 bits.
  const most = 2n ** (32n - bits);
  const multiples = Array.from({ length: Number(2n * most) + 1 }, (_, i) => digits((BigInt(i) - most) * p));
  const ofTwist = twistB({ multiply2, inverse2 });
  return {
    p,
    power,
    power2,
    inverse2,
    powers,
    elements,
    numbers: [
      ['DIGITS', 'Digits of an element.', 'usize', count],
      ['BITS', 'Bits of a digit.', 'i64', bits],
      ['BYTES', 'Bytes of an element as others write it.', 'usize', bytes],
      ['P0', "The modulus's lowest digits, with signs.", 'i64', signed[0]],
      ['P1', 'The second.', 'i64', signed[1]],
      ['P2', 'The third.', 'i64', signed[2]],
      ['P3', 'The fourth.', 'i64', signed[3]],
      ['INVERSE', "The modulus's inverse modulo a digit's range.", 'i64', inverse(bits)],
      [
        'NEGATIVE_INVERSE',
        'The negative of its inverse modulo the range of two digits.',
        'i64',
        (1n << (2n * bits)) - inverse(2n * bits),
      ],
      [
        'TOP_INVERSE',
        "2^25 divided by the modulus's highest digit and what is below it.",
        'i32',
        ((1n << (25n + bits * BigInt(count - 1))) + p / 2n) / p,
      ],
      ['MOST_MULTIPLES', 'MULTIPLES are those by the negative of this to this.', 'i32', most],
    ],
    data: [
      [
        'MODULUS',
        'The modulus in digits with signs, and the same with a zero below.',
        'i32',
        [...signed, 0n, ...signed.slice(0, -1)],
      ],
      ['MODULUS_BYTES', 'The modulus, big-endian.', 'u8', bigEndian(p, bytes)],
      ['MODULUS_DIGITS', 'The modulus in digits that have no signs.', 'i32', unsigned],
      ['MULTIPLES', 'Multiples of the modulus, in digits.', 'i32', multiples.flat()],
      ['ONE', 'One.', 'i32', elements([1n])],
      ['TO_MONTGOMERY', 'What a number is multiplied by to be in Montgomery form.', 'i32', digits(mod(r * r))],
      ['CUBED_TO_MONTGOMERY', 'The same for the inverse of one that is.', 'i32', digits(mod(r * r * r))],
      ['CURVE_B', "What the equation of G1's curve adds to the cube.", 'i32', elements([b])],
      ['TWIST_B', "The same of G2's.", 'i32', elements([ofTwist])],
      ['TWIST_3B', 'Three times that.', 'i32', elements([multiply2([3n, 0n], ofTwist)])],
      ['FROBENIUS', 'xi^(k(p-1)/6) for k from 1 to 5.', 'i32', elements(powers)],
      ['FROBENIUS_SQUARED', 'xi^(k(p²-1)/6) for k from 1 to 5.', 'i32', elements(powers.map(norm))],
    ],
  };
}

function bigEndian(value, length) {
  return [...Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex')];
}

/** Digits -1, 0 and 1 of a number, lowest first; of two neighbours one is 0. */
function signedBits(value) {
  const result = [];
  for (; value !== 0n; value >>= 1n) {
    const digit = value & 1n ? 2n - (value & 3n) : 0n;
    result.push(digit);
    value -= digit;
  }
  return result;
}

const list = (type, values) => `memory.data<${type}>([${values.join(', ')}], 16)`;
const constant = (name, comment, type, value) =>
  `\n/** ${comment} */\n// @ts-ignore: decorator\n@inline export const ${name}: ${type} = ${value};\n`;
const data = (name, comment, value) =>
  `\n/** ${comment} */\n// @ts-ignore: decorator\n@lazy export const ${name}: usize = ${value};\n`;
/** By the curve that a module is compiled for. */
const either = (ofBn, ofBls) => `isDefined(BN254) ? ${ofBn} : ${ofBls}`;

write('pairing-constants.ts', [
  ...bls.numbers.map(([name, comment, type, value], i) =>
    constant(name, comment, type, either(bn.numbers[i][3], value)),
  ),
  ...bls.data.map(([name, comment, type, values], i) =>
    data(name, comment, either(list(type, bn.data[i][3]), list(type, values))),
  ),
]);

/** BLS12-381's parameter is the negative of this. */
const U = 0xd201000000010000n;
const orderOfBls = U ** 4n - U ** 2n + 1n;
const element = (name, comment, ...values) => data(name, comment, list('i32', bls.elements(values)));
const exponent = (name, comment, value, length) => data(name, comment, list('u8', bigEndian(value, length)));
// How RFC 9380, section 8.8, maps field elements: y² = x³ + A x + B, Z, and what square roots of ratios need (appendix F.2.1.1).
const MAP = {
  a: 0x144698a3b8e9433d693a02c96d4982b0ea985383ee66a8d8e8981aefd881ac98936f8da0e0f97f5cf428082d584c1dn,
  b: 0x12e2908d11688030018b12e8753eee3b2016c1f0f24f4070a0b9c14fcef35ef55a23215a316ceaa5d1cc48e98e172be0n,
  z: 11n,
};
const MAP2 = { a: [0n, 240n], b: [1012n, 1012n], z: [-2n, -1n] };
const odd = (bls.p - 1n) / 2n;
const odd2 = (bls.p ** 2n - 1n) / 8n;

write('bls12-381-constants.ts', [
  constant('U', "The curve's parameter is the negative of this.", 'u64', `0x${U.toString(16)}`),
  data(
    'ORDER',
    'The order of the groups, in words, lowest first.',
    list(
      'u64',
      [0n, 64n, 128n, 192n].map((at) => `0x${BigInt.asUintN(64, orderOfBls >> at).toString(16)}`),
    ),
  ),
  exponent('SQUARE_ROOT_EXPONENT', 'A quarter of the modulus and one, big-endian.', (bls.p + 1n) / 4n, 48),
  element('BETA', 'A cube root of one.', bls.power(2n, (bls.p - 1n) / 3n)),
  element('PSI_X', 'What ψ multiplies the conjugate of x by.', bls.inverse2(bls.powers[1])),
  element('PSI_Y', 'The same of y.', bls.inverse2(bls.powers[2])),
  element('MAP_A', 'A of the curve that G1 is mapped by.', MAP.a),
  element('MAP_B', 'Its B.', MAP.b),
  element('MAP_Z', 'Its Z.', MAP.z),
  exponent('MAP_C3', 'c3 for it.', (odd - 1n) / 2n, 48),
  element('MAP_C6', 'c6 for it.', bls.power(MAP.z, odd)),
  element('MAP_C7', 'c7 for it.', bls.power(MAP.z, (odd + 1n) / 2n)),
  element('MAP2_A', 'A of the curve that G2 is mapped by.', MAP2.a),
  element('MAP2_B', 'Its B.', MAP2.b),
  element('MAP2_Z', 'Its Z.', MAP2.z),
  exponent('MAP2_C3', 'c3 for it.', (odd2 - 1n) / 2n, 96),
  element('MAP2_C6', 'c6 for it.', bls.power2(MAP2.z, odd2)),
  element('MAP2_C7', 'c7 for it.', bls.power2(MAP2.z, (odd2 + 1n) / 2n)),
  element('ISOGENY', 'The isogeny to the curve of G1.', ISOGENY_OF_G1),
  element('ISOGENY2', 'The isogeny to the curve of G2.', ISOGENY_OF_G2),
  // Coordinates; those of G2 as real and imaginary part.
  element(
    'G1_GENERATOR',
    'The generator of G1.',
    0x17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bbn,
    0x08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1n,
  ),
  element(
    'G2_GENERATOR',
    'The generator of G2.',
    0x024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8n,
    0x13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7en,
    0x0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801n,
    0x0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79ben,
  ),
  element(
    'G2_SECRET',
    "The generator times the KZG ceremony's secret: g2_monomial[1] of its output.",
    0x185cbfee53492714734429b7b38608e23926c911cceceac9a36851477ba4c60b087041de621000edc98edada20c1def2n,
    0x15bfd7dd8cdeb128843bc287230af38926187075cbfbefa81009a2ce615ac53d2914e5870cb452d2afaaab24f3499f72n,
    0x014353bdb96b626dd7d5ee8599d1fca2131569490e28de18e82451a496a9c9794ce26d105941f383ee689bfbbb832a99n,
    0x1666c54b0a32529503432fcae0181b4bef79de09fc63671fda5ed1ba9bfa07899495346f3d7ac9cd23048ef30d0a154fn,
  ),
]);

/** BN254's parameter. */
const X = 4965661367192848881n;
const [parameter, loop] = [signedBits(X), signedBits(6n * X + 2n)];

write('bn254-constants.ts', [
  data('PARAMETER', "The curve's parameter x as digits with signs, lowest first.", list('i8', parameter)),
  constant('PARAMETER_DIGITS', 'How many they are.', 'i32', parameter.length),
  data('LOOP', '6x + 2, the same.', list('i8', loop)),
  constant('LOOP_DIGITS', 'How many they are.', 'i32', loop.length),
  data('PSI_X', 'What ψ multiplies the conjugate of x by.', list('i32', bn.elements([bn.powers[1]]))),
  data('PSI_Y', 'The same of y.', list('i32', bn.elements([bn.powers[2]]))),
]);

/** What is the same as before is not written again: by its date it would be newer than the modules. */
function write(name, parts) {
  const text = `// Written by pairing/generate-constants.mjs.\n${parts.join('')}`;
  const folder = new URL('../generated/', import.meta.url);
  const file = new URL(name, folder);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, text);
}
