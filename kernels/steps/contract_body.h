/* The one body of the contract step, for vectors of any width. Each lane sums one column n; some rows m share what is
 * read of the right side.
 *
 * The including file defines
 *   TIR_CONTRACT_ROWS      rows whose sums stay in registers, at most 8
 *   TIR_CONTRACT_VECTORS   vectors of columns whose sums stay in registers, at most 3 */
#include "steps/columns.h"
#include "steps/contract.h"

enum { LANES = TIR_VF_LANES, MAX_ROWS = 8, MAX_VECTORS = 3 };
_Static_assert(TIR_CONTRACT_ROWS <= MAX_ROWS && TIR_CONTRACT_VECTORS <= MAX_VECTORS, "what the switches below say");

/* Stores sums where neighbouring columns don't lie side by side, or `some` columns of each vector. */
static void __attribute__((noinline)) scatter(
    const tir_contraction* p, float* out, const float* total, int rows, int vectors, int64_t some) {
  for (int r = 0; r < rows; r++) {
    for (int v = 0; v < vectors; v++, total += LANES) {
      float* place = out + r * p->out_m + v * p->out_vector;
      for (int64_t i = 0; i < some; i++) place[i * p->out_n] = total[i] + 0.0f;
    }
  }
}

/* `rows` rows from m on, `vectors` vectors from `first` on. `some` columns of the only vector exist. */
TIR_INLINE void block_of(
    const tir_contraction* p, int64_t first, int64_t m, const int rows, const int vectors, const int64_t some) {
  tir_vf sum[MAX_ROWS][MAX_VECTORS];
  /* The sum of the parts before this one. Compilers would keep it in registers that the inner loop needs; through a
   * pointer of which they know nothing it stays in memory. */
  float memory[MAX_ROWS * MAX_VECTORS * LANES];
  float* total = memory;
  __asm__("" : "+r"(total));
  const float* rhs = p->rhs + first * p->rhs_vector;
  const float* row[MAX_ROWS];
  TIR_UNROLL for (int r = 0; r < rows; r++) row[r] = p->lhs + (m + r) * p->lhs_m;
  const int64_t rhs_k = p->rhs_k, rhs_vector = p->rhs_vector;
  const int64_t* offset = p->offsets;
  int64_t left = p->k;
  do {
    const int64_t part = left < TIR_PARTIAL_SUM ? left : TIR_PARTIAL_SUM;
    const bool is_first = left == p->k;
    left -= part;
    TIR_UNROLL for (int r = 0; r < rows; r++) {
      TIR_UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = tir_splat_f(0.0f);
    }
    for (int64_t i = 0; i < part; i++) {
      const int64_t at = *offset++;
      tir_vf right[MAX_VECTORS];
      TIR_UNROLL for (int v = 0; v < vectors; v++) {
        right[v] = some == LANES ? tir_load_f(rhs + v * rhs_vector) : tir_load_some(rhs, some);
      }
      TIR_UNROLL for (int r = 0; r < rows; r++) {
        const tir_vf value = tir_splat_f(row[r][at]);
        TIR_UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = tir_fma_f(value, right[v], sum[r][v]);
      }
      rhs += rhs_k;
    }
    TIR_UNROLL for (int r = 0; r < rows; r++) {
      TIR_UNROLL for (int v = 0; v < vectors; v++) {
        float* place = total + (r * vectors + v) * LANES;
        if (!is_first) sum[r][v] += tir_load_f(place);
        tir_store_f(place, sum[r][v]);
      }
    }
  } while (left > 0);
  float* out = p->out + m * p->out_m + first * p->out_vector;
  if (p->out_n != 1 || some < LANES) {
    scatter(p, out, total, rows, vectors, some);
    return;
  }
  TIR_UNROLL for (int r = 0; r < rows; r++) {
    /* Added to -0 it makes +0, as TIR_PARTIAL_SUM demands. */
    TIR_UNROLL for (int v = 0; v < vectors; v++) {
      tir_store_f(out + r * p->out_m + v * p->out_vector, sum[r][v] + tir_splat_f(0.0f));
    }
  }
}

/* All rows of some vectors, which stay in a near cache. */
TIR_INLINE void rows_of(const tir_contraction* p, int64_t first, const int vectors, const int64_t some) {
  int64_t m = 0;
  for (; p->m - m >= TIR_CONTRACT_ROWS; m += TIR_CONTRACT_ROWS) {
    block_of(p, first, m, TIR_CONTRACT_ROWS, vectors, some);
  }
  switch (p->m - m) {
    case 1: block_of(p, first, m, 1, vectors, some); break;
    case 2: block_of(p, first, m, 2, vectors, some); break;
    case 3: block_of(p, first, m, 3, vectors, some); break;
#if TIR_CONTRACT_ROWS > 4
    case 4: block_of(p, first, m, 4, vectors, some); break;
    case 5: block_of(p, first, m, 5, vectors, some); break;
    case 6: block_of(p, first, m, 6, vectors, some); break;
    case 7: block_of(p, first, m, 7, vectors, some); break;
#endif
    default: break;
  }
}

static void contract(const tir_contraction* p) {
  const int64_t whole = p->vectors - (p->last < LANES);
  int64_t v = 0;
  for (int64_t at_once; v < whole; v += at_once) {
    at_once = tir_panels_at_once(whole - v, TIR_CONTRACT_VECTORS);
    switch (at_once) {
      case 1: rows_of(p, v, 1, LANES); break;
      case 2: rows_of(p, v, 2, LANES); break;
#if TIR_CONTRACT_VECTORS > 2
      default: rows_of(p, v, 3, LANES); break;
#endif
    }
  }
  if (v < p->vectors) rows_of(p, v, 1, p->last);
}
