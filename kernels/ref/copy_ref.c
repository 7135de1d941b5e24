/* The reference pack and unpack: element by element, any strides. Also the edges
 * of every other kernel. */
#include "common.h"

#define TIR_COPY_REF(type, pack, unpack)                                                         \
  void pack(const tir_copy_run* run) {                                                           \
    const type* from = run->from;                                                                \
    type* to = run->to;                                                                          \
    for (int64_t i = 0; i < run->tiles; i++) {                                                   \
      for (int64_t r = 0; r < run->rows; r++) {                                                  \
        for (int64_t c = 0; c < run->columns; c++) {                                             \
          to[i * run->packed_tile + r * run->packed_row + c] =                                   \
              from[i * run->plain_tile + r * run->plain_row + c * run->plain_column];            \
        }                                                                                        \
      }                                                                                          \
    }                                                                                            \
  }                                                                                              \
  void unpack(const tir_copy_run* run) {                                                         \
    const type* from = run->from;                                                                \
    type* to = run->to;                                                                          \
    for (int64_t i = 0; i < run->tiles; i++) {                                                   \
      for (int64_t r = 0; r < run->rows; r++) {                                                  \
        for (int64_t c = 0; c < run->columns; c++) {                                             \
          to[i * run->plain_tile + r * run->plain_row + c * run->plain_column] =                 \
              from[i * run->packed_tile + r * run->packed_row + c];                              \
        }                                                                                        \
      }                                                                                          \
    }                                                                                            \
  }

TIR_COPY_REF(tir_b8, TIR_PACK_ANY_NAME(b8, ref), TIR_UNPACK_ANY_NAME(b8, ref))
TIR_COPY_REF(tir_b16, TIR_PACK_ANY_NAME(b16, ref), TIR_UNPACK_ANY_NAME(b16, ref))
TIR_COPY_REF(tir_b32, TIR_PACK_ANY_NAME(b32, ref), TIR_UNPACK_ANY_NAME(b32, ref))
TIR_COPY_REF(tir_b64, TIR_PACK_ANY_NAME(b64, ref), TIR_UNPACK_ANY_NAME(b64, ref))
