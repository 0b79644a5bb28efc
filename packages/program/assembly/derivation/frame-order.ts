// The order that Holocene demands of frames (specs: protocol/holocene/derivation.md#frame-queue).
import { Frame, sameChannel } from './frame';

/**
 * Removes the frames that are out of order by Holocene's rules: what doesn't continue the frame before it is dropped,
 * and the first frame of a channel drops the unfinished channel before it.
 */
export function pruneFrames(frames: Array<Frame>): void {
  let i = 0;
  while (i < frames.length - 1) {
    const current = frames[i];
    const next = frames[i + 1];
    if (sameChannel(current.channel, next.channel)) {
      if (current.isLast || next.number != current.number + 1) {
        frames.splice(i + 1, 1);
        continue;
      }
    } else if (next.number == 0 && !current.isLast) {
      frames.splice(i, 1);
      if (i > 0) i -= 1;
      continue;
    } else if (next.number != 0) {
      frames.splice(i + 1, 1);
      continue;
    }
    i += 1;
  }
}
