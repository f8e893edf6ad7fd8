// The forward pass of network/network.py, over a mini-batch: a' = σ(W a + b), layer by layer.
//
//   a      activations: row i for image i, with a 1 after the last neuron, which the biases are multiplied by
//   z      weighted sums, biases included
//   W      weights, laid out as kernel.h says
#pragma once
#include "activations.h"
#include "kernel.h"
#include "lanes.h"

namespace {

constexpr size_t FETCH_AHEAD = 6;  // pictures between asking the memory for one and using it
constexpr int ROWS_AT_ONCE = WIDTH == 16 ? 8 : WIDTH == 8 ? 4 : 2;  // as many sums as the registers hold

// Where the numbers of one mini-batch stand, all in one piece of memory.
struct Buffers {
  float *a[MOST_LAYERS + 1], *slope[MOST_LAYERS + 1], *dC_dz[MOST_LAYERS + 1];  // [l] is layer l, row i is image i
  float* transposed[MOST_LAYERS + 1];  // weights, for the way back: see backward.h
  float *gradient, *end;               // laid out as the weights; ends where the memory ends

  Buffers(const Shape& s, size_t batch, bool learning, float* memory) {
    for (int l = 1; l <= s.layers; l++)
      for (float** part : {&a[l], &slope[l], &dC_dz[l]}) *part = memory, memory += batch * Shape::stride(s.sizes[l]);
    for (int l = 2; l <= s.layers && learning; l++)
      transposed[l] = memory, memory += Shape::blocks(s.sizes[l - 1]) * 16 * s.sizes[l];
    gradient = memory;
    for (int l = 1; l <= s.layers && learning; l++) memory += s.floats(l);
    end = memory;
  }
};

// One picture without its zeros, its greys 0..255 turned into ink 0..1. See SparsePictures in kernel.h.
struct SparsePicture {
  const uint16_t* row;  // where the weights of each pixel begin, in steps of WEIGHTS_STEP bytes
  size_t count;
  float ink[MOST_PIXELS + 16];

  SparsePicture(const SparsePictures& pictures, size_t i) {
    const uint8_t* begin = pictures.bytes + pictures.starts[i];
    count = (pictures.starts[i + 1] - pictures.starts[i]) / 3;
    row = (const uint16_t*)begin;
    const uint8_t* grey = begin + 2 * count;
    for (size_t k = 0; k < (count + 15) / 16 * 16; k++) ink[k] = (float)grey[k] * (1 / 255.f);
  }

  template <class Weights>
  Weights* weights_of(size_t k, Weights* W) const {  // the sixteen weights that pixel number k of the list leads into
    return W + row[k] * (WEIGHTS_STEP / sizeof(float));
  }
};

// Σ_k left[r · row + k · step] · right[k · next], for each row r: every product of two matrices in this kernel, sixteen
// columns of the right one at a time. `finish` gets the number of each row and its sixteen sums.
template <class Finish>
inline void product(size_t rows, size_t inner, const float* left, size_t row, size_t step, const float* right,
                    size_t next, Finish finish) {
  size_t i = 0;
  for (; i + ROWS_AT_ONCE <= rows; i += ROWS_AT_ONCE) {
    Lanes sum[ROWS_AT_ONCE] = {};
    for (size_t k = 0; k < inner; k++) {
      Lanes columns = load(right + k * next);
      for (int r = 0; r < ROWS_AT_ONCE; r++) sum[r] = sum[r] + all(left[(i + r) * row + k * step]) * columns;
    }
    for (int r = 0; r < ROWS_AT_ONCE; r++) finish(i + r, sum[r]);
  }
  for (; i < rows; i++) {
    Lanes sum = {};
    for (size_t k = 0; k < inner; k++) sum = sum + all(left[i * row + k * step]) * load(right + k * next);
    finish(i, sum);
  }
}

// The weighted sums of sixteen neurons of the first layer for one picture: only where there is ink. Four sums run side
// by side, because an addition takes four cycles.
inline Lanes first_layer_sum(const float* W, size_t pixels, const SparsePicture& x) {
  Lanes sum[4] = {load(W + pixels * 16)};  // the biases
  for (size_t k = 0; k < x.count; k += 4)
    for (int j = 0; j < 4; j++) sum[j] = sum[j] + all(x.ink[k + j]) * load(x.weights_of(k + j, W));
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

// The memory begins to fetch a picture. The order of training is random, so the processor cannot guess what comes next.
inline void fetch(const SparsePictures& pictures, size_t i) {
  for (uint64_t at = pictures.starts[i]; at < pictures.starts[i + 1]; at += 64) __builtin_prefetch(pictures.bytes + at);
}

// `batch` pictures through the network: the first ones of `order`, which holds `ordered` numbers, or pictures 0, 1, ...
// where `order` is null. Hidden layers leave a and slope; the last one leaves its z, in the place of its slope, for
// outputs_of() to go on from.
inline void forward(const Shape& s, const float* W, const SparsePictures& pictures, const int64_t* order, size_t batch,
                    Buffers& buffers, size_t ordered = 0) {
  for (int l = 1; l <= s.layers; W += s.floats(l++)) {
    size_t n = s.sizes[l], before = s.sizes[l - 1], row = Shape::stride(n);
    for (size_t block = 0; block < Shape::blocks(n); block++) {
      const float* weights = W + block * (before + 1) * 16;
      Lanes neurons = all((float)n), number = count_from((int)block * 16);
      auto finish = [&](size_t i, Lanes z) {
        size_t at = i * row + block * 16;
        if (l == s.layers) return store(buffers.slope[l] + at, z);
        Lanes slope, a = activate(s.activation[l], z, &slope);
        store(buffers.a[l] + at, a);
        store(buffers.slope[l] + at,
              where_less(number, neurons, slope, Lanes{}));  // lanes without a neuron learn nothing
      };
      if (l > 1) {
        product(batch, before + 1, buffers.a[l - 1], Shape::stride((int)before), 1, weights, 16, finish);
        continue;
      }
      for (size_t i = 0; i < batch; i++) {
        if (block == 0 && i + FETCH_AHEAD < ordered) fetch(pictures, (size_t)order[i + FETCH_AHEAD]);
        finish(i, first_layer_sum(weights, before, SparsePicture(pictures, order ? (size_t)order[i] : i)));
      }
    }
    for (size_t i = 0; i < batch && l < s.layers; i++) buffers.a[l][i * row + n] = 1;
  }
}

}  // namespace
