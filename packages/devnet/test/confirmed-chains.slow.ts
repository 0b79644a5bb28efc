import { CONFIRMED_CHAINS, LARGE_CHAINS } from './confirmed-chains.js';
import { remakeChains } from './remake-chains.js';

remakeChains([...CONFIRMED_CHAINS, ...LARGE_CHAINS].filter(({ lastHash }) => lastHash !== undefined));
