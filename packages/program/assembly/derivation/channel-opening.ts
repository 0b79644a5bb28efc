// Opens a channel: from compressed data to its first batch.
import { maxChannelData } from '../config/limits';
import { Fork, RollupConfig } from '../config/rollup';
import { mark, release, useScratch } from '../memory';
import { BatchReader } from './batch-reader';
import { Channel } from './channel';
import { decompressChannel } from './channel-compression';
import { ChannelData } from './channel-data';
import { ContentBuffer } from './content-buffer';

/**
 * Decompresses `channel` into `buffer`, by `data`, as it is done in an L1 block of the given time, and lets `batches` begin with
 * what is in it. False where it is of no known form.
 */
export function readChannel(
  data: ChannelData,
  channel: Channel,
  config: RollupConfig,
  time: u64,
  buffer: ContentBuffer,
  batches: BatchReader,
): bool {
  data.open(channel);
  const before = useScratch(true);
  const start = mark();
  const content = decompressChannel(data, maxChannelData(config, time), config.isActive(Fork.Fjord, time), buffer);
  if (content !== null) batches.begin(content);
  release(start);
  useScratch(before);
  data.close();
  return content !== null;
}
