// The kernel as WebAssembly, for the page: what module.cpp is for Python. JavaScript writes arrays into this memory,
// hands in where they begin, and reads what came of them; web/train/worker/kernel.js is the other side of this door.
//
// Whatever is handed in is checked. What cannot be comes back as null or -1, and problem() says why.
#include <stdlib.h>

#include "kernel.h"
#include "pictures.h"

#define DOOR(name) extern "C" __attribute__((export_name(#name)))

extern const Kernel kernel_wasm;

// Without memory it ends here, and with it what the C++ library would say, which is larger than all of the kernel.
void* operator new(size_t bytes) {
  void* found = malloc(bytes ? bytes : 1);
  if (!found) __builtin_trap();
  return found;
}
void* operator new[](size_t bytes) { return operator new(bytes); }
void operator delete(void* what) noexcept { free(what); }
void operator delete[](void* what) noexcept { free(what); }
void operator delete(void* what, size_t) noexcept { free(what); }
void operator delete[](void* what, size_t) noexcept { free(what); }

namespace {

const char* the_problem = "";

bool right(bool fine, const char* wanted) {
  if (!fine) the_problem = wanted;
  return fine;
}

struct Engine {
  Shape shape;
  size_t floats;
  float* scratch;  // as much as the largest call until now wanted
  size_t room;

  float* memory(size_t mini_batch, bool learning) {  // null where there is none left
    size_t wanted = kernel_wasm.scratch(shape, mini_batch, learning);
    if (wanted > room) {
      free(scratch);
      scratch = (float*)malloc(wanted * sizeof(float));
      room = scratch ? wanted : 0;
    }
    if (scratch) memset(scratch, 0, wanted * sizeof(float));
    right(scratch, "there is not enough memory for this network and mini-batch; make them smaller");
    return scratch;
  }
};

// A text that grows at its end, in the form of JSON.
struct Text {
  char letters[2048];
  size_t length = 0;

  void add(const char* more) {
    while (*more && length + 1 < sizeof letters) letters[length++] = *more++;
    letters[length] = 0;
  }
  void add(int number) {
    char digits[12], *at = digits + sizeof digits;
    *--at = 0;
    do *--at = (char)('0' + number % 10);
    while (number /= 10);
    add(at);
  }
  void number(const char* title, int value) { add("\""), add(title), add("\":"), add(value), add(","); }
  template <class Entry, size_t N, class Take>
  void names(const char* title, const Entry (&list)[N], Take take) {
    const char* between = "";
    add("\""), add(title), add("\":[");
    for (const Entry& each : list)
      if (take(each)) add(between), add("\""), add(each.name), add("\""), between = ",";
    add("],");
  }
};

}  // namespace

// What the kernel can do, as JSON: the lists of kernel.h in their order, whose places are the numbers for engine() and
// learn().
DOOR(capabilities) const char* capabilities() {
  static Text text;
  if (text.length) return text.letters;
  text.add("{");
  text.names("activations", ACTIVATIONS, [](const ActivationEntry&) { return true; });
  text.names("hidden", ACTIVATIONS, [](const ActivationEntry& each) { return each.hidden; });
  text.names("cross_entropy", ACTIVATIONS, [](const ActivationEntry& each) { return each.cross_entropy; });
  text.names("costs", COSTS, [](const CostEntry&) { return true; });
  text.names("optimisers", OPTIMISERS, [](const OptimiserEntry&) { return true; });
  text.number("pixels", MOST_PIXELS);
  text.number("layers", MOST_LAYERS);
  text.number("neurons", MOST_NEURONS);
  text.add("\"memories\":[");
  for (const OptimiserEntry& each : OPTIMISERS) text.add(&each == OPTIMISERS ? "" : ","), text.add((int)each.memories);
  text.add("]}");
  return text.letters;
}

DOOR(problem) const char* problem() { return the_problem; }

