import { derivationCases } from './derivation-cases.js';
import { declareCases } from './judge.js';

declareCases(derivationCases.filter(({ isQuick }) => !isQuick));
