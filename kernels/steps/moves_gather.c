/* The step gather: elements or rows of a source, whose places are read from operands of indices.
 *
 * The loops along which an index changes come first, in their own order; the others form a nest that is the same
 * for each index. Indices are read, checked and turned into offsets a few hundred at a time. */
#include "steps/moves.h"

enum { TIR_CHUNK = 256 };

typedef struct {
  tir_step* step;
  int tables;                              /* operands of indices: 1 … tables; out is the next one */
  int loops;                               /* along which an index changes, or source and out are stepped through … */
  int64_t size[TIR_MAX_LOOPS];             /* … with them */
  int64_t stride[TIR_MAX_OPERANDS][TIR_MAX_LOOPS]; /* in bytes, of source, indices and out */
  tir_nest nest;                           /* the other loops; from and to: where they begin */
  int64_t row;                             /* contiguous bytes for each position of the nest; 0: an element */
  const tir_move_functions* moves;
} gather_state;

/* Adds what `count` indices, `stride` bytes apart, contribute to the offsets. False: a bad one, which is noted. */
static bool add_offsets(const gather_state* s, int table, const char* index, int64_t stride, int64_t count,
                        int64_t* offset) {
  tir_step* step = s->step;
  const int64_t size = step->attribute[2 * table + 1];
  const int64_t scale = step->attribute[2 * table] * tir_type_bytes(step->type[0]);
  /* As an unsigned number, a negative index is too large. */
#define TIR_OFFSETS(type)                                            \
  for (int64_t i = 0; i < count; i++) {                              \
    const int64_t value = (int64_t)*(const type*)(index + i * stride); \
    if ((uint64_t)value >= (uint64_t)size) {                         \
      step->fault_operand = 1 + table;                               \
      step->fault_value = value;                                     \
      step->fault_size = size;                                       \
      return false;                                                  \
    }                                                                \
    offset[i] += value * scale;                                      \
  }                                                                  \
  break;
  typedef int64_t __attribute__((may_alias, aligned(1))) s64;
  typedef int32_t __attribute__((may_alias, aligned(1))) s32;
  typedef int16_t __attribute__((may_alias, aligned(1))) s16;
  switch (step->type[1 + table]) {
    case TIR_TYPE_i64: TIR_OFFSETS(s64)
    case TIR_TYPE_i32: TIR_OFFSETS(s32)
    case TIR_TYPE_i16: TIR_OFFSETS(s16)
    case TIR_TYPE_i8: case TIR_TYPE_i4: TIR_OFFSETS(int8_t)
    case TIR_TYPE_u64: TIR_OFFSETS(tir_u64)
    case TIR_TYPE_u32: TIR_OFFSETS(tir_u32)
    case TIR_TYPE_u16: TIR_OFFSETS(tir_u16)
    default: TIR_OFFSETS(uint8_t)
  }
#undef TIR_OFFSETS
  return true;
}

static bool is_index(int32_t type) {
  switch (type) {
    case TIR_TYPE_f32: case TIR_TYPE_f64: case TIR_TYPE_f16: case TIR_TYPE_bf16: return false;
    default: return tir_type_bytes(type) > 0;
  }
}

/* `count` elements from the places offset[i]. */
static void move_chosen(const char* from, const int64_t* offset, char* to, int64_t to_step, int64_t count,
                        int64_t bytes) {
#define TIR_CHOSEN(type) \
  for (int64_t i = 0; i < count; i++) *(type*)(to + i * to_step) = *(const type*)(from + offset[i])
  switch (bytes) {
    case 1: TIR_CHOSEN(tir_b8); break;
    case 2: TIR_CHOSEN(tir_u16); break;
    case 4: TIR_CHOSEN(tir_u32); break;
    default: TIR_CHOSEN(tir_u64);
  }
#undef TIR_CHOSEN
}