DOOR(allocate) void* allocate(size_t bytes) { return calloc(1, bytes); }  // null where there is no memory left
DOOR(release) void release(void* what) { free(what); }

// An engine for networks of one shape. sizes: layers + 1 numbers; activations: as many as layers, places in the list.
DOOR(engine) Engine* engine(int layers, const int* sizes, const int* activations, int cost) {
  int known = sizeof ACTIVATIONS / sizeof *ACTIVATIONS, costs = sizeof COSTS / sizeof *COSTS;
  if (!right(layers >= 1 && layers <= MOST_LAYERS, "engine() wants 1 to 15 layers of weights")) return nullptr;
  if (!right(sizes[0] >= 1 && sizes[0] <= MOST_PIXELS, "engine() wants pictures of 1 to 4,096 pixels")) return nullptr;
  if (!right(cost >= 0 && cost < costs, "engine() wants a cost")) return nullptr;
  Shape shape = {};
  shape.layers = layers;
  shape.cost = COSTS[cost].code;
  shape.sizes[0] = sizes[0];
  size_t floats = 0;
  for (int l = 1; l <= layers; l++) {
    int which = activations[l - 1];
    if (!right(sizes[l] >= 1 && sizes[l] <= MOST_NEURONS, "engine() wants 1 to 65,536 neurons a layer")) return nullptr;
    if (!right(which >= 0 && which < known, "engine() wants an activation for each layer")) return nullptr;
    if (!right(ACTIVATIONS[which].hidden || l == layers, "engine() wants softmax in the last layer only"))
      return nullptr;
    if (!right(shape.cost != CROSS_ENTROPY || ACTIVATIONS[which].cross_entropy || l < layers,
               "engine() wants the quadratic cost, or cross-entropy of sigmoid or softmax outputs"))
      return nullptr;
    shape.sizes[l] = sizes[l];
    shape.activation[l] = ACTIVATIONS[which].code;
    floats += shape.floats(l);
  }
  Engine* made = (Engine*)calloc(1, sizeof(Engine));
  if (!right(made, "there is not enough memory")) return nullptr;
  made->shape = shape;
  made->floats = floats;
  return made;
}

DOOR(floats) size_t floats(const Engine* engine) { return engine->floats; }

DOOR(forget_engine) void forget_engine(Engine* engine) {
  free(engine->scratch);
  free(engine);
}

// A list of pictures without their zeros, for `expected` of them; add() puts more into it.
DOOR(pictures) Pictures* pictures(size_t pixels, size_t expected) {
  if (!right(pixels >= 1 && pixels <= MOST_PIXELS, "pictures() wants pictures of 1 to 4,096 pixels")) return nullptr;
  return new Pictures(pixels, expected);
}

DOOR(add) void add(Pictures* to, const uint8_t* grey, size_t n) {
  to->add(grey, n, [] { return false; });
}

DOOR(forget_pictures) void forget_pictures(Pictures* pictures) { delete pictures; }

