/* Numbers of few bits as the right side of products, for AVX2 with FMA and F16C. */
#if !defined(__AVX2__) || !defined(__FMA__) || !defined(__F16C__) || defined(__AVX512F__)
#error "compile with -mavx2 -mfma -mf16c, and nothing beyond"
#endif
#include <immintrin.h>

#define TIR_LANES 8
typedef __m256 tir_vector;
#define tir_zero() _mm256_setzero_ps()
#define tir_splat(x) _mm256_set1_ps(x)
#define tir_load(p) _mm256_loadu_ps(p)
#define tir_store(p, v) _mm256_storeu_ps(p, v)
#define tir_add(a, b) _mm256_add_ps(a, b)
#define tir_subtract(a, b) _mm256_sub_ps(a, b)
#define tir_multiply(a, b) _mm256_mul_ps(a, b)
#define tir_multiply_add(a, b, c) _mm256_fmadd_ps(a, b, c)
#define BYTES(p) _mm_loadu_si64(p)
#define HALVES(p) _mm_loadu_si128((const __m128i_u*)(p))
#define tir_widen_i8(p) _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(BYTES(p)))
#define tir_widen_u8(p) _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(BYTES(p)))
#define SHIFTED(p, above) _mm256_sll_epi32(_mm256_cvtepu8_epi32(BYTES(p)), _mm_cvtsi32_si128(above))
#define tir_widen_i4(p, above) _mm256_cvtepi32_ps(_mm256_srai_epi32(SHIFTED(p, above), 28))
#define tir_widen_u4(p, above) _mm256_cvtepi32_ps(_mm256_srli_epi32(SHIFTED(p, above), 28))
#define tir_widen_bf16(p) _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(HALVES(p)), 16))
#define tir_widen_f16(p) _mm256_cvtph_ps(HALVES(p))
#define TIR_WIDENED_PANELS(rows) ((rows) == 1 ? 4 : (rows) <= 4 ? 2 : 1)
#define TIR_WIDENED_SUMS 8
#include "steps/widened_body.h"

TIR_WIDENED_FUNCTIONS(avx2)
