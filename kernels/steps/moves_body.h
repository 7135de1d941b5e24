/* The bodies of tir_move_functions, for lines of any width. The including file has defined what copy_body.h needs,
 * and besides
 *   tir_splat_line(x)     64 bits again and again
 *   tir_transpose_part(from, from_row, to, to_row, rows, columns)   the first rows and columns of a block of
 *                         32-bit words: rows of the source, which become columns
 *   TIR_BLOCK8, tir_transpose8(from, from_row, to, to_row)   a block of 64-bit words */
#include "steps/moves.h"

#define TIR_CACHE_LINE 64

/* Less than a line: two pieces that overlap. Both are read before one is written. */
TIR_INLINE void move_piece(const char* from, char* to, int64_t bytes) {
#define TIR_PIECE(type)                                                     \
  if (bytes >= (int64_t)sizeof(type)) {                                     \
    const type first = *(const type*)from;                                  \
    const type last = *(const type*)(from + bytes - (int64_t)sizeof(type)); \
    *(type*)to = first;                                                     \
    *(type*)(to + bytes - (int64_t)sizeof(type)) = last;                    \
    return;                                                                 \
  }
#if TIR_LINE > 32
  typedef uint64_t __attribute__((vector_size(32), aligned(1), may_alias)) piece32;
  TIR_PIECE(piece32)
#endif
#if TIR_LINE > 16
  typedef uint64_t __attribute__((vector_size(16), aligned(1), may_alias)) piece16;
  TIR_PIECE(piece16)
#endif
  TIR_PIECE(tir_u64)
  TIR_PIECE(tir_u32)
  TIR_PIECE(tir_u16)
  if (bytes > 0) *to = *from;
#undef TIR_PIECE
}

TIR_INLINE void move_bytes(const char* from, char* to, int64_t bytes) {
  if (bytes < TIR_LINE) {
    move_piece(from, to, bytes);
    return;
  }
  int64_t i = 0;
  for (; i + 4 * TIR_LINE <= bytes; i += 4 * TIR_LINE) {
    const tir_line a = tir_load_line(from + i), b = tir_load_line(from + i + TIR_LINE);
    const tir_line c = tir_load_line(from + i + 2 * TIR_LINE), d = tir_load_line(from + i + 3 * TIR_LINE);
    tir_store_line(to + i, a);
    tir_store_line(to + i + TIR_LINE, b);
    tir_store_line(to + i + 2 * TIR_LINE, c);
    tir_store_line(to + i + 3 * TIR_LINE, d);
  }
  for (; i + TIR_LINE <= bytes; i += TIR_LINE) tir_store_line(to + i, tir_load_line(from + i));
  if (i < bytes) tir_store_line(to + bytes - TIR_LINE, tir_load_line(from + bytes - TIR_LINE));
}

#if TIR_STREAMS
/* Past the caches, from the first cache line that is whole on. */
TIR_INLINE void stream_bytes(const char* from, char* to, int64_t bytes) {
  const int64_t head = -(int64_t)(intptr_t)to & (TIR_CACHE_LINE - 1);
  if (bytes < head + TIR_CACHE_LINE) {
    move_bytes(from, to, bytes);
    return;
  }
  move_bytes(from, to, head);
  int64_t i = head;
  for (; i + TIR_CACHE_LINE <= bytes; i += TIR_CACHE_LINE) {
    for (int j = 0; j < TIR_CACHE_LINE; j += TIR_LINE) tir_stream_line(to + i + j, tir_load_line(from + i + j));
  }
  move_bytes(from + i, to + i, bytes - i);
}

/* Whether rows are so long, or lie so well, that few cache lines are written in two pieces. */
TIR_INLINE bool streams_well(const tir_move* m) {
  return m->count >= 64 * TIR_CACHE_LINE ||
         (((int64_t)(intptr_t)m->to | m->to_row | m->count) & (TIR_CACHE_LINE - 1)) == 0;
}
#endif

