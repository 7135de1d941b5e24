/* Numbers of few bits as the right side of products, for AVX-512. */
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
#define tir_subtract(a, b) _mm512_sub_ps(a, b)
#define tir_multiply(a, b) _mm512_mul_ps(a, b)
#define tir_multiply_add(a, b, c) _mm512_fmadd_ps(a, b, c)
#define BYTES(p) _mm_loadu_si128((const __m128i_u*)(p))
#define HALVES(p) _mm256_loadu_si256((const __m256i_u*)(p))
#define tir_widen_i8(p) _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(BYTES(p)))
#define tir_widen_u8(p) _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(BYTES(p)))
#define SHIFTED(p, above) _mm512_sll_epi32(_mm512_cvtepu8_epi32(BYTES(p)), _mm_cvtsi32_si128(above))
#define tir_widen_i4(p, above) _mm512_cvtepi32_ps(_mm512_srai_epi32(SHIFTED(p, above), 28))
#define tir_widen_u4(p, above) _mm512_cvtepi32_ps(_mm512_srli_epi32(SHIFTED(p, above), 28))
#define tir_widen_bf16(p) _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(HALVES(p)), 16))
#define tir_widen_f16(p) _mm512_cvtph_ps(HALVES(p))
#define TIR_WIDENED_PANELS(rows) ((rows) == 1 ? 8 : (rows) <= 4 ? 4 : 2)
#define TIR_WIDENED_SUMS 16
#include "steps/widened_body.h"

TIR_WIDENED_FUNCTIONS(avx512)
