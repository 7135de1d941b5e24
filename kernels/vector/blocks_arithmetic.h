/* Arithmetic, comparisons and bits, on blocks. */
#include "vector/blocks_exact.h"

/* ---- floats ------------------------------------------------------------------- */

/* A comparison with NaN is false, except `ne`. */
#define TIR_FLOATS(t, suffix)                                                  \
  TIR_BLOCK_2(add_##t, t, t, x + y)                                            \
  TIR_BLOCK_2(sub_##t, t, t, x - y)                                            \
  TIR_BLOCK_2(mul_##t, t, t, x * y)                                            \
  TIR_BLOCK_2(div_##t, t, t, x / y)                                            \
  TIR_BLOCK_2(rem_##t, t, t, tir_remainder_##t(x, y))                          \
  TIR_BLOCK_2(max_##t, t, t, ((x >= y) | (x != x)) ? x : y)                    \
  TIR_BLOCK_2(min_##t, t, t, ((x <= y) | (x != x)) ? x : y)                    \
  TIR_BLOCK_2(maxnum_##t, t, t, ((x >= y) | (y != y)) ? x : y)                 \
  TIR_BLOCK_2(minnum_##t, t, t, ((x <= y) | (y != y)) ? x : y)                 \
  TIR_BLOCK_1(neg_##t, t, t, -x)                                               \
  TIR_BLOCK_1(abs_##t, t, t, __builtin_fabs##suffix(x))                        \
  TIR_BLOCK_1(sqrt_##t, t, t, __builtin_sqrt##suffix(x))                       \
  TIR_BLOCK_1(rsqrt_##t, t, t, 1 / __builtin_sqrt##suffix(x))                  \
  TIR_BLOCK_1(floor_##t, t, t, tir_floor_##t(x))                               \
  TIR_BLOCK_1(ceil_##t, t, t, tir_ceil_##t(x))                                 \
  TIR_BLOCK_1(trunc_##t, t, t, tir_trunc_##t(x))                               \
  TIR_BLOCK_1(round_##t, t, t, tir_round_##t(x))                               \
  TIR_BLOCK_1(roundeven_##t, t, t, tir_roundeven_##t(x))                       \
  TIR_BLOCK_2(copysign_##t, t, t, __builtin_copysign##suffix(x, y))            \
  TIR_BLOCK_3(fma_##t, t, t, t, tir_fused_##t(x, y, z))                        \
  TIR_BLOCK_2(eq_##t, t, u8, x == y)                                           \
  TIR_BLOCK_2(ne_##t, t, u8, x != y)
TIR_FLOATS(f32, f)
TIR_FLOATS(f64, )
TIR_BLOCK_3(fma_odd_f64, f64, f64, f64, tir_fma_odd(x, y, z))

/* Two functions at once: what lies between them needs no memory. The product of mul_add is rounded. */
#define TIR_PAIR_OF(t, name, u)                                                    \
  TIR_BLOCK_3(name##_add_##t, t, t, t, (u) + z)                                    \
  TIR_BLOCK_3(name##_sub_##t, t, t, t, (u) - z)                                    \
  TIR_BLOCK_3(name##_rsub_##t, t, t, t, z - (u))                                   \
  TIR_BLOCK_3(name##_mul_##t, t, t, t, (u) * z)                                    \
  TIR_BLOCK_3(name##_max_##t, t, t, t, (((u) >= z) | ((u) != (u))) ? (u) : z)      \
  TIR_BLOCK_3(name##_min_##t, t, t, t, (((u) <= z) | ((u) != (u))) ? (u) : z)
#define TIR_PAIRS(t) TIR_PAIR_OF(t, add, x + y) TIR_PAIR_OF(t, sub, x - y) TIR_PAIR_OF(t, mul, x * y)
TIR_PAIRS(f32) TIR_PAIRS(f64)

#define TIR_ORDERED(t)                  \
  TIR_BLOCK_2(lt_##t, t, u8, x < y)     \
  TIR_BLOCK_2(le_##t, t, u8, x <= y)    \
  TIR_BLOCK_2(gt_##t, t, u8, x > y)     \
  TIR_BLOCK_2(ge_##t, t, u8, x >= y)
TIR_ORDERED(f32) TIR_ORDERED(f64)
TIR_ORDERED(i8) TIR_ORDERED(i16) TIR_ORDERED(i32) TIR_ORDERED(i64)
TIR_ORDERED(u8) TIR_ORDERED(u16) TIR_ORDERED(u32) TIR_ORDERED(u64)

/* ---- integers: what signed and unsigned ones have in common --------------------- */

/* Counts of bits without a table and without an instruction that only some CPUs have. `wide` avoids C's promotion to
 * int, whose overflow is undefined. */
#define TIR_BITS(t, wide, bits)                                                              \
  TIR_INLINE tir_e_##t tir_ones_##t(tir_e_##t x) {                                           \
    const wide all = (tir_e_##t)-1;                                                          \
    wide v = x;                                                                              \
    v -= (v >> 1) & (all / 3);                                                               \
    v = (v & (all / 15 * 3)) + ((v >> 2) & (all / 15 * 3));                                  \
    v = (v + (v >> 4)) & (all / 255 * 15);                                                   \
    return (tir_e_##t)((tir_e_##t)(v * (all / 255)) >> (bits - 8));                          \
  }                                                                                          \
  TIR_INLINE tir_e_##t tir_leading_##t(tir_e_##t x) {                                        \
    wide v = x;                                                                              \
    v |= v >> 1, v |= v >> 2, v |= v >> 4;                                                   \
    if (bits > 8) v |= v >> (bits > 8 ? 8 : 0);                                              \
    if (bits > 16) v |= v >> (bits > 16 ? 16 : 0);                                           \
    if (bits > 32) v |= v >> (bits > 32 ? 32 : 0);                                           \
    return (tir_e_##t)(bits - tir_ones_##t((tir_e_##t)v));                                   \
  }                                                                                          \
  TIR_BLOCK_2(add_##t, t, t, (wide)x + y)                                                    \
  TIR_BLOCK_2(sub_##t, t, t, (wide)x - y)                                                    \
  TIR_BLOCK_2(mul_##t, t, t, (wide)x * y)                                                    \
  TIR_BLOCK_1(neg_##t, t, t, (wide)0 - x)                                                    \
  TIR_BLOCK_2(and_##t, t, t, x & y)                                                          \
  TIR_BLOCK_2(or_##t, t, t, x | y)                                                           \
  TIR_BLOCK_2(xor_##t, t, t, x ^ y)                                                          \
  TIR_BLOCK_2(shl_##t, t, t, y < bits ? (wide)x << (y & (bits - 1)) : 0)                     \
  TIR_BLOCK_2(shr_##t, t, t, y < bits ? (wide)x >> (y & (bits - 1)) : 0)                     \
  TIR_BLOCK_1(ctpop_##t, t, t, tir_ones_##t(x))                                              \
  TIR_BLOCK_1(ctlz_##t, t, t, tir_leading_##t(x))                                            \
  TIR_BLOCK_1(cttz_##t, t, t, tir_ones_##t((tir_e_##t)(~(wide)x & ((wide)x - 1))))           \
  TIR_BLOCK_2(eq_##t, t, u8, x == y)                                                         \
  TIR_BLOCK_2(ne_##t, t, u8, x != y)                                                         \
  TIR_BLOCK_3(select_##t, u8, t, t, x ? y : z)                                               \
  TIR_BLOCK_1(move_##t, t, t, x)
TIR_BITS(u8, uint32_t, 8)
TIR_BITS(u16, uint32_t, 16)
TIR_BITS(u32, uint32_t, 32)
TIR_BITS(u64, uint64_t, 64)
TIR_BLOCK_1(wrap_i4_i8, i8, i8, ((x & 15) ^ 8) - 8)

/* ---- integers: where the sign matters --------------------------------------------- */

#define TIR_LARGER(t)                            \
  TIR_BLOCK_2(max_##t, t, t, x > y ? x : y)      \
  TIR_BLOCK_2(min_##t, t, t, x < y ? x : y)
TIR_LARGER(i8) TIR_LARGER(i16) TIR_LARGER(i32) TIR_LARGER(i64)
TIR_LARGER(u8) TIR_LARGER(u16) TIR_LARGER(u32) TIR_LARGER(u64)

/* Squaring. A negative exponent leaves 1 and -1 alone and makes larger numbers 0. */
TIR_INLINE uint64_t tir_power(uint64_t square, uint64_t exponent) {
  uint64_t result = 1;
  for (; exponent != 0; exponent >>= 1, square *= square) {
    if (exponent & 1) result *= square;
  }
  return result;
}

/* A quotient by -1 is a negation, which wraps. Shifting by the width or more leaves the sign. */
#define TIR_SIGNED(t, u, bits)                                                                     \
  TIR_INLINE bool tir_div_##t(tir_e_##t x, tir_e_##t y, tir_e_##t* out) {                          \
    if (y == 0) return false;                                                                      \
    *out = (tir_e_##t)(y == -1 ? (tir_e_##u)(0 - (tir_e_##u)x) : (tir_e_##u)(x / y));              \
    return true;                                                                                   \
  }                                                                                                \
  TIR_INLINE bool tir_rem_##t(tir_e_##t x, tir_e_##t y, tir_e_##t* out) {                          \
    if (y == 0) return false;                                                                      \
    *out = (tir_e_##t)(y == -1 ? 0 : x % y);                                                       \
    return true;                                                                                   \
  }                                                                                                \
  TIR_INLINE bool tir_floordiv_##t(tir_e_##t x, tir_e_##t y, tir_e_##t* out) {                     \
    if (!tir_div_##t(x, y, out)) return false;                                                     \
    if (y != -1 && x % y != 0 && (x < 0) != (y < 0)) *out = (tir_e_##t)(*out - 1);                 \
    return true;                                                                                   \
  }                                                                                                \
  TIR_INLINE bool tir_ceildiv_##t(tir_e_##t x, tir_e_##t y, tir_e_##t* out) {                      \
    if (!tir_div_##t(x, y, out)) return false;                                                     \
    if (y != -1 && x % y != 0 && (x < 0) == (y < 0)) *out = (tir_e_##t)(*out + 1);                 \
    return true;                                                                                   \
  }                                                                                                \
  TIR_INLINE bool tir_ipow_##t(tir_e_##t x, tir_e_##t y, tir_e_##t* out) {                         \
    if (y < 0 && x == 0) return false;                                                             \
    const bool gone = y < 0 && x != 1 && x != -1;                                                  \
    *out = (tir_e_##t)(gone ? 0 : tir_power((uint64_t)(int64_t)x, y < 0 ? (uint64_t)y & 1 : (uint64_t)y)); \
    return true;                                                                                   \
  }                                                                                                \
  TIR_BLOCK_1(abs_##t, t, t, x < 0 ? (tir_e_##t)(tir_e_##u)(0 - (tir_e_##u)x) : x)                 \
  TIR_BLOCK_2(shr_##t, t, t, x >> ((tir_e_##u)y < bits ? y & (bits - 1) : bits - 1))
TIR_SIGNED(i8, u8, 8)
TIR_SIGNED(i16, u16, 16)
TIR_SIGNED(i32, u32, 32)
TIR_SIGNED(i64, u64, 64)

#define TIR_UNSIGNED(t)                                                              \
  TIR_INLINE bool tir_div_##t(tir_e_##t x, tir_e_##t y, tir_e_##t* out) {            \
    if (y == 0) return false;                                                        \
    *out = (tir_e_##t)(x / y);                                                       \
    return true;                                                                     \
  }                                                                                  \
  TIR_INLINE bool tir_rem_##t(tir_e_##t x, tir_e_##t y, tir_e_##t* out) {            \
    if (y == 0) return false;                                                        \
    *out = (tir_e_##t)(x % y);                                                       \
    return true;                                                                     \
  }                                                                                  \
  TIR_INLINE bool tir_ceildiv_##t(tir_e_##t x, tir_e_##t y, tir_e_##t* out) {        \
    if (y == 0) return false;                                                        \
    *out = (tir_e_##t)(x / y + (x % y != 0));                                        \
    return true;                                                                     \
  }                                                                                  \
  TIR_INLINE bool tir_ipow_##t(tir_e_##t x, tir_e_##t y, tir_e_##t* out) {           \
    *out = (tir_e_##t)tir_power(x, y);                                               \
    return true;                                                                     \
  }
TIR_UNSIGNED(u8) TIR_UNSIGNED(u16) TIR_UNSIGNED(u32) TIR_UNSIGNED(u64)

#define TIR_DIVISIONS(t)                             \
  TIR_BLOCK_CHECKED(div_##t, t, tir_div_##t)         \
  TIR_BLOCK_CHECKED(rem_##t, t, tir_rem_##t)         \
  TIR_BLOCK_CHECKED(ceildiv_##t, t, tir_ceildiv_##t) \
  TIR_BLOCK_CHECKED(ipow_##t, t, tir_ipow_##t)
TIR_DIVISIONS(i8) TIR_DIVISIONS(i16) TIR_DIVISIONS(i32) TIR_DIVISIONS(i64)
TIR_DIVISIONS(u8) TIR_DIVISIONS(u16) TIR_DIVISIONS(u32) TIR_DIVISIONS(u64)
TIR_BLOCK_CHECKED(floordiv_i8, i8, tir_floordiv_i8)
TIR_BLOCK_CHECKED(floordiv_i16, i16, tir_floordiv_i16)
TIR_BLOCK_CHECKED(floordiv_i32, i32, tir_floordiv_i32)
TIR_BLOCK_CHECKED(floordiv_i64, i64, tir_floordiv_i64)
