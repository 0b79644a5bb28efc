// One WebAssembly function as a C function. The operand stack becomes variables, one per height and type (`i3`, `j3`),
// labels become labels; the C compiler's own analysis does the rest. Code that cannot be reached is left out.
// https://webassembly.github.io/spec/core/exec/instructions.html
import { decodeBody, type DecodedInstruction } from '../wasm/decode-instruction.js';
import type {
  DivisionInstruction,
  LoadInstruction,
  NumericInstruction,
  OtherName,
  StoreInstruction,
  StructureInstruction,
} from '../wasm/instructions.js';
import type { FunctionType, ValueType, WasmFunction } from '../wasm/module.js';
import { UnsupportedModuleError } from '../wasm/reader.js';
import { BoundsTracker, type BoundsOptions, type Knowledge, type ValueNumber } from './bounds.js';

/** What a function's text refers to outside itself. */
export interface FunctionContext {
  readonly types: readonly FunctionType[];
  readonly globals: readonly { readonly type: ValueType }[];
  readonly bounds: BoundsOptions;
  /** C name and type of the function with an index. */
  readonly callee: (index: number) => { readonly name: string; readonly type: FunctionType };
  /** C expression that calls through the table: traps unless the slot holds a function of this type. */
  readonly indirectCall: (type: FunctionType, slot: string, parameters: readonly string[]) => string;
  /** Whether the function can, by whatever way, call itself: only those can exhaust the stack. */
  readonly recursive: boolean;
}

/** A value on the operand stack: it lives in the variable of its height and type. */
interface Operand {
  readonly type: ValueType;
  readonly number: ValueNumber;
}

interface Frame {
  readonly kind: 'function' | 'block' | 'loop' | 'if';
  readonly label: string;
  /** Height of the operand stack outside. */
  readonly height: number;
  readonly result: ValueType | undefined;
  /** What is known on each edge that arrives at the label (not collected for loops). */
  readonly edges: Knowledge[];
  /** Whether something jumps to the label. */
  target: boolean;
  /** At the start of an `if` whose `else` has not come. */
  alternative: Knowledge | undefined;
  /** Whether the code around the construct was reachable. */
  readonly live: boolean;
}

/** C type of a value type. */
export function cType(type: ValueType | undefined): string {
  return type === undefined ? 'void' : type === 'i32' ? 'u32' : 'u64';
}

/** The C prototype of a function, without the semicolon. */
export function prototype(name: string, type: FunctionType): string {
  const params = type.params.map((param, i) => `${cType(param)} l${i}`).join(', ');
  return `${cType(type.result)} ${name}(${params || 'void'})`;
}

/** The text of the function `name`. Throws `UnsupportedModuleError` for instructions outside the guest's subset. */
export function translateFunction(name: string, fn: WasmFunction, context: FunctionContext): string {
  return new FunctionTranslator(name, fn, context).translate();
}

class FunctionTranslator {
  readonly #name: string;
  readonly #function: WasmFunction;
  readonly #context: FunctionContext;
  readonly #lines: string[] = [];
  readonly #bounds: BoundsTracker;
  readonly #stack: Operand[] = [];
  readonly #frames: Frame[] = [];
  readonly #locals: readonly ValueType[];
  readonly #assigned: ReadonlyMap<number, ReadonlySet<number>>;
  readonly #slots = new Set<string>();
  #live = true;
  #labels = 0;

  constructor(name: string, fn: WasmFunction, context: FunctionContext) {
    this.#name = name;
    this.#function = fn;
    this.#context = context;
    this.#locals = [...fn.type.params, ...fn.locals];
    this.#bounds = new BoundsTracker(context.bounds, this.#lines, this.#locals.length);
    this.#assigned = localsAssignedInLoops(fn);
  }

