// The Python module: whatever is handed in is checked here, then the kernel for this machine gets bare pointers.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <memory>

#include "kernel.h"
#include "pictures.h"
#include "processor.h"
#include "python_lock.h"

namespace nb = nanobind;
using nb::ndarray;
using namespace nb::literals;
template <class T, int D>
using In = ndarray<const T, nb::ndim<D>, nb::c_contig, nb::device::cpu>;
using Floats = ndarray<float, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

#ifdef KERNEL_X86
extern const Kernel kernel_avx512, kernel_avx2;
#endif
extern const Kernel kernel_baseline;

static void check(bool right, const char* what) {
  if (!right) throw nb::value_error(what);
}

// The entry called `name` in one of kernel.h's lists.
template <class Entry, size_t N>
static const Entry& entry(const Entry (&list)[N], const std::string& name, const char* wanted) {
  std::string names;
  for (const Entry& each : list) {
    if (name == each.name) return each;
    names += (names.empty() ? "" : ", ") + std::string(each.name);
  }
  throw nb::value_error((std::string(wanted) + " among " + names + ", got " + name).c_str());
}

static std::vector<const Kernel*> kernels() {  // those that this processor can run, the fastest first
  std::vector<const Kernel*> found;
#ifdef KERNEL_X86
  const Processor processor;
  if (processor.x86_64_v4) found.push_back(&kernel_avx512);
  if (processor.x86_64_v3) found.push_back(&kernel_avx2);
#endif
  found.push_back(&kernel_baseline);
  return found;
}

struct Engine {
  const Kernel* kernel;
  Shape shape;
  size_t floats = 0;

  Engine(std::vector<int> sizes, const std::vector<std::string>& activations, const std::string& cost,
         const std::string& isa) {
    check(sizes.size() >= 2 && sizes.size() <= MOST_LAYERS + 1 && activations.size() == sizes.size() - 1,
          "Engine wants 1 to 15 layers of weights, and an activation for each");
    for (int n : sizes) check(n >= 1 && n <= MOST_NEURONS, "Engine wants 1 to 65,536 neurons a layer");
    check(sizes[0] <= MOST_PIXELS, "Engine wants pictures of at most 4,096 pixels");
    shape.layers = (int)activations.size();
    shape.cost = entry(COSTS, cost, "Engine wants a cost").code;
    shape.sizes[0] = sizes[0];
    for (int l = 1; l <= shape.layers; l++) {
      const ActivationEntry& found = entry(ACTIVATIONS, activations[l - 1], "Engine wants an activation");
      check(found.hidden || l == shape.layers, "Engine wants softmax in the last layer only");
      check(shape.cost != CROSS_ENTROPY || found.cross_entropy || l < shape.layers,
            "Engine wants the quadratic cost, or cross-entropy of sigmoid or softmax outputs");
      shape.sizes[l] = sizes[l];
      shape.activation[l] = found.code;
      floats += shape.floats(l);
    }
    kernel = nullptr;
    for (const Kernel* each : kernels())
      if (!kernel && (isa.empty() || isa == each->name)) kernel = each;
    check(kernel, "Engine wants an instruction set that this processor has");
  }

  std::unique_ptr<float[]> scratch(size_t mini_batch, bool learning) const {
    return std::unique_ptr<float[]>(new float[kernel->scratch(shape, mini_batch, learning)]());
  }

