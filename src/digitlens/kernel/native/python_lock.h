// To work without Python's lock, and to take it back even while Python ends.
//
// When Python ends, threads may still be in the kernel: daemon threads, or those that a second Ctrl-C did not wait for.
// Before version 3.14, Python ends a thread that asks for its lock then, by pthread_exit(). glibc makes that an
// exception which unwinds the stack; on its way through a destructor, such as nb::gil_scoped_release's, it ends the
// process with "terminate called without an active exception". Here it is caught, and the thread waits for the process
// to end, as Python 3.14 lets it do by itself.
#pragma once

#include <Python.h>

#include <chrono>
#include <thread>

template <class Take>
void take_lock(Take take) noexcept {
  try {
    take();
  } catch (...) {  // nothing else comes out of Python's own C functions
    for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
  }
}

// Others may use Python while this lives.
class WithoutLock {
  PyThreadState* state = PyEval_SaveThread();

 public:
  WithoutLock() = default;
  WithoutLock(const WithoutLock&) = delete;
  ~WithoutLock() {
    take_lock([this] { PyEval_RestoreThread(state); });
  }
};

// This thread may use Python while this lives, for a moment amid a WithoutLock.
class WithLock {
  PyGILState_STATE state;

 public:
  WithLock() {
    take_lock([this] { state = PyGILState_Ensure(); });
  }
  WithLock(const WithLock&) = delete;
  ~WithLock() { PyGILState_Release(state); }
};