  translate(): string {
    this.#open('function', this.#function.type.result);
    for (const decoded of decodeBody(this.#function.body())) this.#instruction(decoded);
    const slots = (prefix: string): string[] => [...this.#slots].filter((slot) => slot.startsWith(prefix)).sort();
    const declare = (type: string, names: string[]): string[] =>
      names.length === 0 ? [] : [`  ${type} ${names.join(', ')};`];
    const zeroed = (type: ValueType): string[] =>
      this.#function.locals.flatMap((local, i) =>
        local === type ? [`l${i + this.#function.type.params.length} = 0`] : [],
      );
    return [
      `${prototype(this.#name, this.#function.type)} {`,
      ...declare('u32', [...zeroed('i32'), ...slots('i')]),
      ...declare('u64', [...zeroed('i64'), ...slots('j')]),
      ...(this.#context.recursive ? ['  CHECK_STACK();'] : []),
      ...this.#lines.filter((line) => line !== '').map((line) => `  ${line}`),
      '}',
    ].join('\n');
  }

  // -- operand stack

  #slot(height: number, type: ValueType): string {
    const slot = `${type === 'i32' ? 'i' : 'j'}${height}`;
    this.#slots.add(slot);
    return slot;
  }

  /** Assigns `expression` to a new operand. */
  #push(type: ValueType, expression: string, number: ValueNumber): void {
    const slot = this.#slot(this.#stack.length, type);
    this.#stack.push({ type, number });
    if (slot !== expression) this.#emit(`${slot} = ${expression};`);
  }

  #pop(): { slot: string; type: ValueType; number: ValueNumber } {
    const operand = this.#stack.pop();
    if (operand === undefined) throw new UnsupportedModuleError(`${this.#name}: an empty operand stack`);
    return { ...operand, slot: this.#slot(this.#stack.length, operand.type) };
  }

  #popMany(count: number): { slot: string; type: ValueType; number: ValueNumber }[] {
    return Array.from({ length: count }, () => this.#pop()).toReversed();
  }

  #emit(line: string): void {
    this.#lines.push(line);
  }

  // -- control

