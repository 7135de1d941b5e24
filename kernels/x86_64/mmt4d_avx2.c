/* mmt4d for AVX2 with FMA: 16 registers of 8 floats, so 4 rows by 3 panels keep 12
 * sums beside 3 vectors of the right side and 1 of the left. */
#if !defined(__AVX2__) || !defined(__FMA__) || defined(__AVX512F__)
#error "compile with -mavx2 -mfma, and nothing beyond"
#endif
#include <immintrin.h>

#define TIR_LANES 8
typedef __m256 tir_vector;
#define tir_zero() _mm256_setzero_ps()
#define tir_splat(x) _mm256_set1_ps(x)
#define tir_load(p) _mm256_loadu_ps(p)
#define tir_store(p, v) _mm256_storeu_ps(p, v)
#define tir_add(a, b) _mm256_add_ps(a, b)
#define tir_multiply_add(a, b, c) _mm256_fmadd_ps(a, b, c)
#define TIR_PANELS(rows) ((rows) == 1 ? 8 : (rows) == 2 ? 4 : 3)
#include "mmt4d_body.h"

TIR_F32_TILE(8, 4, 8, 3, avx2)
TIR_F32_TILE(4, 4, 8, 3, avx2)
TIR_F32_TILE(2, 2, 8, 4, avx2)
TIR_F32_TILE(1, 1, 8, 8, avx2)
