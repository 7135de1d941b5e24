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
#include "copy_body.h"

TIR_COPY_ROWS(b8, 16, 1, generic)
TIR_COPY_ROWS(b16, 8, 2, generic)
TIR_COPY_ROWS(b32, 4, 4, generic)
TIR_COPY_ROWS(b64, 2, 8, generic)
TIR_COPY_COLUMNS(b32, 4, generic)
