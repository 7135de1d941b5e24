/* What the kernels share: how they are called, how they are named, and their
 * declarations (made from the tables). Not part of the public interface. */
#ifndef TENSORIR_KERNELS_COMMON_H
#define TENSORIR_KERNELS_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tensorir_kernels.h"

/* A body becomes fast only when its tile sizes are constants in each instance. */
#define TIR_INLINE static inline __attribute__((always_inline))

/* Before a loop with a constant count: gone after compilation, so that arrays
 * indexed by its counter live in registers. */
#if defined(__clang__)
#define TIR_UNROLL _Pragma("clang loop unroll(full)")
#else
#define TIR_UNROLL _Pragma("GCC unroll 16")
#endif

/* Elements as bit patterns. may_alias: callers hold floats in this memory. */
typedef uint8_t __attribute__((may_alias)) tir_b8;
typedef uint16_t __attribute__((may_alias)) tir_b16;
typedef uint32_t __attribute__((may_alias)) tir_b32;
typedef uint64_t __attribute__((may_alias)) tir_b64;

/* Bytes of an element in memory; 0 for an unknown type. */
TIR_INLINE int64_t tir_type_bytes(int32_t type) {
  switch (type) {
    case TIR_TYPE_f64: case TIR_TYPE_i64: case TIR_TYPE_u64: return 8;
    case TIR_TYPE_f32: case TIR_TYPE_i32: case TIR_TYPE_u32: return 4;
    case TIR_TYPE_f16: case TIR_TYPE_bf16: case TIR_TYPE_i16: case TIR_TYPE_u16: return 2;
    case TIR_TYPE_i8: case TIR_TYPE_i4: case TIR_TYPE_i1: case TIR_TYPE_u8: case TIR_TYPE_u4: return 1;
    default: return 0;
  }
}

/* ---- checks ------------------------------------------------------------- */

typedef struct {
  int64_t size, stride; /* in elements */
} tir_dimension;

/* Whether the distance of any two elements can be computed, with room for the bytes of
 * an element and for a few more steps. A stride counts only where there is a second
 * element; of an empty operand nothing is computed. */
TIR_INLINE bool tir_extent_fits(const tir_dimension* dimensions, int count) {
  int64_t extent = 0;
  for (int i = 0; i < count; i++) {
    if (dimensions[i].size == 0) return true;
  }
  for (int i = 0; i < count; i++) {
    if (dimensions[i].size == 1) continue;
    const int64_t stride = dimensions[i].stride;
    int64_t span;
    if (stride == INT64_MIN) return false; /* it has no absolute value */
    if (__builtin_mul_overflow(dimensions[i].size - 1, stride < 0 ? -stride : stride, &span)) return false;
    if (__builtin_add_overflow(extent, span, &extent)) return false;
  }
  return extent <= INT64_MAX / 64;
}

/* The stride between elements of which there is only one may be anything: then nothing
 * may be computed from it. */
TIR_INLINE int64_t tir_stride_of(int64_t size, int64_t stride) { return size > 1 ? stride : 0; }

/* `bytes` behind base. An operand that nobody touches may be NULL, which can't be stepped
 * from, not even by 0 bytes. */
TIR_INLINE const char* tir_step_from(const void* base, int64_t bytes) {
  return base != NULL ? (const char*)base + bytes : NULL;
}

/* ---- mmt4d -------------------------------------------------------------- */

/* One row of left side tiles, or a block of rows of each of them, times `panels` right side panels. */
typedef struct {
  const void* lhs;      /* [k1][m0][k0], from the first row of the block on */
  int64_t rows;         /* 1 … the `rows` of the table: so many rows are multiplied; of out, others are not written */
  const void* rhs;      /* `panels` times [k1][rhs tile] … */
  int64_t rhs_stride;   /* … this many elements apart */
  void* out;            /* `panels` times [m0][n0] … */
  int64_t out_stride;   /* … this many elements apart */
  int64_t k1;
  int64_t panels;       /* any number: kernels take as many at once as their registers hold */
  bool accumulate;
  const char* prefetch; /* where to fetch ahead for the first panel, for the others rhs_stride further; NULL: fetch nothing */
  int64_t prefetch_lines; /* cache lines to fetch for each panel and each k1 */
  int64_t m0, n0, k0;   /* for kernels that take any tile */
  int32_t rhs_order;
} tir_mmt4d_tile;

typedef void (*tir_mmt4d_function)(const tir_mmt4d_tile*);

typedef struct {
  tir_mmt4d_function function;
  int32_t lhs_type, rhs_type, out_type;
  int32_t rhs_order;  /* TIR_ORDER_… or TIR_ORDER_any */
  int64_t m0, n0, k0; /* 0: any */
  int64_t rows;       /* 0: all of a tile */
  int64_t panels;
  uint64_t features;
} tir_mmt4d_kernel_line;

enum { TIR_ORDER_any = -1 };

/* How many of the panels that are left to compute at once, for a kernel that takes `most`. Two pairs are faster than
 * three panels and one, which has too few sums for the latency of multiply-adds. */
TIR_INLINE int64_t tir_panels_at_once(int64_t left, int64_t most) {
  if (most == 3 && left == 4) return 2;
  return left < most ? left : most;
}

