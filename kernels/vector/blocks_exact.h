/* Exact functions of floats that no instruction computes everywhere. */
#ifndef TENSORIR_BLOCKS_EXACT_H
#define TENSORIR_BLOCKS_EXACT_H

#include "vector/blocks.h"

/* ---- rounding to whole numbers --------------------------------------------- */

#if defined(__SSE4_1__)
#define tir_floor_f32(x) __builtin_floorf(x)
#define tir_floor_f64(x) __builtin_floor(x)
#define tir_ceil_f32(x) __builtin_ceilf(x)
#define tir_ceil_f64(x) __builtin_ceil(x)
#define tir_trunc_f32(x) __builtin_truncf(x)
#define tir_trunc_f64(x) __builtin_trunc(x)
#define tir_roundeven_f32(x) __builtin_rintf(x)
#define tir_roundeven_f64(x) __builtin_rint(x)
#else
/* `limit`: from here on every number is whole. Adding and subtracting it rounds to nearest even. */
#define TIR_WHOLE_NUMBERS(type, T, limit, suffix)                                                                  \
  TIR_INLINE T tir_nearest_##type(T size) { return (size + limit) - limit; }                                      \
  TIR_INLINE T tir_if_small_##type(T x, T whole) {                                                                 \
    return __builtin_fabs##suffix(x) < limit ? __builtin_copysign##suffix(whole, x) : x;                           \
  }                                                                                                                \
  TIR_INLINE T tir_roundeven_##type(T x) {                                                                         \
    return tir_if_small_##type(x, tir_nearest_##type(__builtin_fabs##suffix(x)));                                  \
  }                                                                                                                \
  TIR_INLINE T tir_trunc_##type(T x) {                                                                             \
    const T size = __builtin_fabs##suffix(x), near = tir_nearest_##type(size);                                     \
    return tir_if_small_##type(x, near > size ? near - 1 : near);                                                  \
  }                                                                                                                \
  TIR_INLINE T tir_floor_##type(T x) {                                                                             \
    const T near = tir_roundeven_##type(x);                                                                        \
    return tir_if_small_##type(x, near > x ? near - 1 : near);                                                     \
  }                                                                                                                \
  TIR_INLINE T tir_ceil_##type(T x) {                                                                              \
    const T near = tir_roundeven_##type(x);                                                                        \
    return tir_if_small_##type(x, near < x ? near + 1 : near);                                                     \
  }
TIR_WHOLE_NUMBERS(f32, float, 8388608.0f, f)
TIR_WHOLE_NUMBERS(f64, double, 4503599627370496.0, )
#endif

/* Half away from zero: x - trunc(x) is exact, x + 0.5 is not. */
TIR_INLINE float tir_round_f32(float x) {
  const float whole = tir_trunc_f32(x);
  return __builtin_fabsf(x - whole) >= 0.5f ? whole + __builtin_copysignf(1.0f, x) : whole;
}
TIR_INLINE double tir_round_f64(double x) {
  const double whole = tir_trunc_f64(x);
  return __builtin_fabs(x - whole) >= 0.5 ? whole + __builtin_copysign(1.0, x) : whole;
}

/* ---- rounding to odd --------------------------------------------------------- */

/* The float beside `near` in the direction of larger or smaller size, if `near` is inexact and even. */
TIR_INLINE float tir_odd_f32(double x) {
  const float near = (float)x;
  const uint32_t bits = tir_bits_f32(near);
  const bool change = (bits & 1) == 0 && (double)near != x && __builtin_fabsf(near) < __builtin_inff() && x == x;
  const uint32_t step = __builtin_fabs(x) > __builtin_fabs((double)near) ? 1u : ~0u;
  return tir_from_bits_f32(change ? bits + step : bits);
}

