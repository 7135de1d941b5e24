/* The loops of calibrate.h, for vectors of any width.
 *
 * The including file says what its vectors are:
 *   TIR_LANES               floats in a vector
 *   tir_vector, tir_splat(x)
 *   TIR_CHAINS              sums that do not wait for each other: enough to hide the latency, few enough for the registers
 *   tir_link(i, sum, factor, term)   the next value of sum i; TIR_LINK_OPERATIONS: floating-point operations of it */
#include "execute/calibrate.h"

static void multiply_add(int64_t rounds, float* data) {
  const tir_vector factor = tir_splat(data[0]), term = tir_splat(data[1]);
  tir_vector sum[TIR_CHAINS];
  TIR_UNROLL for (int i = 0; i < TIR_CHAINS; i++) sum[i] = tir_splat(data[2] + (float)i); /* equal ones would become one */
  for (; rounds > 0; rounds--) {
    TIR_UNROLL for (int i = 0; i < TIR_CHAINS; i++) sum[i] = tir_link(i, sum[i], factor, term);
  }
  float first = 0.0f;
  TIR_UNROLL for (int i = 0; i < TIR_CHAINS; i++) first += sum[i][0];
  data[3] = first;
}

/* Whatever stands in memory: bit patterns, with the alignment of a byte. */
typedef uint64_t tir_bits __attribute__((vector_size(TIR_LANES * 4)));
typedef uint64_t tir_unaligned_bits __attribute__((vector_size(TIR_LANES * 4), aligned(1), may_alias));

static uint64_t read_all(const void* memory, int64_t bytes) {
  const char* from = memory;
  tir_bits mixed[8] = {0};
  for (; bytes > 0; bytes -= (int64_t)sizeof mixed, from += sizeof mixed) {
    TIR_UNROLL for (int i = 0; i < 8; i++) mixed[i] ^= *(const tir_unaligned_bits*)(from + i * sizeof mixed[0]);
  }
  TIR_UNROLL for (int i = 1; i < 8; i++) mixed[0] ^= mixed[i];
  uint64_t word = 0;
  TIR_UNROLL for (int i = 0; i < TIR_LANES / 2; i++) word ^= mixed[0][i];
  return word;
}

_Static_assert(TIR_CALIBRATE_BYTES % (8 * TIR_LANES * 4) == 0, "read_all reads 8 vectors at a time");

#define TIR_CALIBRATE_LOOPS(isa, needed)                                                        \
  const tir_calibrate_loops tir_calibrate_##isa = {                                             \
      .features = needed,                                                                       \
      .operations = (int64_t)TIR_CHAINS * TIR_LANES * TIR_LINK_OPERATIONS,                      \
      .multiply_add = multiply_add,                                                             \
      .read = read_all,                                                                         \
  };
