// Prices and sizes of the precompiles on BLS12-381 (EIP-2537; specs: protocol/isthmus/exec-engine.md#bls-precompiles,
// protocol/jovian/exec-engine.md). Their results come from L1.
import { Fork } from '../config/rollup';
import { block } from './context';

const enum Bls12 {
  G1Add = 0x0b,
  G1MultiScalar = 0x0c,
  G2Add = 0x0d,
  G2MultiScalar = 0x0e,
  Pairing = 0x0f,
  MapFpToG1 = 0x10,
  MapFp2ToG2 = 0x11,
}

// Bytes of a point with its factor, and of a pair of points.
// @ts-ignore: decorator
@inline
const G1_TERM: u32 = 160;
// @ts-ignore: decorator
@inline
const G2_TERM: u32 = 288;
// @ts-ignore: decorator
@inline
const PAIR: u32 = 384;

/** Thousandths of the price of a multiplication that each of 1, 2, … 128 or more of them costs (EIP-2537). */
// prettier-ignore
// @ts-ignore: decorator
@lazy const G1_DISCOUNTS: usize = memory.data<u16>([
  1000, 949, 848, 797, 764, 750, 738, 728, 719, 712, 705, 698, 692, 687, 682, 677,
  673, 669, 665, 661, 658, 654, 651, 648, 645, 642, 640, 637, 635, 632, 630, 627,
  625, 623, 621, 619, 617, 615, 613, 611, 609, 608, 606, 604, 603, 601, 599, 598,
  596, 595, 593, 592, 591, 589, 588, 586, 585, 584, 582, 581, 580, 579, 577, 576,
  575, 574, 573, 572, 570, 569, 568, 567, 566, 565, 564, 563, 562, 561, 560, 559,
  558, 557, 556, 555, 554, 553, 552, 551, 550, 549, 548, 547, 547, 546, 545, 544,
  543, 542, 541, 540, 540, 539, 538, 537, 536, 536, 535, 534, 533, 532, 532, 531,
  530, 529, 528, 528, 527, 526, 525, 525, 524, 523, 522, 522, 521, 520, 520, 519,
]);
// prettier-ignore
// @ts-ignore: decorator
@lazy const G2_DISCOUNTS: usize = memory.data<u16>([
  1000, 1000, 923, 884, 855, 832, 812, 796, 782, 770, 759, 749, 740, 732, 724, 717,
  711, 704, 699, 693, 688, 683, 679, 674, 670, 666, 663, 659, 655, 652, 649, 646,
  643, 640, 637, 634, 632, 629, 627, 624, 622, 620, 618, 615, 613, 611, 609, 607,
  606, 604, 602, 600, 598, 597, 595, 593, 592, 590, 589, 587, 586, 584, 583, 582,
  580, 579, 578, 576, 575, 574, 573, 571, 570, 569, 568, 567, 566, 565, 563, 562,
  561, 560, 559, 558, 557, 556, 555, 554, 553, 552, 552, 551, 550, 549, 548, 547,
  546, 545, 545, 544, 543, 542, 541, 541, 540, 539, 538, 537, 537, 536, 535, 535,
  534, 533, 532, 532, 531, 530, 530, 529, 528, 528, 527, 526, 526, 525, 524, 524,
]);

/** Gas of `terms` multiplications at `price` each, summed up. */
function multiScalarGas(terms: u32, price: u64, discounts: usize): u64 {
  if (terms == 0) return 0;
  const discount = <u64>load<u16>(discounts + ((<usize>(min<u32>(terms, 128) - 1)) << 1));
  return (<u64>terms * price * discount) / 1000;
}

/** Gas that the precompile at address `number` takes for an input of `length` bytes, well-formed or not. */
export function bls12Gas(number: u32, length: u32): u64 {
  switch (number) {
    case Bls12.G1Add:
      return 375;
    case Bls12.G1MultiScalar:
      return multiScalarGas(length / G1_TERM, 12000, G1_DISCOUNTS);
    case Bls12.G2Add:
      return 600;
    case Bls12.G2MultiScalar:
      return multiScalarGas(length / G2_TERM, 22500, G2_DISCOUNTS);
    case Bls12.Pairing:
      return 37700 + 32600 * <u64>(length / PAIR);
    case Bls12.MapFpToG1:
      return 5500;
    case Bls12.MapFp2ToG2:
      return 23800;
    default:
      throw new Error('the precompile at address ' + number.toString() + ': not covered');
  }
}

/** Whether an input of `length` bytes can have a result under the block's fork. */
export function isBls12Input(number: u32, length: u32): bool {
  const jovian = block.fork >= Fork.Jovian;
  switch (number) {
    case Bls12.G1Add:
      return length == 256;
    case Bls12.G1MultiScalar:
      return isSeries(length, G1_TERM, jovian ? 288960 : 513760);
    case Bls12.G2Add:
      return length == 512;
    case Bls12.G2MultiScalar:
      return isSeries(length, G2_TERM, jovian ? 278784 : 488448);
    case Bls12.Pairing:
      return isSeries(length, PAIR, jovian ? 156672 : 235008);
    case Bls12.MapFpToG1:
      return length == 64;
    default:
      return length == 128;
  }
}

function isSeries(length: u32, item: u32, limit: u32): bool {
  return length != 0 && length % item == 0 && length <= limit;
}
