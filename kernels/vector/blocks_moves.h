/* Between strided memory and blocks. */
#include "vector/blocks.h"

/* Rows of a tile: a vector of 32 or 64 bytes at any address. */
typedef uint64_t tir_row4 __attribute__((vector_size(32), aligned(1), may_alias));
typedef uint64_t tir_row8 __attribute__((vector_size(64), aligned(1), may_alias));

#define TIR_MOVE_ROW(type, from, to) (*(type*)(void*)(to) = *(const type*)(const void*)(from))

/* `rows` of them, each `from_step` and `to_step` bytes behind the one before; false for rows of another length. */
TIR_INLINE bool tir_move_rows(
    const char* from, int64_t from_step, char* to, int64_t to_step, int64_t rows, int64_t bytes) {
  if (bytes == sizeof(tir_row8)) {
    for (int64_t i = 0; i < rows; i++) TIR_MOVE_ROW(tir_row8, from + i * from_step, to + i * to_step);
  } else if (bytes == sizeof(tir_row4)) {
    for (int64_t i = 0; i < rows; i++) TIR_MOVE_ROW(tir_row4, from + i * from_step, to + i * to_step);
  } else {
    return false;
  }
  return true;
}

/* Whether the two last dimensions are contiguous rows. */
TIR_INLINE bool tir_are_rows(const tir_pattern* p, int dim, int64_t element) {
  return dim == p->dims - 2 && p->stride[dim + 1] == element;
}

#define TIR_MOVES(t)                                                                                      \
  TIR_INLINE void tir_repeat_##t(tir_e_##t* block, int64_t size, int64_t times) {                         \
    for (int64_t done = 1; done < times; done++) {                                                        \
      tir_e_##t* to = block + done * size;                                                                \
      TIR_BLOCK_LOOP for (int64_t i = 0; i < size; i++) to[i] = block[i];                                 \
    }                                                                                                     \
  }                                                                                                       \
  static tir_e_##t* tir_load_##t(const tir_pattern* p, int dim, const char* from, tir_e_##t* to) {        \
    const int64_t size = p->size[dim], stride = p->stride[dim];                                           \
    const int64_t element = sizeof(tir_e_##t);                                                            \
    if (dim < p->dims - 1) {                                                                              \
      if (tir_are_rows(p, dim, element)) {                                                                \
        const int64_t row = p->size[dim + 1], bytes = row * element;                                      \
        if (tir_move_rows(from, stride, (char*)to, bytes, size, bytes)) return to + size * row;           \
      }                                                                                                   \
      if (stride == 0) {                                                                                  \
        const int64_t inner = tir_load_##t(p, dim + 1, from, to) - to;                                    \
        tir_repeat_##t(to, inner, size);                                                                  \
        return to + inner * size;                                                                         \
      }                                                                                                   \
      for (int64_t i = 0; i < size; i++, from += stride) to = tir_load_##t(p, dim + 1, from, to);         \
      return to;                                                                                          \
    }                                                                                                     \
    const tir_e_##t* elements = (const void*)from;                                                        \
    if (stride == element) {                                                                             \
      TIR_BLOCK_LOOP for (int64_t i = 0; i < size; i++) to[i] = elements[i];                              \
    } else if (stride == 0) {                                                                             \
      const tir_e_##t element = *elements;                                                                \
      TIR_BLOCK_LOOP for (int64_t i = 0; i < size; i++) to[i] = element;                                  \
    } else {                                                                                              \
      for (int64_t i = 0; i < size; i++) to[i] = *(const tir_e_##t*)(const void*)(from + i * stride);     \
    }                                                                                                     \
    return to + size;                                                                                     \
  }                                                                                                       \
  static const tir_e_##t* tir_store_##t(const tir_pattern* p, int dim, char* to, const tir_e_##t* from) { \
    const int64_t size = p->size[dim], stride = p->stride[dim];                                           \
    const int64_t element = sizeof(tir_e_##t);                                                            \
    if (dim < p->dims - 1) {                                                                              \
      if (tir_are_rows(p, dim, element)) {                                                                \
        const int64_t row = p->size[dim + 1], bytes = row * element;                                      \
        if (tir_move_rows((const char*)from, bytes, to, stride, size, bytes)) return from + size * row;   \
      }                                                                                                   \
      for (int64_t i = 0; i < size; i++, to += stride) from = tir_store_##t(p, dim + 1, to, from);        \
      return from;                                                                                        \
    }                                                                                                     \
    if (stride == element) {                                                                             \
      tir_e_##t* elements = (void*)to;                                                                    \
      TIR_BLOCK_LOOP for (int64_t i = 0; i < size; i++) elements[i] = from[i];                            \
    } else {                                                                                              \
      for (int64_t i = 0; i < size; i++) *(tir_e_##t*)(void*)(to + i * stride) = from[i];                 \
    }                                                                                                     \
    return from + size;                                                                                   \
  }
TIR_MOVES(u8) TIR_MOVES(u16) TIR_MOVES(u32) TIR_MOVES(u64)

static void tir_load(const tir_pattern* from, const char* memory, char* block, int64_t bytes) {
  switch (bytes) {
    case 1: tir_load_u8(from, 0, memory, (void*)block); break;
    case 2: tir_load_u16(from, 0, memory, (void*)block); break;
    case 4: tir_load_u32(from, 0, memory, (void*)block); break;
    default: tir_load_u64(from, 0, memory, (void*)block); break;
  }
}
static void tir_store(const tir_pattern* to, char* memory, const char* block, int64_t bytes) {
  switch (bytes) {
    case 1: tir_store_u8(to, 0, memory, (const void*)block); break;
    case 2: tir_store_u16(to, 0, memory, (const void*)block); break;
    case 4: tir_store_u32(to, 0, memory, (const void*)block); break;
    default: tir_store_u64(to, 0, memory, (const void*)block); break;
  }
}

/* The positions of an index: start + the sum of stride * position. */
static int64_t* tir_count(const tir_pattern* p, int dim, int64_t start, int64_t* to) {
  const int64_t size = p->size[dim], stride = p->stride[dim];
  if (dim < p->dims - 1) {
    for (int64_t i = 0; i < size; i++) to = tir_count(p, dim + 1, start + i * stride, to);
    return to;
  }
  TIR_BLOCK_LOOP for (int64_t i = 0; i < size; i++) to[i] = start + i * stride;
  return to + size;
}
static void tir_indices(const tir_pattern* pattern, int64_t start, int64_t* block) {
  tir_count(pattern, 0, start, block);
}
