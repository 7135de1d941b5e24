/* Right sides that mmt4d_map need not compute by the code of its map, because kernels widen them while they read: numbers
 * of few bits, of which a zero point may be subtracted, and which may be multiplied by a scale. Each operation is rounded
 * as the map rounds it, so the bits are the same. */
#ifndef TENSORIR_WIDENED_H
#define TENSORIR_WIDENED_H

#include "vector/map.h"

enum tir_widened_kind {
  TIR_WIDENED_i8,
  TIR_WIDENED_u8,
  TIR_WIDENED_i4, /* the low four bits of a byte each */
  TIR_WIDENED_i4x2, /* two to a byte: the low bits belong to an even tile of k, the high bits to the one behind it, … */
  TIR_WIDENED_u4x2, /* … from an even tile on */
  TIR_WIDENED_bf16,
  TIR_WIDENED_f16,
  TIR_WIDENED_KINDS,
  TIR_WIDENED_f32 = TIR_WIDENED_KINDS /* what is f32 already: no kernel widens it */
};

/* A vector of [n0] for each panel and each group of tiles along k; distances in floats. NULL: there is none. */
typedef struct {
  const float* at;
  int64_t panel, group;
} tir_widened_vector;

/* Panels of tiles [k0][n0], the rows of all tiles of a panel at one distance. */
typedef struct {
  const char* source;
  int64_t panel, row; /* bytes; of two to a byte, rows lie side by side */
  tir_widened_vector zero, scale;
  int64_t group; /* tiles of k, at least 1, with the same vectors; the first tile begins one */
} tir_widened;

enum { TIR_MOST_WIDENED_ROWS = 8 };

/* For tiles of one width. */
typedef struct {
  int64_t lanes; /* n0 and k0 of the tile */
  /* Writes `tiles` tiles of `panels` panels; those of a panel side by side, panels `distance` floats apart. */
  void (*fill)(int kind, const tir_widened* from, int64_t panels, int64_t tiles, float* to, int64_t distance);
  /* A row tile of at most TIR_MOST_WIDENED_ROWS rows times panels: t->rhs, rhs_stride and prefetch don't count. */
  void (*multiply)(int kind, const tir_widened* from, const tir_mmt4d_tile* t);
} tir_widened_functions;

#if defined(__x86_64__)
extern const tir_widened_functions tir_widened_avx2, tir_widened_avx512;
#endif

/* A zero point or a scale: an operand, counted from the first input on, of f32 or of what can be widened; -1: the
 * constant with these bits of an f32. */
typedef struct {
  bool there;
  int32_t operand;
  int64_t bits;
} tir_widened_term;

/* What the code of an mmt4d_map step says, if it is one of these: (source - zero) * scale; an f32 as it is. */
typedef struct {
  int kind;
  int32_t source, shift; /* of two to a byte: the operand that says by how much they are shifted; else -1 */
  tir_widened_term zero, scale; /* a zero point only with a scale */
} tir_widened_form;

bool tir_widened_read(const tir_step* step, const tir_map_code* code, tir_widened_form* form);

#endif
