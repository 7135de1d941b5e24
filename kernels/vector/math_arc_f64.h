/* asin, acos, atan, atan2 of f64. */
#ifndef TENSORIR_MATH_ARC_F64_H
#define TENSORIR_MATH_ARC_F64_H

#include "vector/coefficients.h"
#include "vector/lanes.h"

#define TIR_TAN_EIGHTH 0x1.a827999fcef32p-2 /* the tangent of pi/8 */

/* The angle of (y, x), both >= 0, from 0 to pi/2; 0 for (0, x). */
TIR_INLINE tir_vd tir_arc(tir_vd y, tir_vd x) {
  const tir_vd zero = tir_splat_d(0.0), limit = tir_splat_d(TIR_TAN_EIGHTH);
  const tir_md none = tir_equal_d(y, zero), same = tir_equal_d(x, y);
  const tir_md low = (~tir_less_d(x * limit, y) & ~same) | none, high = tir_less_d(x, y * limit);
  /* Up to pi/8: y/x. From 3 pi/8 on: pi/2 - x/y. Between: pi/4 + (y - x)/(y + x), where inf - inf counts as 0. */
  const tir_vd above = tir_select_d(low, y, tir_select_d(high, -x, tir_select_d(same, zero, y - x)));
  const tir_vd below = tir_select_d(low, x, tir_select_d(high, y, tir_select_d(same, tir_splat_d(1.0), y + x)));
  const tir_vd t = tir_select_d(none, zero, above / below);
  const tir_vd base = tir_select_d(low, zero, tir_splat_d(TIR_HALF_PI_HIGH));
  const tir_vd base_low = tir_select_d(low, zero, tir_splat_d(TIR_HALF_PI_LOW));
  const tir_vd part = tir_select_d(low | high, tir_splat_d(1.0), tir_splat_d(0.5));
  const tir_vd z = t * t;
  return base * part + (t + tir_fma_d(z * t, TIR_POLYNOMIAL_D(z, tir_atan_d), base_low * part));
}

TIR_INLINE tir_vd tir_atan_f64(tir_vd x) { return tir_copysign_d(tir_arc(tir_abs_d(x), tir_splat_d(1.0)), x); }

TIR_INLINE tir_vd tir_atan2_f64(tir_vd y, tir_vd x) {
  const tir_vd zero = tir_splat_d(0.0), one = tir_splat_d(1.0);
  const tir_vd y_size = tir_abs_d(y), x_size = tir_abs_d(x);
  /* Both times a power of two, so that sums don't overflow and quotients don't lose bits. */
  const tir_vd larger = tir_max_d(y_size, x_size);
  const tir_vd scale = tir_select_d(tir_less_d(larger, tir_splat_d(0x1p-900)), tir_splat_d(0x1p120),
                                    tir_select_d(tir_less_d(tir_splat_d(0x1p900), larger), tir_splat_d(0x1p-120), one));
  const tir_vd angle = tir_arc(y_size * scale, x_size * scale);
  const tir_vd other = tir_splat_d(TIR_PI_HIGH) - (angle - tir_splat_d(TIR_PI_LOW));
  const tir_vd value = tir_copysign_d(tir_select_d(tir_less_d(tir_copysign_d(one, x), zero), other, angle), y);
  const tir_md number = tir_equal_d(x, x) & tir_equal_d(y, y);
  return tir_select_d(number, value, tir_splat_d(TIR_NAN));
}

/* For |x| < 1/2, z = x²: asin x = x + x z P(z). Beyond, with z = (1 - |x|)/2: acos |x| = 2 asin(sqrt z). */
typedef struct {
  tir_md inner;
  tir_vd root, rest; /* asin(root) = root + rest, where root is x or sqrt z */
} tir_arc_parts;

TIR_INLINE tir_arc_parts tir_arc_reduce(tir_vd x) {
  tir_arc_parts parts;
  const tir_vd half = tir_splat_d(0.5), size = tir_abs_d(x);
  parts.inner = tir_less_d(size, half);
  const tir_vd z = tir_select_d(parts.inner, x * x, (tir_splat_d(1.0) - size) * half);
  const tir_vd root = tir_sqrt_d(z);
  parts.root = tir_select_d(parts.inner, x, root);
  /* What the root lost by rounding. */
  const tir_vd square = root * root;
  tir_vd lost = ((z - square) - tir_low_d(root, root, square)) * half / root;
  lost = tir_select_d(parts.inner | tir_equal_d(z, tir_splat_d(0.0)), tir_splat_d(0.0), lost);
  parts.rest = tir_fma_d(z * parts.root, TIR_POLYNOMIAL_D(z, tir_asin_d), lost);
  return parts;
}

TIR_INLINE tir_vd tir_asin_f64(tir_vd x) {
  const tir_arc_parts parts = tir_arc_reduce(x);
  const tir_vd high = tir_splat_d(TIR_HALF_PI_HIGH), low = tir_splat_d(TIR_HALF_PI_LOW), two = tir_splat_d(2.0);
  const tir_vd outer = high - (two * parts.root - (low - two * parts.rest));
  return tir_copysign_d(tir_select_d(parts.inner, parts.root + parts.rest, outer), x);
}

TIR_INLINE tir_vd tir_acos_f64(tir_vd x) {
  const tir_arc_parts parts = tir_arc_reduce(x);
  const tir_vd high = tir_splat_d(TIR_HALF_PI_HIGH), low = tir_splat_d(TIR_HALF_PI_LOW), two = tir_splat_d(2.0);
  const tir_vd inner = high - (parts.root - (low - parts.rest));
  const tir_vd right = two * (parts.root + parts.rest);
  const tir_vd left = tir_splat_d(TIR_PI_HIGH) - (two * parts.root - (tir_splat_d(TIR_PI_LOW) - two * parts.rest));
  const tir_vd outer = tir_select_d(tir_less_d(x, tir_splat_d(0.0)), left, right);
  return tir_select_d(parts.inner, inner, outer);
}

#endif
