/* The vector functions in portable C. */
#if defined(__AVX__)
#error "generic kernels must run everywhere: compile with the baseline flags"
#endif
#define TIR_MATH_FUNCTION tir_math_function_generic
#include "vector/math_blocks.h"