// Learns from the pictures in this order, in mini-batches, at most for so many seconds: how many mini-batches were
// done. order: count numbers of eight bytes; rates: one for each mini-batch; memory_1, memory_2, average: null where
// the recipe has none; keep, decay, running_mean: StepSettings of learning/recipe.py.
DOOR(learn)
int learn(Engine* engine, int optimiser, float keep, float decay, float running_mean, float* weights, float* memory_1,
          float* memory_2, float* average, double steps, const Pictures* pictures, const uint8_t* digits,
          const int64_t* order, int count, int mini_batch, const double* rates, double seconds) {
  int known = sizeof OPTIMISERS / sizeof *OPTIMISERS, classes = engine->shape.sizes[engine->shape.layers];
  if (!right(optimiser >= 0 && optimiser < known, "learn() wants an optimiser")) return -1;
  size_t memories = (memory_1 != nullptr) + (memory_2 != nullptr);
  if (!right(memories == OPTIMISERS[optimiser].memories, "learn() wants as much memory as the optimiser has"))
    return -1;
  if (!right(pictures->pixels == (size_t)engine->shape.sizes[0], "learn() wants pictures with a pixel for each input"))
    return -1;
  if (!right(mini_batch >= 1 && mini_batch <= 1'000'000, "learn() wants 1 to 1,000,000 pictures a mini-batch"))
    return -1;
  if (count <= 0) return 0;
  for (int i = 0; i < count; i++) {
    if (!right(order[i] >= 0 && order[i] < (int64_t)pictures->count(), "learn() wants an order of pictures")) return -1;
    if (!right(digits[order[i]] < classes, "learn() wants digits that are classes")) return -1;
  }
  if (mini_batch > count) mini_batch = count;
  static const uint8_t never = 0;
  Run run = {engine->shape,
             OPTIMISERS[optimiser].code,
             keep,
             decay,
             running_mean,
             weights,
             {memory_1, memory_2},
             average,
             (int64_t)steps,
             pictures->list(),
             digits,
             order,
             count,
             mini_batch,
             rates,
             &never,
             seconds};
  float* scratch = engine->memory((size_t)mini_batch, true);
  return scratch ? (int)kernel_wasm.learn(run, scratch) : -1;
}

// Cost and right answers, summed, of `count` pictures from number `first` on: two numbers into `sums`.
DOOR(measure)
int measure(Engine* engine, const float* weights, const Pictures* pictures, const uint8_t* digits, size_t first,
            size_t count, double* sums) {
  if (!right(pictures->pixels == (size_t)engine->shape.sizes[0],
             "measure() wants pictures with a pixel for each input"))
    return -1;
  if (!right(first <= pictures->count() && count <= pictures->count() - first,
             "measure() wants pictures that are there"))
    return -1;
  for (size_t i = first; i < first + count; i++)
    if (!right(digits[i] < engine->shape.sizes[engine->shape.layers], "measure() wants digits that are classes"))
      return -1;
  float* scratch = engine->memory(EVALUATED_AT_ONCE, false);
  if (!scratch) return -1;
  SparsePictures some = {pictures->list().bytes, pictures->list().starts + first};
  int64_t correct = 0;
  sums[0] = 0;
  kernel_wasm.evaluate(engine->shape, weights, some, count, digits + first, nullptr, sums, &correct, scratch);
  sums[1] = (double)correct;
  return 0;
}

// What the output neurons hold, (count, classes), of `count` pictures from number `first` on.
DOOR(outputs)
int outputs(Engine* engine, const float* weights, const Pictures* pictures, size_t first, size_t count, float* out) {
  if (!right(pictures->pixels == (size_t)engine->shape.sizes[0],
             "outputs() wants pictures with a pixel for each input"))
    return -1;
  if (!right(first <= pictures->count() && count <= pictures->count() - first,
             "outputs() wants pictures that are there"))
    return -1;
  float* scratch = engine->memory(EVALUATED_AT_ONCE, false);
  if (!scratch) return -1;
  SparsePictures some = {pictures->list().bytes, pictures->list().starts + first};
  kernel_wasm.evaluate(engine->shape, weights, some, count, nullptr, out, nullptr, nullptr, scratch);
  return 0;
}

// `count` pictures, one after the other, each as its grid of 2 × 5 × 5 numbers distorts it.
DOOR(bend)
int bend(const uint8_t* images, int rows, int columns, const float* grids, int count, const int64_t* which,
         uint8_t* bent) {
  bool sized = rows >= 1 && rows <= MOST_SIDE && columns >= 1 && columns <= MOST_SIDE;
  if (!right(sized, "bend() wants pictures of 1 to 64 rows and columns")) return -1;
  for (int i = 0; i < 50 * count; i++)
    if (!right(grids[i] >= -1e6f && grids[i] <= 1e6f, "bend() wants grids of finite numbers")) return -1;
  kernel_wasm.bend(images, rows, columns, which, grids, (size_t)count, bent);
  return 0;
}
