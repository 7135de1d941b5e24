/* map: scalar bodies over strided operands, in blocks.
 *
 * An operand that is contiguous over a block is used where it lies; others are copied into a register before, or from
 * one after, the instructions run. A register is kept while the address that it was filled from doesn't change. */
#include "vector/map_loops.h"


/* Loops that stand outside of blocks, and where they are. */
typedef struct {
  int32_t count;
  int64_t position[TIR_MAX_LOOPS];
  const tir_loop* loop[TIR_MAX_LOOPS];
} tir_odometer;

static const tir_block_table* table_for(uint64_t features) {
#if defined(__x86_64__)
  if ((features & TIR_CPU_X86_AVX512) && (features & TIR_CPU_X86_AVX2)) return &tir_blocks_avx512;
  if (features & TIR_CPU_X86_AVX2) return &tir_blocks_avx2;
#endif
  (void)features;
  return &tir_blocks_generic;
}

/* ---- running --------------------------------------------------------------------- */

/* The next position; false behind the last one, where all are 0 again. */
static bool advance(tir_map* m, tir_odometer* o) {
  for (int i = o->count - 1; i >= 0; i--) {
    const tir_loop* loop = o->loop[i];
    const bool more = ++o->position[i] < loop->size;
    for (int v = 0; v < m->views; v++) m->view[v].at += more ? loop->stride[v] : -(loop->size - 1) * loop->stride[v];
    if (more) return true;
    o->position[i] = 0;
  }
  return false;
}

static void put_loop(tir_odometer* o, const tir_loop* loop) {
  o->position[o->count] = 0;
  o->loop[o->count++] = loop;
}

/* Two dimensions, of which the outer one is contiguous in memory. */
static void load_turned(const tir_map* m, const tir_view* view) {
  const tir_pattern* p = &view->pattern;
  const tir_move move = {
      .from = view->base + view->at, .to = view->slot, .rows = p->size[0], .from_row = view->bytes,
      .to_row = p->size[1] * view->bytes, .count = p->size[1], .from_step = p->stride[1], .to_step = view->bytes,
      .stream = false};
  m->moves->transpose[__builtin_ctzll((uint64_t)view->bytes)](&move);
}

static void load(const tir_map* m, const tir_view* view) {
  const tir_pattern* p = &view->pattern;
  if (view->base != NULL && p->dims == 2 && p->stride[0] == view->bytes && p->stride[1] != 0) load_turned(m, view);
  else if (view->base == NULL) m->table->indices(&view->pattern, view->start + view->at, (int64_t*)(void*)view->slot);
  else m->table->load(&view->pattern, view->base + view->at, view->slot, view->bytes);
}

static void place_inputs(tir_map* m) {
  for (int v = 0; v < m->views; v++) {
    tir_view* view = &m->view[v];
    if (!view->used || view->result) continue;
    if (view->direct) {
      m->place[v] = view->base + view->at;
    } else if (!view->valid || view->loaded != view->at) {
      load(m, view);
      m->place[v] = view->slot;
      view->loaded = view->at;
      view->valid = true;
    }
  }
}

static void place_results(tir_map* m) {
  for (int v = 0; v < m->views; v++) {
    tir_view* view = &m->view[v];
    if (!view->result) continue;
    m->place[v] = view->direct ? view->base + view->at : view->slot;
    if (!view->direct && (m->code.read >> v & 1)) load(m, view);
  }
}

static void store_results(tir_map* m) {
  for (int v = 0; v < m->views; v++) {
    tir_view* view = &m->view[v];
    if (view->result && !view->direct) m->table->store(&view->pattern, view->base + view->at, view->slot, view->bytes);
  }
}

static void fill_constants(const tir_map* m, int64_t count) {
  tir_pattern pattern;
  pattern.dims = 1;
  pattern.size[0] = count;
  pattern.stride[0] = 0;
  for (int i = 0; i < m->code.constants; i++) {
    const int64_t* constant = &m->code.constant[2 * i];
    m->table->load(&pattern, (const char*)&constant[1], m->registers + i * m->register_bytes, constant[0]);
  }
}

