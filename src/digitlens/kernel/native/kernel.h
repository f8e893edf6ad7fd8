// What module.cpp, which Python talks to, and the kernel (kernel.cpp, once for each instruction set) have in common.
//
// Weights lie as lanes: for each layer, for each block of 16 of its neurons, n_before + 1 rows of 16 numbers. Row k
// holds the weights from neuron k of the layer before, to these 16; the last row holds their biases, as weights from
// one more neuron that always holds 1. Lanes without a neuron hold 0 and stay 0.
#pragma once
#include <stddef.h>
#include <stdint.h>

constexpr int MOST_LAYERS = 15;           // of weights
constexpr int MOST_NEURONS = 65536;       // in a layer
constexpr int MOST_PIXELS = 4096;         // of a picture: a whole number of eights
constexpr size_t EVALUATED_AT_ONCE = 32;  // pictures

enum Activation { SIGMOID, TANH, RELU, LEAKY_RELU, IDENTITY, SOFTMAX };
enum Cost { QUADRATIC, CROSS_ENTROPY };
enum Optimiser { GRADIENT_DESCENT, MOMENTUM, ADAM };

// What the kernel can do, by the names that network/ has for it. Python is told these lists, and hands in names: what
// is not in them is left to the plain engine.
struct ActivationEntry {
  const char* name;
  Activation code;
  bool hidden;         // in any layer, or in the last one only?
  bool cross_entropy;  // of such outputs?
};
constexpr ActivationEntry ACTIVATIONS[] = {
    {"sigmoid", SIGMOID, true, true},        {"tanh", TANH, true, false},         {"relu", RELU, true, false},
    {"leaky_relu", LEAKY_RELU, true, false}, {"identity", IDENTITY, true, false}, {"softmax", SOFTMAX, false, true},
};
struct CostEntry {
  const char* name;
  Cost code;
};
constexpr CostEntry COSTS[] = {{"quadratic", QUADRATIC}, {"cross_entropy", CROSS_ENTROPY}};
struct OptimiserEntry {
  const char* name;
  Optimiser code;
  size_t memories;  // arrays of the size of the weights, in which it remembers earlier gradients
};
constexpr OptimiserEntry OPTIMISERS[] = {
    {"gradient_descent", GRADIENT_DESCENT, 0}, {"momentum", MOMENTUM, 1}, {"adam", ADAM, 2}};
constexpr size_t MOST_MEMORIES = 2;

struct Shape {
  int layers;                       // of weights: 3 for 784-16-16-10
  int sizes[MOST_LAYERS + 1];       // neurons, the picture first
  int activation[MOST_LAYERS + 1];  // [l] is that of layer l; the picture has none
  int cost;

  static size_t blocks(int n) { return (n + 15) / 16; }
  static size_t stride(int n) { return n / 16 * 16 + 16; }  // a row of activations, with room for the 1 after the last
  size_t floats(int l) const { return blocks(sizes[l]) * (sizes[l - 1] + 1) * 16; }  // of the weights into layer l
};

// Pictures without their zeros: of picture i, from byte starts[i] on, for each of `count` pixels where its row of
// weights begins (in two bytes, so counted in steps of WEIGHTS_STEP bytes), then as many greys; count is a multiple of
// 4, filled up with grey 0 at the "pixel" after the last one, which is the row of biases. After the last list there are
// 16 bytes more, so that greys may be read by sixteens.
constexpr size_t WEIGHTS_ROW = 64, WEIGHTS_STEP = 8;  // bytes; a processor multiplies by 8 while it looks up
static_assert(MOST_PIXELS * WEIGHTS_ROW / WEIGHTS_STEP < 65536, "the row of biases has a place in two bytes");
struct SparsePictures {
  const uint8_t* bytes;
  const uint64_t* starts;  // one more than there are pictures
};

struct Run {  // a stretch of training, within one epoch
  Shape shape;
  int optimiser;
  float keep, decay, running_mean;  // StepSettings of learning/recipe.py
  float* weights;
  float* memory[MOST_MEMORIES];  // the optimiser's, laid out as the weights
  float* average;                // the running mean of the weights, or null
  int64_t steps;                 // the optimiser has taken so far
  SparsePictures pictures;
  const uint8_t* digits;
  const int64_t* order;  // which pictures, mini-batch after mini-batch
  int64_t count, mini_batch;
  const double* rates;           // the learning rate of each of them
  const volatile uint8_t* stop;  // not 0: end after this mini-batch
  double seconds;                // end after the mini-batch in which they are over
};

// count pictures, each `which[i]` of images, as its grid of 2 × 5 × 5 numbers distorts it:
// digits/synthetic/distortions.py.
constexpr int MOST_SIDE = 64;  // rows, and columns, of such a picture
typedef void Bend(const uint8_t* images, int rows, int columns, const int64_t* which, const float* grids, size_t count,
                  uint8_t* bent);

struct Kernel {
  const char* name;
  size_t (*scratch)(const Shape&, size_t mini_batch, bool learning);  // how many floats of memory the calls below want
  int64_t (*learn)(const Run&, float* scratch);                       // how many mini-batches were done
  // outputs, (count, classes), or null; cost and correct answers are added up where there are digits, or null
  void (*evaluate)(const Shape&, const float* weights, SparsePictures, size_t count, const uint8_t* digits,
                   float* outputs, double* cost, int64_t* correct, float* scratch);
  Bend* bend;
};
