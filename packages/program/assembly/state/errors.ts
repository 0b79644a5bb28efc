// What a state that is bound to its root by hashes cannot hold.

export function malformedAccount(): void {
  throw new Error('a state trie value that is not an account');
}

export function malformedSlot(): void {
  throw new Error('a storage trie value that is not a 256-bit integer');
}