  int64_t learn(const std::string& optimiser, float keep, float decay, float running_mean, Floats weights,
                std::vector<Floats> memory, std::optional<Floats> average, int64_t steps, const Pictures& pictures,
                In<uint8_t, 1> digits, In<int64_t, 1> order, int64_t mini_batch, In<double, 1> rates,
                In<uint8_t, 1> stop, double seconds) const {
    const OptimiserEntry& rule = entry(OPTIMISERS, optimiser, "learn() wants an optimiser");
    check(memory.size() == rule.memories, "learn() wants as much memory as the optimiser has");
    check(weights.size() == floats, "learn() wants weights of the network's size");
    for (const Floats& part : memory) check(part.size() == floats, "learn() wants memory of the network's size");
    check(!average || average->size() == floats, "learn() wants a running mean of the network's size");
    check(pictures.pixels == (size_t)shape.sizes[0], "learn() wants pictures with a pixel for each input");
    check(digits.size() == pictures.count(), "learn() wants a digit for each picture");
    check(mini_batch >= 1 && mini_batch <= 1'000'000, "learn() wants 1 to 1,000,000 pictures a mini-batch");
    check(stop.size() == 1, "learn() wants one flag to stop by");
    int64_t count = (int64_t)order.size(), classes = shape.sizes[shape.layers];
    check((int64_t)rates.size() == (count + mini_batch - 1) / mini_batch, "learn() wants a learning rate a mini-batch");
    for (int64_t i = 0; i < count; i++) {
      check(order.data()[i] >= 0 && order.data()[i] < (int64_t)pictures.count(), "learn() wants an order of pictures");
      check(digits.data()[order.data()[i]] < classes, "learn() wants digits that are classes");
    }
    if (!count) return 0;
    Run run = {shape,
               rule.code,
               keep,
               decay,
               running_mean,
               weights.data(),
               {},
               average ? average->data() : nullptr,
               steps,
               pictures.list(),
               digits.data(),
               order.data(),
               count,
               mini_batch < count ? mini_batch : count,
               rates.data(),
               stop.data(),
               seconds};
    for (size_t i = 0; i < memory.size(); i++) run.memory[i] = memory[i].data();
    WithoutLock others_may_go_on;
    return kernel->learn(run, scratch((size_t)run.mini_batch, true).get());
  }

  // Cost and right answers, of the pictures from number `first` on, `count` of them or all that are left.
  nb::tuple measure(In<float, 1> weights, const Pictures& pictures, In<uint8_t, 1> digits, size_t first,
                    size_t count) const {
    check(weights.size() == floats, "measure() wants weights of the network's size");
    check(pictures.pixels == (size_t)shape.sizes[0], "measure() wants pictures with a pixel for each input");
    check(digits.size() == pictures.count(), "measure() wants a digit for each picture");
    check(first <= pictures.count(), "measure() wants a picture's number to begin with");
    if (count > pictures.count() - first) count = pictures.count() - first;
    const uint8_t* answers = digits.data() + first;
    for (size_t i = 0; i < count; i++)
      check(answers[i] < shape.sizes[shape.layers], "measure() wants digits that are classes");
    double cost = 0;
    int64_t right = 0;
    {
      WithoutLock others_may_go_on;
      SparsePictures list = pictures.list();
      kernel->evaluate(shape, weights.data(), {list.bytes, list.starts + first}, count, answers, nullptr, &cost, &right,
                       scratch(EVALUATED_AT_ONCE, false).get());
    }
    return nb::make_tuple(cost, right);
  }

  void outputs(In<float, 1> weights, In<uint8_t, 2> images,
               ndarray<float, nb::ndim<2>, nb::c_contig, nb::device::cpu> out) const {
    size_t n = images.shape(0), pixels = images.shape(1);
    check(weights.size() == floats, "outputs() wants weights of the network's size");
    check(pixels == (size_t)shape.sizes[0], "outputs() wants pictures with a pixel for each input");
    check(out.shape(0) == n && out.shape(1) == (size_t)shape.sizes[shape.layers], "outputs() wants room for them");
    WithoutLock others_may_go_on;
    std::unique_ptr<float[]> room = scratch(EVALUATED_AT_ONCE, false);
    for (size_t first = 0; first < n; first += 1024) {  // a list of a thousand at a time: half a megabyte
      Pictures some(pixels, n - first < 1024 ? n - first : 1024);
      some.add(images.data() + first * pixels, some.expected, [] { return false; });
      kernel->evaluate(shape, weights.data(), some.list(), some.count(), nullptr, out.data() + first * out.shape(1),
                       nullptr, nullptr, room.get());
    }
  }
};

