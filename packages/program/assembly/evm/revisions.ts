// The EVM's rules by revision, and which of them an L2 fork has (specs: protocol/<fork>/overview.md).
import { Fork } from '../config/rollup';

/** The EVM's revisions, named as Ethereum names them, in their order: the rules of one hold in all later ones. */
export const enum Revision {
  /** London with PREVRANDAO in the place of DIFFICULTY (The Merge). */
  Paris = 0,
  Shanghai = 1,
  Cancun = 2,
  Prague = 3,
  Osaka = 4,
}

/** The EVM's revision in `fork`. */
export function revisionOf(fork: Fork): Revision {
  if (fork >= Fork.Karst) return Revision.Osaka;
  if (fork >= Fork.Isthmus) return Revision.Prague;
  if (fork >= Fork.Ecotone) return Revision.Cancun;
  if (fork >= Fork.Canyon) return Revision.Shanghai;
  return Revision.Paris;
}
