// What bytes of calldata cost: EIP-2028, and since Prague at least what EIP-7623 says.

/** Gas of any transaction. */
export const TRANSACTION_GAS = 21_000n;

/** Gas of bytes as calldata: 4 a zero, 16 any other (EIP-2028). */
export function calldataGas(data: Uint8Array): bigint {
  return 4n * tokensOf(data);
}

/** Gas of a transaction with such data, at least (EIP-7623): enough before Prague too for one that brings data alone. */
export function floorOfData(data: Uint8Array): bigint {
  return TRANSACTION_GAS + 10n * tokensOf(data);
}

function tokensOf(data: Uint8Array): bigint {
  let tokens = 0;
  for (const byte of data) tokens += byte === 0 ? 1 : 4;
  return BigInt(tokens);
}
