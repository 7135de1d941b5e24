/* map: scalar bodies over strided operands. */
#include "steps/steps.h"
#include "vector/vector.h"

int tir_step_map(tir_step* step) { (void)step; return TIR_STATUS_NO_KERNEL; }
