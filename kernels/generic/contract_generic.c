/* The contract step in portable C, with vectors of 4 floats. */
#define TIR_CONTRACT_ROWS 4
#define TIR_CONTRACT_VECTORS 2
#include "steps/contract_body.h"

void tir_contract_generic(const tir_contraction* p) { contract(p); }
