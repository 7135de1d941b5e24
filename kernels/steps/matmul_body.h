/* The one body of the matmul step, for vectors of any width. Each lane sums one column n.
 *
 * The including file defines
 *   tir_load_transposed(v, p, stride)   lane i of v[j] is p[i * stride + j], for each i and j of TIR_VF_LANES
 *   TIR_MATMUL_VECTORS(rows)  vectors of columns whose sums stay in registers, where n neighbours lie side by side
 *   TIR_MATMUL_ROWS           rows whose sums stay in registers, at most 8 */
#include "steps/columns.h"
#include "steps/matmul.h"

enum {
  LANES = TIR_VF_LANES,
  BLOCK = 4096, /* columns whose sums are kept at once … */
  DEPTH = 16,   /* … while so many rows of the right side are read beside each other */
  NEAR = 1 << 18, /* elements of a right side that stays in the second level cache */
  SHORT = 1024, /* so many k of twice as many columns are not too far apart for the hardware's prefetches */
  AHEAD = 256,  /* elements by which the others are fetched ahead */
  FURTHER = 64, /* elements, where neighbours along k lie side by side */
  MAX_ROWS = 8,
};
_Static_assert(TIR_PARTIAL_SUM % LANES == 0 && TIR_PARTIAL_SUM % DEPTH == 0, "whole blocks in a part");
_Static_assert(2 * MAX_ROWS * BLOCK * (int)sizeof(float) <= TIR_WORKSPACE_BYTES, "sums and parts fit");

/* Added to anything, it changes no bit; +0 would change -0. */
#define NOTHING (-0.0f)

/* Stores the sums of some columns, to which 0 is added first, as TIR_PARTIAL_SUM demands. */
TIR_INLINE void store_columns(float* out, int64_t stride, tir_vf sum, int64_t count) {
  sum += tir_splat_f(0.0f);
  if (count >= LANES && stride == 1) {
    tir_store_f(out, sum);
    return;
  }
  float lane[LANES];
  tir_store_f(lane, sum);
  if (count > LANES) count = LANES;
  for (int64_t i = 0; i < count; i++) out[i * stride] = lane[i];
}

/* ---- n neighbours side by side ------------------------------------------------ */

/* Some rows of the right side, added to the sums of a few vectors of columns. */
typedef struct {
  const float* lhs;
  const float* rhs;
  float* sum;
  int64_t lhs_m, rhs_k, count;
  bool is_first; /* the sums begin here */
  bool fetches;  /* what comes next */
} panel;

TIR_INLINE void panel_of(const panel* p, int64_t first, int64_t row, const int rows, const int vectors, const int64_t some) {
  tir_vf sum[TIR_MATMUL_ROWS][8];
  float* const memory = p->sum + row * BLOCK + first;
  const float* lhs = p->lhs + row * p->lhs_m;
  const float* rhs = p->rhs + first;
  TIR_UNROLL for (int m = 0; m < rows; m++) {
    TIR_UNROLL for (int v = 0; v < vectors; v++) {
      sum[m][v] = p->is_first ? tir_splat_f(0.0f) : tir_load_f(memory + m * BLOCK + v * LANES);
    }
  }
  for (int64_t k = 0; k < p->count; k++) {
    tir_vf right[8];
    if (p->fetches) {
      TIR_UNROLL for (int v = 0; v < vectors; v++) __builtin_prefetch(rhs + v * LANES + AHEAD);
    }
    TIR_UNROLL for (int v = 0; v < vectors; v++) {
      right[v] = some == LANES ? tir_load_f(rhs + v * LANES) : tir_load_some(rhs, some);
    }
    TIR_UNROLL for (int m = 0; m < rows; m++) {
      const tir_vf left = tir_splat_f(lhs[m * p->lhs_m + k]);
      TIR_UNROLL for (int v = 0; v < vectors; v++) sum[m][v] = tir_fma_f(left, right[v], sum[m][v]);
    }
    rhs += p->rhs_k;
  }
  TIR_UNROLL for (int m = 0; m < rows; m++) {
    TIR_UNROLL for (int v = 0; v < vectors; v++) tir_store_f(memory + m * BLOCK + v * LANES, sum[m][v]);
  }
}

/* All columns of a block for one number of rows. */
TIR_INLINE void panels_of(const panel* p, int64_t columns, int64_t row, const int rows) {
  const int vectors = TIR_MATMUL_VECTORS(rows);
  int64_t n = 0;
  for (; columns - n >= vectors * LANES; n += vectors * LANES) panel_of(p, n, row, rows, vectors, LANES);
  if (vectors > 4 && columns - n >= 4 * LANES) {
    panel_of(p, n, row, rows, 4, LANES);
    n += 4 * LANES;
  }
  if (vectors > 2 && columns - n >= 2 * LANES) {
    panel_of(p, n, row, rows, 2, LANES);
    n += 2 * LANES;
  }
  if (columns - n >= LANES) {
    panel_of(p, n, row, rows, 1, LANES);
    n += LANES;
  }
  if (columns - n >= LANES) {
    panel_of(p, n, row, rows, 1, LANES);
    n += LANES;
  }
  if (columns > n) panel_of(p, n, row, rows, 1, columns - n);
}

