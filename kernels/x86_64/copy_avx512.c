/* pack and unpack for AVX-512: lines of 64 bytes, transposes of 16 x 16 words. */
#ifndef __AVX512F__
#error "compile with -mavx512f"
#endif
#include <immintrin.h>

#include "common.h"

#define TIR_LINE 64
#define TIR_BLOCK 16
typedef __m512i tir_line;
#define tir_load_line(p) _mm512_loadu_si512(p)
#define tir_store_line(p, v) _mm512_storeu_si512(p, v)
#define TIR_STREAMS 1
#define tir_stream_line(p, v) _mm512_stream_si512((void*)(p), v)
#define tir_stream_end() _mm_sfence()

/* Transposes 2 x 2, 4 x 4 within each 128-bit quarter, then the quarters. */
TIR_INLINE void transpose_words(__m512i a[16]) {
  __m512i b[16];
  TIR_UNROLL for (int i = 0; i < 16; i += 2) {
    b[i] = _mm512_unpacklo_epi32(a[i], a[i + 1]);
    b[i + 1] = _mm512_unpackhi_epi32(a[i], a[i + 1]);
  }
  TIR_UNROLL for (int i = 0; i < 16; i += 4) {
    a[i] = _mm512_unpacklo_epi64(b[i], b[i + 2]);
    a[i + 1] = _mm512_unpackhi_epi64(b[i], b[i + 2]);
    a[i + 2] = _mm512_unpacklo_epi64(b[i + 1], b[i + 3]);
    a[i + 3] = _mm512_unpackhi_epi64(b[i + 1], b[i + 3]);
  }
  /* Now quarter q of a[4 g + j] is column 4 q + j of rows 4 g … 4 g + 3. */
  TIR_UNROLL for (int j = 0; j < 4; j++) {
    b[j] = _mm512_shuffle_i32x4(a[j], a[4 + j], 0x88);
    b[4 + j] = _mm512_shuffle_i32x4(a[j], a[4 + j], 0xdd);
    b[8 + j] = _mm512_shuffle_i32x4(a[8 + j], a[12 + j], 0x88);
    b[12 + j] = _mm512_shuffle_i32x4(a[8 + j], a[12 + j], 0xdd);
  }
  TIR_UNROLL for (int i = 0; i < 8; i++) {
    a[i] = _mm512_shuffle_i32x4(b[i], b[8 + i], 0x88);
    a[8 + i] = _mm512_shuffle_i32x4(b[i], b[8 + i], 0xdd);
  }
}

TIR_INLINE void tir_transpose(const char* from, int64_t from_row, char* to, int64_t to_row, bool stream) {
  __m512i a[16];
  TIR_UNROLL for (int i = 0; i < 16; i++) a[i] = _mm512_loadu_si512(from + i * from_row);
  transpose_words(a);
  TIR_UNROLL for (int i = 0; i < 16; i++) {
    if (stream) {
      tir_stream_line(to + i * to_row, a[i]);
    } else {
      tir_store_line(to + i * to_row, a[i]);
    }
  }
}

TIR_INLINE void tir_transpose_part(
    const char* from, int64_t from_row, char* to, int64_t to_row, int64_t rows, int64_t columns) {
  const __mmask16 in_row = (__mmask16)((1u << columns) - 1), in_column = (__mmask16)((1u << rows) - 1);
  __m512i a[16];
  TIR_UNROLL for (int i = 0; i < 16; i++) {
    a[i] = i < rows ? _mm512_maskz_loadu_epi32(in_row, from + i * from_row) : _mm512_setzero_si512();
  }
  transpose_words(a);
  TIR_UNROLL for (int i = 0; i < 16; i++) {
    if (i < columns) _mm512_mask_storeu_epi32(to + i * to_row, in_column, a[i]);
  }
}

#define TIR_BLOCK8 8
TIR_INLINE void tir_transpose8(const char* from, int64_t from_row, char* to, int64_t to_row) {
  __m512i a[8], b[8];
  TIR_UNROLL for (int i = 0; i < 8; i++) a[i] = _mm512_loadu_si512(from + i * from_row);
  TIR_UNROLL for (int i = 0; i < 8; i += 2) {
    b[i] = _mm512_unpacklo_epi64(a[i], a[i + 1]);
    b[i + 1] = _mm512_unpackhi_epi64(a[i], a[i + 1]);
  }
  /* Now quarter q of b[2 g + j] is column 2 q + j of rows 2 g, 2 g + 1. */
  TIR_UNROLL for (int j = 0; j < 2; j++) {
    a[j] = _mm512_shuffle_i64x2(b[j], b[2 + j], 0x88);
    a[2 + j] = _mm512_shuffle_i64x2(b[j], b[2 + j], 0xdd);
    a[4 + j] = _mm512_shuffle_i64x2(b[4 + j], b[6 + j], 0x88);
    a[6 + j] = _mm512_shuffle_i64x2(b[4 + j], b[6 + j], 0xdd);
  }
  TIR_UNROLL for (int i = 0; i < 4; i++) {
    tir_store_line(to + i * to_row, _mm512_shuffle_i64x2(a[i], a[4 + i], 0x88));
    tir_store_line(to + (4 + i) * to_row, _mm512_shuffle_i64x2(a[i], a[4 + i], 0xdd));
  }
}

#define tir_splat_line(x) _mm512_set1_epi64((long long)(x))
#include "copy_body.h"
#include "steps/moves_body.h"

TIR_COPY_ROWS(b8, 64, 1, avx512)
TIR_COPY_ROWS(b16, 32, 2, avx512)
TIR_COPY_ROWS(b32, 16, 4, avx512)
TIR_COPY_ROWS(b64, 8, 8, avx512)
TIR_COPY_COLUMNS(b32, 16, avx512)
TIR_MOVES(avx512)
