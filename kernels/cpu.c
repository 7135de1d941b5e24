/* What this machine can do. The compiler's own test also asks the operating system
 * (XCR0) whether it saves the wide registers. */
#include "tensorir_kernels.h"

uint64_t tir_cpu_features(void) {
  uint64_t features = 0;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c")) {
    features |= TIR_CPU_X86_AVX2;
  }
  if ((features & TIR_CPU_X86_AVX2) && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd")) {
    features |= TIR_CPU_X86_AVX512;
    if (__builtin_cpu_supports("avx512vnni")) features |= TIR_CPU_X86_AVX512_VNNI;
    if (__builtin_cpu_supports("avx512bf16")) features |= TIR_CPU_X86_AVX512_BF16;
  }
#endif
  return features;
}