/* All of the nest for `count` offsets, whose places in the result are to_step bytes apart. */
static void move_chunk(const gather_state* s, const int64_t* offset, int64_t to_offset, int64_t to_step,
                       int64_t count) {
  const tir_nest* nest = &s->nest;
  tir_move m = {.from = nest->from, .to = nest->to + to_offset, .rows = count, .to_row = to_step, .count = s->row};
  int64_t position[TIR_MAX_LOOPS] = {0};
  do {
    if (s->row > 0) {
      s->moves->chosen_lines(&m, offset);
    } else {
      move_chosen(m.from, offset, m.to, to_step, count, nest->bytes);
    }
  } while (tir_nest_next(nest->loop, nest->loops, position, &m.from, &m.to));
}

/* Sorts the loops; false: there is nothing to do. */
static bool prepare(gather_state* s) {
  const tir_step* step = s->step;
  const int out = s->tables + 1;
  for (int l = 0; l < step->loops; l++) {
    if (step->size[l] == 0) return false;
  }
  for (int l = 0; l < step->loops; l++) {
    if (step->size[l] == 1) continue;
    bool chooses = false;
    for (int t = 1; t < out; t++) chooses |= step->stride[t][l] != 0;
    if (!chooses) {
      tir_nest_add(&s->nest, step->size[l], step->stride[0][l] * s->nest.bytes, step->stride[out][l] * s->nest.bytes);
      continue;
    }
    for (int o = 0; o <= out; o++) s->stride[o][s->loops] = step->stride[o][l] * tir_type_bytes(step->type[o]);
    s->size[s->loops++] = step->size[l];
  }
  tir_nest* nest = &s->nest;
  tir_nest_simplify(nest);
  const int last = nest->loops - 1;
  if (last >= 0 && nest->loop[last].from == nest->bytes && nest->loop[last].to == nest->bytes) {
    s->row = nest->loop[last].size * nest->bytes;
    nest->loops--;
  }
  return true;
}

static int gather(const gather_state* s) {
  const int out = s->tables + 1;
  const int outer = s->loops > 0 ? s->loops - 1 : 0; /* the last of the loops runs in chunks */
  const int64_t inner = s->loops > 0 ? s->size[outer] : 1;
  int64_t offset[TIR_CHUNK];
  int64_t position[TIR_MAX_LOOPS] = {0};
  for (;;) {
    int64_t start[TIR_MAX_OPERANDS]; /* of each operand, in bytes */
    for (int o = 0; o <= out; o++) {
      start[o] = 0;
      for (int l = 0; l < outer; l++) start[o] += position[l] * s->stride[o][l];
    }
    for (int64_t first = 0; first < inner; first += TIR_CHUNK) {
      const int64_t count = inner - first < TIR_CHUNK ? inner - first : TIR_CHUNK;
      for (int64_t i = 0; i < count; i++) offset[i] = start[0] + (first + i) * s->stride[0][outer];
      for (int t = 0; t < s->tables; t++) {
        const int64_t step = s->stride[1 + t][outer];
        const char* index = (const char*)s->step->base[1 + t] + start[1 + t] + first * step;
        if (!add_offsets(s, t, index, step, count, offset)) return TIR_STATUS_BAD_INDEX;
      }
      move_chunk(s, offset, start[out] + first * s->stride[out][outer], s->stride[out][outer], count);
    }
    int l = outer - 1;
    for (; l >= 0 && ++position[l] == s->size[l]; l--) position[l] = 0;
    if (l < 0) return TIR_STATUS_OK;
  }
}

int tir_step_gather(tir_step* step) {
  gather_state state; /* field by field, as its nest */
  state.step = step;
  state.tables = step->operands - 2;
  state.loops = 0;
  state.row = 0;
  state.moves = tir_moves_for(step->cpu_features);
  if (state.tables < 1 || step->attributes < 2 * state.tables) return TIR_STATUS_BAD_SIZE;
  const int out = state.tables + 1;
  if (step->type[0] != step->type[out] || tir_type_bytes(step->type[0]) == 0) return TIR_STATUS_BAD_TYPE;
  for (int t = 0; t < state.tables; t++) {
    if (!is_index(step->type[1 + t])) return TIR_STATUS_BAD_TYPE;
    if (step->attribute[2 * t + 1] < 0) return TIR_STATUS_BAD_SIZE;
  }
  tir_nest_begin(&state.nest, step->base[0], step->base[out], tir_type_bytes(step->type[out]));
  return prepare(&state) ? gather(&state) : TIR_STATUS_OK;
}
