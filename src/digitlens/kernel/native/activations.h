// The activation functions of network/activations.py, sixteen neurons at a time: each beside its slope.
#pragma once
#include <math.h>

#include "kernel.h"
#include "lanes.h"

namespace {

constexpr float LEAK = 0.01f;  // the slope of leaky_relu below 0

// a = σ(z), and da/dz in `slope`; exact far out, at z = ±100 too. Softmax is not among them: see outputs_of().
inline Lanes activate(int activation, Lanes z, Lanes* slope) {
  Lanes zero = {}, one = all(1);
  switch (activation) {
    case SIGMOID:
    case TANH: {  // tanh(z) = 2 σ(2z) - 1, so both need e^-|.|, which cannot overflow
      Lanes twice = activation == TANH ? z + z : z;
      Lanes small = exp_of_negative(where_less(twice, zero, twice, zero - twice)), share = one / (one + small);
      *slope = small * share * share;
      if (activation == SIGMOID) return where_less(z, zero, small * share, share);
      *slope = *slope * all(4);
      Lanes a = (one - small) * share;
      return where_less(z, zero, zero - a, a);
    }
    case RELU:
      *slope = where_less(zero, z, one, zero);
      return larger(zero, z);
    case LEAKY_RELU:
      *slope = where_less(zero, z, one, all(LEAK));
      return larger(z, z * all(LEAK));
    default:  // IDENTITY
      *slope = one;
      return z;
  }
}

// The outputs of one image, and what the logarithm of a softmax needs: a_j = e^(z_j - largest_z) / sum.
struct Softmax {
  float largest_z, sum;
};

// a of the last layer from its z, for one image. `slope` gets da/dz, except for softmax, whose outputs depend on every
// z. `slope` may be the same array as `z`.
inline Softmax outputs_of(const Shape& s, const float* z, float* a, float* slope) {
  int n = s.sizes[s.layers];
  if (s.activation[s.layers] != SOFTMAX) {
    for (int j = 0; j < n; j += 16) {
      Lanes da_dz;
      store(a + j, activate(s.activation[s.layers], load(z + j), &da_dz));
      store(slope + j, da_dz);
    }
    return {0, 0};
  }
  Lanes neurons = all((float)n), nowhere = all(-INFINITY), largest = nowhere, total = {};
  for (int j = 0; j < n; j += 16) largest = larger(largest, where_less(count_from(j), neurons, load(z + j), nowhere));
  Softmax found;
  found.largest_z = fold(largest, [](float x, float y) { return x < y ? y : x; });
  for (int j = 0; j < n; j += 16) {
    Lanes e = exp_of_negative(load(z + j) - all(found.largest_z));
    total = total + where_less(count_from(j), neurons, e, Lanes{});
    store(a + j, e);
  }
  found.sum = fold(total, [](float x, float y) { return x + y; });
  for (int j = 0; j < n; j += 16) store(a + j, load(a + j) / all(found.sum));
  return found;
}

}  // namespace
