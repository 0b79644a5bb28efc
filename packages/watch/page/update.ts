// Brings what is shown to what is to be shown, and leaves alone what is the same: what has the focus, is scrolled or marked stays so.

/** Makes `shown` have these children. Elements with a `data-key` are the same ones as those that have it now, wherever they stand. */
export function update(shown: Element, wanted: readonly Node[]): void {
  const keyed = new Map<string, Element>();
  for (const child of shown.children) {
    const key = keyOf(child);
    if (key !== undefined) keyed.set(key, child);
  }
  let at = shown.firstChild;
  for (const node of wanted) {
    const key = keyOf(node);
    const same = key === undefined ? at : keyed.get(key);
    if (same === null || same === undefined || !isAlike(same, node)) {
      shown.insertBefore(node, at);
      continue;
    }
    if (!same.isEqualNode(node)) become(same, node);
    // What moves loses the focus: what stands where it should is not moved.
    if (same === at) at = at.nextSibling;
    else shown.insertBefore(same, at);
  }
  while (at !== null) {
    const next: ChildNode | null = at.nextSibling;
    at.remove();
    at = next;
  }
}

function become(shown: Node, wanted: Node): void {
  if (!(shown instanceof Element) || !(wanted instanceof Element)) {
    shown.nodeValue = wanted.nodeValue;
    return;
  }
  for (const name of shown.getAttributeNames()) if (!wanted.hasAttribute(name)) shown.removeAttribute(name);
  for (const { name, value } of wanted.attributes)
    if (shown.getAttribute(name) !== value) shown.setAttribute(name, value);
  update(shown, [...wanted.childNodes]);
}

function isAlike(shown: Node, wanted: Node): boolean {
  return shown.nodeName === wanted.nodeName && keyOf(shown) === keyOf(wanted);
}

function keyOf(node: Node): string | undefined {
  return node instanceof HTMLElement ? node.dataset.key : undefined;
}
