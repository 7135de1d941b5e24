/* What the step kernels share. One function per kind of step, found by tir_run_step. */
#ifndef TENSORIR_STEPS_INTERNAL_H
#define TENSORIR_STEPS_INTERNAL_H

#include "common.h"
#include "tensorir_steps.h"

typedef int (*tir_step_function)(tir_step*);

int tir_step_map(tir_step* step);
int tir_step_copy(tir_step* step);
int tir_step_fill(tir_step* step);
int tir_step_gather(tir_step* step);
int tir_step_mmt4d(tir_step* step);
int tir_step_pack(tir_step* step);
int tir_step_unpack(tir_step* step);
int tir_step_reduce(tir_step* step);
int tir_step_softmax(tir_step* step);
int tir_step_layer_norm(tir_step* step);
int tir_step_rms_norm(tir_step* step);
int tir_step_matmul(tir_step* step);
int tir_step_mmt4d_map(tir_step* step);
int tir_step_contract(tir_step* step);

#endif
