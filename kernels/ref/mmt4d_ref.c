/* The reference mmt4d: any tile, both orders, in the order that the header fixes.
 * It says what the others must compute; nothing in it is clever on purpose. */
#include "common.h"

void TIR_MMT4D_ANY_NAME(f32, f32, f32, ref)(const tir_mmt4d_tile* t) {
  for (int64_t n1 = 0; n1 < t->panels; n1++) {
    float* out = (float*)t->out + n1 * t->out_stride;
    for (int64_t m = 0; m < t->rows; m++) {
      for (int64_t n = 0; n < t->n0; n++) {
        float total = 0.0f; /* of the whole parts before this one */
        float part = 0.0f;
        int64_t products = 0;
        for (int64_t k1 = 0; k1 < t->k1; k1++) {
          const float* lhs = (const float*)t->lhs + k1 * t->m0 * t->k0;
          const float* rhs = (const float*)t->rhs + n1 * t->rhs_stride + k1 * t->n0 * t->k0;
          for (int64_t k = 0; k < t->k0; k++, products++) {
            if (products > 0 && products % TIR_PARTIAL_SUM == 0) {
              total = products == TIR_PARTIAL_SUM ? part : total + part;
              part = 0.0f;
            }
            const float right = t->rhs_order == TIR_ORDER_kn ? rhs[k * t->n0 + n] : rhs[n * t->k0 + k];
            part += lhs[m * t->k0 + k] * right;
          }
        }
        const float sum = (products > TIR_PARTIAL_SUM ? total + part : part) + 0.0f; /* of -0 makes +0 */
        /* Added at the end, not begun with: the sum of the products alone rounds less. */
        float* place = &out[m * t->n0 + n];
        *place = t->accumulate ? *place + sum : sum;
      }
    }
  }
}
