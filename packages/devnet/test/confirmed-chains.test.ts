import { CONFIRMED_CHAINS } from './confirmed-chains.js';
import { remakeChains } from './remake-chains.js';

const QUICK = ['karst from genesis', 'from Bedrock to Holocene', 'Isthmus, Jovian and Karst in one block'];

remakeChains(CONFIRMED_CHAINS.filter(({ name }) => QUICK.includes(name)));
