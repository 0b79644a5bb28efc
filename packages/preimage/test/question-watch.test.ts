import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { test } from 'node:test';
import { PreimageServerError, questionWatch, WaitInterruptedError } from '../src/question-watch.js';

const unanswered = (): Promise<never> => new Promise(() => undefined);
const what = (): string => 'key 7';

test('a question to a server that ended is answered with how it ended', async () => {
  const watch = questionWatch('the server', {});
  const asked = watch.answered(what, unanswered());
  watch.end('exited with code 3');
  await assert.rejects(asked, (error: Error) => {
    assert.ok(error instanceof PreimageServerError);
    assert.match(error.message, /^the server exited with code 3: key 7 stays unanswered after /);
    return true;
  });
  watch.close();
});

test('an interrupt ends the wait as one, whether the server or this process heard of it first', async () => {
  for (const serverIsFirst of [true, false]) {
    const interrupt = new AbortController();
    const watch = questionWatch('the server', { signal: interrupt.signal });
    const asked = assert.rejects(watch.answered(what, unanswered()), WaitInterruptedError);
    if (serverIsFirst) watch.end('was ended by SIGINT');
    await setImmediate();
    interrupt.abort();
    if (!serverIsFirst) watch.end('was ended by SIGINT');
    await asked;
    // Whatever is asked afterwards too.
    await assert.rejects(watch.answered(what, unanswered()), WaitInterruptedError);
    watch.close();
  }
});

test('an interrupt ends the wait where the channel broke before', async () => {
  const interrupt = new AbortController();
  const watch = questionWatch('the server', { signal: interrupt.signal });
  const asked = assert.rejects(watch.answered(what, Promise.reject(new Error('EPIPE'))), WaitInterruptedError);
  await setImmediate();
  interrupt.abort();
  await asked;
  watch.close();
});
