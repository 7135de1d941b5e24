/* mmt4d for AVX-512: 32 registers of 16 floats, so 8 rows by 2 panels keep 16 sums. */
#ifndef __AVX512F__
#error "compile with -mavx512f"
#endif
#include <immintrin.h>

#define TIR_LANES 16
typedef __m512 tir_vector;
#define tir_zero() _mm512_setzero_ps()
#define tir_splat(x) _mm512_set1_ps(x)
#define tir_load(p) _mm512_loadu_ps(p)
#define tir_store(p, v) _mm512_storeu_ps(p, v)
#define tir_add(a, b) _mm512_add_ps(a, b)
#define tir_multiply_add(a, b, c) _mm512_fmadd_ps(a, b, c)
#define TIR_PANELS(rows) ((rows) <= 2 ? 8 : (rows) == 3 ? 6 : (rows) <= 6 ? 3 : 2)
#include "mmt4d_body.h"

TIR_F32_TILE(16, 8, 16, 2, avx512)
TIR_F32_TILE(8, 8, 16, 2, avx512)
TIR_F32_TILE(4, 4, 16, 4, avx512)
TIR_F32_TILE(2, 2, 16, 8, avx512)
TIR_F32_TILE(1, 1, 16, 8, avx512)
