// The functions that the tests of the cryptography and the decompressors call. Test only; no part of the client.
export { adler32, inflateZlib, zlibChecksum, zlibStatus } from '../compression/zlib';
export { blake2f } from '../crypto/blake2f';
export { bn254Add, bn254Multiply } from '../crypto/bn254';
export { keccak256 } from '../crypto/keccak256';
export { ripemd160 } from '../crypto/ripemd160';
export { p256Verify } from '../crypto/p256';
export {
  add as p256Add,
  halve as p256Halve,
  leave as p256Leave,
  multiply as p256Multiply,
  square as p256Square,
  subtract as p256Subtract,
  sumOfProducts as p256SumOfProducts,
  triple as p256Triple,
} from '../crypto/p256-field-machine';
export {
  add as p256NativeAdd,
  convert as p256NativeConvert,
  enter as p256NativeEnter,
  equals as p256NativeEquals,
  halve as p256NativeHalve,
  isZero as p256NativeIsZero,
  leave as p256NativeLeave,
  multiply as p256NativeMultiply,
  square as p256NativeSquare,
  subtract as p256NativeSubtract,
  sumOfProducts as p256NativeSumOfProducts,
  triple as p256NativeTriple,
} from '../crypto/p256-field-native';
export { P256_GENERATOR_TABLE } from '../crypto/p256-generator';
export { recoverAddress, recoverPublicKey } from '../crypto/secp256k1';
export { GENERATOR_TABLE, HIGH_GENERATOR_TABLE } from '../crypto/secp256k1-generator';
export {
  fromLimbs as fieldFromLimbs,
  isZero as fieldIsZero,
  multiply as fieldMultiply,
  normalize as fieldNormalize,
  square as fieldSquare,
  squareRoot as fieldSquareRoot,
  toLimbs as fieldToLimbs,
} from '../crypto/secp256k1-field';
export { product as fieldMachineProduct, square as fieldMachineSquare } from '../crypto/secp256k1-product-machine';
export { INVERSE_OF_N, INVERSE_OF_P, splitScalar } from '../crypto/secp256k1-scalar';
export { inverse } from '../crypto/modular-inverse';
export { sha256 } from '../crypto/sha256';

/** First address that neither static data nor this module uses. */
export function freeMemory(): usize {
  return __heap_base;
}
