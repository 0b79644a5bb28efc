// "A" extension on one hart: LR, SC and the read-modify-write operations.
import { LOAD_RESERVATION, REGISTERS } from './layout';
import { read, write } from './memory';

/**
 * Executes one atomic. `rd`, `rs1`, `rs2` are register offsets, `kind` is funct3 << 8 | funct5 with funct3 2 or 3.
 * Returns 0, or the code of the revert; then nothing was changed.
 */
export function atomic(rd: usize, rs1: usize, rs2: usize, kind: u32): u32 {
  const funct5 = kind & 0xff;
  const wide = kind >> 8 == 3;
  const address = load<u64>(REGISTERS + rs1);
  if ((address & (wide ? 7 : 3)) != 0) return 0xbad10ad0;
  let result: u64;
  if (funct5 == 0x02) {
    result = wide ? read<u64>(address) : <u64>(<i64>read<i32>(address));
    store<u64>(LOAD_RESERVATION, address);
  } else if (funct5 == 0x03) {
    result = 1;
    if (address == load<u64>(LOAD_RESERVATION)) {
      const value = load<u64>(REGISTERS + rs2);
      if (wide) write<u64>(address, value);
      else write<u32>(address, <u32>value);
      result = 0;
    }
    store<u64>(LOAD_RESERVATION, 0);
  } else {
    result = wide ? read<u64>(address) : <u64>(<i64>read<i32>(address));
    let operand = load<u64>(REGISTERS + rs2);
    if (!wide) operand = <u64>(<i64>(<i32>operand));
    let value: u64;
    switch (funct5) {
      case 0x00:
        value = result + operand;
        break;
      case 0x01:
        value = operand;
        break;
      case 0x04:
        value = result ^ operand;
        break;
      case 0x08:
        value = result | operand;
        break;
      case 0x0c:
        value = result & operand;
        break;
      case 0x10:
        value = <i64>operand < <i64>result ? operand : result;
        break;
      case 0x14:
        value = <i64>operand > <i64>result ? operand : result;
        break;
      case 0x18:
        value = operand < result ? operand : result;
        break;
      case 0x1c:
        value = operand > result ? operand : result;
        break;
      default:
        return 0xf001a70;
    }
    if (wide) write<u64>(address, value);
    else write<u32>(address, <u32>value);
  }
  if (rd != 0) store<u64>(REGISTERS + rd, result);
  return 0;
}
