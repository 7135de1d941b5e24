/* One vector function on one block, for the best instruction set that may be used. */
#if defined(__AVX__)
#error "this runs before anyone knows what the CPU can do: compile with the baseline flags"
#endif
#include "vector/math.h"

#include "tensorir_steps.h"

static tir_block_function found(int32_t function, int32_t type, uint64_t cpu_features) {
#if defined(__x86_64__)
  const uint64_t avx512 = TIR_CPU_X86_AVX2 | TIR_CPU_X86_AVX512;
  if ((cpu_features & avx512) == avx512) return tir_math_function_avx512(function, type);
  if (cpu_features & TIR_CPU_X86_AVX2) return tir_math_function_avx2(function, type);
#endif
  (void)cpu_features;
  return tir_math_function_generic(function, type);
}

int tir_math_block(int32_t function, int32_t type, uint64_t cpu_features, const void* a, const void* b, void* out,
                   int64_t count) {
  const tir_block_function run = found(function, type, cpu_features);
  if (run == NULL) return TIR_STATUS_NO_KERNEL;
  if (count < 0) return TIR_STATUS_BAD_SIZE;
  run(a, b, out, count);
  return TIR_STATUS_OK;
}
