// What this processor can do, and this system lets it do: the levels that -march knows as x86-64-v3 and x86-64-v4.
#pragma once

#if defined(KERNEL_X86) && defined(_WIN32)
#include <cpuid.h>
#include <windows.h>

// On Windows nothing is linked that would answer __builtin_cpu_supports(), so the processor itself is asked.
struct Processor {
  bool x86_64_v3 = false, x86_64_v4 = false;
  Processor() {
    unsigned a, b, c, d, first = 0;
    if (__get_cpuid(1, &a, &b, &c, &d)) first = c;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return;
    const unsigned fma_movbe = 1u << 12 | 1u << 22, bmi_avx2_bmi2 = 1u << 3 | 1u << 5 | 1u << 8;
    const unsigned f_dq_cd_bw_vl = 1u << 16 | 1u << 17 | 1u << 28 | 1u << 30 | 1u << 31;
    x86_64_v3 = (first & fma_movbe) == fma_movbe && (b & bmi_avx2_bmi2) == bmi_avx2_bmi2 &&
                IsProcessorFeaturePresent(40);  // PF_AVX2_INSTRUCTIONS_AVAILABLE: the system keeps its registers
    x86_64_v4 = x86_64_v3 && (b & f_dq_cd_bw_vl) == f_dq_cd_bw_vl &&
                IsProcessorFeaturePresent(41);  // PF_AVX512F_INSTRUCTIONS_AVAILABLE
  }
};

#elif defined(KERNEL_X86)
struct Processor {
  bool x86_64_v3, x86_64_v4;
  Processor() {  // by the names of features, which every compiler knows; those of the levels are new
    __builtin_cpu_init();
    x86_64_v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
                __builtin_cpu_supports("bmi2");
    x86_64_v4 = x86_64_v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                __builtin_cpu_supports("avx512vl");
  }
};
#endif
