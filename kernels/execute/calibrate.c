/* What one core can do at most: multiply-adds in registers, and reads of memory. Each figure is the best of several
 * short runs, so that being interrupted by other work does not lower it. */
#define _POSIX_C_SOURCE 199309L /* clock_gettime */
#include <time.h>

#include "execute/calibrate.h"
#include "tensorir_steps.h"

enum {
  ROUNDS = 1 << 15,    /* of multiply-adds in a run: about 0.1 ms */
  LEAST_READ = 1 << 22 /* bytes in a run; less memory is read more than once */
};

static const tir_calibrate_loops* loops_for(uint64_t cpu_features) {
#if defined(__x86_64__)
  static const tir_calibrate_loops* const known[] = {&tir_calibrate_avx512, &tir_calibrate_avx2};
  for (int i = 0; i < 2; i++) {
    if ((known[i]->features & ~cpu_features) == 0) return known[i];
  }
#endif
  (void)cpu_features;
  return &tir_calibrate_generic;
}

static double nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

double tir_calibrate_fma(uint64_t cpu_features, int64_t repeats) {
  const tir_calibrate_loops* loops = loops_for(cpu_features);
  double best = 0.0;
  for (; repeats > 0; repeats--) {
    float data[4] = {0.5f, 1.0f, 1.0f, 0.0f};
    const double start = nanoseconds();
    loops->multiply_add(ROUNDS, data);
    const double rate = (double)(loops->operations * ROUNDS) / (nanoseconds() - start);
    if (rate > best) best = rate;
  }
  return best;
}

double tir_calibrate_read(uint64_t cpu_features, const void* memory, int64_t bytes, int64_t repeats) {
  if (memory == NULL || bytes <= 0 || bytes % TIR_CALIBRATE_BYTES != 0) return 0.0;
  const tir_calibrate_loops* loops = loops_for(cpu_features);
  const int64_t passes = bytes < LEAST_READ ? LEAST_READ / bytes : 1;
  double best = 0.0;
  for (; repeats > 0; repeats--) {
    const double start = nanoseconds();
    for (int64_t i = 0; i < passes; i++) (void)loops->read(memory, bytes);
    const double rate = (double)bytes * (double)passes / (nanoseconds() - start);
    if (rate > best) best = rate;
  }
  return best;
}
