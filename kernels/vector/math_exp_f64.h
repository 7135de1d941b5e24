/* exp, exp2, expm1, sinh, cosh, tanh of f64. */
#ifndef TENSORIR_MATH_EXP_F64_H
#define TENSORIR_MATH_EXP_F64_H

#include "vector/coefficients.h"
#include "vector/lanes.h"

/* x = n ln 2 + high + low with |high| < 0.35, where `rounded` is n + TIR_ROUND_D. */
typedef struct {
  tir_vd rounded, n, high, low;
} tir_exp_parts;

TIR_INLINE tir_exp_parts tir_exp_reduce(tir_vd x) {
  tir_exp_parts parts;
  parts.rounded = tir_fma_d(x, tir_splat_d(TIR_LOG2E), tir_splat_d(TIR_ROUND_D));
  parts.n = parts.rounded - tir_splat_d(TIR_ROUND_D);
  const tir_vd near = x - parts.n * tir_splat_d(TIR_LN2_HIGH); /* exact */
  const tir_vd rest = parts.n * tir_splat_d(TIR_LN2_LOW);
  parts.high = near - rest;
  parts.low = (near - parts.high) - rest;
  return parts;
}

/* e^(high + low) - 1 for |high| < 0.35 and a low that is much smaller. */
TIR_INLINE tir_vd tir_expm1_small(tir_vd high, tir_vd low) {
  return high + tir_fma_d(high * high, TIR_POLYNOMIAL_D(high, tir_exp_d), low);
}

/* e^(x + low), `low` much smaller, times 2^shift. */
TIR_INLINE tir_vd tir_exp_shifted(tir_vd x, tir_vd low, const double shift) {
  x = tir_max_d(tir_splat_d(-750.0), tir_min_d(tir_splat_d(715.0), x));
  const tir_exp_parts parts = tir_exp_reduce(x);
  const tir_vd fraction = tir_splat_d(1.0) + tir_expm1_small(parts.high, parts.low + low);
  return tir_scale_d(fraction, parts.rounded + tir_splat_d(shift));
}

/* 2^(x + low). */
TIR_INLINE tir_vd tir_exp2_sum(tir_vd x, tir_vd low) {
  x = tir_max_d(tir_splat_d(-1080.0), tir_min_d(tir_splat_d(1030.0), x));
  const tir_vd rounded = x + tir_splat_d(TIR_ROUND_D);
  const tir_vd fraction = (x - (rounded - tir_splat_d(TIR_ROUND_D))) + low;
  const tir_vd small = tir_expm1_small(fraction * tir_splat_d(TIR_LN2), tir_splat_d(0.0));
  return tir_scale_d(tir_splat_d(1.0) + small, rounded);
}

/* (e^x - 1) / 2^n for x from -40 to 715, where `rounded` is n + TIR_ROUND_D. */
TIR_INLINE tir_vd tir_expm1_unscaled(tir_vd x, tir_vd* rounded) {
  const tir_exp_parts parts = tir_exp_reduce(x);
  *rounded = parts.rounded;
  const tir_vd bounded = tir_min_d(tir_splat_d(1000.0), parts.n); /* beyond, 2^-n is nothing beside 1 */
  const tir_vl n = (tir_vl)(bounded + tir_splat_d(TIR_ROUND_D)) - (tir_vl)tir_splat_d(TIR_ROUND_D);
  const tir_vd power = (tir_vd)((tir_vul)(1023 - n) << 52);
  return tir_expm1_small(parts.high, parts.low) + (tir_splat_d(1.0) - power);
}

TIR_INLINE tir_vd tir_exp_f64(tir_vd x) { return tir_exp_shifted(x, tir_splat_d(0.0), 0.0); }

TIR_INLINE tir_vd tir_exp2_f64(tir_vd x) { return tir_exp2_sum(x, tir_splat_d(0.0)); }

TIR_INLINE tir_vd tir_expm1_f64(tir_vd x) {
  tir_vd rounded;
  const tir_vd inside = tir_max_d(tir_splat_d(-40.0), tir_min_d(tir_splat_d(715.0), x));
  const tir_vd unscaled = tir_expm1_unscaled(inside, &rounded);
  return tir_copysign_d(tir_scale_d(unscaled, rounded), x);
}

/* t / (t + 2) with t = e^2|x| - 1. */
TIR_INLINE tir_vd tir_tanh_f64(tir_vd x) {
  tir_vd rounded;
  const tir_vd twice = tir_min_d(tir_splat_d(44.0), tir_abs_d(x) * tir_splat_d(2.0));
  const tir_vd unscaled = tir_expm1_unscaled(twice, &rounded);
  const tir_vd t = tir_scale_d(unscaled, rounded);
  return tir_copysign_d(t / (t + tir_splat_d(2.0)), x);
}

/* h + h / (2 h + 1) with h = (e^|x| - 1) / 2. */
TIR_INLINE tir_vd tir_sinh_f64(tir_vd x) {
  tir_vd rounded;
  const tir_vd size = tir_abs_d(x);
  const tir_vd unscaled = tir_expm1_unscaled(tir_min_d(tir_splat_d(715.0), size), &rounded);
  const tir_vd h = tir_scale_d(unscaled, rounded - tir_splat_d(1.0));
  const tir_vd finite = tir_min_d(tir_splat_d(0x1p60), h);
  const tir_vd sum = h + tir_splat_d(0.5) * (finite / (finite + tir_splat_d(0.5)));
  return tir_copysign_d(tir_select_d(tir_less_d(size, tir_splat_d(0x1p-28)), size, sum), x);
}

/* h + 1 / (4 h) with h = e^|x| / 2. */
TIR_INLINE tir_vd tir_cosh_f64(tir_vd x) {
  const tir_vd h = tir_exp_shifted(tir_abs_d(x), tir_splat_d(0.0), -1.0);
  return h + tir_splat_d(0.25) / h;
}

#endif
