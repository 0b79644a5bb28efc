// Flame graphs as SVG: one rectangle for each function on each distinct path of calls, as wide as the steps in it, on
// top of its caller (https://www.brendangregg.com/flamegraphs.html). One file, nothing outside it is needed; a browser
// zooms on a click and searches. The same profile gives the same bytes.
import { flameGraphScript } from './flamegraph-script.js';
import type { CallNode, GuestProfile } from './sampler.js';

/** A function on a path of calls; addresses inside it are not told apart. */
interface Flame {
  readonly name: string;
  /** Steps in it and what it calls. */
  steps: bigint;
  readonly callees: Map<string, Flame>;
}

const WIDTH = 1200;
const ROW = 16;
const MARGIN = 10;
const HEADER = 40;
const FOOTER = 24;
/** Narrower rectangles, in pixels, are left out with all above them. */
const NARROWEST = 0.1;
const FONT = 12;
/** Of a letter, in pixels, in the font that most browsers have for monospace. */
const LETTER = 7.2;

/** The text of the SVG file. `title` stands above the graph. */
export function encodeFlameGraph({ root }: GuestProfile, title: string): string {
  const all = flameOf('all', root);
  const depth = depthOf(all, widthPerStep(all));
  const height = HEADER + FOOTER + ROW * depth;
  const rectangles: string[] = [];
  draw(all, { x: MARGIN, row: 0, scale: widthPerStep(all), total: all.steps, height }, rectangles);
  const label = (id: string, x: number, y: number, anchor: string, text: string) =>
    `<text id="${id}" x="${x}" y="${y}" text-anchor="${anchor}">${escaped(text)}</text>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}">
<style>
text { font-family: monospace; font-size: ${FONT}px; fill: #222; }
#title { font-size: 16px; }
#reset, #search { cursor: pointer; }
.hidden { display: none; }
.frame { cursor: pointer; }
.frame:hover rect { stroke: #222; }
.frame text { pointer-events: none; }
.parent { opacity: 0.5; }
.found rect { fill: #c060e0; }
</style>
<rect width="100%" height="100%" fill="#fdfaf3"/>
${label('title', WIDTH / 2, 24, 'middle', title)}
${label('reset', MARGIN, 24, 'start', '')}
${label('search', WIDTH - MARGIN, 24, 'end', 'Search')}
${label('details', MARGIN, height - 8, 'start', '')}
${label('matched', WIDTH - MARGIN, height - 8, 'end', '')}
<g id="frames">
${rectangles.join('\n')}
</g>
<script><![CDATA[
${flameGraphScript({ width: WIDTH - 2 * MARGIN, margin: MARGIN, letter: LETTER })}
]]></script>
</svg>
`;
}

function flameOf(name: string, root: CallNode): Flame {
  const flame: Flame = { name, steps: 0n, callees: new Map() };
  add(flame, root);
  return flame;
}

/** Adds a node's steps and those below it; returns the sum. */
function add(flame: Flame, node: CallNode): bigint {
  let { steps } = node;
  for (const callee of node.callees.values()) {
    let above = flame.callees.get(callee.name);
    if (above === undefined) {
      above = { name: callee.name, steps: 0n, callees: new Map() };
      flame.callees.set(callee.name, above);
    }
    steps += add(above, callee);
  }
  flame.steps += steps;
  return steps;
}

function widthPerStep({ steps }: Flame): number {
  return (WIDTH - 2 * MARGIN) / Math.max(1, Number(steps));
}

function depthOf(flame: Flame, scale: number): number {
  if (Number(flame.steps) * scale < NARROWEST) return 0;
  return 1 + Math.max(0, ...[...flame.callees.values()].map((callee) => depthOf(callee, scale)));
}

interface Place {
  readonly x: number;
  readonly row: number;
  readonly scale: number;
  readonly total: bigint;
  readonly height: number;
}

function draw(flame: Flame, place: Place, out: string[]): void {
  const { x, row, scale, total, height } = place;
  const width = Number(flame.steps) * scale;
  if (width < NARROWEST && row > 0) return;
  const y = height - FOOTER - ROW * (row + 1);
  const percent = ((100 * Number(flame.steps)) / Math.max(1, Number(total))).toFixed(2);
  const steps = String(flame.steps).replace(/\B(?=(\d{3})+$)/g, ',');
  const name = escaped(flame.name);
  out.push(
    `<g class="frame"><title>${name} (${steps} steps, ${percent} %)</title>` +
      `<rect x="${x.toFixed(2)}" y="${y}" width="${width.toFixed(2)}" height="${ROW - 1}" rx="1" fill="${colour(flame.name)}"/>` +
      `<text x="${(x + 3).toFixed(2)}" y="${y + 12}">${escaped(shortened(flame.name, width))}</text></g>`,
  );
  const callees = [...flame.callees.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  let at = x;
  for (const callee of callees) {
    draw(callee, { ...place, x: at, row: row + 1 }, out);
    at += Number(callee.steps) * scale;
  }
}

/** As much of a name as fits; the script does the same after a zoom. */
function shortened(name: string, width: number): string {
  const letters = Math.floor((width - 6) / LETTER);
  if (letters < 3) return '';
  return name.length <= letters ? name : `${name.slice(0, letters - 2)}..`;
}

/** A warm colour that depends on the name alone. */
function colour(name: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193) >>> 0;
  return `rgb(${205 + (hash % 50)},${90 + ((hash >>> 8) % 130)},${30 + ((hash >>> 16) % 50)})`;
}

/** As text of XML 1.0, which has no way to write most control characters. */
function escaped(text: string): string {
  const printable = text.replace(/[^\t\n\r\u0020-\ufffd]/g, '\ufffd');
  return printable.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
