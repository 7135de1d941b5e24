/* The contract step for AVX-512: 32 registers of 16 floats. */
#ifndef __AVX512F__
#error "compile with -mavx512f"
#endif
#define TIR_CONTRACT_ROWS 8
#define TIR_CONTRACT_VECTORS 3
#include "steps/contract_body.h"

void tir_contract_avx512(const tir_contraction* p) { contract(p); }
