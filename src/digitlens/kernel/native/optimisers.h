// A step downhill once the gradient is known: network/optimisers.py, then weight decay, then the running mean.
#pragma once
#include <math.h>

#include "kernel.h"

namespace {

// velocity = keep · velocity + gradient
inline void momentum_step(const Run& run, float* gradient, size_t floats, float rate) {
  float *w = run.weights, *velocity = run.memory[0];
  for (size_t i = 0; i < floats; i++) {
    velocity[i] = run.keep * velocity[i] + gradient[i];
    w[i] -= rate * velocity[i];
    gradient[i] = 0;  // for the next mini-batch, which adds to it
  }
}

// Kingma and Ba 2015, algorithm 1. t: number of this step, from 1.
inline void adam_step(const Run& run, float* gradient, size_t floats, double rate, int64_t t) {
  constexpr double KEEP_SQUARES = 0.999;
  float *w = run.weights, *mean = run.memory[0], *squares = run.memory[1];
  float keep = run.keep, keep_squares = (float)KEEP_SQUARES;
  float real_rate = (float)(rate / (1 - pow((double)keep, (double)t)));  // both means began at 0
  float real_squares = (float)(1 / (1 - pow(KEEP_SQUARES, (double)t)));
  for (size_t i = 0; i < floats; i++) {
    float m = mean[i] = keep * mean[i] + (1 - keep) * gradient[i];
    float v = squares[i] = keep_squares * squares[i] + (float)(1 - KEEP_SQUARES) * gradient[i] * gradient[i];
    w[i] -= real_rate * m / (sqrtf(v * real_squares) + 1e-8f);
    gradient[i] = 0;
  }
}

// Every weight shrinks by rate · decay; biases do not.
inline void shrink(const Run& run, double rate) {
  float* w = run.weights;
  for (int l = 1; l <= run.shape.layers; l++)
    for (size_t block = 0; block < Shape::blocks(run.shape.sizes[l]); block++, w += 16)  // + 16: past the biases
      for (float* end = w + run.shape.sizes[l - 1] * 16; w < end; w++) *w *= (float)(1 - rate * run.decay);
}

// All of it. Gradient descent has already been taken by backward(), which added to the weights themselves.
inline void step(const Run& run, float* gradient, size_t floats, double rate, int64_t t) {
  if (run.optimiser == MOMENTUM) momentum_step(run, gradient, floats, (float)rate);
  if (run.optimiser == ADAM) adam_step(run, gradient, floats, rate, t);
  if (run.decay > 0) shrink(run, rate);
  if (run.average)
    for (size_t i = 0; i < floats; i++)
      run.average[i] = run.running_mean * run.average[i] + (1 - run.running_mean) * run.weights[i];
}

}  // namespace
