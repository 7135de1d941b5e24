/* The contract step for AVX2 with FMA: 16 registers of 8 floats. */
#if !defined(__AVX2__) || !defined(__FMA__) || defined(__AVX512F__)
#error "compile with -mavx2 -mfma, and nothing beyond"
#endif
#define TIR_CONTRACT_ROWS 4
#define TIR_CONTRACT_VECTORS 3
#include "steps/contract_body.h"

void tir_contract_avx2(const tir_contraction* p) { contract(p); }
