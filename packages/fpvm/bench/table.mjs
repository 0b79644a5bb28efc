// The benchmark's result as a Markdown table: seconds of every engine, then the translator's ratios.

/** `rows` are { name, variant, steps, seconds: Map of engine to seconds }, in the order of the table. */
export function printTable(rows, engines, write) {
  const translators = engines.filter(({ isTranslator }) => isTranslator);
  const qemu = engines.find(({ isQemu }) => isQemu);
  const reference = engines.find(({ isReference }) => isReference);
  const columns = [
    ['guest', ({ name, variant }) => `${name}, ${variant}`],
    ['steps', ({ steps }) => steps?.toLocaleString('en')],
    ...engines.map((engine) => [engine.name, ({ seconds }) => fixed(seconds.get(engine), ' s')]),
    ...translators.flatMap((ours) => [
      [`${ours.name} ÷ qemu`, ({ seconds }) => fixed(seconds.get(ours) / seconds.get(qemu), '')],
      [`reference ÷ ${ours.name}`, ({ seconds }) => fixed(seconds.get(reference) / seconds.get(ours), '')],
    ]),
  ].filter(([title]) => (!title.includes('÷ qemu') || qemu) && (!title.startsWith('reference ÷') || reference));
  const line = (cells) => `| ${cells.join(' | ')} |\n`;
  write(line(columns.map(([title]) => title)));
  write(line(columns.map((_, index) => (index === 0 ? '---' : '--:'))));
  for (const row of rows) write(line(columns.map(([, cell]) => cell(row) ?? '–')));
}

function fixed(value, unit) {
  if (value === undefined || Number.isNaN(value)) return undefined;
  return `${value >= 20 ? value.toFixed(1) : value.toFixed(2)}${unit}`;
}
