// `npm run guest:fixtures`
import { writeFixtures } from './fixtures.js';

writeFixtures();
