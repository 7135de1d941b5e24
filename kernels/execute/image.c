/* Opens plans: checks every word, because they may come from a damaged or hostile file. What passes here can be run
 * with `checked` without touching foreign memory. */
#include <stdlib.h>

#include "execute/plan.h"

enum { HEADER_WORDS = sizeof(tir_header) / sizeof(int64_t) };

/* Where the check is. Every function here returns false at the first wrong word, which is then the one at `at`. */
typedef struct {
  tir_plan* plan;
  int64_t count; /* words */
  int64_t at;
  uint64_t (*written)[TIR_MAX_BINDINGS / 64]; /* of each program: the bindings that it writes */
} reader;

static bool wrong(reader* r, int64_t at) {
  r->at = at;
  return false;
}

static int64_t word(const reader* r, int64_t at) { return r->plan->words[at]; }

/* `size` words for each of `count` things at a position, which is the header's word `at`. */
static bool table(reader* r, int64_t at, int64_t count, int64_t size) {
  const int64_t position = word(r, at);
  if (position < HEADER_WORDS || position > r->count) return wrong(r, at);
  if (count > (r->count - position) / size) return wrong(r, at);
  return true;
}

/* ---- references ------------------------------------------------------------ */

static bool is_value(const reader* r, int64_t reference) { return reference >= 0 && reference < r->plan->values; }

/* A reference to a value, or to one of the first `registers` registers. */
static bool is_reference(const reader* r, int64_t reference, int64_t registers) {
  return reference < 0 ? reference >= -registers : reference < r->plan->values;
}

static bool references(reader* r, int64_t at, int64_t count, int64_t registers) {
  for (int64_t i = at; i < at + count; i++) {
    if (!is_reference(r, word(r, i), registers)) return wrong(r, i);
  }
  return true;
}

/* ---- header, values, buffers ------------------------------------------------ */

#define AT(field) ((int64_t)(offsetof(tir_header, field) / sizeof(int64_t)))

static bool check_header(reader* r) {
  tir_plan* plan = r->plan;
  const tir_header* h = (const tir_header*)plan->words;
  const struct { int64_t at, count, least; } counts[] = {
    {AT(numbers), h->numbers, 0},   {AT(symbols), h->symbols, 1},     {AT(expressions), h->expressions, 0},
    {AT(buffers), h->buffers, 0},   {AT(programs), h->programs, 0},   {AT(commands), h->commands, 0},
    {AT(arguments), h->arguments, 0}, {AT(results), h->results, 0},
  };
  if (h->magic != TIR_PLAN_MAGIC) return wrong(r, AT(magic));
  if (h->version != TIR_PLAN_VERSION) return wrong(r, AT(version));
  if (h->words != r->count) return wrong(r, AT(words));
  for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
    /* No more of anything than there are words, so that no sum of counts overflows. */
    if (counts[i].count < counts[i].least || counts[i].count > r->count) return wrong(r, counts[i].at);
  }
  if (!table(r, AT(at_numbers), h->numbers, 1) || !table(r, AT(at_expressions), h->expressions, 3)) return false;
  if (!table(r, AT(at_buffers), h->buffers, 5) || !table(r, AT(at_programs), h->programs, 1)) return false;
  if (!table(r, AT(at_commands), h->commands, 1)) return false;
  plan->header = h;
  plan->numbers = plan->words + h->at_numbers;
  plan->expressions = (const tir_expression*)(plan->words + h->at_expressions);
  plan->buffers = (const tir_buffer*)(plan->words + h->at_buffers);
  plan->at_programs = plan->words + h->at_programs;
  plan->at_commands = plan->words + h->at_commands;
  plan->values = h->numbers + h->symbols + h->expressions;
  return true;
}

/* An operation whose operands are values below `values` or registers below `registers`. */
static bool check_expression(reader* r, int64_t at, int64_t values, int64_t registers) {
  if (word(r, at) < 0 || word(r, at) >= TIR_OPERATIONS) return wrong(r, at);
  if (word(r, at + 1) >= values || word(r, at + 1) < -registers) return wrong(r, at + 1);
  if (word(r, at + 2) >= values || word(r, at + 2) < -registers) return wrong(r, at + 2);
  return true;
}

