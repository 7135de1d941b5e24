"""What every kernel begins with: functions on sizes, on numbers of 16 bits, and the report of a failed step."""

from __future__ import annotations

INDEX, DIVISION = 1, 2
"""What may fail in a step: an index that is outside of its table, and an integer that is divided by zero."""

FAULT_WORDS = 5
"""Longs of the memory in which the first failure is reported: whether there is one, command, step, index, size."""

PRELUDE = """
#pragma OPENCL FP_CONTRACT OFF

inline long tir_floordiv(long a, long b) { long q = a / b; return q - ((a % b != 0) && ((a < 0) != (b < 0))); }
inline long tir_ceildiv(long a, long b) { long q = a / b; return q + ((a % b != 0) && ((a < 0) == (b < 0))); }
inline long tir_mod(long a, long b) { return a - tir_floordiv(a, b) * b; }

inline void tir_fail(__global long* fault, long kind, long command, long step, long index, long size) {
  if (atomic_cmpxchg((volatile __global int*)fault, 0, (int)kind) != 0) return;
  fault[1] = command;
  fault[2] = step;
  fault[3] = index;
  fault[4] = size;
}

inline float tir_of_bf16(ushort bits) { return as_float((uint)bits << 16); }
inline ushort tir_to_bf16(float x) {
  uint bits = as_uint(x);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return (ushort)((bits >> 16) | 0x40u);
  return (ushort)((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}
inline float tir_round_bf16(float x) { return tir_of_bf16(tir_to_bf16(x)); }
/* f16 by its bits: what a NaN says is kept, which the functions of OpenCL need not do, and no memory is read by a type
 * other than the one by which it was written. */
inline ushort tir_to_f16(float x) {
  uint bits = as_uint(x), size = bits & 0x7fffffffu, sign = (bits >> 16) & 0x8000u;
  uint nan = (bits & 0x7fffffu) >> 13;
  if (size > 0x7f800000u) return (ushort)(sign | 0x7c00u | (nan != 0u ? nan : 0x200u));
  if (size >= 0x47800000u) return (ushort)(sign | 0x7c00u);
  if (size < 0x38800000u) return (ushort)(sign | (uint)rint(as_float(size) * 16777216.0f));
  return (ushort)(sign | ((size + 0xfffu + ((size >> 13) & 1u) - 0x38000000u) >> 13));
}
inline float tir_of_f16(ushort half_bits) {
  uint sign = (uint)(half_bits & 0x8000u) << 16, power = (half_bits >> 10) & 31u, digits = half_bits & 0x3ffu;
  if (power == 31u) return as_float(sign | 0x7f800000u | (digits << 13));
  if (power == 0u) return as_float(sign | as_uint((float)digits * 0x1p-24f));
  return as_float(sign | ((power + 112u) << 23) | (digits << 13));
}
inline float tir_round_f16(float x) { return tir_of_f16(tir_to_f16(x)); }

/* a * b + c of numbers of 16 bits, such that rounding it to their type is correct: the product is exact, and the last
 * bit of a sum that is not is made odd, so that it is never a tie. */
inline float tir_fma_odd(float a, float b, float c) {
  float product = a * b, total = product + c, part = total - product;
  float error = (product - (total - part)) + (c - part);
  uint bits = as_uint(total);
  if (!isfinite(total) || error == 0.0f || (bits & 1u)) return total;
  return as_float(((error > 0.0f) == (total > 0.0f)) ? bits + 1u : bits - 1u);
}

/* An integer as f32 such that rounding it to bf16 is correct: of a large one only the first digits are kept, and
 * whether any other was set. */
inline float tir_odd_of_ulong(ulong x) {
  int more = 40 - (int)clz(x);
  if (more <= 0) return (float)x;
  ulong kept = (x >> more) | (ulong)((x & ((1UL << more) - 1UL)) != 0UL);
  return ldexp((float)kept, more);
}
inline float tir_odd_of_long(long x) { return x < 0 ? -tir_odd_of_ulong(0UL - (ulong)x) : tir_odd_of_ulong((ulong)x); }

inline float tir_max_f32(float a, float b) { return isnan(a) ? a : isnan(b) ? b : fmax(a, b); }
inline float tir_min_f32(float a, float b) { return isnan(a) ? a : isnan(b) ? b : fmin(a, b); }
"""

PRELUDE_F64 = """
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
inline double tir_max_f64(double a, double b) { return isnan(a) ? a : isnan(b) ? b : fmax(a, b); }
inline double tir_min_f64(double a, double b) { return isnan(a) ? a : isnan(b) ? b : fmin(a, b); }
/* f64 as f32 such that rounding it to 16 bits is correct. */
inline float tir_odd_of_double(double x) {
  float near = (float)x;
  double back = (double)near;
  uint bits = as_uint(near);
  if (isnan(x) || isinf(near) || back == x || (bits & 1u)) return near;
  return as_float((fabs(back) < fabs(x)) ? bits + 1u : bits - 1u);
}
"""
