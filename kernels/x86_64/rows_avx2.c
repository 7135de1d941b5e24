/* The steps along rows for AVX2 with FMA. */
#if !defined(__AVX2__) || !defined(__FMA__) || defined(__AVX512F__)
#error "compile with -mavx2 -mfma, and nothing beyond"
#endif
#include "steps/rows_body.h"

const tir_row_functions tir_rows_avx2 = {reduce, normalise};
