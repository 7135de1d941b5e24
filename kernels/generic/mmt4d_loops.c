/* mmt4d: the argument checks and the loops outside the kernels. */
#include "common.h"

/* Below this many rows the right side is read once and every row tile passes over
 * the panels at hand; above it, rows come first and pass over as many panels as
 * stay in the second level cache. */
#define TIR_SMALL_ROWS 256
#define TIR_GROUP_BYTES (384 * 1024)
#define TIR_LINE_BYTES 64
/* How far ahead of its use a panel is fetched that is read once. */
#define TIR_AHEAD_BYTES 2048

static bool product_fits(int64_t a, int64_t b, int64_t c) {
  int64_t product;
  return !__builtin_mul_overflow(a, b, &product) && !__builtin_mul_overflow(product, c, &product) &&
         product <= INT64_MAX / 16; /* in bytes, with room for an offset */
}

static bool misaligned(const void* pointer, int64_t bytes) {
  return (uintptr_t)pointer % (uintptr_t)bytes != 0;
}

int tir_mmt4d_check(const tir_mmt4d_params* p) {
  if (p == NULL) return TIR_STATUS_BAD_POINTER;
  const int64_t lhs_bytes = tir_type_bytes(p->lhs_type);
  const int64_t rhs_bytes = tir_type_bytes(p->rhs_type);
  const int64_t out_bytes = tir_type_bytes(p->out_type);
  if (lhs_bytes == 0 || rhs_bytes == 0 || out_bytes == 0) return TIR_STATUS_BAD_TYPE;
  if (p->rhs_order != TIR_ORDER_nk && p->rhs_order != TIR_ORDER_kn) return TIR_STATUS_BAD_TYPE;
  if (p->flags & ~(uint64_t)TIR_FLAG_ACCUMULATE) return TIR_STATUS_BAD_TYPE;
  if (p->batch < 0 || p->m1 < 0 || p->n1 < 0 || p->k1 < 0) return TIR_STATUS_BAD_SIZE;
  if (p->m0 < 1 || p->n0 < 1 || p->k0 < 1) return TIR_STATUS_BAD_SIZE;
  if (p->batch == 0 || p->m1 == 0 || p->n1 == 0) return TIR_STATUS_OK; /* nothing is touched */
  if (!product_fits(p->m0, p->k0, p->k1) || !product_fits(p->n0, p->k0, p->k1) || !product_fits(p->m0, p->n0, 1))
    return TIR_STATUS_BAD_SIZE;
  const tir_dimension lhs[] = {{p->batch, p->lhs_batch_stride}, {p->m1, p->lhs_stride}, {p->k1 * p->k0 * p->m0, 1}};
  const tir_dimension rhs[] = {{p->batch, p->rhs_batch_stride}, {p->n1, p->rhs_stride}, {p->k1 * p->k0 * p->n0, 1}};
  const tir_dimension out[] = {
      {p->batch, p->out_batch_stride}, {p->m1, p->out_stride_m}, {p->n1, p->out_stride_n}, {p->m0 * p->n0, 1}};
  if (!tir_extent_fits(lhs, 3) || !tir_extent_fits(rhs, 3) || !tir_extent_fits(out, 4)) return TIR_STATUS_BAD_SIZE;
  if (p->out == NULL || misaligned(p->out, out_bytes)) return TIR_STATUS_BAD_POINTER;
  if (p->k1 == 0) return TIR_STATUS_OK; /* only out is touched */
  if (p->lhs == NULL || p->rhs == NULL) return TIR_STATUS_BAD_POINTER;
  if (misaligned(p->lhs, lhs_bytes) || misaligned(p->rhs, rhs_bytes)) return TIR_STATUS_BAD_POINTER;
  return TIR_STATUS_OK;
}

/* The part of the loops that does not change from tile to tile. */
typedef struct {
  const tir_mmt4d_params* params;
  const tir_mmt4d_kernel_line* line;
  int64_t rows;      /* that are computed at once: a block of a row tile */
  int64_t blocks;    /* in a row tile */
  int64_t m1;        /* blocks in all row tiles */
  int64_t last_rows; /* of the last block */
  const char* lhs;
  const char* rhs;
  char* out;
  int64_t lhs_step, rhs_step, out_step_m, out_step_n; /* bytes */
  int64_t lhs_step_block, out_step_block;             /* bytes */
} mmt4d_state;

/* Block m of rows times the panels n … n + count - 1. */
static void one_tile(const mmt4d_state* s, int64_t m, int64_t n, int64_t count, const char* prefetch, int64_t lines) {
  const tir_mmt4d_params* p = s->params;
  const tir_mmt4d_tile tile = {
      .lhs = tir_step_from(s->lhs, m / s->blocks * s->lhs_step + m % s->blocks * s->lhs_step_block),
      .rows = m == s->m1 - 1 ? s->last_rows : s->rows,
      .rhs = tir_step_from(s->rhs, n * s->rhs_step),
      .rhs_stride = p->rhs_stride,
      .out = s->out + m / s->blocks * s->out_step_m + m % s->blocks * s->out_step_block + n * s->out_step_n,
      .out_stride = p->out_stride_n,
      .k1 = p->k1,
      .panels = count,
      .accumulate = (p->flags & TIR_FLAG_ACCUMULATE) != 0,
      .prefetch = prefetch,
      .prefetch_lines = lines,
      .m0 = p->m0,
      .n0 = p->n0,
      .k0 = p->k0,
      .rhs_order = p->rhs_order,
  };
  s->line->function(&tile);
}

