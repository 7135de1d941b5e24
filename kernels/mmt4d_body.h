/* The one f32 body of mmt4d, for vectors of any width.
 *
 * The including file says what its vectors are:
 *   TIR_LANES               floats in a vector; N0 and K0 of the tile
 *   tir_vector              the type
 *   tir_zero(), tir_splat(x), tir_load(p), tir_store(p, v), tir_add(a, b)
 *   tir_multiply_add(a, b, c)   a * b + c
 *   TIR_PANELS(rows)        how many panels are computed at once for fewer rows than a tile has
 * The right side tile is [K0][N0], so the inner loop reads one vector of each panel,
 * and one scalar of each of the m0 rows, for m0 * panels multiply-adds. */
#include "common.h"

/* More would not stay in registers. */
#define TIR_MAX_ROWS 8
#define TIR_MAX_PANELS 8
/* More panels than this are streams enough for the hardware, which then does better alone. */
#define TIR_FETCHED_PANELS 4

TIR_INLINE void f32_panels(const tir_mmt4d_tile* t, int64_t first, const int m0, const int rows, const int panels) {
  const float* lhs = t->lhs;
  const float* rhs[TIR_MAX_PANELS];
  tir_vector sum[TIR_MAX_ROWS][TIR_MAX_PANELS];
  /* The sum of the parts before this one. Compilers would keep it in registers that the
   * inner loop needs; through a pointer of which they know nothing it stays in memory. */
  float memory[TIR_MAX_ROWS * TIR_MAX_PANELS * TIR_LANES];
  float* total = memory;
  __asm__("" : "+r"(total));
  TIR_UNROLL for (int p = 0; p < panels; p++) {
    /* With k1 == 0 rhs is NULL, which must not be stepped from. */
    rhs[p] = t->k1 > 0 ? (const float*)t->rhs + (first + p) * t->rhs_stride : NULL;
  }
  const int64_t prefetch_stride = t->rhs_stride * (int64_t)sizeof(float);
  const char* prefetch = t->prefetch != NULL ? t->prefetch + first * prefetch_stride : NULL;
  int64_t left = t->k1;
  do {
    int64_t part = left < TIR_PARTIAL_SUM / TIR_LANES ? left : TIR_PARTIAL_SUM / TIR_LANES;
    const bool is_first = left == t->k1;
    left -= part;
    TIR_UNROLL for (int p = 0; p < panels; p++) {
      TIR_UNROLL for (int m = 0; m < rows; m++) sum[m][p] = tir_zero();
    }
    for (; part > 0; part--) {
      if (panels <= TIR_FETCHED_PANELS && prefetch != NULL) {
        for (int64_t i = 0; i < t->prefetch_lines; i++, prefetch += 64) {
          TIR_UNROLL for (int p = 0; p < panels; p++) __builtin_prefetch(prefetch + p * prefetch_stride, 0, 2);
        }
      }
      TIR_UNROLL for (int k = 0; k < TIR_LANES; k++) {
        tir_vector right[TIR_MAX_PANELS];
        TIR_UNROLL for (int p = 0; p < panels; p++) right[p] = tir_load(rhs[p] + k * TIR_LANES);
        TIR_UNROLL for (int m = 0; m < rows; m++) {
          tir_vector scalar = tir_splat(lhs[m * TIR_LANES + k]);
          TIR_UNROLL for (int p = 0; p < panels; p++) {
            sum[m][p] = tir_multiply_add(scalar, right[p], sum[m][p]);
          }
        }
      }
      lhs += m0 * TIR_LANES;
      TIR_UNROLL for (int p = 0; p < panels; p++) rhs[p] += TIR_LANES * TIR_LANES;
    }
    if (!is_first) {
      TIR_UNROLL for (int p = 0; p < panels; p++) {
        TIR_UNROLL for (int m = 0; m < rows; m++) {
          sum[m][p] = tir_add(tir_load(total + (m * panels + p) * TIR_LANES), sum[m][p]);
        }
      }
    }
    TIR_UNROLL for (int p = 0; p < panels; p++) {
      TIR_UNROLL for (int m = 0; m < rows; m++) tir_store(total + (m * panels + p) * TIR_LANES, sum[m][p]);
    }
  } while (left > 0);
  TIR_UNROLL for (int p = 0; p < panels; p++) {
    float* out = (float*)t->out + (first + p) * t->out_stride;
    TIR_UNROLL for (int m = 0; m < rows; m++) {
      float* row = out + m * TIR_LANES;
      const tir_vector whole = tir_add(sum[m][p], tir_zero()); /* of -0 makes +0 */
      tir_store(row, t->accumulate ? tir_add(tir_load(row), whole) : whole);
    }
  }
}

/* Full groups, and what is left at the end in groups of 4, 2, 1. */
TIR_INLINE void f32_rows(const tir_mmt4d_tile* t, const int m0, const int rows, const int panels) {
  int64_t done = 0;
  for (; tir_panels_at_once(t->panels - done, panels) == panels; done += panels) f32_panels(t, done, m0, rows, panels);
  if (panels > 4 && t->panels - done >= 4) {
    f32_panels(t, done, m0, rows, 4);
    done += 4;
  }
  if (panels > 2) {
    for (; t->panels - done >= 2; done += 2) f32_panels(t, done, m0, rows, 2);
  }
  if (t->panels - done >= 1) f32_panels(t, done, m0, rows, 1);
}

/* At most `most` rows of tiles of m0. There is an instance for each number of rows, so that rows of padding are not
 * multiplied. */
TIR_INLINE void f32_block(const tir_mmt4d_tile* t, const int m0, const int most, const int panels) {
#define TIR_F32_ROWS(few)                      \
  if (few < most && t->rows == few) {          \
    f32_rows(t, m0, few, TIR_PANELS(few));     \
    return;                                    \
  }
  TIR_F32_ROWS(1);
  TIR_F32_ROWS(2);
  TIR_F32_ROWS(3);
  TIR_F32_ROWS(4);
  TIR_F32_ROWS(5);
  TIR_F32_ROWS(6);
  TIR_F32_ROWS(7);
#undef TIR_F32_ROWS
  f32_rows(t, m0, most, panels);
}

/* `most`: the rows that the table says. */
#define TIR_F32_TILE(m0, most, lanes, panels, isa)                                               \
  _Static_assert(lanes == TIR_LANES && most <= TIR_MAX_ROWS && panels <= TIR_MAX_PANELS, "tile"); \
  _Static_assert(m0 % most == 0, "whole blocks in a tile");                                      \
  _Static_assert(TIR_PARTIAL_SUM % lanes == 0, "whole tiles in a part");                           \
  void TIR_MMT4D_NAME(f32, f32, f32, m0, lanes, lanes, kn, isa)(const tir_mmt4d_tile* t) {       \
    f32_block(t, m0, most, panels);                                                              \
  }
