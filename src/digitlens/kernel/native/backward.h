// Back-propagation: the four equations of network/gradient.py, over a mini-batch.
#pragma once
#include "forward.h"
#include "kernel.h"
#include "lanes.h"

namespace {

// The weights into layer l as `back` wants them: block by block of the layer *before*, row j holds the weights from
// those sixteen neurons to neuron j.
inline void transpose(const float* W, size_t n, size_t before, float* back) {
  for (size_t j = 0; j < n; j++) {
    const float* column = W + j / 16 * (before + 1) * 16 + j % 16;
    size_t k = 0;
    for (; k + 4 <= before; k += 4)  // by fours: faster than one by one
      *(FourAnywhere*)(back + (k / 16 * n + j) * 16 + k % 16) =
          Four{column[k * 16], column[k * 16 + 16], column[k * 16 + 32], column[k * 16 + 48]};
    for (; k < before; k++) back[(k / 16 * n + j) * 16 + k % 16] = column[k * 16];
  }
}

// The first layer's share of the gradient, from one picture: only the weights of pixels with ink have any.
inline void add_first_layer_gradient(const SparsePicture& x, size_t pixels, Lanes dC_dz, float* target) {
  store(target + pixels * 16, load(target + pixels * 16) + dC_dz);  // the biases
  for (size_t k = 0; k < x.count; k += 4)
    for (int j = 0; j < 4; j++) {
      float* weights = x.weights_of(k + j, target);
      store(weights, load(weights) + all(x.ink[k + j]) * dC_dz);
    }
}

// Adds the gradient, times `factor`, to `target`, which is laid out as the weights. For gradient descent `target` *is*
// the weights, and the factor -rate / batch: each layer's weights move as soon as the way back has gone through them.
inline void backward(const Run& run, const int64_t* order, size_t batch, Buffers& buffers, float* target,
                     float factor) {
  const Shape& s = run.shape;
  const float* W = run.weights;
  for (int l = 1; l < s.layers; l++) W += s.floats(l), target += s.floats(l);
  for (int l = s.layers; l >= 1; l--, W -= l ? s.floats(l) : 0, target -= l ? s.floats(l) : 0) {
    size_t n = s.sizes[l], before = s.sizes[l - 1], row = Shape::stride((int)n);
    size_t row_before = Shape::stride((int)before);
    if (l > 1) {  // dC/dz (layer before) = (Wᵀ dC/dz) · σ'(z); nothing lies before the picture
      transpose(W, n, before, buffers.transposed[l]);
      for (size_t block = 0; block < Shape::blocks((int)before); block++)
        product(batch, n, buffers.dC_dz[l], row, 1, buffers.transposed[l] + block * n * 16, 16,
                [&](size_t i, Lanes sum) {
                  size_t at = i * row_before + block * 16;
                  store(buffers.dC_dz[l - 1] + at, sum * load(buffers.slope[l - 1] + at));
                });
    }
    for (size_t block = 0; block < Shape::blocks((int)n); block++) {  // dC/dW = dC/dz · a, and dC/db = dC/dz · 1
      float *to = target + block * (before + 1) * 16, *dC_dz = buffers.dC_dz[l] + block * 16;
      if (l > 1)
        product(before + 1, batch, buffers.a[l - 1], 1, row_before, dC_dz, row,
                [&](size_t k, Lanes sum) { store(to + k * 16, load(to + k * 16) + all(factor) * sum); });
      for (size_t i = 0; i < batch && l == 1; i++)
        add_first_layer_gradient(SparsePicture(run.pictures, order[i]), before, all(factor) * load(dC_dz + i * row),
                                 to);
    }
  }
}

}  // namespace
