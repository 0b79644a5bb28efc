// Which functions can come to call themselves, directly, through others or through the table.
import { decodeBody } from '../wasm/decode-instruction.js';
import type { WasmModule } from '../wasm/module.js';

/**
 * Indexes of the functions that lie on a cycle of the call graph. A call through the table is taken to reach every
 * function in it.
 */
export function recursiveFunctions(module: WasmModule): ReadonlySet<number> {
  const tabled = module.table.filter((index) => index >= 0);
  const importCount = module.imports.length;
  const callees = module.functions.map((fn) => {
    const called = new Set<number>();
    for (const { instruction, index } of decodeBody(fn.body())) {
      if (instruction.kind !== 'other') continue;
      if (instruction.name === 'call') called.add(index);
      if (instruction.name === 'call_indirect') for (const target of tabled) called.add(target);
    }
    return [...called].filter((index) => index >= importCount).map((index) => index - importCount);
  });
  const recursive = new Set<number>();
  for (const component of stronglyConnected(callees)) {
    const [only] = component;
    if (component.length > 1 || (only !== undefined && callees[only]?.includes(only))) {
      for (const node of component) recursive.add(node + importCount);
    }
  }
  return recursive;
}

/** Tarjan's strongly connected components, with a stack of its own: call chains of a program can be long. */
function stronglyConnected(edges: readonly (readonly number[])[]): number[][] {
  const order = new Map<number, number>();
  const low = new Map<number, number>();
  const onStack = new Set<number>();
  const stack: number[] = [];
  const components: number[][] = [];
  for (let root = 0; root < edges.length; root += 1) {
    if (order.has(root)) continue;
    const visits: { node: number; next: number }[] = [{ node: root, next: 0 }];
    while (visits.length > 0) {
      const visit = visits[visits.length - 1];
      if (visit === undefined) break;
      const { node } = visit;
      if (visit.next === 0) {
        order.set(node, order.size);
        low.set(node, order.get(node) ?? 0);
        stack.push(node);
        onStack.add(node);
      }
      const target = edges[node]?.[visit.next];
      visit.next += 1;
      if (target !== undefined) {
        if (!order.has(target)) visits.push({ node: target, next: 0 });
        else if (onStack.has(target)) low.set(node, Math.min(low.get(node) ?? 0, order.get(target) ?? 0));
        continue;
      }
      visits.pop();
      const parent = visits[visits.length - 1];
      if (parent !== undefined) low.set(parent.node, Math.min(low.get(parent.node) ?? 0, low.get(node) ?? 0));
      if (low.get(node) !== order.get(node)) continue;
      const component: number[] = [];
      for (let member = -1; member !== node;) {
        member = stack.pop() ?? node;
        onStack.delete(member);
        component.push(member);
      }
      components.push(component);
    }
  }
  return components;
}
