/* Functions on blocks: contiguous runs of elements. */
#ifndef TENSORIR_VECTOR_H
#define TENSORIR_VECTOR_H

#include "common.h"

enum tir_function {
#define TIR_FUNCTION(name, operands) TIR_FN_##name,
#include "vector/functions.inc"
#undef TIR_FUNCTION
  TIR_FUNCTIONS
};

/* out[i] = f(a[i]) or f(a[i], b[i]); out may be a or b. */
typedef void (*tir_block_function)(const void* a, const void* b, void* out, int64_t count);

#endif
