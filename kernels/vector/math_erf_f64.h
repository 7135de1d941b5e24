/* erf, erfc, gelu of f64. */
#ifndef TENSORIR_MATH_ERF_F64_H
#define TENSORIR_MATH_ERF_F64_H

#include "vector/math_exp_f64.h"

/* erf(z) for z <= 1. */
TIR_INLINE tir_vd tir_erf_small(tir_vd z) { return z * TIR_POLYNOMIAL_D(z * z, tir_erf_d); }

/* factor * erfc(z) for z >= 0, where `square` + `square_low` is z². */
TIR_INLINE tir_vd tir_erfc_times(tir_vd factor, tir_vd z, tir_vd square, tir_vd square_low) {
  /* From 0 … 28 to -1 … 0.75, where (1 + 2 z) e^z² erfc(z), from 1 to 1.4, has a polynomial near. */
  const tir_vd middle = tir_splat_d(TIR_ERFC_MIDDLE), one = tir_splat_d(1.0);
  const tir_vd bounded = tir_min_d(tir_splat_d(28.0), z);
  const tir_vd u = (bounded - middle) / (bounded + middle);
  const tir_vd ratio = TIR_POLYNOMIAL_D(u, tir_erfc_d) / (bounded + (bounded + one));
  const tir_exp_parts parts = tir_exp_reduce(tir_max_d(tir_splat_d(-800.0), -square));
  const tir_vd low = parts.low - square_low; /* not so small that its product with `high` doesn't count */
  const tir_vd high = parts.high + low;
  const tir_vd power = one + tir_expm1_small(high, (parts.high - high) + low);
  const tir_vd outer = tir_scale_d(power * ratio * factor, parts.rounded);
  return tir_select_d(tir_less_d(z, tir_splat_d(0.5)), factor * (one - tir_erf_small(z)), outer);
}

/* erfc(|x|). */
TIR_INLINE tir_vd tir_erfc_size(tir_vd x) {
  const tir_vd size = tir_min_d(tir_splat_d(28.0), tir_abs_d(x));
  const tir_vd square = size * size;
  return tir_erfc_times(tir_splat_d(1.0), size, square, tir_low_d(size, size, square));
}

TIR_INLINE tir_vd tir_erf_f64(tir_vd x) {
  const tir_vd outer = tir_copysign_d(tir_splat_d(1.0) - tir_erfc_size(x), x);
  return tir_select_d(tir_less_d(tir_abs_d(x), tir_splat_d(1.0)), tir_erf_small(x), outer);
}

TIR_INLINE tir_vd tir_erfc_f64(tir_vd x) {
  const tir_vd value = tir_erfc_size(x);
  return tir_select_d(tir_less_d(x, tir_splat_d(0.0)), tir_splat_d(2.0) - value, value);
}

/* t = |x|, q = t erfc(t / sqrt(2)) / 2: x - q for x > 0, else q with the sign of x; NaN for -inf, as x times 0. */
TIR_INLINE tir_vd tir_gelu_f64(tir_vd x) {
  const tir_vd half = tir_splat_d(0.5), zero = tir_splat_d(0.0), infinity = tir_splat_d(TIR_INFINITY);
  const tir_vd t = tir_min_d(tir_splat_d(39.5), tir_abs_d(x));
  const tir_vd square = t * t;
  const tir_vd z = t * tir_splat_d(TIR_SQRT_HALF);
  const tir_vd q = tir_erfc_times(t * half, z, square * half, tir_low_d(t, t, square) * half);
  const tir_md positive = tir_less_d(zero, x);
  const tir_vd value = tir_select_d(positive, x - q, tir_copysign_d(q, x));
  const tir_md finite = tir_less_d(tir_abs_d(x), infinity);
  return tir_select_d(finite, value, tir_select_d(positive, x, tir_splat_d(TIR_NAN)));
}

#endif
