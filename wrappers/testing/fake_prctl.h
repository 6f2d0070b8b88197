// Takes the calls of prctl(2) that a test makes, to look at their arguments and
// to answer what this machine's kernel would not. It defines prctl: one file of
// a program may include it.

#ifndef WRAPPERS_TESTING_FAKE_PRCTL_H_
#define WRAPPERS_TESTING_FAKE_PRCTL_H_

#include <dlfcn.h>
#include <errno.h>
#include <sys/prctl.h>

#include <array>
#include <cstdarg>
#include <functional>
#include <utility>
#include <vector>

namespace plumbline::testing_support {

// Stands for the kernel while it lives: notes every call, and answers it. Only
// one thread may call then.
class FakePrctl {
 public:
  FakePrctl() { current_ = this; }
  ~FakePrctl() { current_ = nullptr; }
  FakePrctl(const FakePrctl&) = delete;
  FakePrctl& operator=(const FakePrctl&) = delete;

  struct Call {
    int option;
    std::array<unsigned long, 4> arguments;
  };

  // What the next calls return, and errno if that is -1.
  void Return(int value, int error = 0) {
    returned_ = value;
    error_ = error;
  }
  // What they do before; it may change what they return.
  void Do(std::function<void(const Call&)> effect) {
    effect_ = std::move(effect);
  }
  const std::vector<Call>& calls() const { return calls_; }

  // nullptr if there is none.
  static FakePrctl* current() { return current_; }
  int Take(const Call& call) {
    calls_.push_back(call);
    if (effect_) effect_(call);
    if (returned_ == -1) errno = error_;
    return returned_;
  }

 private:
  static inline FakePrctl* current_ = nullptr;
  int returned_ = 0;
  int error_ = 0;
  std::function<void(const Call&)> effect_;
  std::vector<Call> calls_;
};

}  // namespace plumbline::testing_support

// Takes the place of the C library's, which it calls if there is no fake. The
// wrappers always pass five arguments.
extern "C" int prctl(int option, ...) noexcept {
  using plumbline::testing_support::FakePrctl;
  FakePrctl::Call call = {option, {}};
  va_list list;
  va_start(list, option);
  for (unsigned long& argument : call.arguments)
    argument = va_arg(list, unsigned long);
  va_end(list);
  if (FakePrctl* const fake = FakePrctl::current()) return fake->Take(call);
  static const auto real =
      reinterpret_cast<int (*)(int, ...)>(dlsym(RTLD_NEXT, "prctl"));
  return real(option, call.arguments[0], call.arguments[1], call.arguments[2],
              call.arguments[3]);
}

#endif  // WRAPPERS_TESTING_FAKE_PRCTL_H_
