/* The vector functions for AVX2 with fused multiply-add. */
#if !defined(__AVX2__) || !defined(__FMA__) || defined(__AVX512F__)
#error "compile with -mavx2 -mfma, and nothing beyond"
#endif
#define TIR_MATH_FUNCTION tir_math_function_avx2
#include "vector/math_blocks.h"
