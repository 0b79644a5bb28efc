// What a flame graph does in a browser: details of the rectangle under the pointer, zoom on a click, search.

export interface GraphGeometry {
  /** Of the whole graph and beside it, and of a letter, in pixels. */
  readonly width: number;
  readonly margin: number;
  readonly letter: number;
}

/** The script of the SVG file. Frames are told apart by their class, places are read from the rectangles. */
export function flameGraphScript({ width, margin, letter }: GraphGeometry): string {
  return `'use strict';
(() => {
  const [WIDTH, MARGIN, LETTER] = [${width}, ${margin}, ${letter}];
  const element = (id) => document.getElementById(id);
  const frames = [...document.querySelectorAll('.frame')].map((group) => {
    const [title, rect, text] = ['title', 'rect', 'text'].map((name) => group.querySelector(name));
    const number = (name) => Number(rect.getAttribute(name));
    const details = title.textContent;
    const name = details.slice(0, details.lastIndexOf(' ('));
    return { group, rect, text, details, name, x: number('x'), y: number('y'), width: number('width') };
  });
  const fit = (name, room) => {
    const letters = Math.floor((room - 6) / LETTER);
    return letters < 3 ? '' : name.length <= letters ? name : name.slice(0, letters - 2) + '..';
  };
  const zoom = (to) => {
    const scale = WIDTH / to.width;
    for (const frame of frames) {
      const below = frame.y > to.y && frame.x <= to.x + 0.011 && frame.x + frame.width >= to.x + to.width - 0.011;
      const inside = frame.y <= to.y && frame.x >= to.x - 0.011 && frame.x + frame.width <= to.x + to.width + 0.011;
      frame.group.classList.toggle('hidden', !below && !inside);
      frame.group.classList.toggle('parent', below);
      const x = below ? MARGIN : MARGIN + (frame.x - to.x) * scale;
      const room = below ? WIDTH : frame.width * scale;
      frame.rect.setAttribute('x', x);
      frame.rect.setAttribute('width', room);
      frame.text.setAttribute('x', x + 3);
      frame.text.textContent = fit(frame.name, room);
    }
    element('reset').textContent = to === frames[0] ? '' : 'Reset zoom';
  };
  const search = (pattern) => {
    const found = frames.filter((frame) => pattern !== null && pattern.test(frame.name));
    for (const frame of frames) frame.group.classList.toggle('found', found.includes(frame));
    // Of frames above each other only the lowest counts.
    let [sum, end] = [0, -1];
    for (const frame of found.sort((a, b) => a.x - b.x || b.width - a.width)) {
      if (frame.x < end - 0.011) continue;
      sum += frame.width;
      end = frame.x + frame.width;
    }
    element('matched').textContent = pattern === null ? '' : 'Matched: ' + ((100 * sum) / WIDTH).toFixed(2) + ' %';
    element('search').textContent = pattern === null ? 'Search' : 'Reset search';
  };
  let searching = false;
  const toggleSearch = () => {
    const text = searching ? null : prompt('Functions to find (a regular expression):');
    searching = text !== null && text !== '';
    try {
      search(searching ? new RegExp(text) : null);
    } catch (error) {
      searching = false;
      search(null);
      element('matched').textContent = error.message;
    }
  };
  for (const frame of frames) {
    frame.group.addEventListener('click', () => zoom(frame));
    frame.group.addEventListener('mouseenter', () => (element('details').textContent = frame.details));
    frame.group.addEventListener('mouseleave', () => (element('details').textContent = ''));
  }
  element('reset').addEventListener('click', () => zoom(frames[0]));
  element('search').addEventListener('click', toggleSearch);
  addEventListener('keydown', (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key !== 'f') return;
    event.preventDefault();
    toggleSearch();
  });
})();`;
}
