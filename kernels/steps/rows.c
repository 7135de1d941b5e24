/* Steps along rows. */
#include "steps/steps.h"

int tir_step_reduce(tir_step* step) { (void)step; return TIR_STATUS_NO_KERNEL; }
int tir_step_softmax(tir_step* step) { (void)step; return TIR_STATUS_NO_KERNEL; }
int tir_step_layer_norm(tir_step* step) { (void)step; return TIR_STATUS_NO_KERNEL; }
int tir_step_rms_norm(tir_step* step) { (void)step; return TIR_STATUS_NO_KERNEL; }