/* a * b + c, where a * b is exact. */
TIR_INLINE double tir_fma_odd(double a, double b, double c) {
  const double product = a * b, total = product + c;
  const double part = total - product;
  const double error = (product - (total - part)) + (c - part);
  const uint64_t bits = tir_bits_f64(total);
  const bool change = (bits & 1) == 0 && (error < 0 || error > 0) && __builtin_fabs(total) < __builtin_inf();
  const uint64_t step = (error > 0) == (total > 0) ? 1u : ~(uint64_t)0;
  return tir_from_bits_f64(change ? bits + step : bits);
}

/* The low 11 bits of a large number become one bit that says whether any was set. */
TIR_INLINE double tir_odd_f64_u64(uint64_t x) {
  const uint64_t low = x & 0x7ff;
  const uint64_t sticky = (x - low) | (low != 0 ? 0x800 : 0);
  return (double)(x < (uint64_t)1 << 53 ? x : sticky);
}
TIR_INLINE double tir_odd_f64_i64(int64_t x) {
  const double size = tir_odd_f64_u64(x < 0 ? 0 - (uint64_t)x : (uint64_t)x);
  return x < 0 ? -size : size;
}

/* ---- the remainder ------------------------------------------------------------- */

/* fmod of finite, positive numbers, by long division. */
static double tir_long_remainder(double a, double b) {
  const uint64_t one = (uint64_t)1 << 52;
  const uint64_t bits_a = tir_bits_f64(a), bits_b = tir_bits_f64(b);
  int64_t exponent_a = (int64_t)(bits_a >> 52), exponent_b = (int64_t)(bits_b >> 52);
  uint64_t rest = bits_a & (one - 1), divisor = bits_b & (one - 1);
  if (exponent_a == 0) exponent_a = 1; else rest |= one;
  if (exponent_b == 0) exponent_b = 1; else divisor |= one;
  if (exponent_a < exponent_b) return a;
  /* Scaled by the smaller exponent both are integers. */
  rest %= divisor;
  for (int64_t left = exponent_a - exponent_b; left > 0;) {
    const int64_t shift = left < 11 ? left : 11;
    rest = (rest << shift) % divisor;
    left -= shift;
  }
  if (rest == 0) return 0;
  while (rest < one && exponent_b > 1) {
    rest <<= 1;
    exponent_b--;
  }
  return tir_from_bits_f64(rest < one ? rest : (rest & (one - 1)) | (uint64_t)exponent_b << 52);
}
TIR_INLINE double tir_remainder_f64(double x, double y) {
  const double a = __builtin_fabs(x), b = __builtin_fabs(y);
  if (!(b > 0) || !(a < __builtin_inf())) return __builtin_nan("");
  if (a < b) return x; /* infinity too */
  return __builtin_copysign(tir_long_remainder(a, b), x);
}
TIR_INLINE float tir_remainder_f32(float x, float y) {
  const double a = __builtin_fabs((double)x), b = __builtin_fabs((double)y);
  if (!(b > 0) || !(a < __builtin_inf())) return __builtin_nanf("");
  if (a < b) return x;
  const double quotient = a / b;
  double rest;
  if (quotient < 268435456.0) { /* 28 bits times 24 bits is exact; rounding may have made the quotient 1 too large */
    rest = a - (double)(int64_t)quotient * b;
    if (rest < 0) rest += b;
  } else {
    rest = tir_long_remainder(a, b);
  }
  return (float)__builtin_copysign(rest, (double)x);
}

/* ---- fused multiply-add ----------------------------------------------------------- */

#if defined(__FMA__)
#define tir_fused_f32(a, b, c) __builtin_fmaf(a, b, c)
#define tir_fused_f64(a, b, c) __builtin_fma(a, b, c)
#else
#define tir_fused_f32(a, b, c) ((float)tir_fma_odd(a, b, c))

typedef unsigned __int128 tir_u128;

