/* Functions on blocks for AVX2 with FMA. */
#if !defined(__AVX2__) || !defined(__FMA__) || defined(__AVX512F__)
#error "compile with -mavx2 -mfma, and nothing beyond"
#endif
#include "vector/blocks_body.h"

TIR_BLOCKS_TABLE(avx2)
