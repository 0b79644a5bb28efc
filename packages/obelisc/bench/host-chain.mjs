// A process of bench:host and bench:segments: an embedded chain, made and served. Arguments: L2 blocks, plain transfers in each L1
// block, a folder for its configuration, and, for a chain with the times and batches of public ones, plain transfers in each L2
// block. Sends its addresses and its head to the process that forked it.
import { startDevnet } from '@obelisc/devnet';

const [l2Blocks, l1Transfers, folder, l2Transfers] = process.argv.slice(2);
/** A batch for so many blocks, all in blobs. */
const CHANNEL = { batches: 'span', compression: 'brotli', carrier: 'blobs', l2Blocks: 20 };
const asPublic = { l2Transfers: Number(l2Transfers), l1BlockTime: 12n, channels: [CHANNEL] };
const devnet = await startDevnet({
  seed: 'bench:host',
  l2Blocks: Number(l2Blocks),
  scenario: { l1Transfers: Number(l1Transfers), ...(l2Transfers === undefined ? {} : asPublic) },
});
await devnet.writeConfig(folder);
const { l1Url: l1, beaconUrl: beacon, l2Url: l2, opNodeUrl: opNode, head } = devnet;
process.send({ l1, beacon, l2, opNode, head });
process.on('disconnect', () => process.exit());
