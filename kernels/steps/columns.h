/* Loads of some of the columns of a vector, for products whose columns are not a multiple of the lanes. */
#ifndef TENSORIR_COLUMNS_H
#define TENSORIR_COLUMNS_H

#include "vector/lanes.h"

/* The first lanes, and 0 in the others, whose memory is not accessed. */
#if defined(__AVX512F__)
#define tir_load_some(p, count) _mm512_maskz_loadu_ps((__mmask16)((1u << (count)) - 1), p)
#elif defined(__AVX2__)
TIR_INLINE tir_vf tir_load_some(const float* p, int64_t count) {
  const tir_vi lane = {0, 1, 2, 3, 4, 5, 6, 7};
  return _mm256_maskload_ps(p, (__m256i)(lane < tir_splat_i((int32_t)count)));
}
#else
TIR_INLINE tir_vf tir_load_some(const float* p, int64_t count) {
  tir_vf found = {0};
  TIR_UNROLL for (int i = 0; i < TIR_VF_LANES; i++) {
    if (i < count) found[i] = p[i];
  }
  return found;
}
#endif

#endif
