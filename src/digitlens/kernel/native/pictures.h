// Pictures without their zeros, as kernel.h describes them: what module.cpp and wasm.cpp hand to the kernel.
#pragma once
#include <string.h>

#include <memory>
#include <utility>

#include "kernel.h"

struct Pictures {
  size_t pixels;    // of each
  size_t expected;  // how many there will be, at most
  std::unique_ptr<uint64_t[]> starts;
  std::unique_ptr<uint8_t[]> bytes;
  size_t room = 0, held = 0;  // bytes
  size_t count() const { return done; }
  SparsePictures list() const { return {bytes.get(), starts.get()}; }

  Pictures(size_t pixels, size_t expected) : pixels(pixels), expected(expected), starts(new uint64_t[expected + 1]()) {}

  // n more of them, (n, pixels) greys; fewer, where stop() answers true, or where no more were expected.
  template <class Stop>
  void add(const uint8_t* grey, size_t n, Stop stop) {
    constexpr size_t STEPS = WEIGHTS_ROW / WEIGHTS_STEP;
    size_t eights = pixels / 8 * 8;
    if (n > expected - done) n = expected - done;
    for (size_t i = 0; i < n; i++) {
      if (i % 4096 == 4095 && stop()) return;  // every 2 ms
      const uint8_t* x = grey + i * pixels;
      if (room - held < 3 * pixels + 64) make_room();
      uint16_t* row = (uint16_t*)(bytes.get() + held);
      uint8_t inked[MOST_PIXELS + 8];
      size_t k = 0;
      for (size_t p = 0; p < eights; p += 8) {
        uint64_t eight;
        memcpy(&eight, x + p, 8);
        if (eight)
          for (size_t j = 0; j < 8; j++) row[k] = (uint16_t)((p + j) * STEPS), inked[k] = x[p + j], k += x[p + j] != 0;
      }
      for (size_t p = eights; p < pixels; p++) row[k] = (uint16_t)(p * STEPS), inked[k] = x[p], k += x[p] != 0;
      while (k % 4) row[k] = (uint16_t)(pixels * STEPS), inked[k++] = 0;
      memcpy(row + k, inked, k);
      held += (3 * k + 1) / 2 * 2;
      starts[++done] = held;
    }
  }

 private:
  size_t done = 0;

  void make_room() {  // as much as the rest will need, by what the first ones took
    size_t left = expected - done;
    room = held + (done ? (held / done + 16) * left : left * pixels * 5 / 8) + 3 * pixels + 4096;
    std::unique_ptr<uint8_t[]> larger(new uint8_t[room]);
    if (held) memcpy(larger.get(), bytes.get(), held);
    bytes = std::move(larger);
  }
};
