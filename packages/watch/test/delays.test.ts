// When a claim waits too long: by how much time went by, whatever clocks do.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Delays } from '../src/delays.js';

const BEHIND = 1800;

/** Claims told of for what the database says of the oldest one, at a time. */
function setting() {
  let now = 1000;
  const delays = new Delays(() => now);
  return (at: number, address: string, seconds: number, chain = 'a', isUnread = false) => {
    now = 1000 + at;
    return delays.late([{ chain, address, seconds, isUnread }], BEHIND).map((game) => [game.address, game.seconds]);
  };
}

test('a claim that waits too long is told of once', () => {
  const look = setting();
  assert.deepEqual(look(0, 'x', 10), []);
  assert.deepEqual(look(1700, 'x', 1710), []);
  assert.deepEqual(look(1800, 'x', 1810), [['x', 1810]]);
  assert.deepEqual(look(1801, 'x', 1811), []);
  assert.deepEqual(look(9000, 'x', 9010), []);
});

test('a clock that jumps ahead tells of nothing early, one that jumps back loses nothing', () => {
  const look = setting();
  assert.deepEqual(look(0, 'x', 10), []);
  assert.deepEqual(look(5, 'x', 86_400), []);
  assert.deepEqual(look(10, 'x', -86_400), []);
  assert.deepEqual(look(1791, 'x', -84_000), [['x', 1801]]);
  // Back again, and another hour of the day.
  assert.deepEqual(look(1792, 'x', 1802), []);
  assert.deepEqual(look(1793, 'x', 86_400), []);
});

test('of one that was there before it counts how long it had waited; before the clock began, nothing', () => {
  const look = setting();
  assert.deepEqual(look(0, 'x', 4000), [['x', 4000]]);
  const other = setting();
  assert.deepEqual(other(0, 'x', -4000), []);
  assert.deepEqual(other(1801, 'x', -2199), [['x', 1801]]);
});

test('another claim of the chain is told of an hour later at the soonest, one of another chain at once', () => {
  const look = setting();
  assert.deepEqual(look(0, 'x', 2000), [['x', 2000]]);
  assert.deepEqual(look(10, 'y', 2000), []);
  assert.deepEqual(look(20, 'z', 2000, 'b'), [['z', 2000]]);
  assert.deepEqual(look(3500, 'y', 5490), []);
  assert.deepEqual(look(3600, 'y', 5590), [['y', 5590]]);
});

test('one that cannot be read, and waits for ever, keeps none that can from being told of', () => {
  const look = setting();
  assert.deepEqual(look(0, 'x', 2000, 'a', true), [['x', 2000]]);
  assert.deepEqual(look(10, 'y', 2000), [['y', 2000]]);
  assert.deepEqual(look(20, 'x', 2020, 'a', true), []);
  assert.deepEqual(look(20, 'y', 2010), []);
});
