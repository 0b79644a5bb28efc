// The file of metadata that names the guest's functions.
import { decodeMetadata, type Metadata, MetadataError, MOST_METADATA, readFault, readWhole } from '@obelisc/fpvm';
import { UsageError } from '../terminal/failure.js';
import { log } from './log.js';

/** Reads meta.json; an empty path is no metadata. Throws UsageError. */
export async function readMetadata(path: string): Promise<Metadata> {
  if (path === '') {
    log('info', 'no metadata file specified, defaulting to empty metadata');
    return { symbols: [] };
  }
  try {
    return decodeMetadata((await readWhole(path, MOST_METADATA)).toString());
  } catch (error) {
    const advice = error instanceof MetadataError ? '' : ` (write one with load-elf --meta, or run with --meta '')`;
    throw new UsageError(`cannot read the metadata ${path}: ${readFault(error)}${advice}`);
  }
}
