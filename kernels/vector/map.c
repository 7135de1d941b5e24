/* map: scalar bodies over strided operands, in blocks.
 *
 * Loops of one position are dropped, parallel loops are put in the order of the first result's memory, and neighbours
 * that every operand passes as one loop become one. A block is the inner loops as far as they fit, and a part of the
 * next one. An operand that is contiguous over the block is used where it lies; others are copied into a register
 * before, or from one after, the instructions run; a register whose address doesn't change is kept. */
#include "vector/map.h"

/* An operand or an index, seen over the loops that are left. */
typedef struct {
  char* base;      /* of an index: NULL */
  int64_t start;   /* of an index */
  int64_t bytes;
  bool used, result, direct;
  char* slot;      /* its register, unless it is direct */
  tir_pattern pattern;
  int64_t at;      /* where the current block begins, from base or start */
  int64_t loaded;  /* what `at` was when the register was filled; only if `valid` */
  bool valid;
} tir_view;

/* A loop: positions, and for each view the bytes (of an index: positions) from one to the next. */
typedef struct {
  int64_t size;
  int64_t stride[TIR_MAX_VIEWS];
} tir_loop;

/* Loops that stand outside of blocks, and where they are. */
typedef struct {
  int32_t count;
  int64_t position[TIR_MAX_LOOPS];
  const tir_loop* loop[TIR_MAX_LOOPS];
} tir_odometer;

typedef struct {
  const tir_block_table* table;
  tir_map_code code;
  int32_t views, parallel, sequential;
  tir_view view[TIR_MAX_VIEWS];
  tir_loop loop[TIR_MAX_LOOPS];  /* parallel ones */
  tir_loop fold[TIR_MAX_LOOPS];  /* sequential ones */
  tir_loop blocks;               /* the parts of a loop that is cut */
  int32_t inner;                 /* the first loop that is whole in a block */
  int64_t whole;                 /* positions of the loops in a block */
  int32_t cut;                   /* the loop that is cut into parts; -1: none */
  int64_t part, last_part;       /* positions of a part; of the last one */
  int64_t now;                   /* positions of this part */
  int64_t block;                 /* elements of a register at most */
  char* registers;               /* constants and others */
  int64_t register_bytes;
  char* place[TIR_MAX_VIEWS];    /* the blocks of the views */
} tir_map;

static const tir_block_table* table_for(uint64_t features) {
#if defined(__x86_64__)
  if ((features & TIR_CPU_X86_AVX512) && (features & TIR_CPU_X86_AVX2)) return &tir_blocks_avx512;
  if (features & TIR_CPU_X86_AVX2) return &tir_blocks_avx2;
#endif
  (void)features;
  return &tir_blocks_generic;
}

/* ---- loops ---------------------------------------------------------------------- */

static void set_views(tir_map* m, const tir_step* step, int64_t results) {
  m->views = step->operands + m->code.indices;
  for (int v = 0; v < m->views; v++) {
    tir_view* view = &m->view[v];
    view->result = v < step->operands && v >= step->operands - results;
    view->used = view->result || (m->code.read >> v & 1);
    view->valid = false;
    view->at = 0;
    if (v < step->operands) {
      view->base = step->base[v];
      view->bytes = tir_type_bytes(step->type[v]);
    } else {
      const int64_t loop = m->code.index[v - step->operands];
      view->base = NULL;
      view->bytes = 8;
      view->start = step->attribute[2 + loop];
    }
  }
}

static void set_loop(const tir_map* m, const tir_step* step, int number, tir_loop* loop) {
  loop->size = step->size[number];
  for (int v = 0; v < step->operands; v++) loop->stride[v] = step->stride[v][number] * m->view[v].bytes;
  for (int v = step->operands; v < m->views; v++) loop->stride[v] = m->code.index[v - step->operands] == number;
}

/* Whether a loop and the one inside of it are one. */
static bool mergeable(const tir_map* m, const tir_loop* outer, const tir_loop* inner) {
  for (int v = 0; v < m->views; v++) {
    if (m->view[v].used && outer->stride[v] != inner->size * inner->stride[v]) return false;
  }
  return true;
}

/* Not by `=`: compilers make a call of memcpy of it. */
static void copy_loop(const tir_map* m, const tir_loop* from, tir_loop* to) {
  to->size = from->size;
  for (int v = 0; v < m->views; v++) to->stride[v] = from->stride[v];
}

static int32_t merge(const tir_map* m, tir_loop* loops, int32_t count) {
  int32_t left = 0;
  for (int i = 0; i < count; i++) {
    if (left > 0 && mergeable(m, &loops[left - 1], &loops[i])) {
      const int64_t size = loops[left - 1].size;
      copy_loop(m, &loops[i], &loops[left - 1]);
      loops[left - 1].size *= size;
    } else {
      if (left != i) copy_loop(m, &loops[i], &loops[left]);
      left++;
    }
  }
  return left;
}

static int64_t distance(int64_t stride) { return stride < 0 ? -stride : stride; }

/* Larger steps of the first result outside. */
static void put_in_order(const tir_map* m, const tir_step* step, int64_t results, tir_loop* loops, int32_t count) {
  const int64_t v = step->operands - results;
  for (int i = 1; i < count; i++) {
    for (int j = i; j > 0 && distance(loops[j - 1].stride[v]) < distance(loops[j].stride[v]); j--) {
      tir_loop other;
      copy_loop(m, &loops[j], &other);
      copy_loop(m, &loops[j - 1], &loops[j]);
      copy_loop(m, &other, &loops[j - 1]);
    }
  }
}

