/* Vectors of f32 and f64 lanes for the instruction set that the including file is compiled for.
 *
 *   tir_vf, tir_vd   floats: TIR_VF_LANES of f32, TIR_VD_LANES (half as many) of f64
 *   tir_vi, tir_vl   as many int32_t, int64_t; tir_vui, tir_vul the same without a sign; a cast between vectors of equal bytes keeps the bits
 *   tir_mf, tir_md   masks, one truth value per lane, which `&`, `|` and `~` combine
 *
 * `+ - * /` work on floats, `+ - & | ^ ~ << >>` on integers. All else is below, with the suffix of its type: `_f`,
 * `_d`, `_i`, `_l`. tir_min and tir_max return the second operand if one is NaN, as x86 does. tir_fma rounds once,
 * except in portable C, where the product is rounded too; tir_low(a, b, a * b) is the error of the rounded product
 * everywhere, if nothing overflows or underflows. */
#ifndef TENSORIR_LANES_H
#define TENSORIR_LANES_H

#include "common.h"

#if defined(__AVX512F__)
#include <immintrin.h>
#define TIR_VF_LANES 16
#define TIR_VD_LANES 8
typedef __m512 tir_vf;
typedef __m512d tir_vd;
typedef int32_t tir_vi __attribute__((vector_size(64)));
typedef int64_t tir_vl __attribute__((vector_size(64)));
typedef uint32_t tir_vui __attribute__((vector_size(64)));
typedef uint64_t tir_vul __attribute__((vector_size(64)));
typedef __mmask16 tir_mf;
typedef __mmask8 tir_md;

#define tir_splat_f(x) _mm512_set1_ps(x)
#define tir_splat_d(x) _mm512_set1_pd(x)
#define tir_load_f(p) _mm512_loadu_ps(p)
#define tir_load_d(p) _mm512_loadu_pd(p)
#define tir_store_f(p, v) _mm512_storeu_ps(p, v)
#define tir_store_d(p, v) _mm512_storeu_pd(p, v)
#define tir_fma_f(a, b, c) _mm512_fmadd_ps(a, b, c)
#define tir_fma_d(a, b, c) _mm512_fmadd_pd(a, b, c)
#define tir_low_f(a, b, product) _mm512_fmsub_ps(a, b, product)
#define tir_low_d(a, b, product) _mm512_fmsub_pd(a, b, product)
#define tir_min_f(a, b) _mm512_min_ps(a, b)
#define tir_min_d(a, b) _mm512_min_pd(a, b)
#define tir_max_f(a, b) _mm512_max_ps(a, b)
#define tir_max_d(a, b) _mm512_max_pd(a, b)
#define tir_sqrt_f(a) _mm512_sqrt_ps(a)
#define tir_sqrt_d(a) _mm512_sqrt_pd(a)
#define tir_less_f(a, b) _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ)
#define tir_less_d(a, b) _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ)
#define tir_equal_f(a, b) _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ)
#define tir_equal_d(a, b) _mm512_cmp_pd_mask(a, b, _CMP_EQ_OQ)
#define tir_equal_i(a, b) _mm512_cmpeq_epi32_mask((__m512i)(a), (__m512i)(b))
#define tir_equal_l(a, b) _mm512_cmpeq_epi64_mask((__m512i)(a), (__m512i)(b))
#define tir_select_f(mask, yes, no) _mm512_mask_blend_ps(mask, no, yes)
#define tir_select_d(mask, yes, no) _mm512_mask_blend_pd(mask, no, yes)
#define tir_any_f(mask) ((mask) != 0)
#define tir_any_d(mask) ((mask) != 0)
#define tir_low_half(v) _mm512_cvtps_pd(_mm512_castps512_ps256(v))
#define tir_high_half(v) _mm512_cvtps_pd(_mm512_extractf32x8_ps(v, 1))
#define tir_join_halves(low, high) \
  _mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps(low)), _mm512_cvtpd_ps(high), 1)

#elif defined(__AVX2__)
#include <immintrin.h>
#define TIR_VF_LANES 8
#define TIR_VD_LANES 4
typedef __m256 tir_vf;
typedef __m256d tir_vd;
typedef int32_t tir_vi __attribute__((vector_size(32)));
typedef int64_t tir_vl __attribute__((vector_size(32)));
typedef uint32_t tir_vui __attribute__((vector_size(32)));
typedef uint64_t tir_vul __attribute__((vector_size(32)));
typedef tir_vi tir_mf;
typedef tir_vl tir_md;

