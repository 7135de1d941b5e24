/* The vector functions for AVX-512. */
#if !defined(__AVX512F__) || !defined(__AVX512DQ__)
#error "compile with the flags of AVX-512"
#endif
#define TIR_MATH_FUNCTION tir_math_function_avx512
#include "vector/math_blocks.h"
