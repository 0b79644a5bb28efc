// The state that sample chains begin with: two accounts that every block needs, with nothing in them that costs to write down.
import { RLP } from '@ethereumjs/rlp';
import { hashOf } from '../derivation/encoding.js';
import { toHex } from '../derivation/module.js';
import { HISTORY_STORAGE, MESSAGE_PASSER } from '../execution/world.js';

const EMPTY_ROOT = hashOf(Uint8Array.of(0x80));
/** EIP-2935's contract: blocks since Isthmus call it. */
const HISTORY_CODE =
  '3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500';

function build(): { root: Uint8Array; get: (key: string) => Uint8Array | undefined } {
  const history = Uint8Array.from(Buffer.from(HISTORY_CODE, 'hex'));
  const codes = [new Uint8Array(0), history] as const;
  const branch: Uint8Array[] = Array.from({ length: 17 }, () => new Uint8Array(0));
  const nodes: Uint8Array[] = [history];
  [MESSAGE_PASSER, HISTORY_STORAGE].forEach((address, i) => {
    const key = hashOf(Uint8Array.from(Buffer.from(address, 'hex')));
    const account = RLP.encode([Uint8Array.of(1), new Uint8Array(0), EMPTY_ROOT, hashOf(codes[i] ?? history)]);
    const leaf = RLP.encode([Uint8Array.of(0x30 | ((key[0] ?? 0) & 15), ...key.subarray(1)), account]);
    branch[(key[0] ?? 0) >> 4] = hashOf(leaf);
    nodes.push(leaf);
  });
  const top = RLP.encode(branch);
  nodes.push(top);
  const values = new Map(nodes.map((node) => [Buffer.from(hashOf(node)).toString('hex').slice(2), node]));
  return { root: hashOf(top), get: (key) => values.get(key) };
}

const { root, get } = build();

/** As `claimOn` takes it, and its root in hex. */
export const sampleState = { root, rootHex: toHex(root), get };
