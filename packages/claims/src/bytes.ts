// Hashes as text, and back.
export { hex } from '@obelisc/host';

/** Bytes of 0x-hex. */
export function fromHex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.slice(2), 'hex'));
}
