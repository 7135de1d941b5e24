/* The matmul step for AVX2 with FMA: 16 registers of 8 floats. */
#if !defined(__AVX2__) || !defined(__FMA__) || defined(__AVX512F__)
#error "compile with -mavx2 -mfma, and nothing beyond"
#endif
#include "vector/lanes.h"

#define TIR_MATMUL_ROWS 4
#define TIR_MATMUL_VECTORS(rows) ((rows) == 1 ? 8 : (rows) == 2 ? 4 : 3)

TIR_INLINE void tir_load_transposed(tir_vf v[TIR_VF_LANES], const float* p, int64_t stride) {
  __m256d pairs[TIR_VF_LANES];
  TIR_UNROLL for (int i = 0; i < 8; i += 2) {
    const tir_vf even = tir_load_f(p + i * stride), odd = tir_load_f(p + (i + 1) * stride);
    pairs[i] = (__m256d)_mm256_unpacklo_ps(even, odd);
    pairs[i + 1] = (__m256d)_mm256_unpackhi_ps(even, odd);
  }
  tir_vf fours[TIR_VF_LANES];
  TIR_UNROLL for (int i = 0; i < 8; i += 4) {
    fours[i] = (tir_vf)_mm256_unpacklo_pd(pairs[i], pairs[i + 2]);
    fours[i + 1] = (tir_vf)_mm256_unpackhi_pd(pairs[i], pairs[i + 2]);
    fours[i + 2] = (tir_vf)_mm256_unpacklo_pd(pairs[i + 1], pairs[i + 3]);
    fours[i + 3] = (tir_vf)_mm256_unpackhi_pd(pairs[i + 1], pairs[i + 3]);
  }
  TIR_UNROLL for (int i = 0; i < 4; i++) {
    v[i] = _mm256_permute2f128_ps(fours[i], fours[4 + i], 0x20);
    v[4 + i] = _mm256_permute2f128_ps(fours[i], fours[4 + i], 0x31);
  }
}

#include "steps/matmul_body.h"

void tir_matmul_avx2(const tir_matmul* p) { matmul(p); }
