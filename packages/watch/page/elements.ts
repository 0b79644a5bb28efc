// Pieces of the document. All text goes into it as text, never as markup.

export type Child = Node | string | null;

/** An element with attributes (no `on…`: the page has no inline code) and children. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string>> = {},
  ...children: Child[]
): HTMLElement {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

export function rowOfCells(
  cells: readonly [label: string, child: Child][],
  attributes: Readonly<Record<string, string>> = {},
): HTMLElement {
  return element(
    'tr',
    attributes,
    ...cells.map(([label, child]) => element('td', { 'data-label': label }, element('span', {}, child))),
  );
}

export function tableOfRows(columns: readonly string[], rows: readonly HTMLElement[]): HTMLElement {
  return element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...columns.map((text) => element('th', { scope: 'col' }, text)))),
    element('tbody', {}, ...rows),
  );
}

export function code(text: string | null): HTMLElement | null {
  return text === null ? null : element('code', {}, text);
}
