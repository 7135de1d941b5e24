/* The steps along rows for AVX-512. */
#ifndef __AVX512F__
#error "compile with -mavx512f"
#endif
#include "steps/rows_body.h"

const tir_row_functions tir_rows_avx512 = {reduce, normalise};
