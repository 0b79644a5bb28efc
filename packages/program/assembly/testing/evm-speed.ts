// A program that runs one EVM code, for measuring: local pre-image 1 is the fork (1 byte), the code's length (2 bytes, big
// endian), the code and the call data. Test only; it is not part of the client.
import { exit } from '../abi';
import { BlockContext, call, enter, TransactionContext } from '../evm/evm';
import { Fork } from '../config/rollup';
import { info } from '../log';
import { useScratch } from '../memory';
import { localPreimage } from '../oracle';
import { openState } from '../state/commit';
import { beginTransaction, setCode } from '../state/state';
import { EMPTY_ROOT } from '../trie/trie';

export function main(): void {
  const order = localPreimage(1);
  useScratch(true);
  openState(EMPTY_ROOT);
  beginTransaction();
  const words = heap.alloc(96);
  memory.fill(words, 0, 96);
  const contract = words;
  const caller = words + 32;
  store<u8>(contract, 0xcc);
  store<u8>(caller, 0xaa);
  const codeLength = (order[1] << 8) | order[2];
  setCode(contract, order.at(3, codeLength), codeLength);
  const block = new BlockContext();
  block.fork = <Fork>order[0];
  block.coinbase = caller;
  block.baseFee = words + 64;
  block.blobBaseFee = words + 64;
  block.prevRandao = words + 64;
  const transaction = new TransactionContext();
  transaction.origin = caller;
  transaction.gasPrice = words + 64;
  enter(block, transaction);
  const gas: u64 = 1 << 40;
  const input = order.after(3 + codeLength);
  const result = call(caller, contract, words + 64, input.ptr, input.length, gas);
  info('ran')
    .number('success', u64(result.success))
    .number('gas', gas - result.gasLeft)
    .end();
  exit(0);
}
