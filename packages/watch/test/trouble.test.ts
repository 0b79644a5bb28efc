// A database that is away is told of at once, then ever more rarely, by each who asks it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Trouble } from '../src/trouble.js';

test('what fails four times a second for ten minutes is told of a few times, and anew when it has worked in between', () => {
  let now = 0;
  const told: [number, string, unknown][] = [];
  const trouble = new Trouble(
    (_level, message, fields) => told.push([now / 1000, message, fields?.failing_for]),
    () => now,
  );
  const away = new Error('the database system is starting up');
  for (; now < 600_000; now += 250) trouble.failed('The queue cannot be read', away);
  assert.deepEqual(
    told.map(([at]) => at),
    [0, 1, 3, 7, 15, 31, 63, 123, 183, 243, 303, 363, 423, 483, 543],
  );
  assert.deepEqual(told[5], [31, 'The queue cannot be read; trying again', '31 s']);
  trouble.failed('Games cannot be written', away);
  assert.deepEqual(told.at(-1), [600, 'Games cannot be written; trying again', '0 s']);
  trouble.worked('The queue cannot be read');
  trouble.failed('The queue cannot be read', away);
  assert.deepEqual(told.at(-1), [600, 'The queue cannot be read; trying again', '0 s']);
  // Who never says that it worked: two minutes without a failure say so.
  now += 121_000;
  trouble.failed('Games cannot be written', away);
  assert.deepEqual(told.at(-1), [721, 'Games cannot be written; trying again', '0 s']);
});
