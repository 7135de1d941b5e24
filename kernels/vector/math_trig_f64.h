/* sin, cos, tan of f64, for arguments of any size. */
#ifndef TENSORIR_MATH_TRIG_F64_H
#define TENSORIR_MATH_TRIG_F64_H

#include "vector/coefficients.h"
#include "vector/lanes.h"

/* x = n pi/2 + high + low with |high| <= pi/4 or hardly more; the low two bits of `n` are right. */
typedef struct {
  tir_vl n;
  tir_vd high, low;
} tir_angle;

/* Up to here n pi/2 is exact in the first two of the three parts of pi/2. */
#define TIR_ANGLE_LIMIT 0x1p20

/* The same for one large, finite x, as (n + high + low) pi/2 (Payne, Hanek): of 2/pi come only the bits that matter,
 * from the one with which x makes a 2 on. */
TIR_INLINE void tir_angle_large(double x, int64_t* n, double* high, double* low) {
  enum { LIMBS = 7 };
  union {
    double value;
    uint64_t bits;
  } in = {.value = x};
  const int exponent = (int)(in.bits >> 52 & 0x7ff) - 1075; /* x = mantissa * 2^exponent */
  const uint64_t mantissa = (in.bits & 0xfffffffffffffULL) | 1ULL << 52;
  const int position = exponent - 2 + 64; /* the table begins with 64 zeros */
  const int first = position >> 5, shift = position & 31;
  uint32_t product[LIMBS];
  uint64_t carry = 0;
  for (int i = LIMBS - 1; i >= 0; i--) {
    const uint64_t pair = (uint64_t)tir_two_over_pi[first + i] << 32 | tir_two_over_pi[first + i + 1];
    const uint64_t limb = (uint32_t)(pair >> (32 - shift));
    /* mantissa * limb + carry, in words of 32 bits */
    const uint64_t sum_low = (mantissa & 0xffffffff) * limb + (carry & 0xffffffff);
    const uint64_t sum_high = (mantissa >> 32) * limb + (carry >> 32) + (sum_low >> 32);
    product[i] = (uint32_t)sum_low;
    carry = sum_high;
  }
  /* The first two bits count quarter turns; the others are the fraction, which is rounded to nearest. */
  *n = product[0] >> 30;
  const bool up = (product[0] >> 29 & 1) != 0;
  if (up) {
    *n += 1;
    for (int i = 0; i < LIMBS; i++) product[i] = ~product[i];
  }
  product[0] &= 0x3fffffff;
  double scale = 0x1p-30, sum = 0.0, rest = 0.0;
  for (int i = 0; i < LIMBS; i++) {
    const double part = (double)product[i] * scale;
    const double next = sum + part;
    rest += (sum - next) + part;
    sum = next;
    scale *= 0x1p-32;
  }
  const bool negative = up != ((in.bits >> 63) != 0);
  if (in.bits >> 63) *n = -*n;
  *high = negative ? -sum : sum;
  *low = negative ? -rest : rest;
}

/* `a + b`, and its error in *low. */
TIR_INLINE tir_vd tir_two_sum(tir_vd a, tir_vd b, tir_vd* low) {
  const tir_vd sum = a + b;
  const tir_vd part = sum - a;
  *low = (a - (sum - part)) + (b - part);
  return sum;
}

