/* The bodies of pack and unpack, for lines of any width.
 *
 * The including file says what it moves:
 *   TIR_LINE             bytes of a line
 *   tir_line             the type; tir_load_line(p), tir_store_line(p, v)
 *   tir_stream_line(p, v)  the same past the caches, to an aligned place; after the last
 *                        of them tir_stream_end(). Without such stores: TIR_STREAMS 0
 *   TIR_BLOCK            32-bit words along the side of a square block
 *   tir_transpose(from, from_row, to, to_row, stream)   one such block; rows in bytes */
#include "common.h"

/* Whether all places in steps of these sizes are aligned to a line. */
TIR_INLINE bool lines_aligned(const void* to, int64_t tile, int64_t row) {
  return (((int64_t)(intptr_t)to | tile | row) & (TIR_LINE - 1)) == 0;
}

/* rows: plain_column is 1. The columns are a multiple of a line. */
TIR_INLINE void copy_rows(const tir_copy_run* run, const int bytes, const bool packing) {
  const int64_t row_bytes = run->columns * bytes;
  const int64_t from_tile = (packing ? run->plain_tile : run->packed_tile) * bytes;
  const int64_t from_row = (packing ? run->plain_row : run->packed_row) * bytes;
  const int64_t to_tile = (packing ? run->packed_tile : run->plain_tile) * bytes;
  const int64_t to_row = (packing ? run->packed_row : run->plain_row) * bytes;
  const char* from = run->from;
  char* to = run->to;
#if TIR_STREAMS
  if (run->stream && lines_aligned(to, to_tile, to_row)) {
    for (int64_t i = 0; i < run->tiles; i++) {
      for (int64_t r = 0; r < run->rows; r++) {
        for (int64_t c = 0; c < row_bytes; c += TIR_LINE) {
          tir_stream_line(to + i * to_tile + r * to_row + c, tir_load_line(from + i * from_tile + r * from_row + c));
        }
      }
    }
    tir_stream_end();
    return;
  }
#endif
  if (row_bytes == TIR_LINE) { /* the usual case, without the innermost loop */
    for (int64_t i = 0; i < run->tiles; i++) {
      for (int64_t r = 0; r < run->rows; r++) {
        tir_store_line(to + i * to_tile + r * to_row, tir_load_line(from + i * from_tile + r * from_row));
      }
    }
    return;
  }
  for (int64_t i = 0; i < run->tiles; i++) {
    for (int64_t r = 0; r < run->rows; r++) {
      for (int64_t c = 0; c < row_bytes; c += TIR_LINE) {
        tir_store_line(to + i * to_tile + r * to_row + c, tir_load_line(from + i * from_tile + r * from_row + c));
      }
    }
  }
}

/* columns: plain_row is 1. Rows and columns are multiples of TIR_BLOCK. The plain
 * side is read or written a line along its rows at a time, the packed side along
 * its columns. */
TIR_INLINE void copy_columns(const tir_copy_run* run, const bool packing) {
  const int64_t word = 4;
  const int64_t plain_line = run->plain_column * word;
  const int64_t packed_line = run->packed_row * word;
  const char* from = run->from;
  char* to = run->to;
  const int64_t to_tile = (packing ? run->packed_tile : run->plain_tile) * word;
  /* Worth it only where a block's line is a whole cache line. */
  const bool stream = TIR_STREAMS && TIR_LINE == 64 && run->stream &&
                      lines_aligned(to, to_tile, packing ? packed_line : plain_line);
  for (int64_t i = 0; i < run->tiles; i++) {
    /* Rows inside: finish the cache lines of a few plain columns before the next ones,
     * which often lie a power of two apart and fall into the same cache set. */
    for (int64_t c = 0; c < run->columns; c += TIR_BLOCK) {
      for (int64_t r = 0; r < run->rows; r += TIR_BLOCK) {
        const int64_t plain = (i * run->plain_tile + r) * word + c * plain_line;
        const int64_t packed = (i * run->packed_tile + c) * word + r * packed_line;
        if (packing) {
          tir_transpose(from + plain, plain_line, to + packed, packed_line, stream);
        } else {
          tir_transpose(from + packed, packed_line, to + plain, plain_line, stream);
        }
      }
    }
  }
#if TIR_STREAMS
  if (stream) tir_stream_end();
#endif
}

#define TIR_COPY_ROWS(bits, t1, bytes, isa)                                                        \
  _Static_assert(t1 * bytes == TIR_LINE, "a line");                                                \
  void TIR_PACK_NAME(bits, 1, t1, rows, isa)(const tir_copy_run* run) { copy_rows(run, bytes, true); } \
  void TIR_UNPACK_NAME(bits, 1, t1, rows, isa)(const tir_copy_run* run) { copy_rows(run, bytes, false); }

#define TIR_COPY_COLUMNS(bits, side, isa)                                                          \
  _Static_assert(side == TIR_BLOCK && sizeof(tir_##bits) == 4, "a block of 32-bit words");         \
  void TIR_PACK_NAME(bits, side, side, columns, isa)(const tir_copy_run* run) { copy_columns(run, true); } \
  void TIR_UNPACK_NAME(bits, side, side, columns, isa)(const tir_copy_run* run) { copy_columns(run, false); }
