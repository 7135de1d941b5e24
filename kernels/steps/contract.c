/* The contract step: checks, outer loops, and the choice of the instruction set. */
#include "steps/contract.h"

enum { M, N1, N0, TIR_LOOPS_BEFORE_K };
enum { LHS, RHS, OUT, TIR_OPERANDS_OF_CONTRACT };

/* The part of a right side that stays in the second level cache while loops outside go over it. */
#define TIR_NEAR_BYTES (384 * 1024)

/* Some of the loops outside, and where they stand. */
typedef struct {
  int count;
  int64_t size[TIR_MAX_LOOPS], position[TIR_MAX_LOOPS], stride[TIR_MAX_LOOPS][TIR_OPERANDS_OF_CONTRACT];
} nest;

typedef struct {
  tir_contract_function function;
  int64_t lanes;
} instructions;

static instructions instructions_for(uint64_t cpu_features) {
#if defined(__x86_64__)
  if (cpu_features & TIR_CPU_X86_AVX512) return (instructions){tir_contract_avx512, 16};
  if (cpu_features & TIR_CPU_X86_AVX2) return (instructions){tir_contract_avx2, 8};
#endif
  (void)cpu_features;
  return (instructions){tir_contract_generic, 4};
}

/* Whether an operand has this stride along a loop, which matters only if there is a second position. */
static bool has_stride(const tir_step* step, int operand, int loop, int64_t stride) {
  return step->size[loop] <= 1 || step->stride[operand][loop] == stride;
}

/* The sums of nothing. */
static void fill_zero(const tir_contraction* p) {
  for (int64_t m = 0; m < p->m; m++) {
    for (int64_t v = 0; v < p->vectors; v++) {
      for (int64_t n = 0; n < p->last; n++) p->out[m * p->out_m + v * p->out_vector + n * p->out_n] = 0.0f;
    }
  }
}

/* Makes a loop more rows if rhs stands still along it, and it goes on where the rows end. */
static bool adds_rows(const tir_step* step, int loop, tir_contraction* p) {
  if (step->size[loop] == 1) return true;
  if (step->stride[RHS][loop] != 0) return false;
  if (p->m == 1) {
    p->lhs_m = step->stride[LHS][loop];
    p->out_m = step->stride[OUT][loop];
  }
  int64_t lhs, out;
  return !__builtin_mul_overflow(p->m, p->lhs_m, &lhs) && lhs == step->stride[LHS][loop] &&
         !__builtin_mul_overflow(p->m, p->out_m, &out) && out == step->stride[OUT][loop] &&
         !__builtin_mul_overflow(p->m, step->size[loop], &p->m);
}

static void put(nest* n, const tir_step* step, int loop) {
  n->size[n->count] = step->size[loop];
  n->position[n->count] = 0;
  for (int o = 0; o < TIR_OPERANDS_OF_CONTRACT; o++) n->stride[n->count][o] = step->stride[o][loop];
  n->count++;
}

/* The next position; false behind the last one, where all loops are at 0 again. */
static bool advance(nest* n, tir_contraction* p) {
  for (int l = n->count - 1; l >= 0; l--) {
    const bool more = ++n->position[l] < n->size[l];
    const int64_t steps = more ? 1 : 1 - n->size[l];
    if (p->k > 0) { /* inputs of which nothing is read may be NULL */
      p->lhs += steps * n->stride[l][LHS];
      p->rhs += steps * n->stride[l][RHS];
    }
    p->out += steps * n->stride[l][OUT];
    if (more) return true;
    n->position[l] = 0;
  }
  return false;
}

/* Where each k lies in lhs; the last loop is the innermost. */
static void find_offsets(const tir_step* step, int first, int64_t* offsets) {
  offsets[0] = 0;
  int64_t count = 1;
  for (int l = step->loops - 1; l >= first; l--) {
    const int64_t stride = tir_stride_of(step->size[l], step->stride[LHS][l]);
    for (int64_t i = 1; i < step->size[l]; i++) {
      for (int64_t j = 0; j < count; j++) offsets[i * count + j] = offsets[j] + i * stride;
    }
    count *= step->size[l];
  }
}

