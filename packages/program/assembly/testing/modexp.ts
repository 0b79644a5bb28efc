// Modular exponentiation as its tests call it. Test only; no part of the client.
export { modexp } from '../crypto/modexp';

/** Room for `length` bytes that stay. */
export function allocate(length: u32): usize {
  return heap.alloc(length);
}
