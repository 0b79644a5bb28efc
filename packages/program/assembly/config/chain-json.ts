// The L2 chain configuration of a custom chain as geth writes it (`config` of the genesis file): params.ChainConfig of
// op-geth. The rollup configuration says all that derivation needs; this one adds the EIP-1559 parameters, and its fork
// times must be the rollup configuration's, because execution follows those.
import { Bytes } from '../bytes';
import { JsonReader } from './json';
import { NEVER } from './fork-time';
import { Fork, forkName, FORKS, RollupConfig } from './rollup';

/**
 * Decodes `text` and sets the EIP-1559 parameters of `config`. A text that contradicts `config` ends the program with the
 * field's name.
 */
export function applyChainConfig(text: Bytes, config: RollupConfig): void {
  const json = new JsonReader(text, 'L2 chain configuration');
  const times = new StaticArray<u64>(FORKS).fill(NEVER);
  let shanghai = NEVER;
  let cancun = NEVER;
  let prague = NEVER;
  let osaka = NEVER;
  let lagoon = NEVER;
  let chainId: u64 = 0;
  let optimism = false;
  json.object();
  while (json.key()) {
    if (json.isKey('chainId')) chainId = json.u64();
    else if (json.isKey('shanghaiTime')) shanghai = time(json);
    else if (json.isKey('cancunTime')) cancun = time(json);
    else if (json.isKey('pragueTime')) prague = time(json);
    else if (json.isKey('osakaTime')) osaka = time(json);
    else if (json.isKey('lagoonTime') || json.isKey('interopTime')) lagoon = min(lagoon, time(json));
    else if (json.isKey('optimism')) {
      optimism = true;
      decodeOptimism(json, config);
    } else if (!decodeFork(json, times)) json.skip();
  }
  json.end();
  if (!optimism)
    throw new Error('L2 chain configuration: optimism is missing: this is not the genesis of an OP Stack chain');
  if (chainId != config.l2ChainId) {
    throw new Error(
      `L2 chain configuration: chainId is ${chainId.toString()}, the rollup configuration's ${config.l2ChainId.toString()}`,
    );
  }
  for (let fork = <i32>Fork.Regolith; fork < FORKS; fork++) {
    // Delta concerns derivation alone.
    if (fork != Fork.Delta) sameTime(forkName(<Fork>fork) + 'Time', times[fork], config.forkTimes[fork]);
  }
  sameTime('shanghaiTime', shanghai, config.forkTimes[Fork.Canyon]);
  sameTime('cancunTime', cancun, config.forkTimes[Fork.Ecotone]);
  sameTime('pragueTime', prague, config.forkTimes[Fork.Isthmus]);
  // Osaka's rules come with Karst, but the genesis files that schedule Karst leave osakaTime out.
  if (osaka != NEVER) sameTime('osakaTime', osaka, config.forkTimes[Fork.Karst]);
  sameTime('lagoonTime', lagoon, config.lagoonTime);
  if (config.forkTimes[Fork.Canyon] != NEVER && config.eip1559DenominatorCanyon == 0) {
    throw new Error('L2 chain configuration: optimism.eip1559DenominatorCanyon is missing');
  }
}

function decodeFork(json: JsonReader, times: StaticArray<u64>): bool {
  for (let fork = <i32>Fork.Regolith; fork < FORKS; fork++) {
    if (json.isKey(forkName(<Fork>fork) + 'Time')) {
      times[fork] = time(json);
      return true;
    }
  }
  return false;
}

function time(json: JsonReader): u64 {
  return json.isNull() ? NEVER : json.u64();
}

function decodeOptimism(json: JsonReader, config: RollupConfig): void {
  config.eip1559Elasticity = 0;
  config.eip1559Denominator = 0;
  config.eip1559DenominatorCanyon = 0;
  json.object();
  while (json.key()) {
    if (json.isKey('eip1559Elasticity')) config.eip1559Elasticity = json.u64();
    else if (json.isKey('eip1559Denominator')) config.eip1559Denominator = json.u64();
    else if (json.isKey('eip1559DenominatorCanyon')) config.eip1559DenominatorCanyon = time(json);
    else json.skip();
  }
  if (config.eip1559DenominatorCanyon == NEVER) config.eip1559DenominatorCanyon = 0;
  if (config.eip1559Elasticity == 0) json.fail('optimism.eip1559Elasticity is missing');
  if (config.eip1559Denominator == 0) json.fail('optimism.eip1559Denominator is missing');
}

function sameTime(field: string, chain: u64, rollup: u64): void {
  if (chain == rollup) return;
  throw new Error(
    `L2 chain configuration: ${field} is ${show(chain)}, the rollup configuration says ${show(rollup)}: give the files of one chain`,
  );
}

function show(time: u64): string {
  return time == NEVER ? 'not set' : time.toString();
}
