/* The vector functions as functions on blocks. */
#ifndef TENSORIR_MATH_H
#define TENSORIR_MATH_H

#include "vector/vector.h"

/* A function of math.inc for f32 or f64; NULL for one that is not there. */
tir_block_function tir_math_function_generic(int32_t function, int32_t type);
#if defined(__x86_64__)
tir_block_function tir_math_function_avx2(int32_t function, int32_t type);
tir_block_function tir_math_function_avx512(int32_t function, int32_t type);
#endif

#endif
