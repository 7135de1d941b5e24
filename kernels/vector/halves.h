/* Conversions between f32 and the 16-bit floats, to nearest even; NaN stays NaN. */
#ifndef TENSORIR_HALVES_H
#define TENSORIR_HALVES_H

#include "common.h"

#if defined(__F16C__)
#include <immintrin.h>
#endif

TIR_INLINE float tir_float_of(uint32_t bits) {
  union { uint32_t bits; float value; } all = {.bits = bits};
  return all.value;
}

TIR_INLINE uint32_t tir_bits_of(float x) {
  union { float value; uint32_t bits; } all = {.value = x};
  return all.bits;
}

TIR_INLINE float tir_from_bf16(uint16_t x) { return tir_float_of((uint32_t)x << 16); }

TIR_INLINE uint16_t tir_to_bf16(float x) {
  const uint32_t bits = tir_bits_of(x);
  const uint32_t rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
  return (uint16_t)((bits & 0x7fffffff) > 0x7f800000 ? bits >> 16 | 0x40 : rounded);
}

TIR_INLINE float tir_from_f16(uint16_t x) {
#if defined(__F16C__)
  return _cvtsh_ss(x);
#else
  const uint32_t sign = (uint32_t)(x & 0x8000) << 16, rest = (uint32_t)(x & 0x7fff) << 13;
  if (rest >= 0x0f800000) return tir_float_of(sign | rest | 0x7f800000); /* inf, NaN */
  return tir_float_of(sign | tir_bits_of(tir_float_of(rest) * 0x1p112f)); /* exact, denormals too */
#endif
}

TIR_INLINE uint16_t tir_to_f16(float x) {
#if defined(__F16C__)
  return _cvtss_sh(x, _MM_FROUND_TO_NEAREST_INT);
#else
  const uint32_t sign = tir_bits_of(x) >> 16 & 0x8000;
  uint32_t bits = tir_bits_of(x) & 0x7fffffff;
  if (bits > 0x7f800000) {
    bits = 0x7e00 | (bits >> 13 & 0x3ff); /* as the instruction: a quiet NaN with what fits of the rest */
  } else if (bits >= 0x47800000) {
    bits = 0x7c00;
  } else if (bits < 0x38800000) { /* denormal: the sum with 0.5 has the last bit of such a number */
    bits = tir_bits_of(tir_float_of(bits) + 0.5f) - 0x3f000000;
  } else {
    bits = (bits - 0x38000000 + 0xfff + (bits >> 13 & 1)) >> 13;
  }
  return (uint16_t)(sign | bits);
#endif
}

TIR_INLINE void tir_from_f16_run(const tir_b16* from, float* to, int64_t count) {
  int64_t i = 0;
#if defined(__AVX512F__)
  for (; i + 16 <= count; i += 16) {
    _mm512_storeu_ps(to + i, _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i*)(from + i))));
  }
#elif defined(__F16C__)
  for (; i + 8 <= count; i += 8) _mm256_storeu_ps(to + i, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i*)(from + i))));
#endif
  for (; i < count; i++) to[i] = tir_from_f16(from[i]);
}

TIR_INLINE void tir_to_f16_run(const float* from, tir_b16* to, int64_t count) {
  int64_t i = 0;
#if defined(__AVX512F__)
  for (; i + 16 <= count; i += 16) {
    _mm256_storeu_si256((__m256i*)(to + i), _mm512_cvtps_ph(_mm512_loadu_ps(from + i), _MM_FROUND_TO_NEAREST_INT));
  }
#elif defined(__F16C__)
  for (; i + 8 <= count; i += 8) {
    _mm_storeu_si128((__m128i*)(to + i), _mm256_cvtps_ph(_mm256_loadu_ps(from + i), _MM_FROUND_TO_NEAREST_INT));
  }
#endif
  for (; i < count; i++) to[i] = tir_to_f16(from[i]);
}

#endif
