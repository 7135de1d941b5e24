/* Steps that move elements. */
#include "steps/steps.h"

int tir_step_copy(tir_step* step) { (void)step; return TIR_STATUS_NO_KERNEL; }
int tir_step_fill(tir_step* step) { (void)step; return TIR_STATUS_NO_KERNEL; }
int tir_step_iota(tir_step* step) { (void)step; return TIR_STATUS_NO_KERNEL; }
int tir_step_pack(tir_step* step) { (void)step; return TIR_STATUS_NO_KERNEL; }
int tir_step_unpack(tir_step* step) { (void)step; return TIR_STATUS_NO_KERNEL; }
int tir_step_gather(tir_step* step) { (void)step; return TIR_STATUS_NO_KERNEL; }
