/** Precompiles whose results the host computes. BLS12-381 vectors are from the test vectors of EIP-2537 (CC0). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { bn254 } from '@noble/curves/bn254.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { runPrecompile, UnknownPrecompileError } from '../src/index.js';

const address = (number: number) => Buffer.from(number.toString(16).padStart(40, '0'), 'hex');

function run(number: number, input: string): string {
  return Buffer.from(runPrecompile(address(number), Buffer.from(input, 'hex'))).toString('hex');
}

const VECTORS: [number: number, name: string, input: string, output: string][] = [
  [
    0x0b,
    'matter_g1_add_99',
    '000000000000000000000000000000000106df8eba767e90cce0eabdaacc24d8e226c6865012ef8cb1460de5a319d443fdc6b4f4e58fb668943e0528b1809da10000000000000000000000000000000019789f464c95c179af18704c0b67b881991880f75ee7b03b9feafa3eafcd0f7d30a17fdd9cf439ff7fe683adca2083b50000000000000000000000000000000017a81b957a12adf474a2913e8636f169ea9cd10be62c16b88f95f5caf661f158a032a9f7d249fdf2765caa1564bed0570000000000000000000000000000000017fbf2abc62dc2678b65d509e19c9c9c5d961c72565649a078da8dff98be6236ef314e9ff8022f639ff565353345c230',
    '00000000000000000000000000000000002c8bc5f39b2c9fea01372429e92a9c945fad152da67174f4e478fdead734d50f6e2da867c235f1f2f11bdfee67d2a7000000000000000000000000000000000c1dd27aad9f5d48c4824da3071daedf0c7a0e2a0b0ed39c50c9d25e61334a9c96765e049542ccaa00e0eccb316eec08',
  ],
  [
    0x0c,
    'matter_g1_mul_99',
    '000000000000000000000000000000000106df8eba767e90cce0eabdaacc24d8e226c6865012ef8cb1460de5a319d443fdc6b4f4e58fb668943e0528b1809da10000000000000000000000000000000019789f464c95c179af18704c0b67b881991880f75ee7b03b9feafa3eafcd0f7d30a17fdd9cf439ff7fe683adca2083b57cf23dee8d95d94046678f3bdb4b0ea3d4e3a1a2f07f582e2a98ad6eb7562cbf',
    '000000000000000000000000000000000bf700422a382546a74376b0292f3a49ceff5597f0d2b726b1ff099bcda7ba92238a21db12eff5c314a29dd2387bec850000000000000000000000000000000005e22e3c772f3634b1ccf4e311241977eb20e7269540ef22d379de26ab80c58461dfa3b67848e0d584fb11de1917949a',
  ],
  [
    0x0d,
    'matter_g2_add_99',
    '0000000000000000000000000000000010d001a09cf5dc3276482185f26ef3f75d28cd6d2667eb08a7fe06c03b99f3b6c4d82390739b6867a314291cc642a8b2000000000000000000000000000000000587846a460b1f37c2e7f491f9a097b4e86e1943d9cd0999313f65627b3907f09b5d5ac1be376a313a959dd136f7e9b3000000000000000000000000000000000af439695556e86b102926d3b40e3e54cc84464e120de3b4e3c5541a6a5bca44151fb0594009663764c1824518b13f020000000000000000000000000000000003bfd9418c1e57269e222152d321b83ae090f216cb422956dd1fcc464f68526cb4a05cdaefc7bbe6e81d4ffe27d64db400000000000000000000000000000000085dd8bfc00ba517dc8d7ddb49d711d35bd36f9fe3843689019e779624a032d2f023533b8184b73042d1a1953d2885e50000000000000000000000000000000009ba8d5d36e6efe02097a3206bbed68529f0cb9875ab81deafd886d9243bfec8b403d2abe713a2ec929b93305dd2da220000000000000000000000000000000007f8f90ebb2771136a92023901ca85e87fb7c8b1a40f88ae564a124bdd0ff0bc27ea98612a817e2c871fb4bcea3bb06600000000000000000000000000000000152de417d02f1d14e5899201db8fd5db8ecb40ea8d415dcdedce8ac70c28d851db68e9aef94506a50ec28145547a2d68',
    '0000000000000000000000000000000017555399f979745302f08210de5311a6401b6b181100b3bc6b6d450f0f62079d2f02d7badcb164f50dfc46a975cbd6720000000000000000000000000000000014aea86c06e4c1fbf0711a8cfced2544c7624abc7ae7906cd992bdf575a702540c45c2117e221446ba09960cbc9048ac0000000000000000000000000000000002fac56960c4989a84e02ce36e8970c2e847ee45579d31ca77f042bf96505af574af822da084ae64b22ff876610ba9a5000000000000000000000000000000000a481cfea2aef8975c80a297ce5a185dacd25649d41f8466d3c63d786e3c264a8e4ccab5ef6b80ab1260e86ab6d5b3f3',
  ],
  [
    0x0e,
    'matter_g2_mul_99',
    '0000000000000000000000000000000010d001a09cf5dc3276482185f26ef3f75d28cd6d2667eb08a7fe06c03b99f3b6c4d82390739b6867a314291cc642a8b2000000000000000000000000000000000587846a460b1f37c2e7f491f9a097b4e86e1943d9cd0999313f65627b3907f09b5d5ac1be376a313a959dd136f7e9b3000000000000000000000000000000000af439695556e86b102926d3b40e3e54cc84464e120de3b4e3c5541a6a5bca44151fb0594009663764c1824518b13f020000000000000000000000000000000003bfd9418c1e57269e222152d321b83ae090f216cb422956dd1fcc464f68526cb4a05cdaefc7bbe6e81d4ffe27d64db47cf23dee8d95d94046678f3bdb4b0ea3d4e3a1a2f07f582e2a98ad6eb7562cbf',
    '000000000000000000000000000000001375bd5ee66c330796bd8381a26cefa3f40f8cc8de42d4d59a7adbcd3852e6d632422e6ad9a06a6e497b23b17b1df87500000000000000000000000000000000165d8e7be17ecae9bf51a773da705aea42536d0fa3a2206267da50451f5104ee241811dd0e6710a80c38df77b126c009000000000000000000000000000000001559572407aff34969f83c394d2b095a7ae9f53a8e6c923910f256bb87b6ec076fa6acb85465102fd24d34031f88f7510000000000000000000000000000000015ff9ba89b55ef75f63732dec1e64106d7a912a6657fcc970dd011a03b5364117cca46d6cbafbc0c5049db10fa83fe6d',
  ],
  [
    0x0f,
    'bls_pairing_e(2*G1,3*G2)=e(6*G1,G2)',
    '000000000000000000000000000000000572cbea904d67468808c8eb50a9450c9721db309128012543902d0ac358a62ae28f75bb8f1c7c42c39a8c5529bf0f4e00000000000000000000000000000000166a9d8cabc673a322fda673779d8e3822ba3ecb8670e461f73bb9021d5fd76a4c56d9d4cd16bd1bba86881979749d2800000000000000000000000000000000122915c824a0857e2ee414a3dccb23ae691ae54329781315a0c75df1c04d6d7a50a030fc866f09d516020ef82324afae0000000000000000000000000000000009380275bbc8e5dcea7dc4dd7e0550ff2ac480905396eda55062650f8d251c96eb480673937cc6d9d6a44aaa56ca66dc000000000000000000000000000000000b21da7955969e61010c7a1abc1a6f0136961d1e3b20b1a7326ac738fef5c721479dfd948b52fdf2455e44813ecfd8920000000000000000000000000000000008f239ba329b3967fe48d718a36cfe5f62a7e42e0bf1c1ed714150a166bfbd6bcf6b3b58b975b9edea56d53f23a0e8490000000000000000000000000000000006e82f6da4520f85c5d27d8f329eccfa05944fd1096b20734c894966d12a9e2a9a9744529d7212d33883113a0cadb9090000000000000000000000000000000017d81038f7d60bee9110d9c0d6d1102fe2d998c957f28e31ec284cc04134df8e47e8f82ff3af2e60a6d9688a4563477c00000000000000000000000000000000024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb80000000000000000000000000000000013e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e000000000000000000000000000000000d1b3cc2c7027888be51d9ef691d77bcb679afda66c73f17f9ee3837a55024f78c71363275a75d75d86bab79f74782aa0000000000000000000000000000000013fa4d4a0ad8b1ce186ed5061789213d993923066dddaf1040bc3ff59f825c78df74f2d75467e25e0f55f8a00fa030ed',
    '0000000000000000000000000000000000000000000000000000000000000001',
  ],
  [
    0x10,
    'matter_fp_to_g1_99',
    '0000000000000000000000000000000017f66b472b36717ee0902d685c808bb5f190bbcb2c51d067f1cbec64669f10199a5868d7181dcec0498fcc71f5acaf79',
    '00000000000000000000000000000000188dc9e5ddf48977f33aeb6e505518269bf67fb624fa86b79741d842e75a6fa1be0911c2caa9e55571b6e55a3c0c0b9e00000000000000000000000000000000193e8b7c7e78daf104a59d7b39401a65355fa874bd34e91688580941e99a863367efc68fe871e38e07423090e93919c9',
  ],
  [
    0x11,
    'matter_fp2_to_g2_99',
    '000000000000000000000000000000000f470603a402bc134db1b389fd187460f9eb2dd001a2e99f730af386508c62f0e911d831a2562da84bce11d39f2ff13f000000000000000000000000000000000d8c45f4ab20642d0cba9764126e0818b7d731a6ba29ed234d9d6309a5e8ddfbd85193f1fa8b7cfeed3d31b23b904ee9',
    '0000000000000000000000000000000012e74d5a0c005a86ca148e9eff8e34a00bfa8b6e6aadf633d65cd09bb29917e0ceb0d5c9d9650c162d7fe4aa274526850000000000000000000000000000000005f09101a2088712619f9c096403b66855a12f9016c55aef6047372fba933f02d9d59db1a86df7be57978021e245782100000000000000000000000000000000136975b37fe400d1d217a2b496c1552b39be4e9e71dd7ad482f5f0836d271d02959fdb698dda3d0530587fb86e0db1dd0000000000000000000000000000000000bad0aabd9309e92e2dd752f4dd73be07c0de2c5ddd57916b9ffa065d7440d03d44e7c042075cda694414a9fb639bb7',
  ],
];

for (const [number, name, input, output] of VECTORS) {
  test(`0x${number.toString(16)}: ${name}`, () => {
    assert.equal(run(number, input), `01${output}`);
    assert.equal(run(number, input.slice(2)), '00', 'a byte short');
    assert.equal(run(number, ''), '00');
    assert.equal(run(number, `01${input.slice(2)}`), '00', 'a field element above 2^512 - 2^504');
  });
}

const modulus = '1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab';

test('BLS12-381: elements must be below the modulus, points on their curve', () => {
  assert.equal(run(0x10, modulus.padStart(128, '0')), '00');
  assert.equal(run(0x0b, `${'1'.padStart(128, '0')}${'1'.padStart(128, '0')}${''.padStart(256, '0')}`), '00');
});

test('BLS12-381: infinity is all zero, added, multiplied and paired', () => {
  assert.equal(run(0x0b, ''.padStart(512, '0')), `01${''.padStart(256, '0')}`);
  assert.equal(run(0x0c, ''.padStart(320, '0')), `01${''.padStart(256, '0')}`);
  assert.equal(run(0x0e, ''.padStart(576, '0')), `01${''.padStart(512, '0')}`);
  assert.equal(run(0x0f, ''.padStart(768, '0')), `01${'1'.padStart(64, '0')}`);
});

test('ecrecover: no signer is an empty output, not a failure', () => {
  assert.equal(run(1, ''), '01');
  assert.equal(run(1, 'ff'.repeat(128)), '01');
});

test('ecrecover: short input is padded, long input is cut', () => {
  // A signature of Ethereum's state tests (stPreCompiledContracts), by 0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b.
  const input =
    '18c547e4f7b0f325ad1e56f57e26c745b09a3e503d86e00e5255ff7f715d3d1c000000000000000000000000000000000000000000000000000000000000001c' +
    '73b1693892219d736caba55bdb67216e485557ea6b6af75f37096c9aa6a5a75feeb940b1d03b21e36b0e47e79769f095fe2ab855bd91e3a38756b7d75a9c4549';
  const output = '01000000000000000000000000a94f5374fce5edbc8e2a8697c15331677e6ebf0b';
  assert.equal(run(1, input), output);
  assert.equal(run(1, `${input}00ff`), output);
});

test('bn256 pairing: no pairs multiply to one; a point off the curve or a wrong length fails', () => {
  assert.equal(run(8, ''), `01${'1'.padStart(64, '0')}`);
  assert.equal(run(8, ''.padStart(384, '0')), `01${'1'.padStart(64, '0')}`);
  assert.equal(run(8, '00'), '00');
  assert.equal(run(8, `${'1'.padStart(64, '0')}${'1'.padStart(64, '0')}${''.padStart(256, '0')}`), '00');
});

test('an address that is no accelerated precompile is refused by name', () => {
  assert.throws(
    () => runPrecompile(address(5), new Uint8Array(0)),
    (error) => error instanceof UnknownPrecompileError && /0x0{39}5/.test(error.message),
  );
});

// The second opinion: the same questions answered by @noble/curves.

const words = (...values: bigint[]) => values.map((value) => value.toString(16).padStart(64, '0')).join('');
const blsWords = (...values: bigint[]) => values.map((value) => value.toString(16).padStart(128, '0')).join('');
const verdict = (one: boolean) => `01${(one ? '1' : '0').padStart(64, '0')}`;

test('bn256 pairing: products of multiples of the generators are one just where noble says so', () => {
  const { G1, G2 } = bn254;
  const input = (pairs: [bigint, bigint][]) =>
    pairs
      .map(([a, b]) => {
        const [p, q] = [G1.Point.BASE.multiply(a).toAffine(), G2.Point.BASE.multiply(b).toAffine()];
        return words(p.x, p.y, q.x.c1, q.x.c0, q.y.c1, q.y.c0);
      })
      .join('');
  const order = bn254.fields.Fr.ORDER;
  for (const pairs of [
    [
      [2n, 3n],
      [order - 6n, 1n],
    ],
    [
      [2n, 3n],
      [order - 5n, 1n],
    ],
    [[7n, 11n]],
    [
      [5n, 7n],
      [3n, 2n],
      [order - 41n, 1n],
    ],
  ] as [bigint, bigint][][]) {
    const product = bn254.pairingBatch(
      pairs.map(([a, b]) => ({ g1: G1.Point.BASE.multiply(a), g2: G2.Point.BASE.multiply(b) })),
    );
    assert.equal(run(8, input(pairs)), verdict(bn254.fields.Fp12.eql(product, bn254.fields.Fp12.ONE)));
  }
});

test('bn256 pairing: more pairs than are taken at once, in any order, with infinity and with what is no point', () => {
  const { G1, G2 } = bn254;
  const order = bn254.fields.Fr.ORDER;
  const pair = (a: bigint, b: bigint) => {
    const [p, q] = [G1.Point.BASE.multiply(a).toAffine(), G2.Point.BASE.multiply(b).toAffine()];
    return words(p.x, p.y, q.x.c1, q.x.c0, q.y.c1, q.y.c0);
  };
  // 1 × 2 + 2 × 3 + … + n × (n + 1), and what makes it zero.
  const many = (count: bigint): string[] => {
    const scalars = Array.from({ length: Number(count) }, (_, index) => BigInt(index + 1));
    const sum = scalars.reduce((total, scalar) => total + scalar * (scalar + 1n), 0n);
    return [...scalars.map((scalar) => pair(scalar, scalar + 1n)), pair(order - sum, 1n)];
  };
  const all = many(70n);
  const infinity = `${words(1n, 2n)}${''.padStart(256, '0')}`;
  for (let round = 0; round < 2; round++) {
    assert.equal(run(8, all.join('')), verdict(true));
    assert.equal(run(8, all.slice(round).toReversed().join('')), verdict(round === 0));
    assert.equal(run(8, [...all, infinity].join('')), verdict(true));
    const wrong = `${(all[3] ?? '').slice(0, -1)}0`;
    assert.equal(run(8, [...all.slice(0, 66), wrong].join('')), '00', 'its last pair is no point');
    assert.equal(run(8, many(BigInt(3 + round)).join('')), verdict(true));
  }
});

test('bn256 pairing: a point of the twist outside the subgroup fails, as do coordinates that are not reduced', () => {
  const { Fp2, Fp } = bn254.fields;
  const b = Fp2.mul(Fp2.create({ c0: 3n, c1: 0n }), Fp2.inv(Fp2.create({ c0: 9n, c1: 1n })));
  let outside: { x: { c0: bigint; c1: bigint }; y: { c0: bigint; c1: bigint } } | undefined;
  for (let c0 = 1n; outside === undefined; c0++) {
    const x = Fp2.create({ c0, c1: 0n });
    const square = Fp2.add(Fp2.mul(Fp2.sqr(x), x), b);
    try {
      const y = Fp2.sqrt(square);
      if (!bn254.G2.Point.fromAffine({ x, y }).isTorsionFree()) outside = { x, y };
    } catch {
      // No square: the next abscissa.
    }
  }
  const g1 = bn254.G1.Point.BASE.toAffine();
  const { x, y } = outside;
  assert.equal(run(8, words(g1.x, g1.y, x.c1, x.c0, y.c1, y.c0)), '00');
  const g2 = bn254.G2.Point.BASE.toAffine();
  const rest = [g2.x.c1, g2.x.c0, g2.y.c1, g2.y.c0];
  assert.equal(run(8, words(g1.x + Fp.ORDER, g1.y, ...rest)), '00');
  assert.equal(run(8, words(g1.x, g1.y + 1n, ...rest)), '00');
});

test('BLS12-381: sums of multiples and products of pairings are those of noble', () => {
  const { G1, G2, fields } = bls12_381;
  const g1 = (scalar: bigint) => {
    const { x, y } = G1.Point.BASE.multiply(scalar).toAffine();
    return blsWords(x, y);
  };
  const g2 = (scalar: bigint) => {
    const { x, y } = G2.Point.BASE.multiply(scalar).toAffine();
    return blsWords(x.c0, x.c1, y.c0, y.c1);
  };
  const order = fields.Fr.ORDER;
  const big = (1n << 256n) - 5n;
  assert.equal(run(0x0c, g1(3n) + words(big) + g1(8n) + words(9n)), `01${g1((3n * big + 72n) % order)}`);
  assert.equal(run(0x0e, g2(3n) + words(big) + g2(8n) + words(9n)), `01${g2((3n * big + 72n) % order)}`);
  assert.equal(run(0x0c, g1(3n) + words(order)), `01${''.padStart(256, '0')}`);
  assert.equal(run(0x0c, g1(3n) + words(5n) + g1(order - 3n) + words(5n)), `01${''.padStart(256, '0')}`);
  for (const last of [order - 6n, order - 7n]) {
    const product = bls12_381.pairingBatch([
      { g1: G1.Point.BASE.multiply(2n), g2: G2.Point.BASE.multiply(3n) },
      { g1: G1.Point.BASE.multiply(last), g2: G2.Point.BASE },
    ]);
    assert.equal(run(0x0f, g1(2n) + g2(3n) + g1(last) + g2(1n)), verdict(fields.Fp12.eql(product, fields.Fp12.ONE)));
  }
});

test('BLS12-381: sums of any points of the curve are those of noble, as are maps of any field elements', () => {
  const { fields } = bls12_381;
  const [{ Fp, Fp2 }, G1, G2] = [fields, bls12_381.G1.Point, bls12_381.G2.Point];
  const inBytes1 = (point: typeof G1.BASE): string => (point.is0() ? blsWords(0n, 0n) : blsWords(point.x, point.y));
  const inBytes2 = (point: typeof G2.BASE): string =>
    point.is0() ? blsWords(0n, 0n, 0n, 0n) : blsWords(point.x.c0, point.x.c1, point.y.c0, point.y.c1);
  // The first points from an abscissa on, most of which are outside the subgroup.
  const near = <T, P>(count: number, point: (x: bigint) => { x: T; y: T }, make: (at: { x: T; y: T }) => P): P[] => {
    const found: P[] = [];
    for (let x = 1n; found.length < count; x++) {
      try {
        found.push(make(point(x)));
      } catch {
        // No square: the next abscissa.
      }
    }
    return found;
  };
  const points1 = [
    ...near(
      3,
      (x) => ({ x, y: Fp.sqrt(Fp.add(Fp.pow(x, 3n), 4n)) }),
      (at) => G1.fromAffine(at),
    ),
    G1.BASE,
    G1.BASE.multiply(5n),
    G1.ZERO,
  ];
  const b = Fp2.create({ c0: 4n, c1: 4n });
  const points2 = [
    ...near(
      2,
      (c0) => {
        const x = Fp2.create({ c0, c1: 1n });
        return { x, y: Fp2.sqrt(Fp2.add(Fp2.pow(x, 3n), b)) };
      },
      (at) => G2.fromAffine(at),
    ),
    G2.BASE,
    G2.ZERO,
  ];
  for (const p of points1) {
    for (const q of [...points1, p.negate()]) {
      assert.equal(run(0x0b, inBytes1(p) + inBytes1(q)), `01${inBytes1(p.add(q))}`);
    }
  }
  for (const p of points2) {
    for (const q of [...points2, p.negate()]) {
      assert.equal(run(0x0d, inBytes2(p) + inBytes2(q)), `01${inBytes2(p.add(q))}`);
    }
  }
  const mapToG1 = bls12_381.G1.mapToCurve as unknown as (u: bigint) => { x: bigint; y: bigint };
  const elements = [0n, 1n, 2n, Fp.ORDER - 1n, Fp.ORDER - 2n, (Fp.ORDER - 1n) / 2n, Fp.ORDER / 3n];
  for (const [i, u] of elements.entries()) {
    const { x, y } = mapToG1(u);
    assert.equal(run(0x10, blsWords(u)), `01${blsWords(x, y)}`);
    const v = elements[(3 * i + 1) % elements.length] ?? 0n;
    const on2 = bls12_381.G2.mapToCurve([u, v]);
    assert.equal(run(0x11, blsWords(u, v)), `01${blsWords(on2.x.c0, on2.x.c1, on2.y.c0, on2.y.c1)}`);
  }
  // What points that need not be of the subgroup leave behind: the others still must.
  const outside = points1.find((point) => !point.isTorsionFree()) ?? assert.fail();
  assert.equal(run(0x0c, inBytes1(outside) + words(1n)), '00');
});

test('BLS12-381: a point of the curve outside the subgroup is neither multiplied nor paired', () => {
  const { Fp } = bls12_381.fields;
  let outside: { x: bigint; y: bigint } | undefined;
  for (let x = 1n; outside === undefined; x++) {
    try {
      const y = Fp.sqrt(Fp.add(Fp.mul(Fp.sqr(x), x), 4n));
      if (!bls12_381.G1.Point.fromAffine({ x, y }).isTorsionFree()) outside = { x, y };
    } catch {
      // No square: the next abscissa.
    }
  }
  const point = blsWords(outside.x, outside.y);
  assert.equal(run(0x0c, point + words(1n)), '00');
  const { x, y } = bls12_381.G2.Point.BASE.toAffine();
  assert.equal(run(0x0f, point + blsWords(x.c0, x.c1, y.c0, y.c1)), '00');
});

test('BLS12-381: a point of the twist outside the subgroup is neither multiplied nor paired', () => {
  const { Fp2 } = bls12_381.fields;
  const b = Fp2.create({ c0: 4n, c1: 4n });
  let outside: string | undefined;
  for (let c0 = 1n; outside === undefined; c0++) {
    const x = Fp2.create({ c0, c1: 0n });
    try {
      const y = Fp2.sqrt(Fp2.add(Fp2.mul(Fp2.sqr(x), x), b));
      const isOutside = !bls12_381.G2.Point.fromAffine({ x, y }).isTorsionFree();
      if (isOutside) outside = blsWords(x.c0, x.c1, y.c0, y.c1);
    } catch {
      // No square: the next abscissa.
    }
  }
  assert.equal(run(0x0e, outside + words(1n)), '00');
  const { x, y } = bls12_381.G1.Point.BASE.toAffine();
  assert.equal(run(0x0f, blsWords(x, y) + outside), '00');
});

test('ecrecover: signers are those of noble, for any s, and none where r is no coordinate', () => {
  for (let i = 1; i <= 20; i++) {
    const hash = keccak_256(Uint8Array.of(i));
    const secret = keccak_256(Uint8Array.of(i, 1));
    const signature = secp256k1.sign(hash, secret, { prehash: false, format: 'recovered', lowS: i % 2 === 0 });
    const publicKey = secp256k1.Signature.fromBytes(signature, 'recovered').recoverPublicKey(hash).toBytes(false);
    const signer = Buffer.from(keccak_256(publicKey.subarray(1)).subarray(12))
      .toString('hex')
      .padStart(64, '0');
    const input = `${hex(hash)}${words(27n + BigInt(signature[0] ?? 0))}${hex(signature.subarray(1))}`;
    assert.equal(run(1, input), `01${signer}`);
  }
  // x = 5 is on no point of secp256k1.
  assert.equal(run(1, words(7n, 27n, 5n, 1n)), '01');
});

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
