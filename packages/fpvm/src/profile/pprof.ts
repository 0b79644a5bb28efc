// Profiles as `go tool pprof` reads them: a gzipped protocol buffer
// (https://github.com/google/pprof/blob/main/proto/profile.proto).
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Function, Line, Location, Mapping, Profile, Sample, StringTable, ValueType } from 'pprof-format';
import type { CallNode, GuestProfile } from './sampler.js';

/**
 * The file's bytes. Values of each sample: samples (count), steps (count, shown by default), time (nanoseconds on
 * the host). `guest` is the name of the program in the profile.
 */
export async function encodePprof(profile: GuestProfile, guest: string): Promise<Uint8Array> {
  const strings = new StringTable();
  const text = (value: string) => strings.dedup(value);
  const valueType = (type: string, unit: string) => new ValueType({ type: text(type), unit: text(unit) });
  const sampleType = [valueType('samples', 'count'), valueType('steps', 'count'), valueType('time', 'nanoseconds')];
  const functions = new Map<string, Function>();
  const locations = new Map<bigint, Location>();
  const samples: Sample[] = [];

  const functionId = (name: string) => {
    let known = functions.get(name);
    if (known === undefined) {
      known = new Function({ id: functions.size + 1, name: text(name), systemName: text(name) });
      functions.set(name, known);
    }
    return known.id;
  };
  const locationId = ({ address, name }: CallNode) => {
    let known = locations.get(address);
    if (known === undefined) {
      const line = [new Line({ functionId: functionId(name) })];
      known = new Location({ id: locations.size + 1, mappingId: 1, address, line });
      locations.set(address, known);
    }
    return known.id;
  };
  const visit = (node: CallNode, callers: readonly (number | bigint)[]) => {
    for (const callee of node.callees.values()) {
      const stack = [locationId(callee), ...callers];
      if (callee.samples > 0) {
        const value = [callee.samples, callee.steps, callee.nanoseconds];
        samples.push(new Sample({ locationId: stack, value }));
      }
      visit(callee, stack);
    }
  };
  visit(profile.root, []);

  const addresses = [...locations.keys()].sort((a, b) => (a < b ? -1 : 1));
  const mapping = new Mapping({
    id: 1,
    memoryStart: addresses[0] ?? 0n,
    memoryLimit: (addresses.at(-1) ?? 0n) + 1n,
    filename: text(guest),
    hasFunctions: true,
  });
  const encoded = new Profile({
    sampleType,
    sample: samples,
    mapping: [mapping],
    location: [...locations.values()],
    function: [...functions.values()],
    stringTable: strings,
    timeNanos: BigInt(profile.startTime) * 1_000_000n,
    durationNanos: Math.round(profile.duration * 1e6),
    periodType: valueType('steps', 'count'),
    period: 1,
    comment: [text(`guest steps ${profile.firstStep} to ${profile.endStep}`)],
    defaultSampleType: text('steps'),
  }).encode();
  return promisify(gzip)(encoded);
}
