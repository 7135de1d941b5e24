/* The matmul step in portable C, with vectors of 4 floats. */
#include "vector/lanes.h"

#define TIR_MATMUL_ROWS 4
#define TIR_MATMUL_VECTORS(rows) ((rows) <= 2 ? 4 : 2)

TIR_INLINE void tir_load_transposed(tir_vf v[TIR_VF_LANES], const float* p, int64_t stride) {
  TIR_UNROLL for (int i = 0; i < TIR_VF_LANES; i++) {
    v[i] = (tir_vf){p[i], p[stride + i], p[2 * stride + i], p[3 * stride + i]};
  }
}

#include "steps/matmul_body.h"

void tir_matmul_generic(const tir_matmul* p) { matmul(p); }
