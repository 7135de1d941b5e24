/* log, log2, log10, log1p, asinh, acosh, atanh, cbrt of f64. */
#ifndef TENSORIR_MATH_LOG_F64_H
#define TENSORIR_MATH_LOG_F64_H

#include "vector/coefficients.h"
#include "vector/lanes.h"

/* x = 2^k m with m from sqrt(1/2) to sqrt(2), for positive finite x. */
typedef struct {
  tir_vd k, m;
} tir_log_parts;

TIR_INLINE tir_log_parts tir_log_reduce(tir_vd x) {
  tir_log_parts parts;
  const tir_md denormal = tir_less_d(x, tir_splat_d(0x1p-1022));
  x = tir_select_d(denormal, x * tir_splat_d(0x1p54), x);
  /* 1024 keeps the difference positive, as there is no arithmetic shift of 64 bits before AVX-512. */
  const tir_vul shifted = (tir_vul)x - (tir_vul)tir_splat_d(TIR_SQRT_HALF) + ((tir_vul)tir_splat_l(1024) << 52);
  const tir_vl k = (tir_vl)(shifted >> 52) - 1024;
  parts.m = (tir_vd)((tir_vul)x - ((tir_vul)k << 52));
  parts.k = tir_from_small_l(k) - tir_select_d(denormal, tir_splat_d(54.0), tir_splat_d(0.0));
  return parts;
}

/* What the logarithm of 1 + f has besides f - f²/2, for 1 + f from sqrt(1/2) to sqrt(2). */
TIR_INLINE tir_vd tir_log_rest(tir_vd f, tir_vd half_square) {
  const tir_vd s = f / (tir_splat_d(2.0) + f);
  const tir_vd z = s * s;
  return s * tir_fma_d(z, TIR_POLYNOMIAL_D(z, tir_log_d), half_square);
}

/* `value`, but what a logarithm of `x` is where x is zero, negative, infinite or NaN. */
TIR_INLINE tir_vd tir_log_special(tir_vd x, tir_vd value) {
  const tir_vd other = tir_select_d(tir_equal_d(x, tir_splat_d(0.0)), tir_splat_d(-TIR_INFINITY), tir_splat_d(TIR_NAN));
  value = tir_select_d(tir_less_d(tir_splat_d(0.0), x), value, other);
  return tir_select_d(tir_equal_d(x, tir_splat_d(TIR_INFINITY)), x, value);
}

/* k ln 2 + log(1 + f) + low. */
TIR_INLINE tir_vd tir_log_sum(tir_vd k, tir_vd f, tir_vd low) {
  const tir_vd half_square = tir_splat_d(0.5) * f * f;
  const tir_vd rest = tir_log_rest(f, half_square) + (k * tir_splat_d(TIR_LN2_LOW) + low);
  return k * tir_splat_d(TIR_LN2_HIGH) - ((half_square - rest) - f);
}

TIR_INLINE tir_vd tir_log_f64(tir_vd x) {
  const tir_log_parts parts = tir_log_reduce(x);
  return tir_log_special(x, tir_log_sum(parts.k, parts.m - tir_splat_d(1.0), tir_splat_d(0.0)));
}

/* log(x) * (high + low) + k * (k_high + k_low), where products with `high` and `k_high` are exact. */
TIR_INLINE tir_vd tir_log_in_base(tir_vd x, const double high, const double low, const double k_high, const double k_low) {
  const tir_log_parts parts = tir_log_reduce(x);
  const tir_vd f = parts.m - tir_splat_d(1.0);
  const tir_vd half_square = tir_splat_d(0.5) * f * f;
  /* The first 32 bits of the logarithm, and what is left. */
  const tir_vd head = (tir_vd)((tir_vl)(f - half_square) & ~(tir_vl)tir_splat_l(0xffffffff));
  const tir_vd tail = ((f - head) - half_square) + tir_log_rest(f, half_square);
  const tir_vd whole = parts.k * tir_splat_d(k_high);
  const tir_vd product = head * tir_splat_d(high);
  const tir_vd sum = whole + product;
  tir_vd rest = (tail + head) * tir_splat_d(low) + tail * tir_splat_d(high) + parts.k * tir_splat_d(k_low);
  rest = rest + ((whole - sum) + product);
  return tir_log_special(x, sum + rest);
}

TIR_INLINE tir_vd tir_log2_f64(tir_vd x) { return tir_log_in_base(x, TIR_LOG2E_HIGH, TIR_LOG2E_LOW, 1.0, 0.0); }

TIR_INLINE tir_vd tir_log10_f64(tir_vd x) {
  return tir_log_in_base(x, TIR_LOG10E_HIGH, TIR_LOG10E_LOW, TIR_LOG10_2_HIGH, TIR_LOG10_2_LOW);
}

