// The learning itself, compiled once for each instruction set: forward and backward of network/, over mini-batches.
//
//   a  activations, row i of image i, with a 1 after the last      z  weighted sums, biases included
//   dC_dz  slope of the cost by z                                  W  weights, as kernel.h lays them out
#include <math.h>
#include <time.h>

#include <initializer_list>

#include "kernel.h"
#include "lanes.h"

namespace {

constexpr size_t AHEAD = 6;                                 // pictures between fetching and using
constexpr int ROWS = WIDTH == 16 ? 8 : WIDTH == 8 ? 4 : 2;  // images at once: as many sums as the registers hold

struct Way {  // of one mini-batch through the network: where each layer's numbers stand
  float *a[MOST_LAYERS + 1], *slope[MOST_LAYERS + 1], *dC_dz[MOST_LAYERS + 1];
  float *back[MOST_LAYERS + 1], *gradient, *end;  // weights turned round, for the way back; the gradient
  Way(const Shape& s, size_t batch, bool learning, float* free) {
    for (int l = 1; l <= s.layers; l++)
      for (float** part : {&a[l], &slope[l], &dC_dz[l]}) *part = free, free += batch * Shape::stride(s.sizes[l]);
    for (int l = 2; l <= s.layers && learning; l++)
      back[l] = free, free += Shape::blocks(s.sizes[l - 1]) * 16 * s.sizes[l];
    gradient = free;
    for (int l = 1; l <= s.layers && learning; l++) free += s.floats(l);
    end = free;
  }
};

struct Ink {            // the list of one picture, see kernel.h, its greys 0..255 made ink 0..1
  const uint16_t* row;  // of the weights, in bytes
  size_t count;
  float ink[PIXELS + 16];
  Ink(const Inks& inks, size_t i) {
    const uint8_t* begin = inks.bytes + inks.starts[i];
    count = (inks.starts[i + 1] - inks.starts[i]) / 3;
    row = (const uint16_t*)begin;
    const uint8_t* grey = begin + 2 * count;
    for (size_t k = 0; k < (count + 15) / 16 * 16; k++) ink[k] = (float)grey[k] * (1 / 255.f);
  }
  template <class Weights>
  Weights* at(Weights* W, size_t k) const {
    return W + row[k] / sizeof(float);
  }
};

// sum[r] += Σ_k left[r · row + k · step] · right[k]: all products of matrices, sixteen columns at a time. `finish` gets
// the number of each row and its sixteen sums.
template <class Finish>
inline void product(size_t rows, size_t inner, const float* left, size_t row, size_t step, const float* right,
                    size_t next, Finish finish) {
  size_t i = 0;
  for (; i + ROWS <= rows; i += ROWS) {
    Lanes sum[ROWS] = {};
    for (size_t k = 0; k < inner; k++) {
      Lanes columns = load(right + k * next);
      for (int r = 0; r < ROWS; r++) sum[r] = sum[r] + all(left[(i + r) * row + k * step]) * columns;
    }
    for (int r = 0; r < ROWS; r++) finish(i + r, sum[r]);
  }
  for (; i < rows; i++) {
    Lanes sum = {};
    for (size_t k = 0; k < inner; k++) sum = sum + all(left[i * row + k * step]) * load(right + k * next);
    finish(i, sum);
  }
}

// a = σ(z) beside its slope, exact far out as in network/activations.py.
inline Lanes activate(int activation, Lanes z, Lanes* slope) {
  Lanes zero = {}, one = all(1);
  if (activation == SIGMOID || activation == TANH) {
    Lanes twice = activation == TANH ? z + z : z;
    Lanes small = exp_of_negative(where_less(twice, zero, twice, zero - twice)), share = one / (one + small);
    *slope = small * share * share;
    if (activation == SIGMOID) return where_less(z, zero, small * share, share);
    *slope = *slope * all(4);
    Lanes a = (one - small) * share;
    return where_less(z, zero, zero - a, a);
  }
  *slope = activation == RELU ? where_less(zero, z, one, zero) : one;
  return activation == RELU ? larger(zero, z) : z;
}

// The first layer's weighted sums of one picture: only where there is ink. Four sums at once, for an addition takes
// four cycles.
inline Lanes first_sum(const float* W, const Ink& x) {
  Lanes sum[4] = {load(W + PIXELS * 16)};
  for (size_t k = 0; k < x.count; k += 4)
    for (int j = 0; j < 4; j++) sum[j] = sum[j] + all(x.ink[k + j]) * load(x.at(W, k + j));
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

// a' = σ(W a + b), layer by layer, for `batch` pictures, the first `batch` of `order`, which goes on to `known`. The
// last layer's z are left in its slope's place.
inline void forward(const Shape& s, const float* W, const Inks& inks, const int64_t* order, size_t batch, Way& way,
                    size_t known = 0) {
  for (int l = 1; l <= s.layers; W += s.floats(l++)) {
    size_t n = s.sizes[l], before = s.sizes[l - 1], row = Shape::stride(n);
    for (size_t block = 0; block < Shape::blocks(n); block++) {
      const float* weights = W + block * (before + 1) * 16;
      Lanes neurons = all((float)n), number = count_from((int)block * 16);
      auto finish = [&](size_t i, Lanes z) {
        size_t at = i * row + block * 16;
        if (l == s.layers) return store(way.slope[l] + at, z);
        Lanes slope, a = activate(s.activation[l], z, &slope);
        store(way.a[l] + at, a);
        store(way.slope[l] + at, where_less(number, neurons, slope, Lanes{}));
      };
      if (l > 1) product(batch, before + 1, way.a[l - 1], Shape::stride((int)before), 1, weights, 16, finish);
      else
        for (size_t i = 0; i < batch; i++) {
          if (block == 0 && i + AHEAD < known) {  // the order is random, so nobody else fetches what comes next
            const uint64_t* next = inks.starts + order[i + AHEAD];
            for (uint64_t at = next[0]; at < next[1]; at += 64) __builtin_prefetch(inks.bytes + at);
          }
          finish(i, first_sum(weights, Ink(inks, order ? (size_t)order[i] : i)));
        }
    }
    for (size_t i = 0; i < batch && l < s.layers; i++) way.a[l][i * row + n] = 1;
  }
}

// The outputs a of one image from its z, beside their slopes; for softmax those are the outputs themselves, and `sum`
// and `most` are what its logarithm needs.
inline void outputs_of(const Shape& s, float* z, float* a, float* slope, float* sum, float* most) {
  int n = s.sizes[s.layers], softmax = s.activation[s.layers] == SOFTMAX;
  Lanes top = all(-INFINITY), total = {}, neurons = all((float)n);
  for (int j = 0; j < n && softmax; j += 16)
    top = larger(top, where_less(count_from(j), neurons, load(z + j), all(-INFINITY)));
  *most = !softmax ? 0 : fold(top, [](float x, float y) { return x < y ? y : x; });
  for (int j = 0; j < n; j += 16) {
    Lanes dz,
        e = softmax ? exp_of_negative(load(z + j) - all(*most)) : activate(s.activation[s.layers], load(z + j), &dz);
    if (softmax) total = total + where_less(count_from(j), neurons, e, Lanes{});
    store(a + j, e);
    if (!softmax) store(slope + j, dz);
  }
  *sum = !softmax ? 0 : fold(total, [](float x, float y) { return x + y; });
  for (int j = 0; j < n && softmax; j += 16) store(a + j, load(a + j) / all(*sum));
}

// dC/dz of the last layer, as in network/costs.py.
inline void cost_slope(const Shape& s, float* z, float* a, float* dC_dz, int digit) {
  int n = s.sizes[s.layers];
  bool softmax = s.activation[s.layers] == SOFTMAX;
  float sum, most;
  outputs_of(s, z, a, z, &sum, &most);  // the slopes take the place of z
  Lanes neurons = all((float)n), right = all((float)digit), shared = {};
  for (int j = 0; j < n; j += 16) {
    Lanes number = count_from(j), y = where_less(number, right, Lanes{}, where_less(right, number, Lanes{}, all(1)));
    Lanes slope = where_less(number, neurons, load(a + j) - y, Lanes{});
    if (s.cost == QUADRATIC) slope = slope * all(2) * (softmax ? load(a + j) : load(z + j));
    if (s.cost == QUADRATIC && softmax) shared = shared + slope;  // each output depends on every z
    store(dC_dz + j, slope);
  }
  if (s.cost != QUADRATIC || !softmax) return;
  Lanes mean = all(fold(shared, [](float x, float y) { return x + y; }));
  for (int j = 0; j < n; j += 16)
    store(dC_dz + j, load(dC_dz + j) - where_less(count_from(j), neurons, load(a + j) * mean, Lanes{}));
}

// The four equations of network/gradient.py. Each layer's share of the gradient, times `factor`, is added to `target`,
// which is laid out as the weights: for gradient descent it *is* the weights, and the factor -rate / batch.
inline void backward(const Run& run, const int64_t* order, size_t batch, Way& way, float* target, float factor) {
  const Shape& s = run.shape;
  const float* W = run.weights;
  for (int l = 1; l < s.layers; l++) W += s.floats(l), target += s.floats(l);
  for (int l = s.layers; l >= 1; l--, W -= l ? s.floats(l) : 0, target -= l ? s.floats(l) : 0) {
    size_t n = s.sizes[l], before = s.sizes[l - 1], row = Shape::stride((int)n),
           row_before = Shape::stride((int)before);
    if (l > 1) {  // dC/dz (layer before) = (Wᵀ dC/dz) · σ'(z); nothing lies before the picture
      float* back = way.back[l];
      for (size_t j = 0; j < n; j++) {
        const float* column = W + j / 16 * (before + 1) * 16 + j % 16;
        size_t k = 0;
        for (; k + 4 <= before; k += 4)  // by fours: faster than one by one
          *(FourAnywhere*)(back + (k / 16 * n + j) * 16 + k % 16) =
              Four{column[k * 16], column[k * 16 + 16], column[k * 16 + 32], column[k * 16 + 48]};
        for (; k < before; k++) back[(k / 16 * n + j) * 16 + k % 16] = column[k * 16];
      }
      for (size_t block = 0; block < Shape::blocks((int)before); block++)
        product(batch, n, way.dC_dz[l], row, 1, back + block * n * 16, 16, [&](size_t i, Lanes sum) {
          size_t at = i * row_before + block * 16;
          store(way.dC_dz[l - 1] + at, sum * load(way.slope[l - 1] + at));
        });
    }
    for (size_t block = 0; block < Shape::blocks((int)n); block++) {  // dC/dW = dC/dz · a, and dC/db = dC/dz · 1
      float *to = target + block * (before + 1) * 16, *dC_dz = way.dC_dz[l] + block * 16;
      if (l > 1)
        product(before + 1, batch, way.a[l - 1], 1, row_before, dC_dz, row,
                [&](size_t k, Lanes sum) { store(to + k * 16, load(to + k * 16) + all(factor) * sum); });
      for (size_t i = 0; i < batch && l == 1; i++) {
        Ink x(run.inks, order[i]);
        Lanes move = all(factor) * load(dC_dz + i * row);
        store(to + PIXELS * 16, load(to + PIXELS * 16) + move);
        for (size_t k = 0; k < x.count; k += 4)
          for (int j = 0; j < 4; j++) {
            float* weights = x.at(to, k + j);
            store(weights, load(weights) + all(x.ink[k + j]) * move);
          }
      }
    }
  }
}

// What remains of a step when the gradient is known: network/optimisers.py, weight decay, the running mean.
inline void step(const Run& run, float* w, float* g, size_t floats, double rate, int64_t t) {
  float keep = run.keep, squares_keep = 0.999f, r = (float)rate;
  if (run.optimiser == MOMENTUM)
    for (size_t i = 0; i < floats; i++) run.mean[i] = keep * run.mean[i] + g[i], w[i] -= r * run.mean[i], g[i] = 0;
  if (run.optimiser == ADAM) {
    float real = (float)(rate / (1 - pow((double)keep, (double)t))),
          real_squares = (float)(1 / (1 - pow(0.999, (double)t)));
    for (size_t i = 0; i < floats; i++) {
      float m = run.mean[i] = keep * run.mean[i] + (1 - keep) * g[i];
      float v = run.squares[i] = squares_keep * run.squares[i] + (float)(1 - 0.999) * g[i] * g[i];
      w[i] -= real * m / (sqrtf(v * real_squares) + 1e-8f);
      g[i] = 0;  // for the next mini-batch
    }
  }
  if (run.weight_decay > 0)
    for (int l = 1; l <= run.shape.layers; l++)
      for (size_t block = 0; block < Shape::blocks(run.shape.sizes[l]); block++, w += 16)  // + 16: biases stay
        for (float* end = w + run.shape.sizes[l - 1] * 16; w < end; w++) *w *= (float)(1 - rate * run.weight_decay);
  if (run.average)
    for (size_t i = 0; i < floats; i++)
      run.average[i] = run.averaging * run.average[i] + (1 - run.averaging) * run.weights[i];
}

double now() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

size_t scratch(const Shape& shape, size_t mini_batch, bool learning) {
  float* from = (float*)sizeof(float);  // anywhere but at null
  return (size_t)(Way(shape, mini_batch, learning, from).end - from);
}

int64_t learn(const Run& run, float* scratch) {
  const Shape& s = run.shape;
  Way way(s, (size_t)run.mini_batch, true, scratch);
  double until = now() + run.seconds;
  NoSubnormals while_learning;
  int64_t done = 0;
  size_t floats = (size_t)(way.end - way.gradient), row = Shape::stride(s.sizes[s.layers]);
  for (int64_t first = 0; first < run.count;) {
    const int64_t* order = run.order + first;
    size_t batch = (size_t)(run.count - first < run.mini_batch ? run.count - first : run.mini_batch);
    forward(s, run.weights, run.inks, order, batch, way, (size_t)(run.count - first));
    for (size_t i = 0; i < batch; i++)
      cost_slope(s, way.slope[s.layers] + i * row, way.a[s.layers] + i * row, way.dC_dz[s.layers] + i * row,
                 run.digits[order[i]]);
    bool straight = run.optimiser == GRADIENT_DESCENT;
    double rate = run.rates[done++];
    backward(run, order, batch, way, straight ? run.weights : way.gradient,
             (float)(straight ? -rate / (double)batch : 1 / (double)batch));
    step(run, run.weights, way.gradient, floats, rate, run.steps + done);
    first += (int64_t)batch;
    if (*run.stop || now() >= until) break;
  }
  return done;
}

void look(const Shape& s, const float* weights, Inks inks, size_t count, const uint8_t* digits, float* outputs,
          double* cost, int64_t* right, float* scratch) {
  constexpr size_t AT_ONCE = 32;
  Way way(s, AT_ONCE, false, scratch);
  int n = s.sizes[s.layers];
  size_t row = Shape::stride(n);
  for (size_t first = 0; first < count; first += AT_ONCE) {
    size_t batch = count - first < AT_ONCE ? count - first : AT_ONCE;
    forward(s, weights, {inks.bytes, inks.starts + first}, nullptr, batch, way);
    for (size_t i = 0; i < batch; i++) {
      float *z = way.slope[s.layers] + i * row, *a = way.a[s.layers] + i * row, sum, most;
      outputs_of(s, z, a, way.dC_dz[s.layers], &sum, &most);
      if (outputs) memcpy(outputs + (first + i) * n, a, n * sizeof(float));
      if (!digits) continue;
      int digit = digits[first + i], read = 0;
      float largest = a[0];
      double C = 0, product_of = 1;
      for (int j = 0; j < n; j++) {
        if (a[j] > largest) largest = a[j], read = j;
        if (s.cost == QUADRATIC) C += (a[j] - (j == digit)) * (a[j] - (j == digit));
        else if (s.activation[s.layers] == SIGMOID) {  // -ln σ(z) without overflow; a product of up to 2^n first
          C += (z[j] > 0 ? z[j] : 0) - (j == digit ? z[j] : 0);
          product_of *= 1 + exp(-fabs((double)z[j]));
        }
      }
      if (s.cost == CROSS_ENTROPY)
        C += s.activation[s.layers] == SIGMOID ? log(product_of) : log(sum) - (z[digit] - most);
      *cost += C;
      *right += read == digit;
    }
  }
}

}  // namespace

Bend BEND;
extern const Kernel KERNEL;
const Kernel KERNEL = {KERNEL_NAME, scratch, learn, look, BEND};
