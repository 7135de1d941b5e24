/* pack and unpack for AVX-512: lines of 64 bytes, transposes of 16 x 16 words. */
#ifndef __AVX512F__
#error "compile with -mavx512f"
#endif
#include <immintrin.h>

#include "common.h"

#define TIR_LINE 64
#define TIR_BLOCK 16
#define tir_load_line(p) _mm512_loadu_si512(p)
#define tir_store_line(p, v) _mm512_storeu_si512(p, v)
#define TIR_STREAMS 1
#define tir_stream_line(p, v) _mm512_stream_si512((void*)(p), v)
#define tir_stream_end() _mm_sfence()

/* Transposes 2 x 2, 4 x 4 within each 128-bit quarter, then the quarters. */
TIR_INLINE void tir_transpose(const char* from, int64_t from_row, char* to, int64_t to_row, bool stream) {
  __m512i a[16], b[16];
  TIR_UNROLL for (int i = 0; i < 16; i++) a[i] = _mm512_loadu_si512(from + i * from_row);
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
    const __m512i low = _mm512_shuffle_i32x4(b[i], b[8 + i], 0x88);
    const __m512i high = _mm512_shuffle_i32x4(b[i], b[8 + i], 0xdd);
    if (stream) {
      tir_stream_line(to + i * to_row, low);
      tir_stream_line(to + (8 + i) * to_row, high);
    } else {
      tir_store_line(to + i * to_row, low);
      tir_store_line(to + (8 + i) * to_row, high);
    }
  }
}
#include "copy_body.h"

TIR_COPY_ROWS(b8, 64, 1, avx512)
TIR_COPY_ROWS(b16, 32, 2, avx512)
TIR_COPY_ROWS(b32, 16, 4, avx512)
TIR_COPY_ROWS(b64, 8, 8, avx512)
TIR_COPY_COLUMNS(b32, 16, avx512)