static bool check_values(reader* r) {
  const tir_header* h = r->plan->header;
  for (int64_t i = 0; i < h->expressions; i++) {
    if (!check_expression(r, h->at_expressions + 3 * i, h->numbers + h->symbols + i, 0)) return false;
  }
  return true;
}

static bool check_buffers(reader* r, int64_t constants) {
  tir_plan* plan = r->plan;
  const tir_header* h = plan->header;
  const int64_t limit[] = {h->arguments, h->results, constants};
  for (int64_t i = 0; i < h->buffers; i++) {
    const tir_buffer* b = &plan->buffers[i];
    const int64_t at = h->at_buffers + 5 * i;
    plan->home[i] = i;
    if (b->kind < TIR_BUFFER_ARGUMENT || b->kind > TIR_BUFFER_OUTSIDE) return wrong(r, at);
    if (!is_value(r, b->bytes)) return wrong(r, at + 2);
    if (b->kind <= TIR_BUFFER_CONSTANT) {
      if (b->index < 0 || b->index >= limit[b->kind]) return wrong(r, at + 1);
      if (b->kind != TIR_BUFFER_CONSTANT) plan->outside[plan->outside_count++] = i;
      continue;
    }
    if (b->first < 0 || b->first >= h->commands) return wrong(r, at + 3);
    if (b->last < b->first || b->last >= h->commands) return wrong(r, at + 4);
    if (b->kind == TIR_BUFFER_SHARED) {
      /* An earlier one, so nothing runs in circles. */
      if (b->index < 0 || b->index >= i || !tir_in_arena(plan->buffers[b->index].kind))
        return wrong(r, at + 1);
      plan->home[i] = plan->home[b->index];
    }
  }
  return true;
}

/* ---- programs --------------------------------------------------------------- */

/* The parts of a program whose counts are checked already. */
static tir_program read_program(const int64_t* at) {
  tir_program program;
  program.cpu_features = (uint64_t)*at++;
  program.dims = *at++;
  program.grid = at;
  at += 2 * program.dims;
  program.operations = *at++;
  program.operation = (const tir_expression*)at;
  at += 3 * program.operations;
  program.bindings = *at++;
  program.scratches = *at++;
  program.scratch = at;
  at += program.scratches;
  program.steps = *at++;
  program.step = at;
  return program;
}

static bool check_step(reader* r, int64_t at, int64_t end, const tir_program* program, int64_t registers,
                       uint64_t* written) {
  if (end - at < (int64_t)(sizeof(tir_step_head) / sizeof(int64_t))) return wrong(r, at);
  const tir_step_head* head = (const tir_step_head*)(r->plan->words + at);
  const tir_step_rule* rule = tir_rule_of(head->kind);
  if (rule == NULL) return wrong(r, at);
  if (head->words < 6 || head->words > end - at) return wrong(r, at + 1);
  if (head->loops < rule->least_loops || head->loops > TIR_MAX_LOOPS) return wrong(r, at + 2);
  if (head->operands < rule->least_operands || head->operands > rule->most_operands) return wrong(r, at + 3);
  const int64_t attributes = rule->attributes + rule->attributes_each * (head->operands - 2);
  if (head->attributes < 0 || head->attributes > TIR_MAX_ATTRIBUTES) return wrong(r, at + 4);
  if (rule->attributes < 0 ? head->attributes < 2 : head->attributes != attributes) return wrong(r, at + 4);
  if (head->code < 0 || head->code > head->words || (rule->code >= 0 && head->code != rule->code))
    return wrong(r, at + 5);
  const int64_t operand_words = TIR_OPERAND_STRIDES + head->loops;
  if (head->words != 6 + head->loops + head->operands * operand_words + head->attributes + head->code)
    return wrong(r, at + 1);

  const int64_t at_operands = at + 6 + head->loops;
  const int64_t at_attributes = at_operands + head->operands * operand_words;
  if (!references(r, at + 6, head->loops, registers)) return false;
  if (!references(r, at_attributes, head->attributes, registers)) return false;
  int64_t results = rule->results;
  if (results == 0) {
    /* How many operands are written must be known here, so it is one of the plan's numbers. */
    const int64_t number = word(r, at_attributes);
    if (number < 0 || number >= r->plan->header->numbers) return wrong(r, at_attributes);
    results = r->plan->numbers[number];
    if (results < 1 || results > head->operands) return wrong(r, at_attributes);
  }
  for (int64_t i = 0; i < head->operands; i++) {
    const int64_t operand = at_operands + i * operand_words;
    const int64_t buffer = word(r, operand), type = word(r, operand + TIR_OPERAND_TYPE);
    if (buffer >= program->bindings || buffer < -program->scratches) return wrong(r, operand);
    if (type != (int32_t)type || tir_type_bytes((int32_t)type) == 0) return wrong(r, operand + TIR_OPERAND_TYPE);
    if (!references(r, operand + TIR_OPERAND_OFFSET, 1 + head->loops, registers)) return false;
    if (buffer >= 0 && i >= head->operands - results) written[buffer / 64] |= (uint64_t)1 << buffer % 64;
  }
  const int64_t last = at_operands + (head->operands - 1) * operand_words;
  if (rule->one_type && word(r, at_operands + TIR_OPERAND_TYPE) != word(r, last + TIR_OPERAND_TYPE))
    return wrong(r, last + TIR_OPERAND_TYPE);
  return true;
}

