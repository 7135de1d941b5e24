/* Calibration for AVX2 with FMA: two units with a latency of up to 5 need 10 chains, of 16 registers. */
#if !defined(__AVX2__) || !defined(__FMA__) || defined(__AVX512F__)
#error "compile with -mavx2 -mfma, and nothing beyond"
#endif
#include <immintrin.h>

#define TIR_LANES 8
#define TIR_CHAINS 12
#define TIR_LINK_OPERATIONS 2
typedef __m256 tir_vector;
#define tir_splat(x) _mm256_set1_ps(x)
#define tir_link(i, sum, factor, term) _mm256_fmadd_ps(sum, factor, term)
#include "execute/calibrate_body.h"

TIR_CALIBRATE_LOOPS(avx2, TIR_CPU_X86_AVX2)
