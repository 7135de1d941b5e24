/* Rows of any layout as contiguous numbers of one type, and back. Included once per type; see row_lanes.h. */

/* Pieces of 16, 8 and 4 numbers, anywhere in memory. */
typedef REAL OF(piece16) __attribute__((vector_size(16 * sizeof(REAL)), aligned(sizeof(REAL)), may_alias));
typedef REAL OF(piece8) __attribute__((vector_size(8 * sizeof(REAL)), aligned(sizeof(REAL)), may_alias));
typedef REAL OF(piece4) __attribute__((vector_size(4 * sizeof(REAL)), aligned(sizeof(REAL)), may_alias));

TIR_INLINE void OF(move_pieces)(int64_t length, const char* from, int64_t from_step, char* to, int64_t to_step,
                                int64_t pieces) {
  if (length == 16) {
    for (; pieces > 0; pieces--, from += from_step, to += to_step) {
      *(OF(piece16)*)to = *(const OF(piece16)*)from;
    }
  } else if (length == 8) {
    for (; pieces > 0; pieces--, from += from_step, to += to_step) *(OF(piece8)*)to = *(const OF(piece8)*)from;
  } else {
    for (; pieces > 0; pieces--, from += from_step, to += to_step) *(OF(piece4)*)to = *(const OF(piece4)*)from;
  }
}

/* `count` elements `step` bytes apart, to contiguous numbers. */
static void OF(gather_run)(int32_t type, const char* from, int64_t step, REAL* to, int64_t count) {
  if (type == OF(type)) {
    if (step == (int64_t)sizeof(REAL)) {
      for (int64_t i = 0; i < count; i++) to[i] = ((const OF(memory)*)from)[i];
    } else {
      for (int64_t i = 0; i < count; i++) to[i] = *(const OF(memory)*)(from + i * step);
    }
#if REAL_IS_F32
  } else if (type == TIR_TYPE_bf16) {
    for (int64_t i = 0; i < count; i++) to[i] = tir_of_bf16(*(const tir_b16*)(from + i * step));
  } else if (step == 2) {
    tir_of_f16_run((const tir_e_f16*)from, to, count);
  } else {
    for (int64_t i = 0; i < count; i++) to[i] = tir_of_f16(*(const tir_b16*)(from + i * step));
#endif
  }
}

static void OF(scatter_run)(int32_t type, const REAL* from, char* to, int64_t step, int64_t count) {
  if (type == OF(type)) {
    if (step == (int64_t)sizeof(REAL)) {
      for (int64_t i = 0; i < count; i++) ((OF(memory)*)to)[i] = from[i];
    } else {
      for (int64_t i = 0; i < count; i++) *(OF(memory)*)(to + i * step) = from[i];
    }
#if REAL_IS_F32
  } else if (type == TIR_TYPE_bf16) {
    for (int64_t i = 0; i < count; i++) *(tir_b16*)(to + i * step) = tir_bf16_of(from[i]);
  } else if (step == 2) {
    tir_f16_of_run(from, (tir_e_f16*)to, count);
  } else {
    for (int64_t i = 0; i < count; i++) *(tir_b16*)(to + i * step) = tir_f16_of(from[i]);
#endif
  }
}

/* Pieces of tiles: whole runs of the last loop, if it is 16, 8 or 4 contiguous numbers. Returns how many runs. */
TIR_INLINE int64_t OF(pieces_at)(const tir_rows* rows, int operand, const tir_row_place* place, int64_t count) {
  const int l = rows->along.count - 1;
  const int64_t length = rows->along.size[l];
  if (l == 0 || rows->type[operand] != OF(type) || rows->along.stride[operand][l] != (int64_t)sizeof(REAL)) return 0;
  if (place->position[l] != 0 || (length != 16 && length != 8 && length != 4)) return 0;
  return tir_row_left(rows, place, l - 1, count / length);
}

/* Positions first … first + count - 1 of the row of an operand at `offset`. */
static void OF(gather)(const tir_rows* rows, int operand, int64_t offset, int64_t first, int64_t count, REAL* to) {
  if (count == 0) return; /* a loop may have the size 0 */
  const int l = rows->along.count - 1;
  const int64_t length = rows->along.size[l], step = rows->along.stride[operand][l];
  tir_row_place place = tir_row_place_of(rows, operand, offset, first);
  while (count > 0) {
    const char* from = rows->base[operand] + place.offset;
    const int64_t pieces = OF(pieces_at)(rows, operand, &place, count);
    int64_t run = tir_row_left(rows, &place, l, count);
    if (pieces > 0) {
      run = pieces * length;
      const int64_t from_step = rows->along.stride[operand][l - 1];
      OF(move_pieces)(length, from, from_step, (char*)to, length * (int64_t)sizeof(REAL), pieces);
      tir_row_advance(rows, operand, &place, l - 1, pieces);
    } else {
      OF(gather_run)(rows->type[operand], from, step, to, run);
      tir_row_advance(rows, operand, &place, l, run);
    }
    to += run;
    count -= run;
  }
}

static void OF(scatter)(const tir_rows* rows, int operand, int64_t offset, int64_t first, int64_t count,
                        const REAL* from) {
  if (count == 0) return; /* a loop may have the size 0 */
  const int l = rows->along.count - 1;
  const int64_t length = rows->along.size[l], step = rows->along.stride[operand][l];
  tir_row_place place = tir_row_place_of(rows, operand, offset, first);
  while (count > 0) {
    char* to = rows->base[operand] + place.offset;
    const int64_t pieces = OF(pieces_at)(rows, operand, &place, count);
    int64_t run = tir_row_left(rows, &place, l, count);
    if (pieces > 0) {
      run = pieces * length;
      const int64_t to_step = rows->along.stride[operand][l - 1];
      OF(move_pieces)(length, (const char*)from, length * (int64_t)sizeof(REAL), to, to_step, pieces);
      tir_row_advance(rows, operand, &place, l - 1, pieces);
    } else {
      OF(scatter_run)(rows->type[operand], from, to, step, run);
      tir_row_advance(rows, operand, &place, l, run);
    }
    from += run;
    count -= run;
  }
}

/* Numbers of a row in blocks of 16, `step` elements apart; all but the last one are whole. */
typedef struct {
  REAL* at;
  int64_t step;
} OF(blocks);

/* The positions from `first` on, a whole number of blocks, where they are; `at` is NULL if they are not in blocks. */
TIR_INLINE OF(blocks) OF(blocks_of)(const tir_rows* rows, int operand, int64_t offset, int64_t first) {
  const int64_t step = tir_row_block_step(rows, operand, OF(type));
  if (step == 0) return (OF(blocks)){NULL, 0};
  return (OF(blocks)){(REAL*)(rows->base[operand] + offset) + first / TIR_ROW_LANES * step, step};
}

/* `count` positions from `first` on, where they are, or else copied to `buffer`. */
TIR_INLINE OF(blocks) OF(part_of)(const tir_rows* rows, int operand, int64_t offset, int64_t first, int64_t count,
                                  REAL* buffer) {
  const OF(blocks) there = OF(blocks_of)(rows, operand, offset, first);
  if (there.at != NULL) return there;
  OF(gather)(rows, operand, offset, first, count, buffer);
  return (OF(blocks)){buffer, TIR_ROW_LANES};
}
