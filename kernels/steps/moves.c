/* The steps copy and fill, and nests of two operands on which other steps stand too. */
#include "steps/moves.h"

/* From here on the result doesn't stay in cache anyway, and writing past the caches saves reading each line before
 * it is overwritten. */
#define TIR_STREAM_BYTES (8 * 1024 * 1024)

const tir_move_functions* tir_moves_for(uint64_t cpu_features) {
#if defined(__x86_64__)
  if (cpu_features & TIR_CPU_X86_AVX512) return &tir_moves_avx512;
  if (cpu_features & TIR_CPU_X86_AVX2) return &tir_moves_avx2;
#endif
  (void)cpu_features;
  return &tir_moves_generic;
}

/* ---- the simplest form ------------------------------------------------------ */

void tir_nest_add(tir_nest* nest, int64_t size, int64_t from, int64_t to) {
  if (to < 0) {
    nest->from += (size - 1) * from;
    nest->to += (size - 1) * to;
    from = -from;
    to = -to;
  }
  nest->loop[nest->loops++] = (tir_nest_loop){size, from, to};
}

/* Whether the source and the result are both contiguous along this loop. */
static bool contiguous(const tir_nest* nest, const tir_nest_loop* loop) {
  return loop->from == nest->bytes && loop->to == nest->bytes;
}

void tir_nest_simplify(tir_nest* nest) {
  tir_nest_loop* loop = nest->loop;
  for (int i = 1; i < nest->loops; i++) {
    const tir_nest_loop moved = loop[i];
    int place = i;
    for (; place > 0 && loop[place - 1].to < moved.to; place--) loop[place] = loop[place - 1];
    loop[place] = moved;
  }
  int last = 0;
  for (int i = 1; i < nest->loops; i++) {
    const tir_nest_loop inner = loop[i];
    tir_nest_loop* outer = &loop[last];
    if (outer->from == inner.size * inner.from && outer->to == inner.size * inner.to) {
      *outer = (tir_nest_loop){outer->size * inner.size, inner.from, inner.to};
    } else {
      loop[++last] = inner;
    }
  }
  if (nest->loops > 0) nest->loops = last + 1;
  if (nest->loops > 1 && contiguous(nest, &loop[last])) {
    const int64_t bytes = loop[last].size * nest->bytes;
    if (bytes == 2 || bytes == 4 || bytes == 8) {
      nest->bytes = bytes;
      nest->loops--;
    }
  }
}

/* A nest of the loops of a step; NULL bases and the strides of empty operands are never used. */
static bool nest_of(const tir_step* step, int from, int to, tir_nest* nest) {
  tir_nest_begin(nest, from >= 0 ? step->base[from] : NULL, step->base[to], tir_type_bytes(step->type[to]));
  for (int l = 0; l < step->loops; l++) {
    if (step->size[l] == 0) return false;
  }
  for (int l = 0; l < step->loops; l++) {
    if (step->size[l] == 1) continue;
    const int64_t stride = from >= 0 ? step->stride[from][l] : 0;
    tir_nest_add(nest, step->size[l], stride * nest->bytes, step->stride[to][l] * nest->bytes);
  }
  tir_nest_simplify(nest);
  return true;
}

/* ---- copy -------------------------------------------------------------------- */

/* Any strides, element by element. */
static void move_elements(const tir_move* m, int64_t bytes) {
#define TIR_ELEMENTS(type)                                                                                   \
  for (int64_t r = 0; r < m->rows; r++) {                                                                    \
    const char* from = m->from + r * m->from_row;                                                            \
    char* to = m->to + r * m->to_row;                                                                        \
    for (int64_t i = 0; i < m->count; i++) *(type*)(to + i * m->to_step) = *(const type*)(from + i * m->from_step); \
  }
  switch (bytes) {
    case 1: TIR_ELEMENTS(tir_b8) break;
    case 2: TIR_ELEMENTS(tir_u16) break;
    case 4: TIR_ELEMENTS(tir_u32) break;
    default: TIR_ELEMENTS(tir_u64)
  }
#undef TIR_ELEMENTS
}

static uint64_t repeated(uint64_t value, int64_t bytes) {
  switch (bytes) {
    case 1: return (value & 0xff) * 0x0101010101010101u;
    case 2: return (value & 0xffff) * 0x0001000100010001u;
    case 4: return (value & 0xffffffff) * 0x0000000100000001u;
    default: return value;
  }
}

static uint64_t element_at(const char* from, int64_t bytes) {
  uint64_t value = 0;
  switch (bytes) {
    case 1: value = *(const tir_b8*)from; break;
    case 2: value = *(const tir_u16*)from; break;
    case 4: value = *(const tir_u32*)from; break;
    default: value = *(const tir_u64*)from;
  }
  return repeated(value, bytes);
}