static void bend(In<uint8_t, 3> images, In<int64_t, 1> which, In<float, 2> grids,
                 ndarray<uint8_t, nb::ndim<3>, nb::c_contig, nb::device::cpu> bent) {
  size_t n = which.size(), rows = images.shape(1), columns = images.shape(2);
  check(rows >= 1 && rows <= MOST_SIDE && columns >= 1 && columns <= MOST_SIDE,
        "bend() wants pictures of 1 to 64 rows and columns");
  check(bent.shape(1) == rows && bent.shape(2) == columns, "bend() wants room for pictures of the same size");
  check(grids.shape(0) == n && grids.shape(1) == 50 && bent.shape(0) == n, "bend() wants a grid and room for each");
  for (size_t i = 0; i < n; i++)
    check(which.data()[i] >= 0 && (size_t)which.data()[i] < images.shape(0), "bend() wants numbers of pictures");
  for (size_t i = 0; i < grids.size(); i++)
    check(grids.data()[i] >= -1e6f && grids.data()[i] <= 1e6f, "bend() wants grids of finite numbers");
  WithoutLock others_may_go_on;
  kernels()[0]->bend(images.data(), (int)rows, (int)columns, which.data(), grids.data(), n, bent.data());
}

// What the kernel can do, as Python is told it: see kernel/capabilities.py.
static nb::dict capabilities() {
  nb::list hidden, outputs, cross_entropy;
  for (const ActivationEntry& each : ACTIVATIONS) {
    outputs.append(each.name);
    if (each.hidden) hidden.append(each.name);
    if (each.cross_entropy) cross_entropy.append(each.name);
  }
  nb::dict costs, optimisers, all;
  for (const CostEntry& each : COSTS)
    costs[each.name] = nb::tuple(each.code == CROSS_ENTROPY ? cross_entropy : outputs);
  for (const OptimiserEntry& each : OPTIMISERS) optimisers[each.name] = each.memories;
  all["activations"] = nb::tuple(hidden);
  all["outputs"] = nb::tuple(outputs);
  all["costs"] = costs;
  all["optimisers"] = optimisers;
  all["pixels"] = MOST_PIXELS;
  all["layers"] = MOST_LAYERS;
  all["neurons"] = MOST_NEURONS;
  all["dtype"] = "float32";
  return all;
}

NB_MODULE(_native, m) {
  nb::set_leak_warnings(false);  // a thread that is in the kernel when Python ends keeps what it works with
  m.def("capabilities", &capabilities);
  m.def("bend", &bend, "images"_a.noconvert(), "which"_a.noconvert(), "grids"_a.noconvert(), "bent"_a.noconvert());
  m.def("instruction_sets", [] {
    std::vector<std::string> names;
    for (const Kernel* each : kernels()) names.push_back(each->name);
    return names;
  });
  nb::class_<Pictures>(m, "Pictures")
      .def(
          "__init__",
          [](Pictures* self, In<uint8_t, 2> images, std::optional<In<uint8_t, 1>> stop) {
            size_t pixels = images.shape(1);
            check(pixels >= 1 && pixels <= MOST_PIXELS, "Pictures wants pictures of 1 to 4,096 pixels");
            check(!stop || stop->size() == 1, "Pictures wants one flag to stop by");
            WithoutLock others_may_go_on;
            Pictures some(pixels, images.shape(0));
            some.add(images.data(), images.shape(0), [&] {  // fewer than all of them, where it is stopped
              WithLock for_a_moment;
              if (PyErr_CheckSignals()) throw nb::python_error();
              return stop && *(const volatile uint8_t*)stop->data();
            });
            new (self) Pictures(std::move(some));
          },
          nb::arg().noconvert(), nb::arg("stop").noconvert() = nb::none())
      .def("__len__", &Pictures::count);
  nb::class_<Engine>(m, "Engine")
      .def(nb::init<std::vector<int>, const std::vector<std::string>&, const std::string&, const std::string&>())
      .def_ro("floats", &Engine::floats)
      .def_prop_ro("instruction_set", [](const Engine& e) { return e.kernel->name; })
      .def("learn", &Engine::learn, "optimiser"_a, "keep"_a, "decay"_a, "running_mean"_a, "weights"_a.noconvert(),
           "memory"_a.noconvert(), "average"_a.noconvert().none(), "steps"_a, "pictures"_a, "digits"_a.noconvert(),
           "order"_a.noconvert(), "mini_batch"_a, "rates"_a.noconvert(), "stop"_a.noconvert(), "seconds"_a)
      .def("measure", &Engine::measure, "weights"_a.noconvert(), "pictures"_a, "digits"_a.noconvert(), "first"_a = 0,
           "count"_a = SIZE_MAX)
      .def("outputs", &Engine::outputs, "weights"_a.noconvert(), "images"_a.noconvert(), "out"_a.noconvert());
}
