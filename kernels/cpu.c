/* What this machine can do. The compiler's own test knows other names in each
 * compiler and version, so the CPU is asked itself, and the operating system too:
 * wide registers are of use only where it saves them (XCR0). */
#include "tensorir_kernels.h"

/* Bits of the words that CPUID gives; leaf and register stand in the names. */
enum {
  LEAF1_ECX_FMA = 1 << 12,
  LEAF1_ECX_OSXSAVE = 1 << 27,
  LEAF1_ECX_AVX = 1 << 28,
  LEAF1_ECX_F16C = 1 << 29,
  LEAF7_EBX_AVX2 = 1 << 5,
  LEAF7_EBX_AVX512F = 1 << 16,
  LEAF7_EBX_AVX512DQ = 1 << 17,
  LEAF7_EBX_AVX512CD = 1 << 28,
  LEAF7_EBX_AVX512BW = 1 << 30,
  LEAF7_ECX_AVX512VNNI = 1 << 11,
  LEAF7_1_EAX_AVX512BF16 = 1 << 5,
  XCR0_AVX = 1 << 1 | 1 << 2,                     /* SSE and AVX registers */
  XCR0_AVX512 = XCR0_AVX | 1 << 5 | 1 << 6 | 1 << 7, /* masks, and the rest of the zmm registers */
};
#define LEAF7_EBX_AVX512VL (1u << 31)

static int all(uint64_t word, uint64_t bits) { return (word & bits) == bits; }

uint64_t tir_cpu_features_of(const tir_cpuid_words* words) {
  const uint32_t leaf1 = LEAF1_ECX_OSXSAVE | LEAF1_ECX_AVX | LEAF1_ECX_FMA | LEAF1_ECX_F16C;
  const uint32_t avx512 = LEAF7_EBX_AVX512F | LEAF7_EBX_AVX512DQ | LEAF7_EBX_AVX512CD | LEAF7_EBX_AVX512BW |
                          LEAF7_EBX_AVX512VL;
  if (!all(words->leaf1_ecx, leaf1) || !all(words->leaf7_ebx, LEAF7_EBX_AVX2) || !all(words->xcr0, XCR0_AVX)) return 0;
  uint64_t features = TIR_CPU_X86_AVX2;
  if (!all(words->leaf7_ebx, avx512) || !all(words->xcr0, XCR0_AVX512)) return features;
  features |= TIR_CPU_X86_AVX512;
  if (all(words->leaf7_ecx, LEAF7_ECX_AVX512VNNI)) features |= TIR_CPU_X86_AVX512_VNNI;
  if (all(words->leaf7_1_eax, LEAF7_1_EAX_AVX512BF16)) features |= TIR_CPU_X86_AVX512_BF16;
  return features;
}

#if defined(__x86_64__)
#include <cpuid.h>

uint64_t tir_cpu_features(void) {
  tir_cpuid_words words = {0};
  uint32_t eax, ebx, ecx, edx;
  if (__get_cpuid(1, &eax, &ebx, &ecx, &edx)) words.leaf1_ecx = ecx;
  /* Both functions look at the highest leaf first, and answer 0 beyond it. */
  if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx)) {
    words.leaf7_ebx = ebx;
    words.leaf7_ecx = ecx;
    const uint32_t last_subleaf = eax;
    if (last_subleaf >= 1 && __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx)) words.leaf7_1_eax = eax;
  }
  if (words.leaf1_ecx & LEAF1_ECX_OSXSAVE) { /* otherwise xgetbv is an illegal instruction */
    __asm__ volatile("xgetbv" : "=a"(eax), "=d"(edx) : "c"(0));
    words.xcr0 = (uint64_t)edx << 32 | eax;
  }
  return tir_cpu_features_of(&words);
}
#else
uint64_t tir_cpu_features(void) { return 0; }
#endif