/* Returns false if there is nothing to do. */
static bool set_loops(tir_map* m, const tir_step* step, int64_t results, int64_t sequential) {
  m->parallel = m->sequential = 0;
  for (int l = 0; l < step->loops; l++) {
    if (step->size[l] == 0) return false;
    if (step->size[l] == 1) continue;
    set_loop(m, step, l, l < sequential ? &m->fold[m->sequential++] : &m->loop[m->parallel++]);
  }
  put_in_order(m, step, results, m->loop, m->parallel);
  m->parallel = merge(m, m->loop, m->parallel);
  m->sequential = merge(m, m->fold, m->sequential);
  return true;
}

/* ---- blocks --------------------------------------------------------------------- */

/* The registers, as long as they may be: all of them together about as large as half of a first level cache, but not
 * so short that calls cost more than what they compute. */
static int set_registers(tir_map* m, void* workspace) {
  enum { FAVOURED = 32 * 1024, SHORT = 256, STEP = 16, PADDING = 192 };
  int64_t slots = m->code.constants + m->code.registers;
  for (int v = 0; v < m->views; v++) slots += m->view[v].used;
  if (slots == 0) slots = 1;
  const int64_t most = (TIR_WORKSPACE_BYTES / slots - PADDING) / m->code.widest / STEP * STEP;
  int64_t block = FAVOURED / slots / m->code.widest / STEP * STEP;
  if (block < SHORT) block = SHORT;
  if (block > TIR_BLOCK) block = TIR_BLOCK;
  if (block > most) block = most;
  if (block < STEP) return TIR_STATUS_BAD_SIZE;
  m->block = block;
  /* Whole cache lines, and registers don't begin at the same place of a page. */
  m->register_bytes = (block * m->code.widest + 63) / 64 * 64 + 128;
  m->registers = workspace;
  char* slot = m->registers + (m->code.constants + m->code.registers) * m->register_bytes;
  for (int v = 0; v < m->views; v++) {
    if (!m->view[v].used) continue;
    m->view[v].slot = slot;
    slot += m->register_bytes;
  }
  return TIR_STATUS_OK;
}

static void set_blocks(tir_map* m) {
  m->whole = 1;
  m->inner = m->parallel;
  while (m->inner > 0 && m->loop[m->inner - 1].size <= m->block / m->whole) m->whole *= m->loop[--m->inner].size;
  m->cut = -1;
  m->part = m->last_part = 1;
  if (m->inner == 0 || m->block / m->whole < 2) return;
  m->cut = m->inner - 1;
  const tir_loop* loop = &m->loop[m->cut];
  /* Parts of about the same length. */
  const int64_t most = m->block / m->whole, parts = (loop->size + most - 1) / most;
  m->part = (loop->size + parts - 1) / parts;
  if (m->whole == 1) m->part = (m->part + 15) / 16 * 16; /* not beyond `most`, which is a multiple too */
  m->blocks.size = (loop->size + m->part - 1) / m->part;
  m->last_part = loop->size - (m->blocks.size - 1) * m->part;
  for (int v = 0; v < m->views; v++) m->blocks.stride[v] = loop->stride[v] * m->part;
}

/* How the views lie in blocks of `now` positions of the cut loop. */
static void set_patterns(tir_map* m, int64_t now) {
  m->now = now;
  const int first = m->cut >= 0 && now > 1 ? m->cut : m->inner;
  for (int v = 0; v < m->views; v++) {
    tir_view* view = &m->view[v];
    tir_pattern* p = &view->pattern;
    if (!view->used) continue;
    view->valid = false;
    int32_t dims = 0;
    for (int l = first; l < m->parallel; l++) {
      const int64_t size = l == m->cut ? now : m->loop[l].size, stride = m->loop[l].stride[v];
      if (dims > 0 && p->stride[dims - 1] == size * stride) {
        p->size[dims - 1] *= size;
        p->stride[dims - 1] = stride;
      } else {
        p->size[dims] = size;
        p->stride[dims++] = stride;
      }
    }
    if (dims == 0) {
      p->size[0] = 1;
      p->stride[0] = 0;
      dims = 1;
    }
    p->dims = dims;
    view->direct = view->base != NULL && dims == 1 && (p->size[0] == 1 || p->stride[0] == view->bytes);
  }
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

static void load(const tir_map* m, tir_view* view) {
  if (view->base == NULL) m->table->indices(&view->pattern, view->start + view->at, (int64_t*)(void*)view->slot);
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
  set_patterns(m, m->part);
  fill_constants(m, m->part * m->whole);
  do {
    const bool last = m->cut >= 0 && outer.position[outer.count - 1] == m->blocks.size - 1;
    const int64_t part = last ? m->last_part : m->part;
    if (part != m->now) set_patterns(m, part);
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

int tir_step_map(tir_step* step) {
  if (step->attributes < 2) return TIR_STATUS_BAD_SIZE;
  const int64_t results = step->attribute[0], sequential = step->attribute[1];
  if (results < 1 || results > step->operands || sequential < 0 || sequential > step->loops) return TIR_STATUS_BAD_SIZE;
  tir_map m;
  m.table = table_for(step->cpu_features);
  int status = tir_map_read(step, results, m.table, &m.code);
  if (status != TIR_STATUS_OK) return status;
  set_views(&m, step, results);
  if (!set_loops(&m, step, results, sequential)) return TIR_STATUS_OK;
  status = set_registers(&m, step->workspace);
  if (status != TIR_STATUS_OK) return status;
  set_blocks(&m);
  return run_blocks(&m);
}
