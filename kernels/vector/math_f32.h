/* The functions of f32 that are computed in f64 and rounded once more, so that hardly any result is not the nearest. */
#ifndef TENSORIR_MATH_F32_H
#define TENSORIR_MATH_F32_H

#include "vector/math_arc_f64.h"
#include "vector/math_erf_f64.h"
#include "vector/math_exp_f64.h"
#include "vector/math_log_f64.h"
#include "vector/math_pow_f64.h"
#include "vector/math_trig_f64.h"

/* `inside` computes a vector of f64 from `half`. */
#define TIR_IN_F64(name, inside)                                      \
  TIR_INLINE tir_vd tir_##name##_half(tir_vd half) { return inside; } \
  TIR_INLINE tir_vf tir_##name##_f32(tir_vf x) {                      \
    return tir_join_halves(tir_##name##_half(tir_low_half(x)), tir_##name##_half(tir_high_half(x))); \
  }

TIR_IN_F64(expm1, tir_expm1_f64(half))
TIR_IN_F64(log2, tir_log2_f64(half))
TIR_IN_F64(log10, tir_log10_f64(half))
TIR_IN_F64(log1p, tir_log1p_f64(half))
TIR_IN_F64(cbrt, tir_cbrt_f64(half))
TIR_IN_F64(erfc, tir_erfc_f64(half))
TIR_IN_F64(sin, tir_sin_any(half, true))
TIR_IN_F64(cos, tir_sin_from(half, 1, true))
TIR_IN_F64(tan, tir_tan_any(half, true))
TIR_IN_F64(asin, tir_asin_f64(half))
TIR_IN_F64(acos, tir_acos_f64(half))
TIR_IN_F64(atan, tir_atan_f64(half))
TIR_IN_F64(sinh, tir_sinh_f64(half))
TIR_IN_F64(cosh, tir_cosh_f64(half))
TIR_IN_F64(asinh, tir_asinh_f64(half))
TIR_IN_F64(acosh, tir_acosh_f64(half))
TIR_IN_F64(atanh, tir_atanh_f64(half))

TIR_INLINE tir_vf tir_pow_f32(tir_vf x, tir_vf y) {
  return tir_join_halves(tir_pow_any(tir_low_half(x), tir_low_half(y), true),
                         tir_pow_any(tir_high_half(x), tir_high_half(y), true));
}

TIR_INLINE tir_vf tir_atan2_f32(tir_vf y, tir_vf x) {
  return tir_join_halves(tir_atan2_f64(tir_low_half(y), tir_low_half(x)),
                         tir_atan2_f64(tir_high_half(y), tir_high_half(x)));
}

#endif
