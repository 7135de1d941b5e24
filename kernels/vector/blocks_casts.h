/* Conversions on blocks. */
#include "vector/blocks_exact.h"
#include "vector/halves.h"

/* ---- 16-bit floats --------------------------------------------------------------- */

/* Compilers vectorise everything but these. */
#if defined(TIR_HALF_LANES)
#define TIR_BLOCK_HALVES(name, ta, tout, vectors, expression)                              \
  TIR_BLOCK_HEAD(name) {                                                                   \
    const tir_e_##ta* a = pa;                                                              \
    tir_e_##tout* out = pout;                                                              \
    int64_t i = 0;                                                                         \
    (void)pb, (void)pc;                                                                    \
    for (; i <= count - TIR_HALF_LANES; i += TIR_HALF_LANES) vectors;                      \
    for (; i < count; i++) {                                                               \
      const tir_e_##ta x = a[i];                                                           \
      out[i] = expression;                                                                 \
    }                                                                                      \
    return TIR_STATUS_OK;                                                                  \
  }
#else
#define TIR_BLOCK_HALVES(name, ta, tout, vectors, expression) TIR_BLOCK_1(name, ta, tout, expression)
#endif
TIR_BLOCK_HALVES(f16_of_f32, f32, f16, TIR_PUT_HALVES(out + i, TIR_HALVES(a + i)), tir_f16_of(x))
TIR_BLOCK_HALVES(f32_of_f16, f16, f32, TIR_PUT_FLOATS(out + i, TIR_GET_HALVES(a + i)), tir_of_f16(x))
TIR_BLOCK_HALVES(round_f16_f32, f32, f32, TIR_PUT_FLOATS(out + i, TIR_HALVES(a + i)), tir_of_f16(tir_f16_of(x)))
TIR_BLOCK_1(bf16_of_f32, f32, bf16, tir_bf16_of(x))
TIR_BLOCK_1(f32_of_bf16, bf16, f32, tir_of_bf16(x))
TIR_BLOCK_1(round_bf16_f32, f32, f32, tir_of_bf16(tir_bf16_of(x)))

/* ---- 32- and 64-bit floats and integers -------------------------------------------- */

TIR_BLOCK_1(f32_of_f64, f64, f32, x)
TIR_BLOCK_1(f64_of_f32, f32, f64, x)
TIR_BLOCK_1(odd_f64, f64, f32, tir_odd_f32(x))
TIR_BLOCK_1(odd_i64, i64, f64, tir_odd_f64_i64(x))
TIR_BLOCK_1(odd_u64, u64, f64, tir_odd_f64_u64(x))

#define TIR_WIDEN(to, from) TIR_BLOCK_1(to##_of_##from, from, to, x)
TIR_WIDEN(u16, i8) TIR_WIDEN(u32, i8) TIR_WIDEN(u64, i8) TIR_WIDEN(u32, i16) TIR_WIDEN(u64, i16) TIR_WIDEN(u64, i32)
TIR_WIDEN(u16, u8) TIR_WIDEN(u32, u8) TIR_WIDEN(u64, u8) TIR_WIDEN(u32, u16) TIR_WIDEN(u64, u16) TIR_WIDEN(u64, u32)
TIR_WIDEN(u8, u16) TIR_WIDEN(u8, u32) TIR_WIDEN(u8, u64) TIR_WIDEN(u16, u32) TIR_WIDEN(u16, u64) TIR_WIDEN(u32, u64)

#define TIR_TO_FLOATS(from) TIR_WIDEN(f32, from) TIR_WIDEN(f64, from)
TIR_TO_FLOATS(i8) TIR_TO_FLOATS(i16) TIR_TO_FLOATS(i32) TIR_TO_FLOATS(i64)
TIR_TO_FLOATS(u8) TIR_TO_FLOATS(u16) TIR_TO_FLOATS(u32) TIR_TO_FLOATS(u64)

/* Truncates and saturates; NaN becomes 0. `end` is the power of two beyond the largest integer, `below` the largest
 * float under it. The conversion goes through `middle`, for which compilers have vectors. */
#define TIR_TO_INTEGER(t, T, from, middle, least, most, end, epsilon)                              \
  TIR_INLINE T tir_##t##_of_##from(tir_e_##from x) {                                               \
    const tir_e_##from low = (tir_e_##from)(least), below = (tir_e_##from)(end * (1 - epsilon));   \
    tir_e_##from inside = x > low ? x : low;                                                       \
    inside = inside < below ? inside : below;                                                      \
    const T whole = (T)(middle)inside, found = x >= (tir_e_##from)(end) ? (T)(most) : whole;       \
    return x == x ? found : 0;                                                                     \
  }                                                                                                \
  TIR_BLOCK_1(t##_of_##from, from, t, tir_##t##_of_##from(x))
#define TIR_TO_INTEGERS(from, epsilon)                                                             \
  TIR_TO_INTEGER(i8, int8_t, from, int32_t, INT8_MIN, INT8_MAX, 128.0, epsilon)                    \
  TIR_TO_INTEGER(i16, int16_t, from, int32_t, INT16_MIN, INT16_MAX, 32768.0, epsilon)              \
  TIR_TO_INTEGER(i32, int32_t, from, int32_t, INT32_MIN, INT32_MAX, 2147483648.0, epsilon)         \
  TIR_TO_INTEGER(i64, int64_t, from, int64_t, INT64_MIN, INT64_MAX, 9223372036854775808.0, epsilon) \
  TIR_TO_INTEGER(u8, uint8_t, from, int32_t, 0, UINT8_MAX, 256.0, epsilon)                         \
  TIR_TO_INTEGER(u16, uint16_t, from, int32_t, 0, UINT16_MAX, 65536.0, epsilon)                    \
  TIR_TO_INTEGER(u32, uint32_t, from, uint32_t, 0, UINT32_MAX, 4294967296.0, epsilon)              \
  TIR_TO_INTEGER(u64, uint64_t, from, uint64_t, 0, UINT64_MAX, 18446744073709551616.0, epsilon)
TIR_TO_INTEGERS(f32, 0x1p-24)
TIR_TO_INTEGERS(f64, 0x1p-53)