/* One block of rows: nothing is used twice, so the kernel fetches what it needs itself a little later. */
static void one_block(const mmt4d_state* s) {
  const tir_mmt4d_params* p = s->params;
  const int64_t tile_bytes = p->k0 * p->n0 * tir_type_bytes(p->rhs_type);
  const char* prefetch = p->k1 > 0 ? s->rhs + TIR_AHEAD_BYTES : NULL;
  one_tile(s, 0, 0, p->n1, prefetch, (tile_bytes + TIR_LINE_BYTES - 1) / TIR_LINE_BYTES);
}

/* Few rows: panels outside, rows inside. While a block computes, it fetches its share of the panels that come next,
 * so that their first use finds them in cache; a last block of fewer rows does not. After the last panels it fetches what
 * lies behind them, which the next unit of the launch reads in most cases; fetching an address that is not mapped is
 * no fault. */
static void panels_first(const mmt4d_state* s) {
  const tir_mmt4d_params* p = s->params;
  const int64_t group = s->line->panels;
  const int64_t fetching = s->last_rows == s->rows ? s->m1 : s->m1 - 1; /* blocks */
  const int64_t panel_bytes = p->k1 * p->k0 * p->n0 * tir_type_bytes(p->rhs_type);
  /* Lines of a panel for each k1 step, rounded up over the blocks. */
  const int64_t lines_k1 = (panel_bytes / (p->k1 > 0 ? p->k1 : 1) + TIR_LINE_BYTES - 1) / TIR_LINE_BYTES;
  const int64_t lines = (lines_k1 + fetching - 1) / fetching;
  int64_t count = 0;
  for (int64_t n = 0; n < p->n1; n += count) {
    count = tir_panels_at_once(p->n1 - n, group);
    const char* ahead = p->k1 > 0 ? tir_step_from(s->rhs, (n + count) * s->rhs_step) : NULL;
    for (int64_t m = 0; m < s->m1; m++) {
      const int64_t offset = m * lines * p->k1 * TIR_LINE_BYTES;
      const bool mine = m < fetching && offset < panel_bytes;
      one_tile(s, m, n, count, mine ? tir_step_from(ahead, offset) : NULL, lines);
    }
  }
}

/* Many rows: a block of panels that fits the cache, all rows over it. */
static void rows_first(const mmt4d_state* s) {
  const tir_mmt4d_params* p = s->params;
  const int64_t group = s->line->panels;
  const int64_t group_bytes = group * p->k1 * p->k0 * p->n0 * tir_type_bytes(p->rhs_type);
  int64_t groups = group_bytes > 0 ? TIR_GROUP_BYTES / group_bytes : 1;
  if (groups < 1) groups = 1;
  const int64_t block = groups < p->n1 / group + 1 ? groups * group : p->n1;
  for (int64_t begin = 0; begin < p->n1; begin += block) {
    const int64_t end = p->n1 - begin < block ? p->n1 : begin + block;
    for (int64_t m = 0; m < s->m1; m++) {
      int64_t count = 0;
      for (int64_t n = begin; n < end; n += count) {
        count = tir_panels_at_once(end - n, group);
        one_tile(s, m, n, count, NULL, 0);
      }
    }
  }
}

void tir_mmt4d_loops(const tir_mmt4d_params* given, const tir_mmt4d_kernel_line* line, int64_t last_rows) {
  if (given->m1 == 0 || given->n1 == 0) return;
  tir_mmt4d_params params = *given;
  const tir_mmt4d_params* p = &params;
  /* With k1 == 0 the inputs may be NULL, and their strides anything: nothing steps through them then. */
  const bool reads = p->k1 > 0;
  params.lhs_batch_stride = tir_stride_of(reads ? p->batch : 0, p->lhs_batch_stride);
  params.rhs_batch_stride = tir_stride_of(reads ? p->batch : 0, p->rhs_batch_stride);
  params.out_batch_stride = tir_stride_of(p->batch, p->out_batch_stride);
  params.lhs_stride = tir_stride_of(reads ? p->m1 : 0, p->lhs_stride);
  params.rhs_stride = tir_stride_of(reads ? p->n1 : 0, p->rhs_stride);
  params.out_stride_m = tir_stride_of(p->m1, p->out_stride_m);
  params.out_stride_n = tir_stride_of(p->n1, p->out_stride_n);
  const int64_t lhs_bytes = tir_type_bytes(p->lhs_type);
  const int64_t rhs_bytes = tir_type_bytes(p->rhs_type);
  const int64_t out_bytes = tir_type_bytes(p->out_type);
  const int64_t rows = line->rows > 0 ? line->rows : p->m0;
  const int64_t last_blocks = (last_rows + rows - 1) / rows;
  for (int64_t b = 0; b < p->batch; b++) {
    const mmt4d_state state = {
        .params = p,
        .line = line,
        .rows = rows,
        .blocks = p->m0 / rows,
        .m1 = (p->m1 - 1) * (p->m0 / rows) + last_blocks,
        .last_rows = last_rows - (last_blocks - 1) * rows,
        .lhs = tir_step_from(reads ? p->lhs : NULL, b * p->lhs_batch_stride * lhs_bytes),
        .rhs = tir_step_from(reads ? p->rhs : NULL, b * p->rhs_batch_stride * rhs_bytes),
        .out = (char*)p->out + b * p->out_batch_stride * out_bytes,
        .lhs_step = p->lhs_stride * lhs_bytes,
        .rhs_step = p->rhs_stride * rhs_bytes,
        .out_step_m = p->out_stride_m * out_bytes,
        .out_step_n = p->out_stride_n * out_bytes,
        .lhs_step_block = rows * p->k0 * lhs_bytes,
        .out_step_block = rows * p->n0 * out_bytes,
    };
    if (state.m1 == 1) {
      one_block(&state);
    } else if (state.m1 <= TIR_SMALL_ROWS / rows) {
      panels_first(&state);
    } else {
      rows_first(&state);
    }
  }
}