#define tir_splat_f(x) _mm256_set1_ps(x)
#define tir_splat_d(x) _mm256_set1_pd(x)
#define tir_load_f(p) _mm256_loadu_ps(p)
#define tir_load_d(p) _mm256_loadu_pd(p)
#define tir_store_f(p, v) _mm256_storeu_ps(p, v)
#define tir_store_d(p, v) _mm256_storeu_pd(p, v)
#define tir_fma_f(a, b, c) _mm256_fmadd_ps(a, b, c)
#define tir_fma_d(a, b, c) _mm256_fmadd_pd(a, b, c)
#define tir_low_f(a, b, product) _mm256_fmsub_ps(a, b, product)
#define tir_low_d(a, b, product) _mm256_fmsub_pd(a, b, product)
#define tir_min_f(a, b) _mm256_min_ps(a, b)
#define tir_min_d(a, b) _mm256_min_pd(a, b)
#define tir_max_f(a, b) _mm256_max_ps(a, b)
#define tir_max_d(a, b) _mm256_max_pd(a, b)
#define tir_sqrt_f(a) _mm256_sqrt_ps(a)
#define tir_sqrt_d(a) _mm256_sqrt_pd(a)
#define tir_less_f(a, b) ((tir_mf)_mm256_cmp_ps(a, b, _CMP_LT_OQ))
#define tir_less_d(a, b) ((tir_md)_mm256_cmp_pd(a, b, _CMP_LT_OQ))
#define tir_equal_f(a, b) ((tir_mf)_mm256_cmp_ps(a, b, _CMP_EQ_OQ))
#define tir_equal_d(a, b) ((tir_md)_mm256_cmp_pd(a, b, _CMP_EQ_OQ))
#define tir_equal_i(a, b) ((a) == (b))
#define tir_equal_l(a, b) ((a) == (b))
#define tir_select_f(mask, yes, no) _mm256_blendv_ps(no, yes, (__m256)(mask))
#define tir_select_d(mask, yes, no) _mm256_blendv_pd(no, yes, (__m256d)(mask))
#define tir_any_f(mask) (_mm256_movemask_ps((__m256)(mask)) != 0)
#define tir_any_d(mask) (_mm256_movemask_pd((__m256d)(mask)) != 0)
#define tir_low_half(v) _mm256_cvtps_pd(_mm256_castps256_ps128(v))
#define tir_high_half(v) _mm256_cvtps_pd(_mm256_extractf128_ps(v, 1))
#define tir_join_halves(low, high) \
  _mm256_insertf128_ps(_mm256_castps128_ps256(_mm256_cvtpd_ps(low)), _mm256_cvtpd_ps(high), 1)

#else /* portable C: the vectors of 16 bytes that gcc and clang know for every machine */
#define TIR_VF_LANES 4
#define TIR_VD_LANES 2
typedef float tir_vf __attribute__((vector_size(16)));
typedef double tir_vd __attribute__((vector_size(16)));
typedef int32_t tir_vi __attribute__((vector_size(16)));
typedef int64_t tir_vl __attribute__((vector_size(16)));
typedef uint32_t tir_vui __attribute__((vector_size(16)));
typedef uint64_t tir_vul __attribute__((vector_size(16)));
typedef tir_vi tir_mf;
typedef tir_vl tir_md;
/* In memory a vector has the alignment of one element. */
typedef float tir_vf_unaligned __attribute__((vector_size(16), aligned(4), may_alias));
typedef double tir_vd_unaligned __attribute__((vector_size(16), aligned(8), may_alias));