TIR_INLINE char* block_of(const tir_map* m, int32_t number) {
  return number < m->views ? m->place[number] : m->registers + (number - m->views) * m->register_bytes;
}

static int run(const tir_map* m, int64_t count) {
  const int64_t* word = m->code.instruction;
  for (int i = 0; i < m->code.instructions; i++, word += 2) {
    const int32_t function = tir_field(word[0], 0, 0xffff), type = tir_field(word[0], 16, 0xff);
    const char *a = block_of(m, tir_field(word[1], 0, 0xffff)), *b = block_of(m, tir_field(word[1], 16, 0xffff));
    char* out = block_of(m, tir_field(word[1], 48, 0xffff));
    const tir_instruction_function own = function == TIR_FN_cast ? m->table->cast[type][tir_field(word[0], 24, 0xff)]
                                                                 : m->table->function[function][type];
    if (own != NULL) {
      const int status = own(a, b, block_of(m, tir_field(word[1], 32, 0xffff)), out, count);
      if (status != TIR_STATUS_OK) return status;
    } else {
      m->table->math(function, type)(a, b, out, count);
    }
  }
  return TIR_STATUS_OK;
}

static int run_blocks(tir_map* m) {
  tir_odometer outer, fold;
  outer.count = fold.count = 0;
  for (int l = 0; l < (m->cut >= 0 ? m->cut : m->inner); l++) put_loop(&outer, &m->loop[l]);
  if (m->cut >= 0) put_loop(&outer, &m->blocks);
  for (int l = 0; l < m->sequential; l++) put_loop(&fold, &m->fold[l]);
  tir_map_patterns(m, m->part);
  fill_constants(m, m->part * m->whole);
  do {
    const bool last = m->cut >= 0 && outer.position[outer.count - 1] == m->blocks.size - 1;
    const int64_t part = last ? m->last_part : m->part;
    if (part != m->now) tir_map_patterns(m, part);
    place_results(m);
    do {
      place_inputs(m);
      const int status = run(m, part * m->whole);
      if (status != TIR_STATUS_OK) return status;
    } while (advance(m, &fold));
    store_results(m);
  } while (advance(m, &outer));
  return TIR_STATUS_OK;
}

int tir_map_prepare(tir_map* m, const tir_step* step, int64_t results, int64_t sequential, void* memory, int64_t bytes,
                    bool* empty) {
  m->table = table_for(step->cpu_features);
  m->moves = tir_moves_for(step->cpu_features);
  const int status = tir_map_read(step, results, m->table, &m->code);
  if (status != TIR_STATUS_OK) return status;
  tir_map_views(m, step, results);
  *empty = !tir_map_loops(m, step, results, sequential);
  return *empty ? TIR_STATUS_OK : tir_map_registers(m, memory, bytes);
}

void tir_map_at(tir_map* m, int32_t view, char* base) { m->view[view].base = base; }

int tir_map_run(tir_map* m) {
  int status;
  do {
    tir_map_blocks(m);
    status = run_blocks(m);
  } while (status == TIR_STATUS_OK && tir_map_rest(m));
  return status;
}

int tir_step_map(tir_step* step) {
  if (step->attributes < 2) return TIR_STATUS_BAD_SIZE;
  const int64_t results = step->attribute[0], sequential = step->attribute[1];
  if (results < 1 || results > step->operands || sequential < 0 || sequential > step->loops) return TIR_STATUS_BAD_SIZE;
  tir_map m;
  bool empty;
  const int status = tir_map_prepare(&m, step, results, sequential, step->workspace, TIR_WORKSPACE_BYTES, &empty);
  return status != TIR_STATUS_OK || empty ? status : tir_map_run(&m);
}
