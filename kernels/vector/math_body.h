/* The functions of a vector of f32 that other kernels use as well, inline: exp and what is made of it.
 *
 * Their bits are the same for every vector width, except in portable C (see lanes.h). Errors are in math.inc. */
#ifndef TENSORIR_MATH_BODY_H
#define TENSORIR_MATH_BODY_H

#include "vector/coefficients.h"
#include "vector/lanes.h"

/* e^x. Within 1 ulp; NaN, infinities, overflow and denormal results as in C. */
TIR_INLINE tir_vf tir_exp_f32(tir_vf x) {
  /* Beyond, the result is inf or 0 anyway. NaN stays. */
  x = tir_max_f(tir_splat_f(-105.0f), tir_min_f(tir_splat_f(90.0f), x));
  const tir_vf rounded = tir_fma_f(x, tir_splat_f((float)TIR_LOG2E), tir_splat_f(TIR_ROUND_F));
  const tir_vf n = rounded - tir_splat_f(TIR_ROUND_F);
  tir_vf r = tir_fma_f(n, tir_splat_f(-TIR_LN2_HIGH_F), x);
  r = tir_fma_f(n, tir_splat_f(-TIR_LN2_LOW_F), r);
  const tir_vf rest = tir_fma_f(TIR_POLYNOMIAL_F(r, tir_exp_f), r, tir_splat_f(1.0f));
  return tir_scale_f(tir_fma_f(rest, r, tir_splat_f(1.0f)), rounded);
}

#endif
