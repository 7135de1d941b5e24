/* What the steps that move elements share: nests of loops over two operands in their simplest form, and the
 * functions of one instruction set that move what lies inside. All distances count bytes. */
#ifndef TENSORIR_MOVES_H
#define TENSORIR_MOVES_H

#include "steps/steps.h"

/* Elements as bit patterns that may begin anywhere: several of them are moved as one. */
typedef uint16_t __attribute__((may_alias, aligned(1))) tir_u16;
typedef uint32_t __attribute__((may_alias, aligned(1))) tir_u32;
typedef uint64_t __attribute__((may_alias, aligned(1))) tir_u64;

/* Two loops: `rows` times `count`. */
typedef struct {
  const char* from;
  char* to;
  int64_t rows, from_row, to_row;
  int64_t count, from_step, to_step;
  bool stream; /* far more than a cache holds: write past the caches if you can */
} tir_move;

/* Of one instruction set. */
typedef struct {
  /* Rows of `count` contiguous bytes. */
  void (*lines)(const tir_move*);
  /* Row i is at offset[i]; `count` contiguous bytes of each. from_row is not used. */
  void (*chosen_lines)(const tir_move*, const int64_t* offset);
  /* `count` contiguous bytes in each row of `to`: the 8 bytes of `value` again and again. */
  void (*fill)(const tir_move*, uint64_t value);
  /* from_row and to_step are one element of 1, 2, 4 or 8 bytes: the source is contiguous along the rows. */
  void (*transpose[4])(const tir_move*);
} tir_move_functions;

extern const tir_move_functions tir_moves_avx512, tir_moves_avx2, tir_moves_generic;

const tir_move_functions* tir_moves_for(uint64_t cpu_features);

typedef struct {
  int64_t size, from, to;
} tir_nest_loop;

/* A nest of loops over a source and a result. */
typedef struct {
  const char* from;
  char* to;
  int64_t bytes; /* of an element: 1, 2, 4 or 8 */
  int loops;
  tir_nest_loop loop[TIR_MAX_LOOPS]; /* the last is the innermost */
} tir_nest;

/* A nest without loops. Field by field: compilers would call memset for the whole. */
TIR_INLINE void tir_nest_begin(tir_nest* nest, const char* from, char* to, int64_t bytes) {
  nest->from = from;
  nest->to = to;
  nest->bytes = bytes;
  nest->loops = 0;
}
/* Adds a loop of at least two elements. One that runs backwards through the result is turned around. */
void tir_nest_add(tir_nest* nest, int64_t size, int64_t from, int64_t to);
/* Orders the loops by their strides in the result, and merges neighbours. Then, if the innermost loop is contiguous
 * on both sides and short, its elements become one. */
void tir_nest_simplify(tir_nest* nest);
/* Copies the source to the result; may reorder the loops. */
void tir_nest_copy(tir_nest* nest, const tir_move_functions* moves);
/* Writes `value`, the bits of an element, to all of the result. */
void tir_nest_fill(const tir_nest* nest, uint64_t value, const tir_move_functions* moves);

/* Goes to the next position of the loops 0 … loops - 1, and moves both places along; false behind the last one. */
TIR_INLINE bool tir_nest_next(const tir_nest_loop* loop, int loops, int64_t* position, const char** from, char** to) {
  for (int l = loops - 1; l >= 0; l--) {
    if (++position[l] < loop[l].size) {
      *from += loop[l].from;
      *to += loop[l].to;
      return true;
    }
    position[l] = 0;
    *from -= (loop[l].size - 1) * loop[l].from;
    *to -= (loop[l].size - 1) * loop[l].to;
  }
  return false;
}

TIR_INLINE void tir_move_element(const char* from, char* to, int64_t bytes) {
  switch (bytes) {
    case 1: *to = *from; break;
    case 2: *(tir_u16*)to = *(const tir_u16*)from; break;
    case 4: *(tir_u32*)to = *(const tir_u32*)from; break;
    default: *(tir_u64*)to = *(const tir_u64*)from;
  }
}

#endif
