// A program that uses every import of the ABI and can be told to end in every way there is: the first byte of its local
// pre-image 1 says what to do. Test only; it is not part of the client.
import { exit, mulHigh } from '../abi';
import { info } from '../log';
import { hint, KeyType, localPreimage, preimage } from '../oracle';

let depth: u64 = 0;

function recurse(n: u64): u64 {
  depth += 1;
  return n + recurse(n + depth);
}

function divide(a: u32, b: u32): u32 {
  return a / b;
}

export function main(): void {
  const order = localPreimage(1);
  switch (order[0]) {
    case 0: {
      // The rest of the order is a digest: hint it, read it, say what came.
      hint('l1-block-header', order.at(1, 32), 32);
      const value = preimage(KeyType.Keccak256, order.at(1, 32));
      info('read')
        .bytes('value', value)
        .number('high', mulHigh(u64.MAX_VALUE, value.u64At(0)))
        .end();
      exit(0);
      break;
    }
    case 1:
      exit(1);
      break;
    case 2:
      unreachable();
      break;
    case 3:
      throw new Error('told to "fail"');
    case 4:
      store<u32>(<usize>memory.size() * 65536 - 1, 1); // three of its bytes are out of bounds
      break;
    case 5:
      info('quotient').number('q', divide(7, order[1])).end();
      break;
    case 6:
      info('sum').number('n', recurse(1)).end();
      break;
    case 7:
      order.at(order.length, 1);
      break;
    case 8:
      while (memory.grow(256) >= 0) {}
      heap.alloc(0x3fffffff);
      heap.alloc(0x3fffffff);
      heap.alloc(0x3fffffff);
      break;
    case 9:
      return;
    case 10: {
      // Again and again, as a code that was given up is read; what else is read meanwhile leaves it alone.
      let sum: u64 = 0;
      for (let i = 0; i < 3; i++) {
        hint('l2-code', order.at(1, 32), 32);
        const value = preimage(KeyType.Keccak256, order.at(1, 32));
        for (let at: u32 = 0; at < value.length; at++) sum += value[at];
        localPreimage(1);
      }
      info('read').number('sum', sum).end();
      exit(0);
      break;
    }
    case 11: {
      // Hints and reads a digest that many times, and begins anew with what follows.
      for (let i: u32 = 0; i < order.u32At(1); i++) {
        hint('l1-block-header', order.at(5, 32), 32);
        preimage(KeyType.Keccak256, order.at(5, 32));
      }
      if (order[37] == 2) unreachable();
      if (order[37] == 0) localPreimage(2);
      exit(order[37]);
      break;
    }
    default:
      exit(order[0]);
  }
}
