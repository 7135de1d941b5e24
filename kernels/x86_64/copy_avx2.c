/* pack and unpack for AVX2: lines of 32 bytes, transposes of 8 x 8 words. */
#if !defined(__AVX2__) || defined(__AVX512F__)
#error "compile with -mavx2, and nothing beyond"
#endif
#include <immintrin.h>

#include "common.h"

#define TIR_LINE 32
#define TIR_BLOCK 8
#define tir_load_line(p) _mm256_loadu_si256((const __m256i*)(p))
#define tir_store_line(p, v) _mm256_storeu_si256((__m256i*)(p), v)
#define TIR_STREAMS 1
#define tir_stream_line(p, v) _mm256_stream_si256((__m256i*)(p), v)
#define tir_stream_end() _mm_sfence()

/* Transposes 2 x 2, 4 x 4 within each 128-bit half, then the halves. */
TIR_INLINE void tir_transpose(const char* from, int64_t from_row, char* to, int64_t to_row, bool stream) {
  (void)stream; /* a line of this block is half a cache line */
  __m256i a[8], b[8];
  TIR_UNROLL for (int i = 0; i < 8; i++) a[i] = tir_load_line(from + i * from_row);
  TIR_UNROLL for (int i = 0; i < 8; i += 2) {
    b[i] = _mm256_unpacklo_epi32(a[i], a[i + 1]);
    b[i + 1] = _mm256_unpackhi_epi32(a[i], a[i + 1]);
  }
  TIR_UNROLL for (int i = 0; i < 8; i += 4) {
    a[i] = _mm256_unpacklo_epi64(b[i], b[i + 2]);
    a[i + 1] = _mm256_unpackhi_epi64(b[i], b[i + 2]);
    a[i + 2] = _mm256_unpacklo_epi64(b[i + 1], b[i + 3]);
    a[i + 3] = _mm256_unpackhi_epi64(b[i + 1], b[i + 3]);
  }
  TIR_UNROLL for (int i = 0; i < 4; i++) {
    tir_store_line(to + i * to_row, _mm256_permute2x128_si256(a[i], a[4 + i], 0x20));
    tir_store_line(to + (4 + i) * to_row, _mm256_permute2x128_si256(a[i], a[4 + i], 0x31));
  }
}
#include "copy_body.h"

TIR_COPY_ROWS(b8, 32, 1, avx2)
TIR_COPY_ROWS(b16, 16, 2, avx2)
TIR_COPY_ROWS(b32, 8, 4, avx2)
TIR_COPY_ROWS(b64, 4, 8, avx2)
TIR_COPY_COLUMNS(b32, 8, avx2)
