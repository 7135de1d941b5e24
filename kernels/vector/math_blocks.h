/* The vector functions as loops over blocks, for the instruction set that the including file is compiled for; it
 * defines TIR_MATH_FUNCTION, the name of the function that finds them. */
#include "vector/math.h"
#include "vector/math_body.h"
#include "vector/math_f32.h"

/* The last, incomplete vector goes through memory of a whole one, whose other lanes repeat an element that is there, so
 * that no lane takes a slow path which no element needs. */
#define TIR_PAD(element, to, from, count, lanes) \
  for (int64_t lane = 0; lane < (lanes); lane++) (to)[lane] = ((const element*)(from))[lane < (count) ? lane : 0]
#define TIR_UNPAD(element, to, from, count) \
  for (int64_t lane = 0; lane < (count); lane++) ((element*)(to))[lane] = (from)[lane]

#define TIR_BLOCK_1(name, type, element, s, lanes)                                       \
  static void block_##name##_##type(const void* a, const void* b, void* out, int64_t count) { \
    (void)b;                                                                             \
    const element* from = a;                                                             \
    element* to = out;                                                                   \
    int64_t i = 0;                                                                       \
    for (; i + (lanes) <= count; i += (lanes)) {                                         \
      tir_store_##s(to + i, tir_##name##_##type(tir_load_##s(from + i)));                \
    }                                                                                    \
    if (i == count) return;                                                              \
    element memory[lanes];                                                               \
    TIR_PAD(element, memory, from + i, count - i, lanes);                                \
    tir_store_##s(memory, tir_##name##_##type(tir_load_##s(memory)));                    \
    TIR_UNPAD(element, to + i, memory, count - i);                                       \
  }

#define TIR_BLOCK_2(name, type, element, s, lanes)                                       \
  static void block_##name##_##type(const void* a, const void* b, void* out, int64_t count) { \
    const element *left = a, *right = b;                                                 \
    element* to = out;                                                                   \
    int64_t i = 0;                                                                       \
    for (; i + (lanes) <= count; i += (lanes)) {                                         \
      tir_store_##s(to + i, tir_##name##_##type(tir_load_##s(left + i), tir_load_##s(right + i))); \
    }                                                                                    \
    if (i == count) return;                                                              \
    element memory[lanes], other[lanes];                                                 \
    TIR_PAD(element, memory, left + i, count - i, lanes);                                \
    TIR_PAD(element, other, right + i, count - i, lanes);                                \
    tir_store_##s(memory, tir_##name##_##type(tir_load_##s(memory), tir_load_##s(other))); \
    TIR_UNPAD(element, to + i, memory, count - i);                                       \
  }

#define TIR_BLOCK_f32(name, operands) TIR_BLOCK_##operands(name, f32, float, f, TIR_VF_LANES)
#define TIR_BLOCK_f64(name, operands) TIR_BLOCK_##operands(name, f64, double, d, TIR_VD_LANES)

#define TIR_MATH(name, type, operands, ulp, portable) TIR_BLOCK_##type(name, operands)
#include "vector/math.inc"
#undef TIR_MATH

tir_block_function TIR_MATH_FUNCTION(int32_t function, int32_t type) {
#define TIR_MATH(name, t, operands, ulp, portable) \
  if (function == TIR_FN_##name && type == TIR_TYPE_##t) return block_##name##_##t;
#include "vector/math.inc"
#undef TIR_MATH
  return NULL;
}