static void panels(const panel* p, int64_t columns, int64_t rows) {
  for (int64_t row = 0; row < rows; row += TIR_MATMUL_ROWS) {
    switch (rows - row) {
      case 1: panels_of(p, columns, row, 1); break;
      case 2: panels_of(p, columns, row, 2); break;
      case 3: panels_of(p, columns, row, 3); break;
#if TIR_MATMUL_ROWS > 4
      case 4: panels_of(p, columns, row, 4); break;
      case 5: panels_of(p, columns, row, 5); break;
      case 6: panels_of(p, columns, row, 6); break;
      case 7: panels_of(p, columns, row, 7); break;
#endif
      default: panels_of(p, columns, row, TIR_MATMUL_ROWS); break;
    }
  }
}

/* `columns` columns from n on, of at most MAX_ROWS rows from m on. */
static void block_of_columns(const tir_matmul* p, int64_t m, int64_t n, int64_t rows, int64_t columns) {
  float *total = p->workspace, *sum = total; /* the first part is the total; others are added to it */
  const bool far = p->k > NEAR / p->n;
  const int64_t depth = columns <= TIR_MATMUL_VECTORS(1) * LANES ? TIR_PARTIAL_SUM : far && rows <= 2 ? DEPTH / 2 : DEPTH;
  for (int64_t k = 0; k < p->k; k += TIR_PARTIAL_SUM, sum = p->workspace + MAX_ROWS * BLOCK) {
    const int64_t part = p->k - k < TIR_PARTIAL_SUM ? p->k - k : TIR_PARTIAL_SUM;
    for (int64_t done = 0; done < part; done += depth) {
      const panel piece = {
          .lhs = p->lhs + m * p->lhs_m + k + done,
          .rhs = p->rhs + n + (k + done) * p->rhs_k,
          .sum = sum,
          .lhs_m = p->lhs_m,
          .rhs_k = p->rhs_k,
          .count = part - done < depth ? part - done : depth,
          .is_first = done == 0,
          .fetches = far,
      };
      panels(&piece, columns, rows);
    }
    if (sum == total) continue;
    for (int64_t r = 0; r < rows; r++) {
      for (int64_t c = 0; c < columns; c += LANES) {
        float* place = total + r * BLOCK + c;
        tir_store_f(place, tir_load_f(place) + tir_load_f(sum + r * BLOCK + c));
      }
    }
  }
  for (int64_t r = 0; r < rows; r++) {
    float* out = p->out + (m + r) * p->out_m + n * p->out_n;
    for (int64_t c = 0; c < columns; c += LANES) {
      store_columns(out + c * p->out_n, p->out_n, tir_load_f(total + r * BLOCK + c), columns - c);
    }
  }
}

/* ---- k neighbours side by side ------------------------------------------------ */

/* LANES positions of k of LANES columns: each row of `column` is one position. Of `count` columns and `depth` positions
 * the others are 0. */
TIR_INLINE void load_block(tir_vf column[LANES], const float* rhs, int64_t rhs_n, int64_t count, int64_t depth) {
  if (count == LANES && depth == LANES) {
    tir_load_transposed(column, rhs, rhs_n);
    return;
  }
  float block[LANES * LANES];
  for (int64_t i = 0; i < LANES; i++) {
    tir_store_f(block + i * LANES, i < count ? tir_load_some(rhs + i * rhs_n, depth) : tir_splat_f(0.0f));
  }
  tir_load_transposed(column, block, LANES);
}