TIR_INLINE tir_vf tir_splat_f(float x) { return (tir_vf){x, x, x, x}; }
TIR_INLINE tir_vd tir_splat_d(double x) { return (tir_vd){x, x}; }
TIR_INLINE tir_vf tir_load_f(const float* p) { return (tir_vf) * (const tir_vf_unaligned*)p; }
TIR_INLINE tir_vd tir_load_d(const double* p) { return (tir_vd) * (const tir_vd_unaligned*)p; }
TIR_INLINE void tir_store_f(float* p, tir_vf v) { *(tir_vf_unaligned*)p = (tir_vf_unaligned)v; }
TIR_INLINE void tir_store_d(double* p, tir_vd v) { *(tir_vd_unaligned*)p = (tir_vd_unaligned)v; }
TIR_INLINE tir_vf tir_fma_f(tir_vf a, tir_vf b, tir_vf c) { return a * b + c; }
TIR_INLINE tir_vd tir_fma_d(tir_vd a, tir_vd b, tir_vd c) { return a * b + c; }
/* The error of a product from the products of halves of the factors (Dekker, Veltkamp). */
TIR_INLINE tir_vf tir_low_f(tir_vf a, tir_vf b, tir_vf product) {
  const tir_vf as = a * tir_splat_f(4097.0f), bs = b * tir_splat_f(4097.0f);
  const tir_vf ah = as - (as - a), al = a - ah, bh = bs - (bs - b), bl = b - bh;
  return ((ah * bh - product) + ah * bl + al * bh) + al * bl;
}
TIR_INLINE tir_vd tir_low_d(tir_vd a, tir_vd b, tir_vd product) {
  const tir_vd as = a * tir_splat_d(134217729.0), bs = b * tir_splat_d(134217729.0);
  const tir_vd ah = as - (as - a), al = a - ah, bh = bs - (bs - b), bl = b - bh;
  return ((ah * bh - product) + ah * bl + al * bh) + al * bl;
}
#define tir_less_f(a, b) ((tir_mf)((a) < (b)))
#define tir_less_d(a, b) ((tir_md)((a) < (b)))
#define tir_equal_f(a, b) ((tir_mf)((a) == (b)))
#define tir_equal_d(a, b) ((tir_md)((a) == (b)))
#define tir_equal_i(a, b) ((tir_mf)((a) == (b)))
#define tir_equal_l(a, b) ((tir_md)((a) == (b)))
TIR_INLINE tir_vf tir_select_f(tir_mf mask, tir_vf yes, tir_vf no) {
  return (tir_vf)((mask & (tir_vi)yes) | (~mask & (tir_vi)no));
}
TIR_INLINE tir_vd tir_select_d(tir_md mask, tir_vd yes, tir_vd no) {
  return (tir_vd)((mask & (tir_vl)yes) | (~mask & (tir_vl)no));
}
TIR_INLINE tir_vf tir_min_f(tir_vf a, tir_vf b) { return tir_select_f(tir_less_f(a, b), a, b); }
TIR_INLINE tir_vd tir_min_d(tir_vd a, tir_vd b) { return tir_select_d(tir_less_d(a, b), a, b); }
TIR_INLINE tir_vf tir_max_f(tir_vf a, tir_vf b) { return tir_select_f(tir_less_f(b, a), a, b); }
TIR_INLINE tir_vd tir_max_d(tir_vd a, tir_vd b) { return tir_select_d(tir_less_d(b, a), a, b); }
TIR_INLINE tir_vf tir_sqrt_f(tir_vf a) {
  return (tir_vf){__builtin_sqrtf(a[0]), __builtin_sqrtf(a[1]), __builtin_sqrtf(a[2]), __builtin_sqrtf(a[3])};
}
TIR_INLINE tir_vd tir_sqrt_d(tir_vd a) { return (tir_vd){__builtin_sqrt(a[0]), __builtin_sqrt(a[1])}; }
TIR_INLINE bool tir_any_f(tir_mf mask) { return (mask[0] | mask[1] | mask[2] | mask[3]) != 0; }
TIR_INLINE bool tir_any_d(tir_md mask) { return (mask[0] | mask[1]) != 0; }
TIR_INLINE tir_vd tir_low_half(tir_vf v) { return (tir_vd){v[0], v[1]}; }
TIR_INLINE tir_vd tir_high_half(tir_vf v) { return (tir_vd){v[2], v[3]}; }
TIR_INLINE tir_vf tir_join_halves(tir_vd low, tir_vd high) {
  return (tir_vf){(float)low[0], (float)low[1], (float)high[0], (float)high[1]};
}
#endif

/* ---- the same for every instruction set ---------------------------------- */

TIR_INLINE tir_vi tir_splat_i(int32_t x) { return x - (tir_vi){0}; }
TIR_INLINE tir_vl tir_splat_l(int64_t x) { return x - (tir_vl){0}; }

#define TIR_INFINITY __builtin_inf()
#define TIR_NAN __builtin_nan("")
#define TIR_SIGN_F tir_splat_i(INT32_MIN)
#define TIR_SIGN_D tir_splat_l(INT64_MIN)

