/* A contraction whose operands are read and written where they lie: what contract.c makes of a step, and the functions
 * of one instruction set that run it. */
#ifndef TENSORIR_CONTRACT_H
#define TENSORIR_CONTRACT_H

#include "steps/steps.h"

/* out[m, n] = the sum over k of lhs[m, k] * rhs[k, n], in the order of kernels/README.md: of mmt4d on tiles with
 * K0 == the lanes of a vector. At least one m, n and k. Strides count elements; the columns of a vector lie side by side
 * in rhs. */
typedef struct {
  const float* lhs;
  const int64_t* offsets; /* of each k in lhs, from its row on */
  const float* rhs;
  float* out;
  int64_t m, k;
  int64_t lhs_m, rhs_k, out_m, out_n;
  int64_t vectors, rhs_vector, out_vector; /* vectors of columns, and how far they lie apart */
  int64_t last;                            /* columns of the last one */
} tir_contraction;

typedef void (*tir_contract_function)(const tir_contraction*);

void tir_contract_avx512(const tir_contraction*);
void tir_contract_avx2(const tir_contraction*);
void tir_contract_generic(const tir_contraction*);

#endif