/* `vectors` vectors of columns from n on, of some rows from m on. `valid` columns of the only vector exist. */
TIR_INLINE void group_of(
    const tir_matmul* p, int64_t m, int64_t n, const int rows, const int vectors, const int64_t valid) {
  tir_vf sum[TIR_MATMUL_ROWS][2];
  float total[TIR_MATMUL_ROWS][2][LANES];
  const float* lhs = p->lhs + m * p->lhs_m;
  const float* rhs = p->rhs + n * p->rhs_n;
  /* What is fetched lies in the next columns if a column is one part, else further down in these. */
  const bool is_short = p->k <= TIR_PARTIAL_SUM;
  const int64_t next = is_short ? vectors * LANES * p->rhs_n : FURTHER;
  const int64_t ahead = p->n > (is_short ? NEAR / 2 : 4 * NEAR) / p->k ? next : 0;
  TIR_UNROLL for (int r = 0; r < rows; r++) {
    TIR_UNROLL for (int v = 0; v < vectors; v++) tir_store_f(total[r][v], tir_splat_f(NOTHING));
  }
  for (int64_t k = 0; k < p->k; k += TIR_PARTIAL_SUM) {
    const int64_t end = p->k - k < TIR_PARTIAL_SUM ? p->k : k + TIR_PARTIAL_SUM;
    TIR_UNROLL for (int r = 0; r < rows; r++) {
      TIR_UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = tir_splat_f(0.0f);
    }
    int64_t at = k;
    for (; at + LANES <= end; at += LANES) {
      TIR_UNROLL for (int v = 0; v < vectors; v++) {
        tir_vf column[LANES];
        const float* block = rhs + v * LANES * p->rhs_n + at;
        if (ahead != 0) {
          for (int64_t i = 0; i < valid; i++) __builtin_prefetch(block + ahead + i * p->rhs_n);
        }
        load_block(column, block, p->rhs_n, valid, LANES);
        TIR_UNROLL for (int r = 0; r < rows; r++) {
          TIR_UNROLL for (int i = 0; i < LANES; i++) {
            sum[r][v] = tir_fma_f(tir_splat_f(lhs[r * p->lhs_m + at + i]), column[i], sum[r][v]);
          }
        }
      }
    }
    if (at < end) {
      for (int v = 0; v < vectors; v++) {
        tir_vf column[LANES];
        load_block(column, rhs + v * LANES * p->rhs_n + at, p->rhs_n, valid, end - at);
        TIR_UNROLL for (int r = 0; r < rows; r++) {
          for (int64_t i = 0; i < end - at; i++) {
            sum[r][v] = tir_fma_f(tir_splat_f(lhs[r * p->lhs_m + at + i]), column[i], sum[r][v]);
          }
        }
      }
    }
    TIR_UNROLL for (int r = 0; r < rows; r++) {
      TIR_UNROLL for (int v = 0; v < vectors; v++) {
        tir_store_f(total[r][v], tir_load_f(total[r][v]) + sum[r][v]);
      }
    }
  }
  TIR_UNROLL for (int r = 0; r < rows; r++) {
    TIR_UNROLL for (int v = 0; v < vectors; v++) {
      float* out = p->out + (m + r) * p->out_m + (n + v * LANES) * p->out_n;
      store_columns(out, p->out_n, tir_load_f(total[r][v]), valid);
    }
  }
}

/* One column: nothing to transpose. */
TIR_INLINE void column_of(const tir_matmul* p, int64_t m, int64_t n, const int rows) {
  tir_vf sum[TIR_MATMUL_ROWS], total[TIR_MATMUL_ROWS];
  const float* lhs = p->lhs + m * p->lhs_m;
  const float* rhs = p->rhs + n * p->rhs_n;
  TIR_UNROLL for (int r = 0; r < rows; r++) total[r] = tir_splat_f(NOTHING);
  for (int64_t k = 0; k < p->k; k += TIR_PARTIAL_SUM) {
    const int64_t end = p->k - k < TIR_PARTIAL_SUM ? p->k : k + TIR_PARTIAL_SUM;
    TIR_UNROLL for (int r = 0; r < rows; r++) sum[r] = tir_splat_f(0.0f);
    for (int64_t at = k; at < end; at++) {
      const tir_vf right = tir_splat_f(rhs[at]);
      TIR_UNROLL for (int r = 0; r < rows; r++) {
        sum[r] = tir_fma_f(tir_splat_f(lhs[r * p->lhs_m + at]), right, sum[r]);
      }
    }
    TIR_UNROLL for (int r = 0; r < rows; r++) total[r] += sum[r];
  }
  TIR_UNROLL for (int r = 0; r < rows; r++) {
    store_columns(p->out + (m + r) * p->out_m + n * p->out_n, p->out_n, total[r], 1);
  }
}

TIR_INLINE void groups_of(const tir_matmul* p, int64_t m, const int rows) {
  int64_t n = 0;
  if (rows == 1 && p->k <= SHORT) {
    for (; p->n - n >= 2 * LANES; n += 2 * LANES) group_of(p, m, n, rows, 2, LANES);
  }
  for (; p->n - n >= LANES; n += LANES) group_of(p, m, n, rows, 1, LANES);
  if (p->n - n == 1) {
    column_of(p, m, n, rows);
  } else if (p->n > n) {
    group_of(p, m, n, rows, 1, p->n - n);
  }
}

static void groups(const tir_matmul* p) {
  for (int64_t m = 0; m < p->m; m += TIR_MATMUL_ROWS) {
    switch (p->m - m) {
      case 1: groups_of(p, m, 1); break;
      case 2: groups_of(p, m, 2); break;
      case 3: groups_of(p, m, 3); break;
#if TIR_MATMUL_ROWS > 4
      case 4: groups_of(p, m, 4); break;
      case 5: groups_of(p, m, 5); break;
      case 6: groups_of(p, m, 6); break;
      case 7: groups_of(p, m, 7); break;
#endif
      default: groups_of(p, m, TIR_MATMUL_ROWS); break;
    }
  }
}

static void matmul(const tir_matmul* p) {
  if ((p->n > 1 && p->rhs_n != 1) || (p->n == 1 && p->rhs_k == 1)) {
    groups(p);
    return;
  }
  for (int64_t n = 0; n < p->n; n += BLOCK) {
    const int64_t columns = p->n - n < BLOCK ? p->n - n : BLOCK;
    for (int64_t m = 0; m < p->m; m += MAX_ROWS) {
      block_of_columns(p, m, n, p->m - m < MAX_ROWS ? p->m - m : MAX_ROWS, columns);
    }
  }
}