/* `narrow`: for sines and cosines of floats, which need fewer bits. */
TIR_INLINE tir_angle tir_angle_reduce(tir_vd x, const bool narrow) {
  tir_angle angle;
  const tir_vd rounded = tir_fma_d(x, tir_splat_d(TIR_TWO_OVER_PI), tir_splat_d(TIR_ROUND_D));
  const tir_vd n = rounded - tir_splat_d(TIR_ROUND_D);
  angle.n = (tir_vl)rounded;
  const tir_vd near = x - n * tir_splat_d(TIR_HALF_PI_1); /* exact */
  if (narrow) {
    angle.high = near - n * tir_splat_d(TIR_HALF_PI_2);
    angle.low = tir_splat_d(0.0);
  } else {
    tir_vd error, second_error;
    const tir_vd nearer = tir_two_sum(near, -(n * tir_splat_d(TIR_HALF_PI_2)), &error);
    const tir_vd nearest = tir_two_sum(nearer, -(n * tir_splat_d(TIR_HALF_PI_3)), &second_error);
    const tir_vd low = (error + second_error) - n * tir_splat_d(TIR_HALF_PI_4);
    angle.high = nearest + low;
    angle.low = (nearest - angle.high) + low;
  }
  const tir_vd size = tir_abs_d(x);
  const tir_md large = ~tir_less_d(size, tir_splat_d(TIR_ANGLE_LIMIT)) & tir_less_d(size, tir_splat_d(TIR_INFINITY));
  if (__builtin_expect(tir_any_d(large), 0)) {
    double value[TIR_VD_LANES], high[TIR_VD_LANES], low[TIR_VD_LANES];
    int64_t whole[TIR_VD_LANES];
    tir_store_d(value, x);
    tir_store_d(high, tir_select_d(large, tir_splat_d(1.0), tir_splat_d(0.0)));
    for (int i = 0; i < TIR_VD_LANES; i++) {
      whole[i] = 0;
      low[i] = 0.0;
      if (high[i] != 0.0) tir_angle_large(value[i], &whole[i], &high[i], &low[i]);
    }
    const tir_vd turns = tir_load_d(high), turns_low = tir_load_d(low), half_pi = tir_splat_d(TIR_HALF_PI_HIGH);
    const tir_vd product = turns * half_pi;
    const tir_vd product_low =
        tir_low_d(turns, half_pi, product) + (turns * tir_splat_d(TIR_HALF_PI_LOW) + turns_low * half_pi);
    const tir_vl chosen = (tir_vl)tir_select_d(large, (tir_vd)~(tir_vl){0}, tir_splat_d(0.0));
    tir_vl found;
    for (int i = 0; i < TIR_VD_LANES; i++) found[i] = whole[i];
    angle.n = (chosen & found) | (~chosen & angle.n);
    angle.high = tir_select_d(large, product, angle.high);
    angle.low = tir_select_d(large, product_low, angle.low);
  }
  return angle;
}

TIR_INLINE tir_vd tir_sin_small(tir_angle angle, const bool narrow) {
  const tir_vd x = angle.high, z = x * x;
  if (narrow) return tir_fma_d(z * x, TIR_POLYNOMIAL_D(z, tir_sin_narrow_d), x);
  const tir_vd half = tir_splat_d(0.5);
  return x + tir_fma_d(z * x, TIR_POLYNOMIAL_D(z, tir_sin_d), angle.low - half * z * angle.low);
}

TIR_INLINE tir_vd tir_cos_small(tir_angle angle, const bool narrow) {
  const tir_vd z = angle.high * angle.high, one = tir_splat_d(1.0);
  const tir_vd half = tir_splat_d(0.5) * z;
  if (narrow) return (one - half) + z * z * TIR_POLYNOMIAL_D(z, tir_cos_narrow_d);
  const tir_vd most = one - half;
  return most + (((one - most) - half) + (z * z * TIR_POLYNOMIAL_D(z, tir_cos_d) - angle.high * angle.low));
}

/* `odd` where bit 0 of n is set. */
TIR_INLINE tir_md tir_is_odd(tir_vl n) { return tir_equal_l(n & 1, tir_splat_l(1)); }

/* sin(x + quarters * pi/2). */
TIR_INLINE tir_vd tir_sin_from(tir_vd x, const int64_t quarters, const bool narrow) {
  tir_angle angle = tir_angle_reduce(x, narrow);
  angle.n = angle.n + quarters;
  const tir_vd value =
      tir_select_d(tir_is_odd(angle.n), tir_cos_small(angle, narrow), tir_sin_small(angle, narrow));
  return tir_flip_d(value, (tir_vd)((tir_vul)angle.n << 62));
}

TIR_INLINE tir_vd tir_tan_any(tir_vd x, const bool narrow) {
  const tir_angle angle = tir_angle_reduce(x, narrow);
  const tir_vd sine = tir_sin_small(angle, narrow), cosine = tir_cos_small(angle, narrow);
  const tir_md odd = tir_is_odd(angle.n);
  const tir_vd value = tir_select_d(odd, -cosine, sine) / tir_select_d(odd, sine, cosine);
  return tir_select_d(tir_less_d(tir_abs_d(x), tir_splat_d(0x1p-28)), x, value);
}

TIR_INLINE tir_vd tir_sin_any(tir_vd x, const bool narrow) {
  return tir_select_d(tir_less_d(tir_abs_d(x), tir_splat_d(0x1p-28)), x, tir_sin_from(x, 0, narrow));
}

TIR_INLINE tir_vd tir_sin_f64(tir_vd x) { return tir_sin_any(x, false); }
TIR_INLINE tir_vd tir_cos_f64(tir_vd x) { return tir_sin_from(x, 1, false); }
TIR_INLINE tir_vd tir_tan_f64(tir_vd x) { return tir_tan_any(x, false); }

#endif
