/* The matmul step: checks, outer loops, and the choice of the instruction set. */
#include "steps/matmul.h"

enum { M, N, K, TIR_LOOPS_OF_MATMUL };
enum { LHS, RHS, OUT, TIR_OPERANDS_OF_MATMUL };

static tir_matmul_function function_for(uint64_t cpu_features) {
#if defined(__x86_64__)
  if (cpu_features & TIR_CPU_X86_AVX512) return tir_matmul_avx512;
  if (cpu_features & TIR_CPU_X86_AVX2) return tir_matmul_avx2;
#endif
  (void)cpu_features;
  return tir_matmul_generic;
}

/* Whether neighbours along a loop lie side by side; one alone has no neighbours. */
static bool is_contiguous(const tir_step* step, int operand, int loop) {
  return step->size[loop] <= 1 || step->stride[operand][loop] == 1;
}

/* Whether an operand stands still along a loop. */
static bool lacks(const tir_step* step, int operand, int loop) {
  return step->size[loop] <= 1 || step->stride[operand][loop] == 0;
}

/* The sums of nothing. */
static void fill_zero(const tir_matmul* p) {
  for (int64_t m = 0; m < p->m; m++) {
    for (int64_t n = 0; n < p->n; n++) p->out[m * p->out_m + n * p->out_n] = 0.0f;
  }
}

int tir_step_matmul(tir_step* step) {
  if (step->operands != TIR_OPERANDS_OF_MATMUL || step->loops < TIR_LOOPS_OF_MATMUL) return TIR_STATUS_BAD_SIZE;
  for (int o = 0; o < TIR_OPERANDS_OF_MATMUL; o++) {
    if (step->type[o] != TIR_TYPE_f32) return TIR_STATUS_NO_KERNEL;
  }
  const int outer = step->loops - TIR_LOOPS_OF_MATMUL;
  const int m = outer + M, n = outer + N, k = outer + K;
  for (int l = 0; l < step->loops; l++) {
    if (l != k && step->size[l] == 0) return TIR_STATUS_OK;
  }
  if (!lacks(step, LHS, n) || !lacks(step, RHS, m) || !lacks(step, OUT, k)) return TIR_STATUS_BAD_SIZE;
  if (!is_contiguous(step, LHS, k)) return TIR_STATUS_BAD_SIZE;
  if (!is_contiguous(step, RHS, n) && !is_contiguous(step, RHS, k)) return TIR_STATUS_BAD_SIZE;
  tir_matmul p = {
      .lhs = step->base[LHS],
      .rhs = step->base[RHS],
      .out = step->base[OUT],
      .m = step->size[m],
      .n = step->size[n],
      .k = step->size[k],
      .lhs_m = tir_stride_of(step->size[m], step->stride[LHS][m]),
      .rhs_n = tir_stride_of(step->size[n], step->stride[RHS][n]),
      .rhs_k = tir_stride_of(step->size[k], step->stride[RHS][k]),
      .out_m = tir_stride_of(step->size[m], step->stride[OUT][m]),
      .out_n = tir_stride_of(step->size[n], step->stride[OUT][n]),
      .workspace = step->workspace,
  };
  const tir_matmul_function run = p.k > 0 ? function_for(step->cpu_features) : fill_zero;
  int64_t position[TIR_MAX_LOOPS] = {0};
  for (;;) {
    run(&p);
    int l = outer - 1;
    for (; l >= 0; l--) {
      const bool next = ++position[l] < step->size[l];
      const int64_t steps = next ? 1 : 1 - step->size[l];
      if (p.k > 0 && step->size[l] > 1) { /* inputs of which nothing is read may be NULL */
        p.lhs += steps * step->stride[LHS][l];
        p.rhs += steps * step->stride[RHS][l];
      }
      if (step->size[l] > 1) p.out += steps * step->stride[OUT][l];
      if (next) break;
      position[l] = 0;
    }
    if (l < 0) return TIR_STATUS_OK;
  }
}
