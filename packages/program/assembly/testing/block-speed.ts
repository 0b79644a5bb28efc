// A program that executes one block, for measuring: local pre-image 1 is an RLP list of fork times, chain id, block
// time, elasticity, denominator, denominator from Canyon, parent header, timestamp, prevRandao, fee recipient, beacon
// root, gas limit, EIP-1559 parameters, transactions. Test only; it is not part of the client.
import { exit } from '../abi';
import { BlockId, FORKS, PayloadAttributes, RollupConfig, SystemConfig } from '../config/rollup';
import { keccak256 } from '../crypto/keccak256';
import { Executor } from '../execution/executor';
import { decodeHeader } from '../execution/header';
import { info } from '../log';
import { localPreimage } from '../oracle';
import { RlpReader } from '../rlp';

export function main(): void {
  const fields = new RlpReader(localPreimage(1)).list();
  const config = new RollupConfig(new BlockId(0, 0), new BlockId(0, 0), 0, new SystemConfig());
  const times = fields.list();
  for (let i = 0; i < FORKS; i++) config.forkTimes[i] = times.u64();
  config.l2ChainId = fields.u64();
  config.blockTime = fields.u64();
  config.eip1559Elasticity = fields.u64();
  config.eip1559Denominator = fields.u64();
  config.eip1559DenominatorCanyon = fields.u64();
  const parent = fields.bytes();
  const attributes = new PayloadAttributes();
  attributes.timestamp = fields.u64();
  attributes.prevRandao = fields.fixed(32);
  attributes.feeRecipient = fields.fixed(20);
  attributes.parentBeaconBlockRoot = fields.fixed(32);
  attributes.gasLimit = fields.u64();
  attributes.eip1559Params = fields.u64();
  const transactions = fields.list();
  while (!transactions.atEnd) attributes.transactions.push(transactions.bytes());
  const parentHash = heap.alloc(32);
  keccak256(parent.ptr, parent.length, parentHash);
  const executor = new Executor(config);
  const result = executor.execute(decodeHeader(parent), parentHash, attributes, decodeHeader(parent).stateRoot);
  info('executed').hash('hash', result.value.hash).end();
  exit(0);
}
