/* The mmt4d_map step while it runs: what its files share. */
#ifndef TENSORIR_MMT4D_MAP_H
#define TENSORIR_MMT4D_MAP_H

#include "steps/moves.h"
#include "steps/widened.h"
#include "vector/map_loops.h"

enum { LHS = 0 };
enum { M1, N1, K1 };            /* the first loops behind the outer ones; K1: the first of `depth` loops */
enum { M0, N0, K0, TIR_INNER }; /* the last loops */

enum {
  FEW_ROWS = 2, /* so few rows, or fewer, take more panels at once: a chain of sums for each */
  PANELS_OF_FEW = 4,
  PANELS = 2,
  MADE_BYTES = TIR_WORKSPACE_BYTES / 2, /* for the right side; the rest is for the registers of the map */
  MOST_PANELS = 8, /* at once, of vectors that are converted */
  MOST_LANES = 16
};

/* Loops outside of the tiles, and where they stand. */
typedef struct {
  int count;
  int64_t size[TIR_MAX_LOOPS], position[TIR_MAX_LOOPS];
  int loop[TIR_MAX_LOOPS]; /* of the step */
} tir_product_loops;

typedef struct {
  const tir_step* step;
  const tir_mmt4d_kernel_line* line;
  tir_product_loops batch, rows; /* along rows, the right side stands still */
  int outer, depth;     /* loops before m1, and of k1 */
  int64_t m1, n1, k1, m0, n0, k0;
  int64_t last_rows;    /* of the last row tile */
  bool kn;
  int64_t part;         /* tiles of TIR_PARTIAL_SUM positions of k */
  int64_t at[TIR_MAX_OPERANDS]; /* where the outer loops stand, in elements of the operand */
  tir_map map;          /* makes the right side, … */
  tir_widened_form form;
  const tir_widened_functions* widened; /* NULL: the code is not one of their forms, and the map computes it, … */
  int moved; /* … or the right side is this operand as it is. If kernels widen it: its elements are put into tiles first,
              * because they don't lie in rows. -1: neither */
  int64_t group;        /* tiles of k with the same zero points and scales */
  float vector[2][MOST_PANELS * MOST_LANES]; /* zero points and scales that are not used where they lie */
  int64_t panels, tiles, level; /* … so many panels and tiles of it, along k1 loops from `level` on; 0 panels: not ready */
} tir_product;

/* Operand v at panel n and tile k of the right side. */
TIR_INLINE char* tir_product_at(const tir_product* p, int v, int64_t n, int64_t k) {
  const tir_step* step = p->step;
  int64_t at = p->at[v] + n * step->stride[v][p->outer + N1];
  for (int l = p->outer + K1 + p->depth - 1; l >= p->outer + K1; k /= step->size[l--]) {
    at += k % step->size[l] * step->stride[v][l];
  }
  return (char*)step->base[v] + at * tir_type_bytes(step->type[v]);
}

/* Decides whether kernels widen the right side, or only its elements are moved; the map is prepared. */
void tir_choose_widened(tir_product* p);
/* A part of k1 that is a part of loop `level` and all of the loops inside of it: `tiles` of them, `inside` in each position
 * of that loop. */
typedef struct {
  int level;
  int64_t inside, tiles;
} tir_product_box;
/* The largest box from tile k on, of at most `tiles` tiles. */
tir_product_box tir_product_box_at(const tir_product* p, int64_t k, int64_t tiles);
/* Puts the elements of operand v into tiles, `panels` panels from n on and `tiles` tiles from k on. */
void tir_product_move(const tir_product* p, int v, int64_t n, int64_t panels, int64_t k, int64_t tiles, char* to);
/* Where elements of few bits are put into tiles. */
TIR_INLINE char* tir_product_narrow(const tir_product* p) { return (char*)p->step->workspace + MADE_BYTES; }
/* The right side from panel n and tile k on, for `panels` panels. */
tir_widened tir_widened_at(tir_product* p, int64_t n, int64_t panels, int64_t k);

#endif
