/* pack and unpack for AVX2: lines of 32 bytes, transposes of 8 x 8 words. */
#if !defined(__AVX2__) || defined(__AVX512F__)
#error "compile with -mavx2, and nothing beyond"
#endif
#include <immintrin.h>

#include "common.h"

#define TIR_LINE 32
#define TIR_BLOCK 8
typedef __m256i tir_line;
#define tir_load_line(p) _mm256_loadu_si256((const __m256i*)(p))
#define tir_store_line(p, v) _mm256_storeu_si256((__m256i*)(p), v)
#define TIR_STREAMS 1
#define tir_stream_line(p, v) _mm256_stream_si256((__m256i*)(p), v)
#define tir_stream_end() _mm_sfence()

/* Transposes 2 x 2, 4 x 4 within each 128-bit half, then the halves. */
TIR_INLINE void transpose_words(__m256i a[8]) {
  __m256i b[8];
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
    b[i] = _mm256_permute2x128_si256(a[i], a[4 + i], 0x20);
    b[4 + i] = _mm256_permute2x128_si256(a[i], a[4 + i], 0x31);
  }
  TIR_UNROLL for (int i = 0; i < 8; i++) a[i] = b[i];
}

TIR_INLINE void tir_transpose(const char* from, int64_t from_row, char* to, int64_t to_row, bool stream) {
  (void)stream; /* a line of this block is half a cache line */
  __m256i a[8];
  TIR_UNROLL for (int i = 0; i < 8; i++) a[i] = tir_load_line(from + i * from_row);
  transpose_words(a);
  TIR_UNROLL for (int i = 0; i < 8; i++) tir_store_line(to + i * to_row, a[i]);
}

/* The first `count` words of a line. */
TIR_INLINE __m256i first_words(int64_t count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

TIR_INLINE void tir_transpose_part(
    const char* from, int64_t from_row, char* to, int64_t to_row, int64_t rows, int64_t columns) {
  const __m256i in_row = first_words(columns), in_column = first_words(rows);
  __m256i a[8];
  TIR_UNROLL for (int i = 0; i < 8; i++) {
    a[i] = i < rows ? _mm256_maskload_epi32((const int*)(from + i * from_row), in_row) : _mm256_setzero_si256();
  }
  transpose_words(a);
  TIR_UNROLL for (int i = 0; i < 8; i++) {
    if (i < columns) _mm256_maskstore_epi32((int*)(to + i * to_row), in_column, a[i]);
  }
}

#define TIR_BLOCK8 4
TIR_INLINE void tir_transpose8(const char* from, int64_t from_row, char* to, int64_t to_row) {
  __m256i a[4], b[4];
  TIR_UNROLL for (int i = 0; i < 4; i++) a[i] = tir_load_line(from + i * from_row);
  TIR_UNROLL for (int i = 0; i < 4; i += 2) {
    b[i] = _mm256_unpacklo_epi64(a[i], a[i + 1]);
    b[i + 1] = _mm256_unpackhi_epi64(a[i], a[i + 1]);
  }
  TIR_UNROLL for (int i = 0; i < 2; i++) {
    tir_store_line(to + i * to_row, _mm256_permute2x128_si256(b[i], b[2 + i], 0x20));
    tir_store_line(to + (2 + i) * to_row, _mm256_permute2x128_si256(b[i], b[2 + i], 0x31));
  }
}

#define tir_splat_line(x) _mm256_set1_epi64x((long long)(x))
#include "copy_body.h"
#include "steps/moves_body.h"

TIR_COPY_ROWS(b8, 32, 1, avx2)
TIR_COPY_ROWS(b16, 16, 2, avx2)
TIR_COPY_ROWS(b32, 8, 4, avx2)
TIR_COPY_ROWS(b64, 4, 8, avx2)
TIR_COPY_COLUMNS(b32, 8, avx2)
TIR_MOVES(avx2)