/* Each row of the result is one element of the source again and again. */
static void spread(tir_move m, int64_t bytes, const tir_move_functions* moves) {
  const char* from = m.from;
  const int64_t rows = m.rows;
  m.rows = 1;
  for (int64_t r = 0; r < rows; r++, from += m.from_row, m.to += m.to_row) moves->fill(&m, element_at(from, bytes));
}

static bool is_large(const tir_nest* nest) {
  int64_t bytes = nest->bytes;
  for (int l = 0; l < nest->loops; l++) {
    if (__builtin_mul_overflow(bytes, nest->loop[l].size, &bytes)) return true;
  }
  return bytes >= TIR_STREAM_BYTES;
}

/* Brings a loop along which the source is contiguous next to the innermost one, where there is such a loop. */
static bool finds_transpose(tir_nest* nest) {
  const int last = nest->loops - 1;
  if (last < 1 || nest->loop[last].to != nest->bytes) return false;
  for (int l = last - 1; l >= 0; l--) {
    if (nest->loop[l].from != nest->bytes) continue;
    const tir_nest_loop found = nest->loop[l];
    for (; l < last - 1; l++) nest->loop[l] = nest->loop[l + 1];
    nest->loop[l] = found;
    return true;
  }
  return false;
}

void tir_nest_copy(tir_nest* nest, const tir_move_functions* moves) {
  if (nest->loops == 0) {
    tir_move_element(nest->from, nest->to, nest->bytes);
    return;
  }
  const tir_nest_loop* inner = &nest->loop[nest->loops - 1];
  const bool lines = contiguous(nest, inner);
  const bool spreads = inner->from == 0 && inner->to == nest->bytes;
  const bool transposes = !lines && !spreads && finds_transpose(nest);
  const tir_nest_loop none = {1, 0, 0};
  const tir_nest_loop* rows = nest->loops > 1 ? inner - 1 : &none;
  tir_move m = {
      .from = nest->from,
      .to = nest->to,
      .rows = rows->size,
      .from_row = rows->from,
      .to_row = rows->to,
      .count = lines || spreads ? inner->size * nest->bytes : inner->size,
      .from_step = inner->from,
      .to_step = inner->to,
      .stream = is_large(nest),
  };
  int64_t position[TIR_MAX_LOOPS] = {0};
  do {
    if (lines) {
      moves->lines(&m);
    } else if (spreads) {
      spread(m, nest->bytes, moves);
    } else if (!transposes) {
      move_elements(&m, nest->bytes);
    } else {
      moves->transpose[nest->bytes == 1 ? 0 : nest->bytes == 2 ? 1 : nest->bytes == 4 ? 2 : 3](&m);
    }
  } while (tir_nest_next(nest->loop, nest->loops - 2, position, &m.from, &m.to));
}

int tir_step_copy(tir_step* step) {
  tir_nest nest;
  if (step->operands != 2) return TIR_STATUS_BAD_SIZE;
  if (step->type[0] != step->type[1] || tir_type_bytes(step->type[0]) == 0) return TIR_STATUS_BAD_TYPE;
  if (nest_of(step, 0, 1, &nest)) tir_nest_copy(&nest, tir_moves_for(step->cpu_features));
  return TIR_STATUS_OK;
}

/* ---- fill -------------------------------------------------------------------- */

void tir_nest_fill(const tir_nest* nest, uint64_t value, const tir_move_functions* moves) {
  const uint64_t element = value; /* element by element, all of them are copies of this one */
  tir_move m = {.from = (const char*)&element, .to = nest->to, .rows = 1, .count = 1, .stream = is_large(nest)};
  int outer = nest->loops;
  const bool lines = outer > 0 && nest->loop[outer - 1].to == nest->bytes;
  if (outer > 0) {
    outer--;
    m.count = lines ? nest->loop[outer].size * nest->bytes : nest->loop[outer].size;
    m.to_step = nest->loop[outer].to;
  }
  if (outer > 0) {
    outer--;
    m.rows = nest->loop[outer].size;
    m.to_row = nest->loop[outer].to;
  }
  int64_t position[TIR_MAX_LOOPS] = {0};
  do {
    if (lines) {
      moves->fill(&m, repeated(value, nest->bytes));
    } else {
      move_elements(&m, nest->bytes);
    }
  } while (tir_nest_next(nest->loop, outer, position, &m.from, &m.to));
}

int tir_step_fill(tir_step* step) {
  tir_nest nest;
  if (step->operands != 1 || step->code_words < 1) return TIR_STATUS_BAD_SIZE;
  if (tir_type_bytes(step->type[0]) == 0) return TIR_STATUS_BAD_TYPE;
  if (nest_of(step, -1, 0, &nest)) tir_nest_fill(&nest, (uint64_t)step->code[0], tir_moves_for(step->cpu_features));
  return TIR_STATUS_OK;
}
