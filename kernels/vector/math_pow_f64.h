/* pow of f64. */
#ifndef TENSORIR_MATH_POW_F64_H
#define TENSORIR_MATH_POW_F64_H

#include "vector/math_exp_f64.h"
#include "vector/math_log_f64.h"

/* log2 of a positive finite x as a sum with an error of about 2^-64; `narrow`: only the first part, to about 2^-52. */
TIR_INLINE tir_vd tir_log2_sum(tir_vd x, tir_vd* low, const bool narrow) {
  const tir_log_parts parts = tir_log_reduce(x);
  const tir_vd one = tir_splat_d(1.0);
  const tir_vd f = parts.m - one;
  const tir_vd d = parts.m + one;
  /* s = f / (2 + f), and log2(m) = s (C + C/3 s² + s⁴ P(s²)) with C = 2 / ln 2. */
  const tir_vd s = f / d;
  if (narrow) {
    const tir_vd z = s * s;
    const tir_vd sum = tir_fma_d(z, tir_fma_d(z, TIR_POLYNOMIAL_D(z, tir_pow_d), tir_splat_d(TIR_POW_THIRD_HIGH)),
                                 tir_splat_d(TIR_POW_FIRST_HIGH));
    *low = tir_splat_d(0.0);
    return tir_fma_d(s, sum, parts.k);
  }
  const tir_vd d_low = parts.m - (d - one);
  const tir_vd back = s * d;
  const tir_vd s_low = (((f - back) - tir_low_d(s, d, back)) - s * d_low) / d;
  const tir_vd z = s * s;
  const tir_vd z_low = tir_low_d(s, s, z) + tir_splat_d(2.0) * s * s_low;
  const tir_vd third_high = tir_splat_d(TIR_POW_THIRD_HIGH), first_high = tir_splat_d(TIR_POW_FIRST_HIGH);
  const tir_vd third = z * third_high;
  const tir_vd third_low =
      tir_low_d(z, third_high, third) + (z * tir_splat_d(TIR_POW_THIRD_LOW) + z_low * third_high);
  const tir_vd fifth = z * z * TIR_POLYNOMIAL_D(z, tir_pow_d);
  const tir_vd part = first_high + third;
  const tir_vd sum = part + fifth;
  const tir_vd sum_low = ((first_high - part) + third) + ((part - sum) + fifth) +
                         (third_low + tir_splat_d(TIR_POW_FIRST_LOW));
  const tir_vd product = s * sum;
  const tir_vd product_low = tir_low_d(s, sum, product) + (s * sum_low + s_low * sum);
  const tir_vd high = parts.k + product;
  *low = ((parts.k - high) + product) + product_low;
  return high;
}

/* Whether x >= 0 is an integer. */
TIR_INLINE tir_md tir_is_whole(tir_vd x) {
  const tir_vd big = tir_splat_d(0x1p52);
  return tir_equal_d((x + big) - big, x) | ~tir_less_d(x, big);
}

TIR_INLINE tir_vd tir_pow_any(tir_vd x, tir_vd y, const bool narrow) {
  const tir_vd zero = tir_splat_d(0.0), one = tir_splat_d(1.0), infinity = tir_splat_d(TIR_INFINITY);
  const tir_vd size = tir_abs_d(x), y_size = tir_abs_d(y);
  tir_vd low;
  tir_vd high = tir_log2_sum(size, &low, narrow);
  high = tir_select_d(tir_equal_d(size, zero), -infinity, tir_select_d(tir_equal_d(size, infinity), infinity, high));
  const tir_vd product = y * high;
  tir_vd product_low = tir_low_d(y, high, product) + y * low;
  product_low = tir_select_d(tir_less_d(tir_abs_d(product), tir_splat_d(2000.0)), product_low, zero);
  if (narrow) product_low = zero;
  tir_vd value = tir_exp2_sum(product, product_low);

  const tir_md number = tir_equal_d(x, x) & tir_equal_d(y, y);
  const tir_md whole = tir_is_whole(y_size);
  const tir_md odd = whole & ~tir_is_whole(y_size * tir_splat_d(0.5)) & tir_less_d(y_size, tir_splat_d(0x1p53));
  value = tir_select_d(tir_equal_d(size, one) & number, one, value);
  value = tir_select_d(odd, tir_flip_d(value, x), value);
  value = tir_select_d(tir_less_d(x, zero) & tir_less_d(size, infinity) & ~whole, tir_splat_d(TIR_NAN), value);
  value = tir_select_d(number, value, tir_splat_d(TIR_NAN));
  return tir_select_d(tir_equal_d(y, zero) | tir_equal_d(x, one), one, value);
}

TIR_INLINE tir_vd tir_pow_f64(tir_vd x, tir_vd y) { return tir_pow_any(x, y, false); }

#endif
