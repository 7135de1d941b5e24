/* The functions of a vector of f32 that other kernels use as well, inline, and the
 * others that models spend their time in.
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

/* 2^x. */
TIR_INLINE tir_vf tir_exp2_f32(tir_vf x) {
  x = tir_max_f(tir_splat_f(-151.0f), tir_min_f(tir_splat_f(129.0f), x));
  const tir_vf rounded = x + tir_splat_f(TIR_ROUND_F);
  const tir_vf f = x - (rounded - tir_splat_f(TIR_ROUND_F));
  return tir_scale_f(tir_fma_f(f, TIR_POLYNOMIAL_F(f, tir_exp2_f), tir_splat_f(1.0f)), rounded);
}

/* The natural logarithm: x = 2^k (1 + f) with 1 + f from sqrt(1/2) to sqrt(2). */
TIR_INLINE tir_vf tir_log_f32(tir_vf x) {
  const tir_vf zero = tir_splat_f(0.0f), infinity = tir_splat_f((float)TIR_INFINITY), nan = tir_splat_f((float)TIR_NAN);
  const tir_mf denormal = tir_less_f(x, tir_splat_f(0x1p-126f));
  const tir_vui bits = (tir_vui)tir_select_f(denormal, x * tir_splat_f(0x1p25f), x);
  const tir_vi k = (tir_vi)(bits - (tir_vui)tir_splat_f((float)TIR_SQRT_HALF)) >> 23;
  const tir_vf f = (tir_vf)(bits - ((tir_vui)k << 23)) - tir_splat_f(1.0f);
  const tir_vf n = tir_from_small_i(k) - tir_select_f(denormal, tir_splat_f(25.0f), zero);
  const tir_vf square = f * f;
  tir_vf rest = tir_fma_f(n, tir_splat_f(TIR_LN2_LOW_F), f * square * TIR_POLYNOMIAL_F(f, tir_log_f));
  rest = tir_fma_f(square, tir_splat_f(-0.5f), rest);
  tir_vf value = tir_fma_f(n, tir_splat_f(TIR_LN2_HIGH_F), rest + f);
  value = tir_select_f(tir_less_f(zero, x), value, tir_select_f(tir_equal_f(x, zero), -infinity, nan));
  return tir_select_f(tir_equal_f(x, infinity), x, value);
}

/* A polynomial, and from 0.625 on 1 - 2 / (e^2|x| + 1). */
TIR_INLINE tir_vf tir_tanh_f32(tir_vf x) {
  const tir_vf one = tir_splat_f(1.0f), size = tir_abs_f(x), z = x * x;
  const tir_vf power = tir_exp_f32(size + size);
  const tir_vf outer = one - tir_splat_f(2.0f) / (power + one);
  const tir_vf inner = tir_fma_f(size * z, TIR_POLYNOMIAL_F(z, tir_tanh_f), size);
  return tir_copysign_f(tir_select_f(tir_less_f(size, tir_splat_f(0.625f)), inner, outer), x);
}

/* A polynomial, and from 0.875 on 1 - 2^p with another one for p; from 4 on that is 1. */
TIR_INLINE tir_vf tir_erf_f32(tir_vf x) {
  const tir_vf one = tir_splat_f(1.0f), size = tir_abs_f(x), z = x * x;
  const tir_vf power = tir_exp2_f32(TIR_POLYNOMIAL_F(tir_min_f(tir_splat_f(4.0f), size), tir_log2_erfc_f));
  const tir_vf inner = tir_fma_f(size, TIR_POLYNOMIAL_F(z, tir_erf_f), size);
  return tir_copysign_f(tir_select_f(tir_less_f(size, tir_splat_f(0.875f)), inner, one - power), x);
}

/* x erfc(-x / sqrt 2) / 2: with t = |x| and q = t erfc(t / sqrt 2) / 2, x - q for x > 0 and otherwise q with the sign of
 * x. q is t e^(-t²/2) P(t) / Q(t), where the square of t is exact, so that the left tail keeps its digits. -inf gives NaN,
 * as x times 0 does. */
TIR_INLINE tir_vf tir_gelu_f32(tir_vf x) {
  const tir_vf t = tir_abs_f(x), one = tir_splat_f(1.0f);
  const tir_vf bounded = tir_min_f(tir_splat_f(15.0f), t);
  const tir_vf square = bounded * bounded;
  /* t² = w - 2 n ln 2; the power has a factor of 2^64, and P one of 2^-64, so that only q may be denormal. */
  const tir_vf shift = tir_splat_f(TIR_ROUND_F + 64.0f);
  const tir_vf rounded = tir_fma_f(square, tir_splat_f(-TIR_HALF_LOG2E_F), shift);
  const tir_vf n = rounded - shift;
  const tir_vf low = tir_fma_f(n, tir_splat_f(TIR_TWICE_LN2_LOW_F), tir_low_f(bounded, bounded, square));
  const tir_vf w = tir_fma_f(n, tir_splat_f(TIR_TWICE_LN2_HIGH_F), square) + low;
  const tir_vf fraction = tir_fma_f(w, TIR_POLYNOMIAL_F(w, tir_half_exp_f), one);
  const tir_vf power = (tir_vf)((tir_vui)fraction + ((tir_vui)rounded << 23));
  const tir_vf above = power * TIR_POLYNOMIAL_F(bounded, tir_gelu_above_f) * t;
  /* The last step with t, so that inf gives inf / inf. */
  const tir_vf most = tir_polynomial_f(bounded, tir_gelu_below_f + 1, TIR_LENGTH(tir_gelu_below_f) - 1);
  const tir_vf q = above / tir_fma_f(most, t, one);
  /* q is at most 0.17, and NaN for inf: the minimum is then 1. */
  return tir_select_f(tir_less_f(tir_splat_f(0.0f), x), x - tir_min_f(q, one), tir_copysign_f(q, x));
}

#endif
