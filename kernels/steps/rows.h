/* Steps along rows: what rows.c makes of a step, and the functions of one instruction set that run it.
 *
 * A row consists of the elements of the last loops, taken as one row-major axis: its positions. The order of sums is
 * that of kernels/README.md. */
#ifndef TENSORIR_ROWS_H
#define TENSORIR_ROWS_H

#include "steps/steps.h"

enum {
  TIR_ROW_LANES = 16,   /* position p of a row is added in lane p % 16 */
  TIR_ROW_CHAIN = 256,  /* so many numbers of a lane are added one after the other … */
  TIR_ROW_LEVELS = 4,   /* … and so many results again, up to this often */
  TIR_ROW_PART = TIR_ROW_LANES * TIR_ROW_CHAIN, /* positions that are computed at once */
  TIR_ROW_GROUP = 8,    /* rows that are computed at once, if they are short … */
  TIR_ROW_GROUP_POSITIONS = 8192, /* … and have together at most so many positions */
  TIR_ROW_OPERANDS = 4,
};

/* Loops of size 1 are left out, and neighbours that all operands see as one loop are merged. Strides count bytes. */
typedef struct {
  int count;
  int64_t size[TIR_MAX_LOOPS];
  int64_t stride[TIR_ROW_OPERANDS][TIR_MAX_LOOPS];
} tir_row_loops;

typedef struct {
  int operands; /* the last one is the result */
  char* base[TIR_ROW_OPERANDS];
  int32_t type[TIR_ROW_OPERANDS];
  tir_row_loops outer; /* over the rows: at least one row; perhaps no loop */
  tir_row_loops along; /* along a row: at least one loop, which may have no position */
  int64_t positions, valid;
  int32_t kind, reduction; /* TIR_STEP_…, TIR_REDUCE_… */
  double epsilon;
  char* workspace;
} tir_rows;

/* Each returns a status. */
typedef struct {
  int (*reduce)(const tir_rows*);
  int (*normalise)(const tir_rows*); /* softmax, layer_norm, rms_norm */
} tir_row_functions;

extern const tir_row_functions tir_rows_avx512, tir_rows_avx2, tir_rows_generic;

/* ---- walks over rows ----------------------------------------------------- */

/* The offset of each operand at the present row. */
typedef struct {
  int64_t position[TIR_MAX_LOOPS];
  int64_t offset[TIR_ROW_OPERANDS];
} tir_row_walk;

/* Goes on to the next row, or, without the loop `skipped`, to the next block of rows; false behind the last one. */
TIR_INLINE bool tir_row_step(const tir_rows* rows, tir_row_walk* walk, int skipped) {
  const tir_row_loops* loops = &rows->outer;
  for (int l = loops->count - 1; l >= 0; l--) {
    if (l == skipped) continue;
    if (++walk->position[l] < loops->size[l]) {
      for (int o = 0; o < rows->operands; o++) walk->offset[o] += loops->stride[o][l];
      return true;
    }
    walk->position[l] = 0;
    for (int o = 0; o < rows->operands; o++) walk->offset[o] -= (loops->size[l] - 1) * loops->stride[o][l];
  }
  return false;
}

TIR_INLINE bool tir_row_next(const tir_rows* rows, tir_row_walk* walk) { return tir_row_step(rows, walk, -1); }

/* A place in a row: the position in each of its loops, and the offset of one operand. */
typedef struct {
  int64_t position[TIR_MAX_LOOPS];
  int64_t offset;
} tir_row_place;

TIR_INLINE tir_row_place tir_row_place_of(const tir_rows* rows, int operand, int64_t offset, int64_t position) {
  tir_row_place place;
  place.offset = offset;
  if (position == 0) { /* no division */
    for (int l = 0; l < rows->along.count; l++) place.position[l] = 0;
    return place;
  }
  for (int l = rows->along.count - 1; l >= 0; l--) {
    place.position[l] = l > 0 ? position % rows->along.size[l] : position;
    position /= rows->along.size[l];
    place.offset += place.position[l] * rows->along.stride[operand][l];
  }
  return place;
}

/* Goes on by `count` steps of loop `l`, not beyond its end; the loops inside are at their beginning. */
TIR_INLINE void tir_row_advance(const tir_rows* rows, int operand, tir_row_place* place, int l, int64_t count) {
  const tir_row_loops* loops = &rows->along;
  place->position[l] += count;
  place->offset += count * loops->stride[operand][l];
  for (; l > 0 && place->position[l] == loops->size[l]; l--) {
    place->position[l] = 0;
    place->offset += loops->stride[operand][l - 1] - loops->size[l] * loops->stride[operand][l];
    place->position[l - 1]++;
  }
}

/* How many steps of loop `l` are left at `place`, at most `count`. */
TIR_INLINE int64_t tir_row_left(const tir_rows* rows, const tir_row_place* place, int l, int64_t count) {
  const int64_t left = rows->along.size[l] - place->position[l];
  return left < count ? left : count;
}

/* If a row of the operand consists of blocks of 16 contiguous elements of this type, one after the other or in tiles of
 * that width: the distance of two blocks in elements. Else 0. */
TIR_INLINE int64_t tir_row_block_step(const tir_rows* rows, int operand, int32_t type) {
  const int last = rows->along.count - 1;
  const int64_t bytes = tir_type_bytes(type), *stride = rows->along.stride[operand];
  if (rows->type[operand] != type || stride[last] != bytes) return 0;
  if (last == 0) return TIR_ROW_LANES;
  return last == 1 && rows->along.size[1] == TIR_ROW_LANES ? stride[0] / bytes : 0;
}

/* ---- neighbouring rows ----------------------------------------------------- */

/* Blocks of up to `width` rows that lie beside each other along one of the outer loops, in which the source is
 * contiguous although it is not along a row. */
typedef struct {
  const tir_rows* rows;
  int loop;
  tir_row_walk walk; /* over the other loops */
  int64_t width, size, from_step, to_step, done;
  int64_t count, from, to; /* the present block: rows; offsets of the first row in source and result */
} tir_row_across;

bool tir_row_across_begin(const tir_rows* rows, int64_t width, tir_row_across* across);
bool tir_row_across_next(tir_row_across* across);

#endif