  #open(kind: Frame['kind'], result: ValueType | undefined, alternative?: Knowledge): void {
    this.#labels += 1;
    this.#frames.push({
      kind,
      label: `L${this.#labels}`,
      height: this.#stack.length,
      result,
      edges: [],
      target: false,
      alternative,
      live: this.#live,
    });
  }

  #frame(depth: number): Frame {
    const frame = this.#frames[this.#frames.length - 1 - depth];
    if (frame === undefined) throw new UnsupportedModuleError(`${this.#name}: a branch out of the function`);
    return frame;
  }

  /** Statements that leave for a label. The branch's value, if any, is the top operand and stays there. */
  #jump(depth: number): string {
    const frame = this.#frame(depth);
    if (frame.kind === 'loop') {
      frame.target = true;
      return `goto ${frame.label};`;
    }
    const top = this.#stack.length - 1;
    if (frame.kind === 'function') {
      return frame.result === undefined ? 'return;' : `return ${this.#slot(top, frame.result)};`;
    }
    frame.target = true;
    frame.edges.push(this.#bounds.snapshot());
    if (frame.result === undefined || top === frame.height) return `goto ${frame.label};`;
    return `${this.#slot(frame.height, frame.result)} = ${this.#slot(top, frame.result)}; goto ${frame.label};`;
  }

  #end(): void {
    const frame = this.#frames.pop();
    if (frame === undefined) throw new UnsupportedModuleError(`${this.#name}: an end too many`);
    if (this.#live) {
      this.#bounds.barrier();
      if (frame.kind === 'function') {
        if (frame.result !== undefined) this.#emit(`return ${this.#pop().slot};`);
        return;
      }
      // The value is at the frame's height already: nothing else lies above it in valid code.
      frame.edges.push(this.#bounds.snapshot());
    }
    if (frame.kind === 'function') return;
    if (frame.kind === 'if' && frame.live) this.#emit('}');
    if (frame.alternative !== undefined) frame.edges.push(frame.alternative);
    this.#stack.length = frame.height;
    this.#live = frame.edges.length > 0;
    if (frame.target && frame.kind !== 'loop') this.#emit(`${frame.label}:;`);
    if (!this.#live) return;
    this.#bounds.resume(frame.edges);
    if (frame.result !== undefined) this.#stack.push({ type: frame.result, number: this.#bounds.fresh() });
  }

  #instruction(decoded: DecodedInstruction): void {
    const { instruction, index } = decoded;
    if (instruction.kind === 'structure') this.#structure(instruction.name, decoded);
    else if (!this.#live) return;
    else if (instruction.kind === 'load') this.#load(instruction, index);
    else if (instruction.kind === 'store') this.#store(instruction, index);
    else if (instruction.kind === 'other') this.#other(instruction.name, decoded);
    else this.#compute(instruction);
  }

  /** The instructions that count even where they cannot be reached. */
  #structure(name: StructureInstruction['name'], { position, blockResult }: DecodedInstruction): void {
    switch (name) {
      case 'block':
        if (this.#live) this.#bounds.barrier();
        this.#open('block', blockResult);
        return;
      case 'loop':
        if (this.#live) {
          this.#bounds.barrier();
          for (const local of this.#assigned.get(position) ?? []) this.#bounds.setLocal(local, this.#bounds.fresh());
        }
        this.#open('loop', blockResult);
        if (this.#live) this.#emit(`${this.#frame(0).label}:;`);
        return;
      case 'if': {
        if (!this.#live) {
          this.#open('if', blockResult);
          return;
        }
        const condition = this.#pop();
        this.#bounds.barrier();
        this.#open('if', blockResult, this.#bounds.snapshot());
        this.#emit(`if (${condition.slot}) {`);
        return;
      }
      case 'else': {
        const frame = this.#frame(0);
        if (frame.alternative === undefined) return; // the whole construct cannot be reached
        if (this.#live) {
          this.#bounds.barrier();
          frame.edges.push(this.#bounds.snapshot());
        }
        this.#stack.length = frame.height;
        this.#bounds.resume([frame.alternative]);
        frame.alternative = undefined;
        this.#live = true;
        this.#emit('} else {');
        return;
      }
      case 'end':
        this.#end();
        return;
    }
  }

  #other(name: OtherName, { index, value, depths }: DecodedInstruction): void {
    switch (name) {
      case 'nop':
        return;
      case 'unreachable':
        this.#bounds.barrier();
        this.#emit('trap_unreachable();');
        this.#live = false;
        return;
      case 'br':
        this.#bounds.barrier();
        this.#emit(this.#jump(index));
        this.#live = false;
        return;
      case 'br_if': {
        const condition = this.#pop();
        this.#bounds.barrier();
        this.#emit(`if (${condition.slot}) { ${this.#jump(index)} }`);
        return;
      }
      case 'br_table': {
        const selector = this.#pop();
        this.#bounds.barrier();
        const cases = depths.map((depth, i) => `case ${i}: ${this.#jump(depth)}`);
        this.#emit(`switch (${selector.slot}) { ${cases.join(' ')} default: ${this.#jump(index)} }`);
        this.#live = false;
        return;
      }
      case 'return':
        this.#bounds.barrier();
        this.#emit(this.#jump(this.#frames.length - 1));
        this.#live = false;
        return;
      case 'call': {
        const { name: callee, type } = this.#context.callee(index);
        this.#call(type, (parameters) => `${callee}(${parameters.join(', ')})`);
        return;
      }
      case 'call_indirect': {
        const type = this.#context.types[index];
        if (type === undefined) throw new UnsupportedModuleError(`type ${index} is missing`);
        const { slot } = this.#pop();
        this.#call(type, (parameters) => this.#context.indirectCall(type, slot, parameters));
        return;
      }
      case 'drop':
        this.#pop();
        return;
      case 'select':
      case 'select_typed':
        this.#select();
        return;
      case 'local.get':
      case 'local.set':
      case 'local.tee':
        this.#local(name, index);
        return;
      case 'global.get':
        this.#push(this.#globalType(index), `g${index}`, this.#bounds.fresh());
        return;
      case 'global.set':
        this.#emit(`g${index} = ${this.#pop().slot};`);
        return;
      case 'memory.size':
        this.#push('i32', 'memory_pages()', this.#bounds.fresh());
        return;
      case 'memory.grow': {
        const { slot } = this.#pop();
        this.#bounds.barrier();
        this.#push('i32', `memory_grow(${slot})`, this.#bounds.fresh());
        return;
      }
      case 'memory.copy':
        this.#bulk('memory_copy');
        return;
      case 'memory.fill':
        this.#bulk('memory_fill');
        return;
      case 'i32.const':
        this.#push('i32', `${value}u`, this.#bounds.constant('i32', value));
        return;
      case 'i64.const':
        this.#push('i64', `${value}ul`, this.#bounds.constant('i64', value));
        return;
    }
  }

  #globalType(index: number): ValueType {
    const global = this.#context.globals[index];
    if (global === undefined) throw new UnsupportedModuleError(`global ${index} is missing`);
    return global.type;
  }

  #call(type: FunctionType, expression: (parameters: string[]) => string): void {
    const parameters = this.#popMany(type.params.length).map(({ slot }) => slot);
    this.#bounds.barrier();
    const call = expression(parameters);
    if (type.result === undefined) this.#emit(`${call};`);
    else this.#push(type.result, call, this.#bounds.fresh());
  }

  #select(): void {
    const condition = this.#pop();
    const otherwise = this.#pop();
    const value = this.#pop();
    this.#push(value.type, `${condition.slot} ? ${value.slot} : ${otherwise.slot}`, this.#bounds.fresh());
  }

  #local(name: 'local.get' | 'local.set' | 'local.tee', index: number): void {
    const type = this.#locals[index];
    if (type === undefined) throw new UnsupportedModuleError(`${this.#name}: local ${index} is missing`);
    if (name === 'local.get') {
      this.#push(type, `l${index}`, this.#bounds.local(index));
      return;
    }
    const operand = this.#pop();
    this.#emit(`l${index} = ${operand.slot};`);
    this.#bounds.setLocal(index, operand.number);
    if (name === 'local.tee') this.#stack.push({ type, number: operand.number });
  }

  // -- arithmetic and memory

  #compute(instruction: NumericInstruction | DivisionInstruction): void {
    const operands = this.#popMany(instruction.kind === 'division' ? 2 : instruction.operands.length);
    const [a = '', b = ''] = operands.map(({ slot }) => slot);
    const number = this.#bounds.operation(
      instruction.name,
      operands.map((operand) => operand.number),
    );
    if (instruction.kind === 'division') {
      this.#bounds.barrier();
      this.#emit(instruction.trap(a, b));
    }
    this.#push(instruction.result, instruction.c(a, b), number);
  }

  #load({ width, signed, result }: LoadInstruction, offset: number): void {
    const address = this.#pop();
    this.#bounds.access(address.number, address.slot, offset, width);
    const read = `load${width * 8}${signed ? 's' : ''}(${address.slot}, ${offset})`;
    this.#push(result, `(${cType(result)})${read}`, this.#bounds.fresh());
  }

  #store({ width }: StoreInstruction, offset: number): void {
    const value = this.#pop();
    const address = this.#pop();
    this.#bounds.access(address.number, address.slot, offset, width);
    this.#emit(`store${width * 8}(${address.slot}, ${offset}, ${value.slot});`);
  }

  /** A copy or fill of a run of bytes; the runtime checks its bounds. */
  #bulk(callee: string): void {
    const parameters = this.#popMany(3).map(({ slot }) => slot);
    this.#emit(`${callee}(${parameters.join(', ')});`);
  }
}

/** Which locals are assigned inside each loop, by the position of the `loop` instruction. */
function localsAssignedInLoops(fn: WasmFunction): ReadonlyMap<number, ReadonlySet<number>> {
  const loops = new Map<number, Set<number>>();
  /** The sets of the loops that are open; undefined for other constructs. */
  const open: (Set<number> | undefined)[] = [undefined];
  for (const { position, instruction, index } of decodeBody(fn.body())) {
    if (instruction.kind === 'structure') {
      if (instruction.name === 'loop') {
        const assigned = new Set<number>();
        loops.set(position, assigned);
        open.push(assigned);
      } else if (instruction.name === 'block' || instruction.name === 'if') open.push(undefined);
      else if (instruction.name === 'end') open.pop();
    } else if (instruction.kind === 'other' && (instruction.name === 'local.set' || instruction.name === 'local.tee')) {
      for (const assigned of open) assigned?.add(index);
    }
  }
  return loops;
}