/* A finite number other than 0 as digits * 2^exponent. */
TIR_INLINE uint64_t tir_digits(double x, int64_t* exponent) {
  const uint64_t one = (uint64_t)1 << 52, bits = tir_bits_f64(x) & ~((uint64_t)1 << 63);
  const int64_t biased = (int64_t)(bits >> 52);
  *exponent = (biased == 0 ? 1 : biased) - 1075;
  return biased == 0 ? bits : (bits & (one - 1)) | one;
}
TIR_INLINE int64_t tir_length(tir_u128 digits) {
  const uint64_t high = (uint64_t)(digits >> 64), low = (uint64_t)digits;
  return high != 0 ? 128 - __builtin_clzll(high) : low != 0 ? 64 - __builtin_clzll(low) : 0;
}
/* `digits` * 2^exponent, rounded to nearest even once; `sticky`: a little more than that. */
static double tir_rounded(bool negative, tir_u128 digits, int64_t exponent, bool sticky) {
  int64_t drop = tir_length(digits) - 53; /* keep 53 bits, fewer below the normal numbers */
  if (exponent + drop < -1074) drop = -1074 - exponent;
  uint64_t kept;
  if (drop <= 0) {
    kept = (uint64_t)(digits << -drop); /* never with `sticky`: those digits are long */
  } else if (drop > 127) {
    kept = 0;
  } else {
    const tir_u128 below = digits & (((tir_u128)1 << drop) - 1), half = (tir_u128)1 << (drop - 1);
    kept = (uint64_t)(digits >> drop);
    if (below > half || (below == half && (sticky || (kept & 1)))) kept++;
  }
  exponent += drop;
  if (kept >> 53) {
    kept >>= 1;
    exponent++;
  }
  uint64_t bits;
  if (kept < (uint64_t)1 << 52) bits = kept; /* exponent is -1074 then */
  else if (exponent + 1075 >= 2047) bits = (uint64_t)2047 << 52;
  else bits = (kept & (((uint64_t)1 << 52) - 1)) | (uint64_t)(exponent + 1075) << 52;
  return tir_from_bits_f64(bits | (uint64_t)negative << 63);
}
static double tir_fused_f64(double a, double b, double c) {
  const double large = __builtin_inf();
  const bool plain = __builtin_fabs(a) < large && __builtin_fabs(b) < large && __builtin_fabs(c) < large;
  if (!plain) return __builtin_fabs(a) < large && __builtin_fabs(b) < large ? c : a * b + c;
  if (a == 0 || b == 0) return a * b + c;
  int64_t exponent_a, exponent_b;
  tir_u128 product = (tir_u128)tir_digits(a, &exponent_a) * tir_digits(b, &exponent_b);
  int64_t exponent = exponent_a + exponent_b;
  const bool negative = (a < 0) != (b < 0);
  if (c == 0) return tir_rounded(negative, product, exponent, false);
  int64_t exponent_c;
  tir_u128 other = tir_digits(c, &exponent_c);
  const bool other_negative = c < 0;
  /* Both get 126 bits, which leaves room for a carry; then the smaller one is brought to the exponent of the larger.
   * At least 20 of the bits are zeros, so what is shifted out only breaks ties. */
  const int64_t room = 126 - tir_length(product), other_room = 126 - tir_length(other);
  product <<= room;
  exponent -= room;
  other <<= other_room;
  exponent_c -= other_room;
  const bool swap = exponent_c > exponent || (exponent_c == exponent && other > product);
  const tir_u128 high = swap ? other : product;
  tir_u128 low = swap ? product : other;
  const int64_t top = swap ? exponent_c : exponent, distance = swap ? exponent_c - exponent : exponent - exponent_c;
  bool lost = false;
  if (distance > 0) {
    lost = distance > 127 ? true : (low & (((tir_u128)1 << distance) - 1)) != 0;
    low = distance > 127 ? 0 : low >> distance;
  }
  const bool sign = swap ? other_negative : negative;
  if (negative == other_negative) return tir_rounded(sign, high + low, top, lost);
  tir_u128 difference = high - low;
  if (difference == 0 && !lost) return 0;
  if (lost) difference -= 1; /* the true value lies between this and one more */
  return tir_rounded(sign, difference, top, lost);
}
#endif

#endif