TIR_INLINE tir_vd tir_log1p_f64(tir_vd x) {
  const tir_vd one = tir_splat_d(1.0);
  const tir_vd sum = one + x;
  const tir_vd part = sum - one;
  const tir_vd lost = (one - (sum - part)) + (x - part);
  const tir_log_parts parts = tir_log_reduce(sum);
  const tir_md near = tir_less_d(tir_abs_d(x), tir_splat_d(0.25));
  const tir_vd zero = tir_splat_d(0.0);
  const tir_vd k = tir_select_d(near, zero, parts.k), f = tir_select_d(near, x, parts.m - one);
  const tir_vd value = tir_log_special(sum, tir_log_sum(k, f, tir_select_d(near, zero, lost / sum)));
  return tir_select_d(tir_less_d(tir_abs_d(x), tir_splat_d(0x1p-54)), x, value);
}

/* log1p(|x| + x² / (1 + sqrt(1 + x²))), but log |x| + log 2 for a large x. */
TIR_INLINE tir_vd tir_asinh_f64(tir_vd x) {
  const tir_vd one = tir_splat_d(1.0), size = tir_abs_d(x);
  const tir_md large = tir_less_d(tir_splat_d(0x1p60), size);
  const tir_vd square = size * size;
  const tir_vd sum = size + square / (one + tir_sqrt_d(one + square));
  const tir_vd value = tir_log1p_f64(tir_select_d(large, size, sum));
  return tir_copysign_d(value + tir_select_d(large, tir_splat_d(TIR_LN2), tir_splat_d(0.0)), x);
}

/* log1p(t + sqrt(t (t + 2))) with t = x - 1, but log x + log 2 for a large x. */
TIR_INLINE tir_vd tir_acosh_f64(tir_vd x) {
  const tir_md large = tir_less_d(tir_splat_d(0x1p60), x);
  const tir_vd t = x - tir_splat_d(1.0);
  const tir_vd sum = t + tir_sqrt_d(t * (t + tir_splat_d(2.0)));
  tir_vd value = tir_log1p_f64(tir_select_d(large, x, sum));
  value = value + tir_select_d(large, tir_splat_d(TIR_LN2), tir_splat_d(0.0));
  return tir_select_d(tir_less_d(x, tir_splat_d(1.0)), tir_splat_d(TIR_NAN), value);
}

/* log1p(2 |x| / (1 - |x|)) / 2. */
TIR_INLINE tir_vd tir_atanh_f64(tir_vd x) {
  const tir_vd size = tir_abs_d(x);
  const tir_vd ratio = (size + size) / (tir_splat_d(1.0) - size);
  return tir_copysign_d(tir_splat_d(0.5) * tir_log1p_f64(ratio), x);
}

/* x = 2^3q a with a from 1 to 8; a polynomial for the cube root of a, and one step of Halley's. */
TIR_INLINE tir_vd tir_cbrt_f64(tir_vd x) {
  const tir_vd one = tir_splat_d(1.0), size = tir_abs_d(x);
  const tir_md denormal = tir_less_d(size, tir_splat_d(0x1p-1022));
  const tir_vl bits = (tir_vl)tir_select_d(denormal, size * tir_splat_d(0x1p54), size);
  const tir_vd exponent = tir_from_small_l((bits >> 52) - 1023);
  const tir_vd m = (tir_vd)((bits & tir_splat_l(0xfffffffffffff)) | (tir_vl)one);
  /* The nearest integer to (exponent - 1) / 3 is exponent / 3, rounded down. */
  const tir_vd third = (exponent - one) * tir_splat_d(1.0 / 3.0) + tir_splat_d(TIR_ROUND_D);
  const tir_vd q = third - tir_splat_d(TIR_ROUND_D);
  const tir_vd left = exponent - q * tir_splat_d(3.0);
  const tir_md is_1 = tir_equal_d(left, one), is_2 = tir_equal_d(left, tir_splat_d(2.0));
  const tir_vd a = m * tir_select_d(is_1, tir_splat_d(2.0), tir_select_d(is_2, tir_splat_d(4.0), one));
  const tir_vd root = tir_select_d(is_1, tir_splat_d(TIR_CBRT_2), tir_select_d(is_2, tir_splat_d(TIR_CBRT_4), one));
  const tir_vd t = TIR_POLYNOMIAL_D(m, tir_cbrt_d) * root;
  const tir_vd square = t * t, cube = square * t;
  const tir_vd miss = ((a - cube) - tir_low_d(square, t, cube)) - t * tir_low_d(t, t, square);
  const tir_vd value = t + t * (miss / (cube + cube + a));
  const tir_vd scaled = tir_scale_d(value, third - tir_select_d(denormal, tir_splat_d(18.0), tir_splat_d(0.0)));
  const tir_md usual = tir_less_d(tir_splat_d(0.0), size) & tir_less_d(size, tir_splat_d(TIR_INFINITY));
  return tir_select_d(usual, tir_copysign_d(scaled, x), x);
}

#endif
