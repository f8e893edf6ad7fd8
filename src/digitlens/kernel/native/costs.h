// The costs of network/costs.py, for the outputs of one image: what it is, and its slope with respect to the last z.
#pragma once
#include "activations.h"
#include "kernel.h"
#include "lanes.h"

namespace {

// dC/dz of the last layer. `z` is overwritten; `a` gets the outputs.
inline void cost_slope(const Shape& s, float* z, float* a, float* dC_dz, int digit) {
  int n = s.sizes[s.layers];
  bool softmax = s.activation[s.layers] == SOFTMAX;
  float* da_dz = z;  // takes the place of z
  outputs_of(s, z, a, da_dz);
  Lanes neurons = all((float)n), right = all((float)digit), weighted = {};
  for (int j = 0; j < n; j += 16) {
    Lanes number = count_from(j), y = where_less(number, right, Lanes{}, where_less(right, number, Lanes{}, all(1)));
    Lanes slope = where_less(number, neurons, load(a + j) - y, Lanes{});  // of cross-entropy: simply a - y
    if (s.cost == QUADRATIC) slope = slope * all(2) * (softmax ? load(a + j) : load(da_dz + j));
    if (s.cost == QUADRATIC && softmax) weighted = weighted + slope;
    store(dC_dz + j, slope);
  }
  if (s.cost != QUADRATIC || !softmax) return;
  // Quadratic cost of softmax: each output depends on every z, dC/dz_i = a_i (dC/da_i - Σ_j a_j dC/da_j).
  Lanes mean = all(fold(weighted, [](float x, float y) { return x + y; }));
  for (int j = 0; j < n; j += 16)
    store(dC_dz + j, load(dC_dz + j) - where_less(count_from(j), neurons, load(a + j) * mean, Lanes{}));
}

// The cost of one image. From z where there are logarithms, so that nothing overflows.
inline double cost_of(const Shape& s, const float* z, const float* a, Softmax softmax, int digit) {
  int n = s.sizes[s.layers];
  double C = 0;
  if (s.cost == QUADRATIC) {
    for (int j = 0; j < n; j++) C += (a[j] - (j == digit)) * (a[j] - (j == digit));
    return C;
  }
  if (s.activation[s.layers] == SOFTMAX) return log(softmax.sum) - (z[digit] - softmax.largest_z);
  double product_of = 1;  // one logarithm of the product instead of one for each output
  for (int j = 0; j < n; j++) {
    C += (z[j] > 0 ? z[j] : 0) - (j == digit ? z[j] : 0);
    product_of *= 1 + exp(-fabs((double)z[j]));  // at most 2^n
  }
  return C + log(product_of);
}

}  // namespace
