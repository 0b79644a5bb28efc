/** Ethereum's forks that come with one of the OP Stack's (op-geth: `params.ChainConfig`): execution's field and derivation's. */
export const ETHEREUM_FORKS = [
  ['shanghaiTime', 'canyon_time'],
  ['cancunTime', 'ecotone_time'],
  ['pragueTime', 'isthmus_time'],
  ['osakaTime', 'karst_time'],
] as const;
