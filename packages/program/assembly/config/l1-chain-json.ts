// The configuration of a custom chain's L1 as geth writes it (params.ChainConfig), read for its blob schedule.
import { Bytes } from '../bytes';
import { BLOB_FORKS, BlobSchedule } from './blob-schedule';
import { NEVER } from './fork-time';
import { JsonReader } from './json';

/** Decodes `text` in the current region. A text that is of another chain than `chainId` or has no schedule ends the program. */
export function decodeBlobSchedule(text: Bytes, chainId: u64): BlobSchedule {
  const json = new JsonReader(text, 'L1 chain configuration');
  const schedule = new BlobSchedule();
  let found: u64 = 0;
  let scheduled = false;
  json.object();
  while (json.key()) {
    const fork = forkOf(json, 'Time');
    if (fork >= 0) schedule.times[fork] = json.isNull() ? NEVER : json.u64();
    else if (json.isKey('chainId')) found = json.u64();
    else if (json.isKey('blobSchedule')) {
      scheduled = true;
      decodeFractions(json, schedule);
    } else json.skip();
  }
  json.end();
  if (found != chainId) {
    throw new Error(
      `L1 chain configuration: chainId is ${found.toString()}, the rollup configuration says ${chainId.toString()}`,
    );
  }
  if (!scheduled) throw new Error('L1 chain configuration: blobSchedule is missing');
  return schedule;
}

function decodeFractions(json: JsonReader, schedule: BlobSchedule): void {
  json.object();
  while (json.key()) {
    const fork = forkOf(json, '');
    if (fork < 0) json.skip();
    else if (!json.isNull()) schedule.fractions[fork] = decodeFraction(json);
  }
}

function decodeFraction(json: JsonReader): u64 {
  let fraction: u64 = 0;
  json.object();
  while (json.key()) {
    if (json.isKey('baseFeeUpdateFraction')) fraction = json.u64();
    else json.skip();
  }
  if (fraction == 0) json.fail('baseFeeUpdateFraction is missing');
  return fraction;
}

/** The fork that the key which was read last names, with `suffix` behind it, or -1. */
function forkOf(json: JsonReader, suffix: string): i32 {
  for (let fork = 0; fork < BLOB_FORKS; fork++) {
    if (json.isKey(name(fork) + suffix)) return fork;
  }
  return -1;
}

function name(fork: i32): string {
  if (fork == 0) return 'cancun';
  if (fork == 1) return 'prague';
  if (fork == 2) return 'osaka';
  return 'bpo' + (fork - 2).toString();
}
