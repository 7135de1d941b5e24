/* The mmt4d step: the kernels of the table, for each position of the outer loops. */
#include "steps/steps.h"

enum { M1, N1, K1, M0, N0, K0, TIR_LOOPS_OF_MMT4D };
enum { LHS, RHS, OUT, TIR_OPERANDS_OF_MMT4D };

/* Whether an operand has this stride along a loop, which matters only if there is a second position. */
static bool has_stride(const tir_step* step, int operand, int loop, int64_t stride) {
  return step->size[loop] <= 1 || step->stride[operand][loop] == stride;
}

/* Whether tiles are contiguous, and those along k1 neighbours, as the kernels need. Of the inputs only if they are read. */
static bool lies_well(const tir_step* step, int outer, bool kn) {
  const int64_t* size = step->size + outer;
  const int64_t stride[TIR_OPERANDS_OF_MMT4D][TIR_LOOPS_OF_MMT4D] = {
      {[N1] = 0, [K1] = size[M0] * size[K0], [M0] = size[K0], [N0] = 0, [K0] = 1},
      {[M1] = 0, [K1] = size[N0] * size[K0], [M0] = 0, [N0] = kn ? 1 : size[K0], [K0] = kn ? size[N0] : 1},
      {[K1] = 0, [M0] = size[N0], [N0] = 1, [K0] = 0},
  };
  const bool reads = size[K1] > 0;
  for (int l = 0; l < TIR_LOOPS_OF_MMT4D; l++) {
    if (reads && l != M1 && !has_stride(step, LHS, outer + l, stride[LHS][l])) return false;
    if (reads && l != N1 && !has_stride(step, RHS, outer + l, stride[RHS][l])) return false;
    if (l != M1 && l != N1 && !has_stride(step, OUT, outer + l, stride[OUT][l])) return false;
  }
  return true;
}

/* Whether a loop whose right side is the same everywhere goes on where the row tiles end: then it is more rows. */
static bool continues_rows(const tir_step* step, int loop, const tir_mmt4d_params* p) {
  if (p->m1 == 0 || step->stride[RHS][loop] != 0) return false;
  if (p->m1 == 1) return true;
  int64_t lhs, out;
  return !__builtin_mul_overflow(p->m1, p->lhs_stride, &lhs) && lhs == step->stride[LHS][loop] &&
         !__builtin_mul_overflow(p->m1, p->out_stride_m, &out) && out == step->stride[OUT][loop];
}

int tir_step_mmt4d(tir_step* step) {
  if (step->operands != TIR_OPERANDS_OF_MMT4D || step->loops < TIR_LOOPS_OF_MMT4D) return TIR_STATUS_BAD_SIZE;
  if (step->attributes < 3 || step->attribute[2] < -1) return TIR_STATUS_BAD_SIZE;
  const int outer = step->loops - TIR_LOOPS_OF_MMT4D;
  const int64_t* size = step->size + outer;
  tir_mmt4d_params p = {
      .lhs = step->base[LHS],
      .rhs = step->base[RHS],
      .out = step->base[OUT],
      .batch = 1,
      .m1 = size[M1],
      .n1 = size[N1],
      .k1 = size[K1],
      .lhs_stride = step->stride[LHS][outer + M1],
      .rhs_stride = step->stride[RHS][outer + N1],
      .out_stride_m = step->stride[OUT][outer + M1],
      .out_stride_n = step->stride[OUT][outer + N1],
      .m0 = size[M0],
      .n0 = size[N0],
      .k0 = size[K0],
      .lhs_type = step->type[LHS],
      .rhs_type = step->type[RHS],
      .out_type = step->type[OUT],
      .rhs_order = (int32_t)step->attribute[1],
      .flags = step->attribute[0] != 0 ? TIR_FLAG_ACCUMULATE : 0,
      .cpu_features = step->cpu_features,
  };
  if (p.m0 < 1) return TIR_STATUS_BAD_SIZE;
  const int64_t rows = step->attribute[2];
  int64_t last_rows = p.m0;
  if (rows >= 0 && rows / p.m0 < p.m1) {
    p.m1 = rows / p.m0 + (rows % p.m0 > 0);
    if (rows % p.m0 > 0) last_rows = rows % p.m0;
  }
  int loops = 0;
  int64_t stride[TIR_MAX_LOOPS][TIR_OPERANDS_OF_MMT4D], count[TIR_MAX_LOOPS];
  for (int l = 0; l < outer; l++) {
    if (step->size[l] == 0) return TIR_STATUS_OK;
  }
  bool inner = true;
  for (int l = outer - 1; l >= 0; l--) { /* from the innermost on */
    if (step->size[l] == 1) continue;
    if (inner && rows < 0 && continues_rows(step, l, &p)) {
      if (p.m1 == 1) {
        p.lhs_stride = step->stride[LHS][l];
        p.out_stride_m = step->stride[OUT][l];
      }
      if (__builtin_mul_overflow(p.m1, step->size[l], &p.m1)) return TIR_STATUS_BAD_SIZE;
      continue;
    }
    if (inner) {
      p.batch = step->size[l];
      p.lhs_batch_stride = step->stride[LHS][l];
      p.rhs_batch_stride = step->stride[RHS][l];
      p.out_batch_stride = step->stride[OUT][l];
      inner = false;
      continue;
    }
    for (int o = 0; o < TIR_OPERANDS_OF_MMT4D; o++) stride[loops][o] = step->stride[o][l] * tir_type_bytes(step->type[o]);
    count[loops++] = step->size[l];
  }
  const tir_mmt4d_kernel_line* line;
  const int status = tir_mmt4d_choose(&p, &line);
  if (status != TIR_STATUS_OK) return status;
  if (p.m1 == 0 || p.n1 == 0) return TIR_STATUS_OK;
  if (!lies_well(step, outer, p.rhs_order == TIR_ORDER_kn)) return TIR_STATUS_BAD_SIZE;
  int64_t position[TIR_MAX_LOOPS] = {0};
  for (;;) {
    tir_mmt4d_loops(&p, line, last_rows);
    int l = 0;
    for (; l < loops; l++) {
      const int64_t steps = ++position[l] < count[l] ? 1 : 1 - count[l];
      p.lhs = tir_step_from(p.lhs, steps * stride[l][LHS]);
      p.rhs = tir_step_from(p.rhs, steps * stride[l][RHS]);
      p.out = (char*)p.out + steps * stride[l][OUT];
      if (steps == 1) break;
      position[l] = 0;
    }
    if (l == loops) return TIR_STATUS_OK;
  }
}
