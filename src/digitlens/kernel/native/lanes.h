// Sixteen numbers at once: a struct of as many vectors as the machine needs to hold them. One source serves AVX-512
// (one vector), AVX (two), SSE2 and NEON (four); a single 64-byte vector type would be four times as slow on AVX2.
#pragma once
#include <stdint.h>
#include <string.h>

#include <initializer_list>

namespace {  // this file is compiled once for each instruction set: nothing of it may be shared between them

#if defined(__AVX512F__)
constexpr int WIDTH = 16;
#elif defined(__AVX__)
constexpr int WIDTH = 8;
#else
constexpr int WIDTH = 4;
#endif
constexpr int PARTS = 16 / WIDTH;
typedef float Part __attribute__((vector_size(4 * WIDTH)));
typedef Part Anywhere __attribute__((aligned(4), may_alias));  // in memory, not only where a vector would begin
typedef int32_t IntPart __attribute__((vector_size(4 * WIDTH)));

typedef float Four __attribute__((vector_size(16)));
typedef Four FourAnywhere __attribute__((aligned(4), may_alias));

struct Lanes {
  Part part[PARTS];
};

template <class F>
inline Lanes each(F f) {  // written out: a loop would keep the parts in memory, not in registers
  if constexpr (PARTS == 1) return {{f(0)}};
  else if constexpr (PARTS == 2) return {{f(0), f(1)}};
  else return {{f(0), f(1), f(2), f(3)}};
}
inline Lanes all(float x) {
  return each([=](int) { return x - Part{}; });
}  // x in every lane
inline Lanes load(const float* from) {
  return each([=](int i) { return ((const Anywhere*)from)[i]; });
}
inline void store(float* to, Lanes x) {
  for (int i = 0; i < PARTS; i++) ((Anywhere*)to)[i] = x.part[i];
}
inline Lanes operator+(Lanes a, Lanes b) {
  return each([&](int i) { return a.part[i] + b.part[i]; });
}
inline Lanes operator-(Lanes a, Lanes b) {
  return each([&](int i) { return a.part[i] - b.part[i]; });
}
inline Lanes operator*(Lanes a, Lanes b) {
  return each([&](int i) { return a.part[i] * b.part[i]; });
}
inline Lanes operator/(Lanes a, Lanes b) {
  return each([&](int i) { return a.part[i] / b.part[i]; });
}
inline Lanes where_less(Lanes a, Lanes b, Lanes yes, Lanes no) {  // lane by lane: a < b ? yes : no
  return each([&](int i) { return a.part[i] < b.part[i] ? yes.part[i] : no.part[i]; });
}
inline Lanes larger(Lanes a, Lanes b) { return where_less(a, b, b, a); }

template <class F>
inline float fold(Lanes x, F f) {  // f over all sixteen lanes, halves first: always in the same order
  float lane[16];
  store(lane, x);
  for (int half = 8; half; half /= 2)
    for (int i = 0; i < half; i++) lane[i] = f(lane[i], lane[i + half]);
  return lane[0];
}
inline Lanes count_from(int first) {  // first, first + 1, ..., first + 15
  static const float numbers[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return load(numbers) + all((float)first);
}

// e^x for x <= 0: x = n ln 2 + r with |r| <= ln 2 / 2, e^r by its series, 2^n through the exponent's bits. Below -87 it
// stays at 1.6e-38, the last place before float32's numbers become subnormal. At most 2 units in the last place off.
inline Lanes exp_of_negative(Lanes x) {
  x = larger(x, all(-87));
  Lanes n = x * all(1.44269504f) + all(12582912);  // adding 1.5 · 2^23 rounds to a whole number
  n = n - all(12582912);
  Lanes r = x - n * all(0.693145752f) - n * all(1.42860677e-6f);
  Lanes e = all(1 / 5040.f);
  for (float c : {1 / 720.f, 1 / 120.f, 1 / 24.f, 1 / 6.f, 1 / 2.f, 1.f, 1.f}) e = e * r + all(c);
  return each([&](int i) {
    IntPart bits = (__builtin_convertvector(n.part[i], IntPart) + 127) << 23;
    Part power;
    memcpy(&power, &bits, sizeof power);
    return e.part[i] * power;
  });
}

// While one of these lives, numbers below 1.2e-38 count as 0. What an optimiser remembers of a gradient that has ceased
// fades down to them, and there each operation takes the processor many times as long.
struct NoSubnormals {
#if defined(__SSE__)
  unsigned before = __builtin_ia32_stmxcsr();
  NoSubnormals() { __builtin_ia32_ldmxcsr(before | 0x8040); }  // to zero: what comes out, and what goes in
  ~NoSubnormals() { __builtin_ia32_ldmxcsr(before); }
#elif defined(__aarch64__)
  uint64_t before;
  NoSubnormals() {
    asm volatile("mrs %0, fpcr" : "=r"(before));
    asm volatile("msr fpcr, %0" : : "r"(before | 1 << 24));
  }
  ~NoSubnormals() { asm volatile("msr fpcr, %0" : : "r"(before)); }
#endif
};

}  // namespace
