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
  if (m->count == TIR_LINE) { /* a usual case, without the loops inside */
    for (int64_t r = 0; r < m->rows; r++) {
      tir_store_line(m->to + r * m->to_row, tir_load_line(m->from + r * m->from_row));
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

/* Blocks along the rows first, so that the cache lines of the result are finished before the next ones. */
static void move_transpose4(const tir_move* m) {
  const int64_t word = 4;
  for (int64_t c = 0; c < m->count; c += TIR_BLOCK) {
    const int64_t columns = m->count - c < TIR_BLOCK ? m->count - c : TIR_BLOCK;
    for (int64_t r = 0; r < m->rows; r += TIR_BLOCK) {
      const int64_t rows = m->rows - r < TIR_BLOCK ? m->rows - r : TIR_BLOCK;
      const char* from = m->from + r * word + c * m->from_step;
      char* to = m->to + r * m->to_row + c * word;
      if (rows == TIR_BLOCK && columns == TIR_BLOCK) {
        tir_transpose(from, m->from_step, to, m->to_row, false);
      } else {
        tir_transpose_part(from, m->from_step, to, m->to_row, columns, rows);
      }
    }
  }
}

static void move_transpose8(const tir_move* m) {
  const int64_t word = 8;
  for (int64_t c = 0; c < m->count; c += TIR_BLOCK8) {
    const int64_t columns = m->count - c < TIR_BLOCK8 ? m->count - c : TIR_BLOCK8;
    for (int64_t r = 0; r < m->rows; r += TIR_BLOCK8) {
      const int64_t rows = m->rows - r < TIR_BLOCK8 ? m->rows - r : TIR_BLOCK8;
      const char* from = m->from + r * word + c * m->from_step;
      char* to = m->to + r * m->to_row + c * word;
      if (rows == TIR_BLOCK8 && columns == TIR_BLOCK8) {
        tir_transpose8(from, m->from_step, to, m->to_row);
      } else {
        for (int64_t i = 0; i < rows; i++) {
          for (int64_t j = 0; j < columns; j++) {
            *(tir_u64*)(to + i * m->to_row + j * word) = *(const tir_u64*)(from + i * word + j * m->from_step);
          }
        }
      }
    }
  }
}

#define TIR_MOVES(isa)                                                                        \
  const tir_move_functions tir_moves_##isa = {                                                \
      move_lines, move_chosen_lines, move_fill, move_transpose4, move_transpose8};