/* A count at *at of things of `size` words each, which follow (0: they don't): moves behind them. */
static bool skip(reader* r, int64_t* at, int64_t limit, int64_t size) {
  if (*at >= r->count) return wrong(r, *at);
  const int64_t count = word(r, *at);
  if (count < 0 || count > limit || (size > 0 && count > (r->count - *at - 1) / size)) return wrong(r, *at);
  *at += 1 + count * size;
  return true;
}

/* The program at *at; moves behind it. */
static bool check_program(reader* r, int64_t index, int64_t* at) {
  tir_plan* plan = r->plan;
  if (*at >= r->count) return wrong(r, *at);
  *at += 1; /* its features: the plan's are the limit, so any word is right */
  const int64_t grid = *at;
  if (!skip(r, at, TIR_MAX_UNIT_DIMS, 2)) return false;
  const int64_t operations = *at;
  if (!skip(r, at, TIR_MAX_REGISTER_STEPS, 3)) return false;
  if (!skip(r, at, TIR_MAX_BINDINGS, 0)) return false;
  const int64_t scratch = *at;
  if (!skip(r, at, TIR_MAX_SCRATCH, 1)) return false;
  if (!skip(r, at, INT64_MAX, 0)) return false;

  const tir_program program = plan->program[index] = read_program(plan->words + plan->at_programs[index]);
  for (int64_t i = 0; i < 2 * program.dims; i++) {
    if (!is_value(r, program.grid[i])) return wrong(r, grid + 1 + i);
  }
  const int64_t starts = 2 * program.dims;
  for (int64_t i = 0; i < program.operations; i++) {
    if (!check_expression(r, operations + 1 + 3 * i, plan->values, starts + i)) return false;
  }
  for (int64_t i = 0; i < program.scratches; i++) {
    if (!is_value(r, program.scratch[i])) return wrong(r, scratch + 1 + i);
  }
  const int64_t registers = starts + program.operations;
  for (int64_t i = 0; i < program.steps; i++) {
    if (!check_step(r, *at, r->count, &program, registers, r->written[index])) return false;
    *at += word(r, *at + 1);
  }
  if (registers > plan->registers) plan->registers = registers;
  if (program.bindings > plan->bindings) plan->bindings = program.bindings;
  if (program.scratches > plan->scratches) plan->scratches = program.scratches;
  return true;
}