/* The outer loops over batch, panels and rows; params are checked already. Of the last row tile only `last_rows` rows,
 * 1 … m0, are computed. */
void tir_mmt4d_loops(const tir_mmt4d_params* params, const tir_mmt4d_kernel_line* line, int64_t last_rows);
int tir_mmt4d_check(const tir_mmt4d_params* params);
/* Checks the params and finds the first line that fits them; a status. */
int tir_mmt4d_choose(const tir_mmt4d_params* params, const tir_mmt4d_kernel_line** line);

/* ---- pack, unpack ------------------------------------------------------- */

/* Copies `tiles` blocks of rows x columns elements between a plain matrix and
 * tiles. Block i, element (r, c):
 *   plain  + i * plain_tile + r * plain_row + c * plain_column
 *   packed + i * packed_tile + r * packed_row + c
 * pack copies from plain to packed, unpack the other way. */
typedef struct {
  const void* from;
  void* to;
  int64_t tiles, rows, columns;
  int64_t plain_tile, plain_row, plain_column;
  int64_t packed_tile, packed_row;
  bool stream; /* far more than a cache holds: write past the caches if you can */
} tir_copy_run;

typedef void (*tir_copy_function)(const tir_copy_run*);

enum { TIR_LINES_any, TIR_LINES_rows, TIR_LINES_columns };

typedef struct {
  tir_copy_function function;
  int32_t lines; /* TIR_LINES_… */
  int64_t element_bytes, t0, t1;
  uint64_t features;
} tir_copy_kernel_line;

/* One dimension of a pack or unpack. */
typedef struct {
  int64_t size;                  /* elements of the plain matrix */
  int64_t tile, outer;           /* elements of a tile; count of tiles */
  int64_t plain, packed, inside; /* strides: an element, a tile, an element of a tile */
} tir_copy_axis;

/* pack and unpack in one form; the axes are put in order by tir_copy_normalise. */
typedef struct {
  const void* from;
  void* to;
  bool packing;
  int64_t batch, plain_batch_stride, packed_batch_stride;
  tir_copy_axis axis[2];
  int64_t element_bytes;
  uint64_t padding, cpu_features;
  int32_t lines; /* TIR_LINES_…: how the plain side lies in memory */
} tir_copy_problem;

/* `fast` copies what is whole, `rest` the edges. */
typedef struct {
  const tir_copy_kernel_line* fast;
  tir_copy_function rest;
} tir_copy_choice;

int tir_copy_check(const tir_copy_problem* problem);
void tir_copy_normalise(tir_copy_problem* problem);
/* Checks the problem, brings it in order, and finds its kernels; a status. */
int tir_copy_choose(tir_copy_problem* problem, tir_copy_choice* choice);
void tir_copy_loops(const tir_copy_problem* problem, const tir_copy_kernel_line* fast, tir_copy_function rest);

/* ---- names and declarations --------------------------------------------- */

#define TIR_MMT4D_NAME(lhs, rhs, out, m0, n0, k0, order, isa) \
  tir_mmt4d_##lhs##rhs##out##_##m0##x##n0##x##k0##order##_##isa
#define TIR_MMT4D_ANY_NAME(lhs, rhs, out, isa) tir_mmt4d_##lhs##rhs##out##_any_##isa
#define TIR_PACK_NAME(bits, t0, t1, order, isa) tir_pack_##bits##_##t0##x##t1##order##_##isa
#define TIR_PACK_ANY_NAME(bits, isa) tir_pack_##bits##_any_##isa
#define TIR_UNPACK_NAME(bits, t0, t1, order, isa) tir_unpack_##bits##_##t0##x##t1##order##_##isa
#define TIR_UNPACK_ANY_NAME(bits, isa) tir_unpack_##bits##_any_##isa

#define TIR_MMT4D(lhs, rhs, out, m0, n0, k0, order, rows, panels, arch, isa) \
  void TIR_MMT4D_NAME(lhs, rhs, out, m0, n0, k0, order, isa)(const tir_mmt4d_tile*);
#define TIR_MMT4D_ANY(lhs, rhs, out, isa) void TIR_MMT4D_ANY_NAME(lhs, rhs, out, isa)(const tir_mmt4d_tile*);
#include "table/mmt4d.inc"
#undef TIR_MMT4D
#undef TIR_MMT4D_ANY

#define TIR_PACK(bits, t0, t1, order, arch, isa) void TIR_PACK_NAME(bits, t0, t1, order, isa)(const tir_copy_run*);
#define TIR_PACK_ANY(bits, isa) void TIR_PACK_ANY_NAME(bits, isa)(const tir_copy_run*);
#include "table/pack.inc"
#undef TIR_PACK
#undef TIR_PACK_ANY

#define TIR_UNPACK(bits, t0, t1, order, arch, isa) void TIR_UNPACK_NAME(bits, t0, t1, order, isa)(const tir_copy_run*);
#define TIR_UNPACK_ANY(bits, isa) void TIR_UNPACK_ANY_NAME(bits, isa)(const tir_copy_run*);
#include "table/unpack.inc"
#undef TIR_UNPACK
#undef TIR_UNPACK_ANY

#endif
