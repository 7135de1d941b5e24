/* Calibration for AVX-512: two units with a latency of 4 need 8 chains. */
#if !defined(__AVX512F__)
#error "compile with -mavx512f"
#endif
#include <immintrin.h>

#define TIR_LANES 16
#define TIR_CHAINS 16
#define TIR_LINK_OPERATIONS 2
typedef __m512 tir_vector;
#define tir_splat(x) _mm512_set1_ps(x)
#define tir_link(i, sum, factor, term) _mm512_fmadd_ps(sum, factor, term)
#include "execute/calibrate_body.h"

TIR_CALIBRATE_LOOPS(avx512, TIR_CPU_X86_AVX512)
