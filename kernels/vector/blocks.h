/* What the functions on blocks are written with. They are plain loops, which the compiler vectorises for the
 * instruction set that the including file is compiled for: every one computes the same bits. */
#ifndef TENSORIR_BLOCKS_H
#define TENSORIR_BLOCKS_H

#include "vector/map.h"

/* Before a loop whose positions don't depend on each other, although `out` may be one of the operands. */
#if defined(__clang__)
#pragma clang diagnostic ignored "-Wpass-failed" /* a loop that is not vectorised is not wrong */
#define TIR_BLOCK_LOOP _Pragma("clang loop vectorize(assume_safety)")
#else
#define TIR_BLOCK_LOOP _Pragma("GCC ivdep")
#endif

/* The C type of a machine type; memory may hold other types of the same width. */
typedef float __attribute__((may_alias)) tir_e_f32;
typedef double __attribute__((may_alias)) tir_e_f64;
typedef uint16_t __attribute__((may_alias)) tir_e_f16, tir_e_bf16, tir_e_u16;
typedef int16_t __attribute__((may_alias)) tir_e_i16;
typedef uint32_t __attribute__((may_alias)) tir_e_u32;
typedef int32_t __attribute__((may_alias)) tir_e_i32;
typedef uint64_t __attribute__((may_alias)) tir_e_u64;
typedef int64_t __attribute__((may_alias)) tir_e_i64;
typedef uint8_t tir_e_u8;
typedef int8_t tir_e_i8;

/* static int name(…): out[i] = (out type)expression of x, y, z, the elements of the operands. */
#define TIR_BLOCK_HEAD(name) \
  static int name(const void* pa, const void* pb, const void* pc, void* pout, int64_t count)
#define TIR_BLOCK_1(name, ta, tout, expression)                        \
  TIR_BLOCK_HEAD(name) {                                               \
    const tir_e_##ta* a = pa;                                          \
    tir_e_##tout* out = pout;                                          \
    (void)pb, (void)pc;                                                \
    TIR_BLOCK_LOOP for (int64_t i = 0; i < count; i++) {               \
      const tir_e_##ta x = a[i];                                       \
      out[i] = (tir_e_##tout)(expression);                             \
    }                                                                  \
    return TIR_STATUS_OK;                                              \
  }
#define TIR_BLOCK_2(name, ta, tout, expression)                        \
  TIR_BLOCK_HEAD(name) {                                               \
    const tir_e_##ta *a = pa, *b = pb;                                 \
    tir_e_##tout* out = pout;                                          \
    (void)pc;                                                          \
    TIR_BLOCK_LOOP for (int64_t i = 0; i < count; i++) {               \
      const tir_e_##ta x = a[i], y = b[i];                             \
      out[i] = (tir_e_##tout)(expression);                             \
    }                                                                  \
    return TIR_STATUS_OK;                                              \
  }
#define TIR_BLOCK_3(name, ta, tb, tout, expression)                    \
  TIR_BLOCK_HEAD(name) {                                               \
    const tir_e_##ta* a = pa;                                          \
    const tir_e_##tb *b = pb, *c = pc;                                 \
    tir_e_##tout* out = pout;                                          \
    TIR_BLOCK_LOOP for (int64_t i = 0; i < count; i++) {               \
      const tir_e_##ta x = a[i];                                       \
      const tir_e_##tb y = b[i], z = c[i];                             \
      out[i] = (tir_e_##tout)(expression);                             \
    }                                                                  \
    return TIR_STATUS_OK;                                              \
  }
/* As TIR_BLOCK_2, by a function that may refuse: bool function(x, y, &result). */
#define TIR_BLOCK_CHECKED(name, type, function)                        \
  TIR_BLOCK_HEAD(name) {                                               \
    const tir_e_##type *a = pa, *b = pb;                               \
    tir_e_##type* out = pout;                                          \
    (void)pc;                                                          \
    for (int64_t i = 0; i < count; i++) {                              \
      if (!function(a[i], b[i], &out[i])) return TIR_STATUS_BAD_DIVISION; \
    }                                                                  \
    return TIR_STATUS_OK;                                              \
  }

/* Bits of floats. */
TIR_INLINE uint32_t tir_bits_f32(float x) {
  union { float f; uint32_t u; } both = {.f = x};
  return both.u;
}
TIR_INLINE float tir_from_bits_f32(uint32_t x) {
  union { uint32_t u; float f; } both = {.u = x};
  return both.f;
}
TIR_INLINE uint64_t tir_bits_f64(double x) {
  union { double f; uint64_t u; } both = {.f = x};
  return both.u;
}
TIR_INLINE double tir_from_bits_f64(uint64_t x) {
  union { uint64_t u; double f; } both = {.u = x};
  return both.f;
}

#endif
