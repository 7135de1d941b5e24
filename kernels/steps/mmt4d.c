/* The mmt4d step: calls the kernels of the table. */
#include "steps/steps.h"

int tir_step_mmt4d(tir_step* step) { (void)step; return TIR_STATUS_NO_KERNEL; }
