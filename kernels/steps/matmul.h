/* A matrix product whose right side is read where it lies: what matmul.c makes of a step, and the functions of one
 * instruction set that run it. */
#ifndef TENSORIR_MATMUL_H
#define TENSORIR_MATMUL_H

#include "steps/steps.h"

/* out[m, n] = the sum over k of lhs[m, k] * rhs[k, n], in the order of kernels/README.md: of mmt4d on tiles with
 * K0 == the lanes of a vector. At least one m, n and k. Strides count elements; neighbours along k of lhs lie side by
 * side, and so do those of rhs along n or along k. */
typedef struct {
  const float* lhs;
  const float* rhs;
  float* out;
  int64_t m, n, k;
  int64_t lhs_m, rhs_k, rhs_n, out_m, out_n;
  float* workspace; /* TIR_WORKSPACE_BYTES */
} tir_matmul;

typedef void (*tir_matmul_function)(const tir_matmul*);

void tir_matmul_avx512(const tir_matmul*);
void tir_matmul_avx2(const tir_matmul*);
void tir_matmul_generic(const tir_matmul*);

#endif
