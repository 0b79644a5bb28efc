// A command's answer on stdout: written once, whole, when all else was told.

let answered = false;

/** Whether the answer was written: then nothing else has a place on stdout. */
export function hasAnswered(): boolean {
  return answered;
}

/** Writes the answer. What was told on stderr is out before: if that breaks, the command fails without an answer. */
export async function writeAnswer(text: string): Promise<void> {
  await written(process.stderr);
  writeAnswerNow(text);
}

/** As `writeAnswer`, for a command that goes on afterwards. */
export function writeAnswerNow(text: string): void {
  answered = true;
  process.stdout.write(text);
}

/** Resolves when all that was written to the stream before is out; one that breaks tells it by its event. */
export async function written(stream: NodeJS.WriteStream): Promise<void> {
  await new Promise<void>((resolve) => {
    stream.write('', () => setImmediate(resolve));
  });
}