TIR_INLINE tir_vf tir_abs_f(tir_vf x) { return (tir_vf)((tir_vi)x & ~TIR_SIGN_F); }
TIR_INLINE tir_vd tir_abs_d(tir_vd x) { return (tir_vd)((tir_vl)x & ~TIR_SIGN_D); }
/* `x`, with its sign changed where that of `sign` is set. */
TIR_INLINE tir_vf tir_flip_f(tir_vf x, tir_vf sign) { return (tir_vf)((tir_vi)x ^ ((tir_vi)sign & TIR_SIGN_F)); }
TIR_INLINE tir_vd tir_flip_d(tir_vd x, tir_vd sign) { return (tir_vd)((tir_vl)x ^ ((tir_vl)sign & TIR_SIGN_D)); }

/* |x|, with the sign of `sign`. */
TIR_INLINE tir_vf tir_copysign_f(tir_vf x, tir_vf sign) {
  return (tir_vf)(((tir_vi)x & ~TIR_SIGN_F) | ((tir_vi)sign & TIR_SIGN_F));
}
TIR_INLINE tir_vd tir_copysign_d(tir_vd x, tir_vd sign) {
  return (tir_vd)(((tir_vl)x & ~TIR_SIGN_D) | ((tir_vl)sign & TIR_SIGN_D));
}

/* Adding these rounds to an integer, which is then in the low bits; for |x| < 2^22, 2^51. */
#define TIR_ROUND_F 0x1.8p23f
#define TIR_ROUND_D 0x1.8p52

/* Integers of absolute value below 2^22, 2^51 as floats. */
TIR_INLINE tir_vf tir_from_small_i(tir_vi n) {
  return (tir_vf)(n + (tir_vi)tir_splat_f(TIR_ROUND_F)) - tir_splat_f(TIR_ROUND_F);
}
TIR_INLINE tir_vd tir_from_small_l(tir_vl n) {
  return (tir_vd)(n + (tir_vl)tir_splat_d(TIR_ROUND_D)) - tir_splat_d(TIR_ROUND_D);
}

/* x * 2^n, rounded once, for integers n from -252 to 254 (f32), from -2044 to 2046 (f64); x is zero, infinite, NaN or
 * so large that half the factor leaves it a normal number. `rounded` is n + TIR_ROUND_… */
#if defined(__AVX512F__)
TIR_INLINE tir_vf tir_scale_f(tir_vf x, tir_vf rounded) {
  return _mm512_scalef_ps(x, rounded - tir_splat_f(TIR_ROUND_F));
}
TIR_INLINE tir_vd tir_scale_d(tir_vd x, tir_vd rounded) {
  return _mm512_scalef_pd(x, rounded - tir_splat_d(TIR_ROUND_D));
}
#else
TIR_INLINE tir_vf tir_scale_f(tir_vf x, tir_vf rounded) {
  const tir_vi n = (tir_vi)rounded - (tir_vi)tir_splat_f(TIR_ROUND_F), half = n >> 1;
  return x * (tir_vf)((tir_vui)(half + 127) << 23) * (tir_vf)((tir_vui)(n - half + 127) << 23);
}
TIR_INLINE tir_vd tir_scale_d(tir_vd x, tir_vd rounded) {
  const tir_vl n = (tir_vl)rounded - (tir_vl)tir_splat_d(TIR_ROUND_D);
  /* There is no arithmetic shift of 64 bits before AVX-512. */
  const tir_vl half = (tir_vl)((tir_vul)(n + 4096) >> 1) - 2048;
  return x * (tir_vd)((tir_vul)(half + 1023) << 52) * (tir_vd)((tir_vul)(n - half + 1023) << 52);
}
#endif

/* coefficients[0] + x * coefficients[1] + …, from the highest power down. */
TIR_INLINE tir_vf tir_polynomial_f(tir_vf x, const float* coefficients, const int count) {
  tir_vf sum = tir_splat_f(coefficients[count - 1]);
  TIR_UNROLL for (int i = count - 2; i >= 0; i--) sum = tir_fma_f(sum, x, tir_splat_f(coefficients[i]));
  return sum;
}
TIR_INLINE tir_vd tir_polynomial_d(tir_vd x, const double* coefficients, const int count) {
  tir_vd sum = tir_splat_d(coefficients[count - 1]);
  TIR_UNROLL for (int i = count - 2; i >= 0; i--) sum = tir_fma_d(sum, x, tir_splat_d(coefficients[i]));
  return sum;
}
#define TIR_LENGTH(name) ((int)(sizeof(name) / sizeof(name[0])))
#define TIR_POLYNOMIAL_F(x, name) tir_polynomial_f(x, name, TIR_LENGTH(name))
#define TIR_POLYNOMIAL_D(x, name) tir_polynomial_d(x, name, TIR_LENGTH(name))

#endif
