/* mmt4d in portable C with the vectors of 4 floats that gcc and clang know for
 * every machine. 16 registers are the least there are: 4 rows by 2 panels. */
#if defined(__AVX__)
#error "generic kernels must run everywhere: compile with the baseline flags"
#endif
#include "common.h"

#define TIR_LANES 4
typedef float tir_vector __attribute__((vector_size(16)));
/* In memory a vector has the alignment of one float. */
typedef float tir_unaligned __attribute__((vector_size(16), aligned(4), may_alias));

TIR_INLINE tir_vector tir_load(const float* p) { return (tir_vector) * (const tir_unaligned*)p; }
TIR_INLINE void tir_store(float* p, tir_vector v) { *(tir_unaligned*)p = (tir_unaligned)v; }
TIR_INLINE tir_vector tir_splat(float x) { return (tir_vector){x, x, x, x}; }
TIR_INLINE tir_vector tir_zero(void) { return tir_splat(0.0f); }
#define tir_add(a, b) ((a) + (b))
#define tir_multiply_add(a, b, c) ((a) * (b) + (c))
#define TIR_PANELS(rows) ((rows) <= 2 ? 4 : 2)
#include "mmt4d_body.h"

TIR_F32_TILE(4, 4, 4, 2, generic)
TIR_F32_TILE(2, 2, 4, 4, generic)
TIR_F32_TILE(1, 1, 4, 4, generic)
