// A process of bench:host: an embedded chain, made and served. Arguments: L2 blocks, plain transfers in each L1 block, a folder
// for its configuration. Sends its addresses and its head to the process that forked it.
import { startDevnet } from '@obelisc/devnet';

const [l2Blocks, l1Transfers, folder] = process.argv.slice(2);
const devnet = await startDevnet({
  seed: 'bench:host',
  l2Blocks: Number(l2Blocks),
  scenario: { l1Transfers: Number(l1Transfers) },
});
await devnet.writeConfig(folder);
const { l1Url: l1, beaconUrl: beacon, l2Url: l2, opNodeUrl: opNode, head } = devnet;
process.send({ l1, beacon, l2, opNode, head });
process.on('disconnect', () => process.exit());
