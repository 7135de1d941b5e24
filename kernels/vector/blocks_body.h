/* The functions on blocks, in one table for the instruction set that the including file is compiled for. */
#include "vector/blocks_arithmetic.h"
#include "vector/blocks_casts.h"
#include "vector/blocks_moves.h"
#include "vector/math.h"

#define TIR_ROW_F(f) [TIR_FN_##f] = {[TIR_TYPE_f32] = f##_f32, [TIR_TYPE_f64] = f##_f64}
#define TIR_U(f) [TIR_TYPE_u8] = f##_u8, [TIR_TYPE_u16] = f##_u16, [TIR_TYPE_u32] = f##_u32, [TIR_TYPE_u64] = f##_u64
#define TIR_I(f) [TIR_TYPE_i8] = f##_i8, [TIR_TYPE_i16] = f##_i16, [TIR_TYPE_i32] = f##_i32, [TIR_TYPE_i64] = f##_i64
#define TIR_ROW_U(f) [TIR_FN_##f] = {TIR_U(f)}
#define TIR_ROW_FU(f) [TIR_FN_##f] = {[TIR_TYPE_f32] = f##_f32, [TIR_TYPE_f64] = f##_f64, TIR_U(f)}
#define TIR_ROW_FI(f) [TIR_FN_##f] = {[TIR_TYPE_f32] = f##_f32, [TIR_TYPE_f64] = f##_f64, TIR_I(f)}
#define TIR_ROW_IU(f) [TIR_FN_##f] = {TIR_U(f), TIR_I(f)}
#define TIR_ROW_FIU(f) [TIR_FN_##f] = {[TIR_TYPE_f32] = f##_f32, [TIR_TYPE_f64] = f##_f64, TIR_U(f), TIR_I(f)}

#define TIR_CASTS_TO_FLOAT(f)                                                                              \
  [TIR_TYPE_u8] = f##_of_u8, [TIR_TYPE_u16] = f##_of_u16, [TIR_TYPE_u32] = f##_of_u32, [TIR_TYPE_u64] = f##_of_u64, \
  [TIR_TYPE_i8] = f##_of_i8, [TIR_TYPE_i16] = f##_of_i16, [TIR_TYPE_i32] = f##_of_i32, [TIR_TYPE_i64] = f##_of_i64
#define TIR_CASTS_OF_FLOATS(t) [TIR_TYPE_f32] = t##_of_f32, [TIR_TYPE_f64] = t##_of_f64
#define TIR_CAST(t, from) [TIR_TYPE_##from] = t##_of_##from

#define TIR_ROW_PAIRS(f)                                                                                   \
  TIR_ROW_F(f##_add), TIR_ROW_F(f##_sub), TIR_ROW_F(f##_rsub), TIR_ROW_F(f##_mul), TIR_ROW_F(f##_max),      \
      TIR_ROW_F(f##_min)

#define TIR_TABLE                                                                                          \
  .function = {                                                                                            \
      TIR_ROW_FU(add), TIR_ROW_FU(sub), TIR_ROW_FU(mul), TIR_ROW_FIU(div), TIR_ROW_FIU(rem),               \
      TIR_ROW_FIU(max), TIR_ROW_FIU(min), TIR_ROW_FU(neg), TIR_ROW_FI(abs),                                \
      TIR_ROW_F(sqrt), TIR_ROW_F(rsqrt), TIR_ROW_F(floor), TIR_ROW_F(ceil), TIR_ROW_F(trunc),              \
      TIR_ROW_F(round), TIR_ROW_F(roundeven), TIR_ROW_F(copysign), TIR_ROW_F(maxnum), TIR_ROW_F(minnum),   \
      TIR_ROW_F(fma), TIR_ROW_U(and), TIR_ROW_U(or), TIR_ROW_U(xor), TIR_ROW_U(shl), TIR_ROW_IU(shr),      \
      [TIR_FN_floordiv] = {TIR_I(floordiv), TIR_U(div)}, TIR_ROW_IU(ceildiv), TIR_ROW_IU(ipow),            \
      TIR_ROW_U(ctpop), TIR_ROW_U(ctlz), TIR_ROW_U(cttz), TIR_ROW_FU(eq), TIR_ROW_FU(ne),                  \
      TIR_ROW_FIU(lt), TIR_ROW_FIU(le), TIR_ROW_FIU(gt), TIR_ROW_FIU(ge), TIR_ROW_U(select),               \
      TIR_ROW_PAIRS(add), TIR_ROW_PAIRS(sub), TIR_ROW_PAIRS(mul), TIR_ROW_U(move),                \
      [TIR_FN_round_f16] = {[TIR_TYPE_f32] = round_f16_f32},                                               \
      [TIR_FN_round_bf16] = {[TIR_TYPE_f32] = round_bf16_f32},                                             \
      [TIR_FN_odd] = {[TIR_TYPE_f64] = odd_f64, [TIR_TYPE_i64] = odd_i64, [TIR_TYPE_u64] = odd_u64},       \
      [TIR_FN_fma_odd] = {[TIR_TYPE_f64] = fma_odd_f64},                                                   \
      [TIR_FN_wrap_i4] = {[TIR_TYPE_i8] = wrap_i4_i8},                                                     \
  },                                                                                                       \
  .cast = {                                                                                                \
      [TIR_TYPE_f32] = {TIR_CASTS_TO_FLOAT(f32), TIR_CAST(f32, f64), TIR_CAST(f32, f16), TIR_CAST(f32, bf16)}, \
      [TIR_TYPE_f64] = {TIR_CASTS_TO_FLOAT(f64), TIR_CAST(f64, f32)},                                      \
      [TIR_TYPE_f16] = {TIR_CAST(f16, f32)},                                                               \
      [TIR_TYPE_bf16] = {TIR_CAST(bf16, f32)},                                                             \
      [TIR_TYPE_i8] = {TIR_CASTS_OF_FLOATS(i8)},                                                           \
      [TIR_TYPE_i16] = {TIR_CASTS_OF_FLOATS(i16)},                                                         \
      [TIR_TYPE_i32] = {TIR_CASTS_OF_FLOATS(i32)},                                                         \
      [TIR_TYPE_i64] = {TIR_CASTS_OF_FLOATS(i64)},                                                         \
      [TIR_TYPE_u8] = {TIR_CASTS_OF_FLOATS(u8), TIR_CAST(u8, u16), TIR_CAST(u8, u32), TIR_CAST(u8, u64)},  \
      [TIR_TYPE_u16] = {TIR_CASTS_OF_FLOATS(u16), TIR_CAST(u16, u8), TIR_CAST(u16, i8), TIR_CAST(u16, u32), \
                        TIR_CAST(u16, u64)},                                                               \
      [TIR_TYPE_u32] = {TIR_CASTS_OF_FLOATS(u32), TIR_CAST(u32, u8), TIR_CAST(u32, i8), TIR_CAST(u32, u16), \
                        TIR_CAST(u32, i16), TIR_CAST(u32, u64)},                                           \
      [TIR_TYPE_u64] = {TIR_CASTS_OF_FLOATS(u64), TIR_CAST(u64, u8), TIR_CAST(u64, i8), TIR_CAST(u64, u16), \
                        TIR_CAST(u64, i16), TIR_CAST(u64, u32), TIR_CAST(u64, i32)},                       \
  },                                                                                                       \
  .load = tir_load, .store = tir_store, .indices = tir_indices

#define TIR_BLOCKS_TABLE(isa) const tir_block_table tir_blocks_##isa = {TIR_TABLE, .math = tir_math_function_##isa};