/* All columns, for every position of the loops outside: some vectors at a time. */
static void run(const tir_contraction* whole, nest* still, const instructions* with) {
  const int64_t bytes = whole->k * with->lanes * (int64_t)sizeof(float);
  const int64_t near = bytes > 0 && TIR_NEAR_BYTES / bytes > 6 ? TIR_NEAR_BYTES / bytes : 6;
  tir_contraction p = *whole;
  for (int64_t v = 0; v < whole->vectors; v += near) {
    const bool ends = whole->vectors - v <= near;
    p.vectors = ends ? whole->vectors - v : near;
    p.last = ends ? whole->last : with->lanes;
    if (p.k > 0) p.rhs = whole->rhs + v * p.rhs_vector;
    p.out = whole->out + v * p.out_vector;
    do {
      with->function(&p);
    } while (advance(still, &p));
  }
}

int tir_step_contract(tir_step* step) {
  if (step->operands != TIR_OPERANDS_OF_CONTRACT || step->attributes < 1) return TIR_STATUS_BAD_SIZE;
  const int64_t depth = step->attribute[0];
  if (depth < 1 || depth > step->loops - TIR_LOOPS_BEFORE_K) return TIR_STATUS_BAD_SIZE;
  for (int o = 0; o < TIR_OPERANDS_OF_CONTRACT; o++) {
    if (step->type[o] != TIR_TYPE_f32) return TIR_STATUS_NO_KERNEL;
  }
  const int first = step->loops - (int)depth, outer = first - TIR_LOOPS_BEFORE_K;
  const int m = outer + M, n1 = outer + N1, n0 = outer + N0;
  for (int l = 0; l < first; l++) {
    if (step->size[l] == 0) return TIR_STATUS_OK;
  }
  int64_t k = 1, rhs_k = 0;
  bool even = true; /* rhs has one stride along all loops of k */
  for (int l = step->loops - 1; l >= first; l--) {
    if (k == 1 && step->size[l] > 1) rhs_k = step->stride[RHS][l];
    int64_t wanted;
    even = even && !__builtin_mul_overflow(k, rhs_k, &wanted) && has_stride(step, RHS, l, wanted);
    if (!has_stride(step, OUT, l, 0)) return TIR_STATUS_BAD_SIZE;
    if (__builtin_mul_overflow(k, step->size[l], &k) || k > TIR_MAX_CONTRACTED) return TIR_STATUS_BAD_SIZE;
  }
  if (!has_stride(step, LHS, n1, 0) || !has_stride(step, LHS, n0, 0) || !has_stride(step, RHS, m, 0)) {
    return TIR_STATUS_BAD_SIZE;
  }
  if (k > 0 && !(even && has_stride(step, RHS, n0, 1))) return TIR_STATUS_BAD_SIZE;
  const instructions with = k > 0 ? instructions_for(step->cpu_features) : (instructions){fill_zero, 1};
  const int64_t columns = step->size[n0], lanes = with.lanes;
  /* Panels that are one vector each, or one panel of several vectors. Otherwise panels are taken one by one. */
  const bool panels = columns == lanes;
  tir_contraction p = {
      .lhs = step->base[LHS],
      .offsets = step->workspace,
      .rhs = step->base[RHS],
      .out = step->base[OUT],
      .m = step->size[m],
      .k = k,
      .lhs_m = tir_stride_of(step->size[m], step->stride[LHS][m]),
      .rhs_k = rhs_k,
      .out_m = tir_stride_of(step->size[m], step->stride[OUT][m]),
      .out_n = tir_stride_of(columns, step->stride[OUT][n0]),
      .vectors = panels ? step->size[n1] : (columns + lanes - 1) / lanes,
      .rhs_vector = panels ? tir_stride_of(step->size[n1], step->stride[RHS][n1]) : lanes,
      .last = panels ? lanes : columns - (columns - 1) / lanes * lanes,
  };
  p.out_vector = panels ? tir_stride_of(step->size[n1], step->stride[OUT][n1]) : lanes * p.out_n;
  if (k > 0) find_offsets(step, first, step->workspace);
  nest moving, still; /* not = {0}, which may become a call of memset */
  moving.count = still.count = 0;
  if (!panels && step->size[n1] > 1) put(&moving, step, n1);
  int inner = outer - 1;
  while (inner >= 0 && adds_rows(step, inner, &p)) inner--;
  for (int l = 0; l <= inner; l++) {
    if (step->size[l] > 1) put(step->stride[RHS][l] == 0 ? &still : &moving, step, l);
  }
  do {
    run(&p, &still, &with);
  } while (advance(&moving, &p));
  return TIR_STATUS_OK;
}
