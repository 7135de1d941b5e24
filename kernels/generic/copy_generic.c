/* pack and unpack in portable C: lines of 16 bytes, transposes of 4 x 4 words. */
#if defined(__AVX__)
#error "generic kernels must run everywhere: compile with the baseline flags"
#endif
#include "common.h"

#define TIR_LINE 16
#define TIR_BLOCK 4
#define TIR_STREAMS 0
/* In memory a line may begin anywhere. */
typedef uint32_t tir_line __attribute__((vector_size(16), aligned(1), may_alias));

TIR_INLINE tir_line tir_load_line(const char* p) { return *(const tir_line*)p; }
TIR_INLINE void tir_store_line(char* p, tir_line v) { *(tir_line*)p = v; }

/* Compilers know these element by element constructions as shuffles. */
TIR_INLINE void tir_transpose(const char* from, int64_t from_row, char* to, int64_t to_row, bool stream) {
  (void)stream;
  tir_line a[4];
  TIR_UNROLL for (int i = 0; i < 4; i++) a[i] = tir_load_line(from + i * from_row);
  TIR_UNROLL for (int i = 0; i < 4; i++) {
    const tir_line column = {a[0][i], a[1][i], a[2][i], a[3][i]};
    tir_store_line(to + i * to_row, column);
  }
}

TIR_INLINE void tir_transpose_part(
    const char* from, int64_t from_row, char* to, int64_t to_row, int64_t rows, int64_t columns) {
  typedef uint32_t __attribute__((may_alias, aligned(1))) word;
  for (int64_t c = 0; c < columns; c++) {
    for (int64_t r = 0; r < rows; r++) *(word*)(to + c * to_row + r * 4) = *(const word*)(from + r * from_row + c * 4);
  }
}

#define TIR_BLOCK8 2
TIR_INLINE void tir_transpose8(const char* from, int64_t from_row, char* to, int64_t to_row) {
  typedef uint64_t __attribute__((may_alias, aligned(1))) word;
  const word* first = (const word*)from;
  const word* second = (const word*)(from + from_row);
  const uint64_t a = first[0], b = first[1], c = second[0], d = second[1];
  word* row = (word*)to;
  row[0] = a;
  row[1] = c;
  row = (word*)(to + to_row);
  row[0] = b;
  row[1] = d;
}

TIR_INLINE tir_line tir_splat_line(uint64_t x) {
  const uint32_t low = (uint32_t)x, high = (uint32_t)(x >> 32);
  return (tir_line){low, high, low, high};
}

#include "copy_body.h"
#include "steps/moves_body.h"

TIR_COPY_ROWS(b8, 16, 1, generic)
TIR_COPY_ROWS(b16, 8, 2, generic)
TIR_COPY_ROWS(b32, 4, 4, generic)
TIR_COPY_ROWS(b64, 2, 8, generic)
TIR_COPY_COLUMNS(b32, 4, generic)
TIR_MOVES(generic)
