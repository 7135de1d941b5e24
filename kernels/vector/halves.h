/* Conversions between f32 and the 16-bit floats, to nearest even; NaN stays NaN. */
#ifndef TENSORIR_HALVES_H
#define TENSORIR_HALVES_H

#include "vector/blocks.h"
#if defined(__F16C__)
#include <immintrin.h>
#endif

TIR_INLINE uint16_t tir_f16_of(float x) {
#if defined(__F16C__)
  return (uint16_t)_cvtss_sh(x, _MM_FROUND_TO_NEAREST_INT);
#else
  const uint32_t bits = tir_bits_f32(x), sign = bits & 0x80000000u, size = bits ^ sign;
  /* Below the normal numbers of f16 adding 0.5 rounds at the right bit. */
  const uint32_t small = tir_bits_f32(tir_from_bits_f32(size) + 0.5f) - 0x3f000000u;
  const uint32_t normal = (size - 0x38000000u + 0xfffu + ((size >> 13) & 1)) >> 13;
  const uint32_t large = size > 0x7f800000u ? 0x7e00u | ((size >> 13) & 0x3ffu) : 0x7c00u;
  return (uint16_t)((size >= 0x47800000u ? large : size < 0x38800000u ? small : normal) | sign >> 16);
#endif
}
TIR_INLINE float tir_of_f16(uint16_t x) {
#if defined(__F16C__)
  return _cvtsh_ss(x);
#else
  const uint32_t sign = (uint32_t)(x & 0x8000) << 16, size = (uint32_t)(x & 0x7fff) << 13;
  const uint32_t small = tir_bits_f32(tir_from_bits_f32(size + 0x38800000u) - tir_from_bits_f32(0x38800000u));
  const uint32_t quiet = size > 0x0f800000u ? 0x00400000u : 0;
  const uint32_t normal = size + 0x38000000u, large = (size + 0x70000000u) | quiet;
  return tir_from_bits_f32((size >= 0x0f800000u ? large : size < 0x00800000u ? small : normal) | sign);
#endif
}
TIR_INLINE uint16_t tir_bf16_of(float x) {
  const uint32_t bits = tir_bits_f32(x);
  const uint32_t near = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  return (uint16_t)((bits & 0x7fffffffu) > 0x7f800000u ? bits >> 16 | 0x40 : near);
}
TIR_INLINE float tir_of_bf16(uint16_t x) { return tir_from_bits_f32((uint32_t)x << 16); }

#if defined(__AVX512F__)
#define TIR_HALF_LANES 16
#define TIR_HALVES(p) _mm512_cvtps_ph(_mm512_loadu_ps(p), _MM_FROUND_TO_NEAREST_INT)
#define TIR_PUT_HALVES(p, v) _mm256_storeu_si256((__m256i_u*)(p), v)
#define TIR_GET_HALVES(p) _mm256_loadu_si256((const __m256i_u*)(p))
#define TIR_PUT_FLOATS(p, halves) _mm512_storeu_ps(p, _mm512_cvtph_ps(halves))
#elif defined(__F16C__)
#define TIR_HALF_LANES 8
#define TIR_HALVES(p) _mm256_cvtps_ph(_mm256_loadu_ps(p), _MM_FROUND_TO_NEAREST_INT)
#define TIR_PUT_HALVES(p, v) _mm_storeu_si128((__m128i_u*)(p), v)
#define TIR_GET_HALVES(p) _mm_loadu_si128((const __m128i_u*)(p))
#define TIR_PUT_FLOATS(p, halves) _mm256_storeu_ps(p, _mm256_cvtph_ps(halves))
#endif

/* Whole runs of f16; `from` and `to` don't overlap. */
TIR_INLINE void tir_of_f16_run(const tir_e_f16* from, float* to, int64_t count) {
  int64_t i = 0;
#if defined(TIR_HALF_LANES)
  for (; i <= count - TIR_HALF_LANES; i += TIR_HALF_LANES) TIR_PUT_FLOATS(to + i, TIR_GET_HALVES(from + i));
#endif
  for (; i < count; i++) to[i] = tir_of_f16(from[i]);
}
TIR_INLINE void tir_f16_of_run(const float* from, tir_e_f16* to, int64_t count) {
  int64_t i = 0;
#if defined(TIR_HALF_LANES)
  for (; i <= count - TIR_HALF_LANES; i += TIR_HALF_LANES) TIR_PUT_HALVES(to + i, TIR_HALVES(from + i));
#endif
  for (; i < count; i++) to[i] = tir_f16_of(from[i]);
}

#endif
