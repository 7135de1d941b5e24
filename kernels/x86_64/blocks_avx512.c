/* Functions on blocks for AVX-512. */
#if !defined(__AVX512F__) || !defined(__AVX512BW__) || !defined(__AVX512DQ__) || !defined(__AVX512VL__)
#error "compile with -mavx512f -mavx512bw -mavx512dq -mavx512vl"
#endif
#include "vector/blocks_body.h"

TIR_BLOCKS_TABLE(avx512)