static void move_lines(const tir_move* m) {
#if TIR_STREAMS
  if (m->stream && streams_well(m)) {
    for (int64_t r = 0; r < m->rows; r++) stream_bytes(m->from + r * m->from_row, m->to + r * m->to_row, m->count);
    tir_stream_end();
    return;
  }
#endif
  if (m->count == TIR_CACHE_LINE) { /* rows of tiles are often so long */
    for (int64_t r = 0; r < m->rows; r++) {
      for (int i = 0; i < TIR_CACHE_LINE; i += TIR_LINE) {
        tir_store_line(m->to + r * m->to_row + i, tir_load_line(m->from + r * m->from_row + i));
      }
    }
    return;
  }
  for (int64_t r = 0; r < m->rows; r++) move_bytes(m->from + r * m->from_row, m->to + r * m->to_row, m->count);
}

static void move_chosen_lines(const tir_move* m, const int64_t* offset) {
  for (int64_t r = 0; r < m->rows; r++) move_bytes(m->from + offset[r], m->to + r * m->to_row, m->count);
}

static void move_fill(const tir_move* m, uint64_t value) {
#if TIR_STREAMS
  const bool stream = m->stream && m->count >= 64 * TIR_CACHE_LINE;
#endif
  for (int64_t r = 0; r < m->rows; r++) {
    char* to = m->to + r * m->to_row;
    uint64_t next = value; /* the 8 bytes from i on */
    tir_line line = tir_splat_line(next);
    int64_t i = 0;
#if TIR_STREAMS
    if (stream) {
      const int64_t head = -(int64_t)(intptr_t)to & (TIR_CACHE_LINE - 1);
      for (; i < head; i += TIR_LINE) tir_store_line(to + i, line);
      const int turn = (int)(head & 7) * 8;
      if (turn > 0) next = value >> turn | value << (64 - turn);
      line = tir_splat_line(next);
      for (i = head; i + TIR_LINE <= m->count; i += TIR_LINE) tir_stream_line(to + i, line);
    }
#endif
    for (; i + TIR_LINE <= m->count; i += TIR_LINE) tir_store_line(to + i, line);
    for (; i + 8 <= m->count; i += 8) *(tir_u64*)(to + i) = next;
    for (; i < m->count; i++, next >>= 8) to[i] = (char)next;
  }
#if TIR_STREAMS
  if (stream) tir_stream_end();
#endif
}

/* ---- transposes: the source is contiguous along the rows, the result along the columns ---- */

typedef uint8_t tir_bytes __attribute__((vector_size(16)));
typedef uint8_t __attribute__((vector_size(16), aligned(1), may_alias)) tir_bytes_anywhere;
typedef uint16_t tir_halves __attribute__((vector_size(16)));
typedef uint16_t __attribute__((vector_size(16), aligned(1), may_alias)) tir_halves_anywhere;

/* Each of these rounds puts rows i and i + half of the block together, element by element; as many rounds as an index
 * has bits exchange rows and columns. */
