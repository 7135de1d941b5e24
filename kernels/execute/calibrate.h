/* What calibrate.c measures: one set of loops for each ISA. */
#ifndef TENSORIR_CALIBRATE_H
#define TENSORIR_CALIBRATE_H

#include "common.h"

typedef struct {
  uint64_t features;
  int64_t operations; /* floating-point operations of a round */
  /* So many rounds on data[0 … 2] (factor, term, start), which change nothing in memory but data[3]. */
  void (*multiply_add)(int64_t rounds, float* data);
  /* Reads `bytes`, a multiple of TIR_CALIBRATE_BYTES, and returns something that depends on all of them. */
  uint64_t (*read)(const void* memory, int64_t bytes);
} tir_calibrate_loops;

enum { TIR_CALIBRATE_BYTES = 512 };

extern const tir_calibrate_loops tir_calibrate_generic;
#if defined(__x86_64__)
extern const tir_calibrate_loops tir_calibrate_avx2, tir_calibrate_avx512;
#endif

#endif
