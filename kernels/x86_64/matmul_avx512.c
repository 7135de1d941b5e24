/* The matmul step for AVX-512: 32 registers of 16 floats. */
#ifndef __AVX512F__
#error "compile with -mavx512f"
#endif
#include "vector/lanes.h"

#define TIR_MATMUL_ROWS 8
#define TIR_MATMUL_VECTORS(rows) ((rows) <= 2 ? 8 : (rows) == 3 ? 6 : (rows) <= 6 ? 4 : 3)

/* Eight columns at a time: rows i and i + 8 become the halves of one vector while they are loaded. */
TIR_INLINE void tir_load_transposed(tir_vf v[TIR_VF_LANES], const float* p, int64_t stride) {
  const __m512i low = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13), high = _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15);
  /* Every fourth row. Compilers would keep 16 addresses, for which there are no registers. */
  const float* row[4] = {p};
  TIR_UNROLL for (int i = 0; i < 4; i++) {
    if (i > 0) row[i] = row[i - 1] + 4 * stride;
    __asm__("" : "+r"(row[i]));
  }
  TIR_UNROLL for (int j = 0; j < 16; j += 8) {
    tir_vf both[8];
    __m512d pairs[8];
    TIR_UNROLL for (int i = 0; i < 8; i++) {
      const __m256 upper = _mm256_loadu_ps(row[i / 4] + i % 4 * stride + j);
      const __m256 lower = _mm256_loadu_ps(row[2 + i / 4] + i % 4 * stride + j);
      both[i] = _mm512_mask_broadcast_f32x8(_mm512_castps256_ps512(upper), 0xff00, lower);
    }
    TIR_UNROLL for (int i = 0; i < 8; i += 2) {
      pairs[i] = (__m512d)_mm512_unpacklo_ps(both[i], both[i + 1]);
      pairs[i + 1] = (__m512d)_mm512_unpackhi_ps(both[i], both[i + 1]);
    }
    TIR_UNROLL for (int i = 0; i < 2; i++) {
      const __m512d a = _mm512_unpacklo_pd(pairs[i], pairs[2 + i]), b = _mm512_unpackhi_pd(pairs[i], pairs[2 + i]);
      const __m512d c = _mm512_unpacklo_pd(pairs[4 + i], pairs[6 + i]);
      const __m512d d = _mm512_unpackhi_pd(pairs[4 + i], pairs[6 + i]);
      v[j + 2 * i] = (tir_vf)_mm512_permutex2var_pd(a, low, c);
      v[j + 2 * i + 1] = (tir_vf)_mm512_permutex2var_pd(b, low, d);
      v[j + 4 + 2 * i] = (tir_vf)_mm512_permutex2var_pd(a, high, c);
      v[j + 5 + 2 * i] = (tir_vf)_mm512_permutex2var_pd(b, high, d);
    }
  }
}

#include "steps/matmul_body.h"

void tir_matmul_avx512(const tir_matmul* p) { matmul(p); }