TIR_INLINE void transpose_bytes(const char* from, int64_t from_row, char* to, int64_t to_row) {
  tir_bytes a[16], b[16];
  TIR_UNROLL for (int i = 0; i < 16; i++) a[i] = *(const tir_bytes_anywhere*)(from + i * from_row);
  TIR_UNROLL for (int round = 0; round < 4; round++) {
    TIR_UNROLL for (int i = 0; i < 8; i++) {
      b[2 * i] = __builtin_shufflevector(a[i], a[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      b[2 * i + 1] =
          __builtin_shufflevector(a[i], a[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
    TIR_UNROLL for (int i = 0; i < 16; i++) a[i] = b[i];
  }
  TIR_UNROLL for (int i = 0; i < 16; i++) *(tir_bytes_anywhere*)(to + i * to_row) = a[i];
}

TIR_INLINE void transpose_halves(const char* from, int64_t from_row, char* to, int64_t to_row) {
  tir_halves a[8], b[8];
  TIR_UNROLL for (int i = 0; i < 8; i++) a[i] = *(const tir_halves_anywhere*)(from + i * from_row);
  TIR_UNROLL for (int round = 0; round < 3; round++) {
    TIR_UNROLL for (int i = 0; i < 4; i++) {
      b[2 * i] = __builtin_shufflevector(a[i], a[i + 4], 0, 8, 1, 9, 2, 10, 3, 11);
      b[2 * i + 1] = __builtin_shufflevector(a[i], a[i + 4], 4, 12, 5, 13, 6, 14, 7, 15);
    }
    TIR_UNROLL for (int i = 0; i < 8; i++) a[i] = b[i];
  }
  TIR_UNROLL for (int i = 0; i < 8; i++) *(tir_halves_anywhere*)(to + i * to_row) = a[i];
}

/* A block that is not whole. */
TIR_INLINE void transpose_part(const tir_move* m, const int bytes, const char* from, char* to, int64_t rows,
                               int64_t columns) {
  if (bytes == 4) {
    tir_transpose_part(from, m->from_step, to, m->to_row, columns, rows);
    return;
  }
  for (int64_t r = 0; r < rows; r++) {
    for (int64_t c = 0; c < columns; c++) {
      tir_move_element(from + r * bytes + c * m->from_step, to + r * m->to_row + c * bytes, bytes);
    }
  }
}

/* Blocks of a larger block, whose lines and pages are all near while it lasts: strides are often powers of two, so that
 * few of them fit into the caches at a time. */
TIR_INLINE void move_transpose(const tir_move* m, const int bytes, const int block, const bool stream) {
  const int64_t near = 512 / bytes;
  for (int64_t near_r = 0; near_r < m->rows; near_r += near) {
    const int64_t end_r = m->rows - near_r < near ? m->rows : near_r + near;
    for (int64_t near_c = 0; near_c < m->count; near_c += near) {
      const int64_t end_c = m->count - near_c < near ? m->count : near_c + near;
      for (int64_t r = near_r; r < end_r; r += block) {
        for (int64_t c = near_c; c < end_c; c += block) {
          const char* from = m->from + r * bytes + c * m->from_step;
          char* to = m->to + r * m->to_row + c * bytes;
          if (end_r - r < block || end_c - c < block) {
            transpose_part(m, bytes, from, to, end_r - r < block ? end_r - r : block,
                           end_c - c < block ? end_c - c : block);
          } else if (bytes == 1) {
            transpose_bytes(from, m->from_step, to, m->to_row);
          } else if (bytes == 2) {
            transpose_halves(from, m->from_step, to, m->to_row);
          } else if (bytes == 4) {
            tir_transpose(from, m->from_step, to, m->to_row, stream);
          } else {
            tir_transpose8(from, m->from_step, to, m->to_row);
          }
        }
      }
    }
  }
}

static void move_transpose1(const tir_move* m) { move_transpose(m, 1, 16, false); }
static void move_transpose2(const tir_move* m) { move_transpose(m, 2, 8, false); }
static void move_transpose4(const tir_move* m) {
#if TIR_STREAMS && TIR_LINE == TIR_CACHE_LINE /* otherwise a line of a block is not a whole cache line */
  if (m->stream && lines_aligned(m->to, m->to_row, 0)) {
    move_transpose(m, 4, TIR_BLOCK, true);
    tir_stream_end();
    return;
  }
#endif
  move_transpose(m, 4, TIR_BLOCK, false);
}
static void move_transpose8(const tir_move* m) { move_transpose(m, 8, TIR_BLOCK8, false); }

#define TIR_MOVES(isa)                                                                             \
  const tir_move_functions tir_moves_##isa = {                                                     \
      move_lines, move_chosen_lines, move_fill,                                                    \
      {move_transpose1, move_transpose2, move_transpose4, move_transpose8}};
