// The kernel: training and reading, mini-batch after mini-batch. Compiled once for each instruction set; its parts are
// headers, so that the compiler sees all of it at once.
//
//   lanes.h        sixteen numbers at once
//   activations.h  σ(z) beside its slope
//   forward.h      images -> outputs
//   costs.h        outputs -> cost, and its slope
//   backward.h     slope of the cost -> gradient
//   optimisers.h   gradient -> new weights
#include "kernel.h"

#include <time.h>

#include "activations.h"
#include "backward.h"
#include "costs.h"
#include "forward.h"
#include "lanes.h"
#include "optimisers.h"

namespace {

double now() {  // seconds
  timespec t;
#if defined(_MSC_VER)
  timespec_get(&t, TIME_UTC);  // its C library has no other
#else
  clock_gettime(CLOCK_MONOTONIC, &t);
#endif
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

size_t scratch(const Shape& shape, size_t mini_batch, bool learning) {
  float* from = (float*)sizeof(float);  // anywhere but at null: only the distance counts
  return (size_t)(Buffers(shape, mini_batch, learning, from).end - from);
}

int64_t learn(const Run& run, float* scratch) {
  const Shape& s = run.shape;
  Buffers buffers(s, (size_t)run.mini_batch, true, scratch);
  double until = now() + run.seconds;
  [[maybe_unused]] NoSubnormals while_learning;
  int64_t done = 0;
  size_t floats = (size_t)(buffers.end - buffers.gradient), row = Shape::stride(s.sizes[s.layers]);
  for (int64_t first = 0; first < run.count;) {
    const int64_t* order = run.order + first;
    size_t batch = (size_t)(run.count - first < run.mini_batch ? run.count - first : run.mini_batch);
    forward(s, run.weights, run.pictures, order, batch, buffers, (size_t)(run.count - first));
    for (size_t i = 0; i < batch; i++)
      cost_slope(s, buffers.slope[s.layers] + i * row, buffers.a[s.layers] + i * row, buffers.dC_dz[s.layers] + i * row,
                 run.digits[order[i]]);
    bool straight = run.optimiser == GRADIENT_DESCENT;  // moves the weights at once, and needs no gradient beside them
    double rate = run.rates[done++];
    backward(run, order, batch, buffers, straight ? run.weights : buffers.gradient,
             (float)(straight ? -rate / (double)batch : 1 / (double)batch));
    step(run, buffers.gradient, floats, rate, run.steps + done);
    first += (int64_t)batch;
    if (*run.stop || now() >= until) break;
  }
  return done;
}

void evaluate(const Shape& s, const float* weights, SparsePictures pictures, size_t count, const uint8_t* digits,
              float* outputs, double* cost, int64_t* correct, float* scratch) {
  Buffers buffers(s, EVALUATED_AT_ONCE, false, scratch);
  int n = s.sizes[s.layers];
  size_t row = Shape::stride(n);
  for (size_t first = 0; first < count; first += EVALUATED_AT_ONCE) {
    size_t batch = count - first < EVALUATED_AT_ONCE ? count - first : EVALUATED_AT_ONCE;
    forward(s, weights, {pictures.bytes, pictures.starts + first}, nullptr, batch, buffers);
    for (size_t i = 0; i < batch; i++) {
      float *z = buffers.slope[s.layers] + i * row, *a = buffers.a[s.layers] + i * row;
      Softmax softmax = outputs_of(s, z, a, buffers.dC_dz[s.layers]);
      if (outputs) memcpy(outputs + (first + i) * n, a, n * sizeof(float));
      if (!digits) continue;
      int largest = 0;
      for (int j = 1; j < n; j++)
        if (a[j] > a[largest]) largest = j;
      *cost += cost_of(s, z, a, softmax, digits[first + i]);
      *correct += largest == digits[first + i];
    }
  }
}

}  // namespace

Bend BEND;
extern const Kernel KERNEL;
const Kernel KERNEL = {KERNEL_NAME, scratch, learn, evaluate, BEND};
