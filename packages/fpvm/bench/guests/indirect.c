// Indirect calls and jumps: a stack machine whose instructions are functions in a table, the same with computed jumps,
// and objects of six kinds that are called through pointers in random order.
#include "guest.h"

enum opcode { PUSH, LOAD, STORE, ADD, SUBTRACT, MULTIPLY, XOR, AND, SHIFT, LESS, JUMP_IF, JUMP, HALT };

struct machine {
  u64 stack[16];
  u64 variables[8];
  const u8 *code;
  u64 pc;
  u64 top;
  u64 halted;
};

#define OPERATION(name) static void name(struct machine *m)
#define BINARY(name, expression)                                                                                       \
  OPERATION(name) {                                                                                                    \
    u64 b = m->stack[--m->top], a = m->stack[m->top - 1];                                                              \
    m->stack[m->top - 1] = expression;                                                                                 \
  }
BINARY(add, a + b)
BINARY(subtract, a - b)
BINARY(multiply, a *b)
BINARY(exclusive_or, a ^ b)
BINARY(and, a & b)
BINARY(shift, a >> (b & 63))
BINARY(less, a < b)
OPERATION(push) { m->stack[m->top++] = m->code[m->pc++]; }
OPERATION(load) { m->stack[m->top++] = m->variables[m->code[m->pc++]]; }
OPERATION(store) { m->variables[m->code[m->pc++]] = m->stack[--m->top]; }
OPERATION(jump) { m->pc = m->code[m->pc]; }
OPERATION(jump_if) { m->pc = m->stack[--m->top] != 0 ? m->code[m->pc] : m->pc + 1; }
OPERATION(halt) { m->halted = 1; }

static void (*const volatile operations[])(struct machine *) = {
    push, load, store, add, subtract, multiply, exclusive_or, and, shift, less, jump_if, jump, halt};

static u64 run_calls(struct machine *m) {
  for (m->pc = m->top = m->halted = 0; !m->halted;) operations[m->code[m->pc++]](m);
  return m->variables[2];
}

static u64 run_jumps(struct machine *m) {
  static const void *const labels[] = {&&push,     &&load,         &&store, &&add,   &&subtract, &&multiply, &&exclusive_or,
                                       &&and, &&shift, &&less, &&jump_if, &&jump, &&halt};
  const u8 *code = m->code;
  u64 *top = m->stack;
#define NEXT goto *labels[*code++]
  NEXT;
push: *top++ = *code++; NEXT;
load: *top++ = m->variables[*code++]; NEXT;
store: m->variables[*code++] = *--top; NEXT;
add: top--; top[-1] += *top; NEXT;
subtract: top--; top[-1] -= *top; NEXT;
multiply: top--; top[-1] *= *top; NEXT;
exclusive_or: top--; top[-1] ^= *top; NEXT;
and: top--; top[-1] &= *top; NEXT;
shift: top--; top[-1] >>= *top & 63; NEXT;
less: top--; top[-1] = top[-1] < *top; NEXT;
jump_if: code = *--top != 0 ? m->code + *code : code + 1; NEXT;
jump: code = m->code + *code; NEXT;
halt: return m->variables[2];
}

// Variable 0 counts up to variable 1; variable 2 gathers, by Collatz's rule for variable 3.
static const u8 program[] = {
    /*  0 */ LOAD, 0, LOAD, 1, LESS, JUMP_IF, 8, HALT,
    /*  8 */ LOAD, 0, PUSH, 27, ADD, STORE, 3,
    /* 15 */ PUSH, 1, LOAD, 3, LESS, JUMP_IF, 31,
    /* 22 */ LOAD, 0, PUSH, 1, ADD, STORE, 0, JUMP, 0,
    /* 31 */ LOAD, 2, LOAD, 3, XOR, PUSH, 3, MULTIPLY, STORE, 2,
    /* 41 */ LOAD, 3, PUSH, 1, AND, JUMP_IF, 57,
    /* 48 */ LOAD, 3, PUSH, 1, SHIFT, STORE, 3, JUMP, 15,
    /* 57 */ LOAD, 3, PUSH, 3, MULTIPLY, PUSH, 1, ADD, STORE, 3, JUMP, 15};

struct object {
  u64 (*act)(struct object *, u64);
  u64 value;
};

static u64 act_add(struct object *o, u64 x) { return o->value += x; }
static u64 act_xor(struct object *o, u64 x) { return o->value ^= x; }
static u64 act_turn(struct object *o, u64 x) { return o->value = (o->value << 9 | o->value >> 55) + x; }
static u64 act_keep(struct object *o, u64 x) { return o->value - x; }
static u64 act_larger(struct object *o, u64 x) { return o->value > x ? o->value : (o->value = x); }
static u64 act_swap(struct object *o, u64 x) {
  u64 before = o->value;
  o->value = x;
  return before;
}

#define OBJECTS 1024

u64 work(u64 rounds) {
  static u64 (*const volatile kinds[])(struct object *, u64) = {act_add, act_xor, act_turn, act_keep, act_larger, act_swap};
  struct object *objects = allocate(OBJECTS * sizeof(struct object));
  struct machine *m = allocate(sizeof(struct machine));
  u64 random = 521288629ul, sum = 0;
  for (u64 i = 0; i < OBJECTS; i++) {
    objects[i].act = kinds[next_random(&random) % 6];
    objects[i].value = next_random(&random);
  }
  m->code = program;
  for (u64 round = 0; round < rounds; round++) {
    m->variables[0] = round;
    m->variables[1] = round + 100;
    m->variables[2] = sum;
    sum = run_calls(m);
    m->variables[0] = round;
    sum = mix(sum, run_jumps(m));
    for (u64 i = 0; i < 32 * OBJECTS; i++) {
      struct object *object = objects + (next_random(&random) >> 20) % OBJECTS;
      sum += object->act(object, sum);
    }
  }
  return sum;
}
