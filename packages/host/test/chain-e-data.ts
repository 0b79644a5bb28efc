/** The recorded chain `chain-e` (Go, June 2026), read in place: `../shared/data` beside the repository, or where OBELISC_DATA points. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Chain, customChain, impliedChainConfig, parseL1ChainConfig, parseRollupConfig } from '../src/index.js';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));
const folder = join(process.env.OBELISC_DATA ?? join(repository, '../shared/data'), 'chain-e');

/** For a test's `skip`: false, or why it cannot run. */
export const withoutChainE = existsSync(folder) ? false : `there is no ${folder}; set OBELISC_DATA`;

export const chainEFile = (name: string): string => readFileSync(join(folder, name), 'utf8');

export function chainE(): Chain {
  const rollupConfig = parseRollupConfig(chainEFile('rollup.json'), 'rollup.json');
  const chainConfig = impliedChainConfig(rollupConfig);
  if (chainConfig === undefined) throw new Error('rollup.json has no chain_op_config');
  return customChain({
    rollupConfig,
    chainConfig,
    l1ChainConfig: parseL1ChainConfig(chainEFile('l1-chainconfig.json'), 'l1-chainconfig.json'),
    names: { rollupConfig: 'rollup.json', chainConfig: 'genesis-l2.json', l1ChainConfig: 'l1-chainconfig.json' },
  });
}
