/* What the step kernels share. One function per kind of step, found by tir_run_step. */
#ifndef TENSORIR_STEPS_INTERNAL_H
#define TENSORIR_STEPS_INTERNAL_H

#include "common.h"
#include "tensorir_steps.h"

typedef int (*tir_step_function)(tir_step*);

int tir_step_map(tir_step* step);
int tir_step_copy(tir_step* step);
int tir_step_fill(tir_step* step);
int tir_step_iota(tir_step* step);
int tir_step_mmt4d(tir_step* step);
int tir_step_pack(tir_step* step);
int tir_step_unpack(tir_step* step);
int tir_step_reduce(tir_step* step);
int tir_step_softmax(tir_step* step);
int tir_step_layer_norm(tir_step* step);
int tir_step_rms_norm(tir_step* step);
int tir_step_gather(tir_step* step);

/* Bytes of an element in memory; 0 for an unknown type. */
TIR_INLINE int64_t tir_type_bytes(int32_t type) {
  switch (type) {
    case TIR_TYPE_f64: case TIR_TYPE_i64: case TIR_TYPE_u64: return 8;
    case TIR_TYPE_f32: case TIR_TYPE_i32: case TIR_TYPE_u32: return 4;
    case TIR_TYPE_f16: case TIR_TYPE_bf16: case TIR_TYPE_i16: case TIR_TYPE_u16: return 2;
    case TIR_TYPE_i8: case TIR_TYPE_i4: case TIR_TYPE_i1: case TIR_TYPE_u8: case TIR_TYPE_u4: return 1;
    default: return 0;
  }
}

#endif