/* Programs lie one behind the other, so the work here does not exceed the words. */
static bool check_programs(reader* r) {
  int64_t end = HEADER_WORDS;
  for (int64_t i = 0; i < r->plan->header->programs; i++) {
    const int64_t at = r->plan->at_programs[i];
    if (at < end || at >= r->count) return wrong(r, r->plan->header->at_programs + i);
    end = at;
    if (!check_program(r, i, &end)) return false;
  }
  return true;
}

/* ---- commands --------------------------------------------------------------- */

/* Whether buffer `number` may be bound to a command, that is, lives there, and may be written if it is. The executor
 * itself launches nothing on memory that it does not have. */
static bool may_bind(const tir_plan* plan, int64_t command, int64_t number, bool written, bool launched) {
  if (number < 0 || number >= plan->header->buffers) return false;
  const tir_buffer* b = &plan->buffers[number];
  if (b->kind == TIR_BUFFER_OUTSIDE && launched) return false;
  if (b->kind >= TIR_BUFFER_ARENA) return b->first <= command && command <= b->last;
  return !written || b->kind == TIR_BUFFER_RESULT;
}

/* A copy, a jump or a branch at word `at`: its target is a command or the end, and it has the buffers of its kind. */
static bool check_control(reader* r, int64_t number, int64_t at) {
  const tir_command* command = tir_command_at(r->plan, number);
  static const int64_t bindings[] = {[TIR_COMMAND_COPY] = 2, [TIR_COMMAND_JUMP] = 0, [TIR_COMMAND_BRANCH] = 1};
  const int64_t end = command->kind == TIR_COMMAND_COPY ? 0 : r->plan->header->commands;
  if (command->target < 0 || command->target > end) return wrong(r, at + 1);
  return command->bindings == bindings[command->kind] || wrong(r, at + 2);
}

static bool check_commands(reader* r) {
  const tir_plan* plan = r->plan;
  int64_t end = HEADER_WORDS;
  for (int64_t i = 0; i < plan->header->commands; i++) {
    const int64_t at = plan->at_commands[i];
    if (at < end || at > r->count - 3) return wrong(r, plan->header->at_commands + i);
    const tir_command* command = tir_command_at(plan, i);
    if (command->kind < TIR_COMMAND_LAUNCH || command->kind > TIR_COMMAND_BRANCH) return wrong(r, at);
    const bool launched = command->kind == TIR_COMMAND_LAUNCH;
    if (command->bindings < 0 || command->bindings > r->count - at - 3) return wrong(r, at + 2);
    if (command->kind >= TIR_COMMAND_COPY && !check_control(r, i, at)) return false;
    const uint64_t* written = NULL;
    if (launched || command->kind == TIR_COMMAND_QUEUED) {
      if (command->target < 0 || command->target >= plan->header->programs) return wrong(r, at + 1);
      if (command->bindings != plan->program[command->target].bindings) return wrong(r, at + 2);
      written = r->written[command->target];
      if (launched) plan->program[command->target].launched = true;
    }
    for (int64_t b = 0; b < command->bindings; b++) {
      const bool copied = command->kind == TIR_COMMAND_COPY && b == 1;
      const bool writes = copied || (written != NULL && (written[b / 64] >> b % 64 & 1));
      const bool own = launched || command->kind >= TIR_COMMAND_COPY;
      if (!may_bind(plan, i, command->buffer[b], writes, own)) return wrong(r, at + 3 + b);
    }
    end = at + 3 + command->bindings;
  }
  return true;
}

/* ---- opening ---------------------------------------------------------------- */

static int by_first_command(const void* a, const void* b) {
  const tir_arena_buffer* x = a;
  const tir_arena_buffer* y = b;
  if (x->first != y->first) return x->first < y->first ? -1 : 1;
  return x->buffer < y->buffer ? -1 : x->buffer > y->buffer;
}

/* The buffers of the arena: those that own memory, each as long alive as any that shares it, and all by themselves. */
static void list_arena(tir_plan* plan, int64_t* entry) {
  for (int64_t i = 0; i < plan->header->buffers; i++) {
    const tir_buffer* b = &plan->buffers[i];
    if (!tir_in_arena(b->kind)) continue;
    plan->apart[plan->apart_count++] = (tir_arena_buffer){.buffer = i, .first = b->first, .last = b->last};
    if (plan->home[i] == i) {
      entry[i] = plan->arena_count++;
      plan->arena[entry[i]] = (tir_arena_buffer){.buffer = i, .first = b->first, .last = b->last};
      continue;
    }
    tir_arena_buffer* home = &plan->arena[entry[plan->home[i]]];
    if (b->first < home->first) home->first = b->first;
    if (b->last > home->last) home->last = b->last;
  }
  qsort(plan->arena, (size_t)plan->arena_count, sizeof(plan->arena[0]), by_first_command);
  qsort(plan->apart, (size_t)plan->apart_count, sizeof(plan->apart[0]), by_first_command);
}

void tir_plan_close(tir_plan* plan) {
  if (plan == NULL) return;
  free(plan->constants);
  free(plan->constant_bytes);
  free(plan->program);
  free(plan->outside);
  free(plan->home);
  free(plan->arena);
  free(plan->apart);
  free(plan);
}

/* calloc that never returns NULL for no bytes. */
static void* zeros(int64_t count, size_t size) { return calloc(count > 0 ? (size_t)count : 1, size); }

static int open_plan(reader* r, const void* const* constants, const int64_t* constant_bytes, int64_t constant_count) {
  tir_plan* plan = r->plan;
  if (!check_header(r) || !check_values(r)) return TIR_STATUS_BAD_IMAGE;
  const int64_t buffers = plan->header->buffers;
  plan->constants = zeros(constant_count, sizeof(plan->constants[0]));
  plan->constant_bytes = zeros(constant_count, sizeof(plan->constant_bytes[0]));
  plan->program = zeros(plan->header->programs, sizeof(plan->program[0]));
  plan->outside = zeros(buffers, sizeof(plan->outside[0]));
  plan->home = zeros(buffers, sizeof(plan->home[0]));
  plan->arena = zeros(buffers, sizeof(plan->arena[0]));
  plan->apart = zeros(buffers, sizeof(plan->apart[0]));
  r->written = zeros(plan->header->programs, sizeof(r->written[0]));
  int64_t* entry = zeros(buffers, sizeof(entry[0]));
  int status = TIR_STATUS_NO_MEMORY;
  const void* made[] = {plan->constants, plan->constant_bytes, plan->program, plan->outside, plan->home,
                        plan->arena,     plan->apart,          r->written,    entry};
  bool all = true;
  for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) all = all && made[i] != NULL;
  if (all) {
    for (int64_t i = 0; i < constant_count; i++) {
      plan->constants[i] = constants[i];
      plan->constant_bytes[i] = constant_bytes[i];
    }
    const bool right = check_buffers(r, constant_count) && check_programs(r) && check_commands(r);
    status = right ? TIR_STATUS_OK : TIR_STATUS_BAD_IMAGE;
    if (right) list_arena(plan, entry);
  }
  free(entry);
  free(r->written);
  return status;
}

int tir_plan_open(const int64_t* words, int64_t count, const void* const* constants, const int64_t* constant_bytes,
                  int64_t constant_count, uint64_t cpu_features, tir_plan** plan, tir_fault* fault) {
  *plan = NULL;
  *fault = (tir_fault){.status = TIR_STATUS_BAD_IMAGE, .command = -1, .unit = -1, .step = -1, .operand = -1,
                       .size = -1};
  if (words == NULL || count < HEADER_WORDS || constant_count < 0) return TIR_STATUS_BAD_IMAGE;
  reader r = {.plan = calloc(1, sizeof(tir_plan)), .count = count};
  int status = TIR_STATUS_NO_MEMORY;
  if (r.plan != NULL) {
    r.plan->words = words;
    r.plan->cpu_features = cpu_features;
    status = open_plan(&r, constants, constant_bytes, constant_count);
  }
  fault->status = status;
  fault->value = r.at;
  if (status == TIR_STATUS_OK) {
    *plan = r.plan;
  } else {
    tir_plan_close(r.plan);
  }
  return status;
}
