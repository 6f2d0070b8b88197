// Provocations of getrandom(2).

#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "conformance/errors/helpers.h"

#ifndef GRND_INSECURE
#define GRND_INSECURE 0x0004
#endif

namespace {

// More than the kernel fills before the first signal of InterruptSoon.
constexpr size_t kLarge = 512 << 20;

unsigned char* LargeBuffer() {
  return static_cast<unsigned char*>(
      MUST(mmap(nullptr, kLarge, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)));
}

// Signals interrupt this process from 100 ms on, when the call is well under
// way: an emulator that gets one just before it lets none through later.
void InterruptLater() {
  InterruptSoon();
  const itimerval every = {{0, 20000}, {0, 100000}};
  MUST(setitimer(ITIMER_REAL, &every, nullptr));
}

// Whether the last bytes were left as they were, as zeros.
bool IsPartlyFilled(const unsigned char* buffer) {
  for (size_t i = kLarge - 64; i < kLarge; ++i)
    if (buffer[i] != 0) return false;
  return true;
}

bool RandomnessIsReady() {
  char byte;
  return getrandom(&byte, 1, GRND_NONBLOCK) == 1;
}

}  // namespace

REASON(getrandom, EAGAIN, pool_not_ready) { HOLDS(RandomnessIsReady()); }

PROVOKE(getrandom, EAGAIN, random_source_empty) {
  static char buffer[1 << 20];
  for (int i = 0; i < 4; ++i)
    MUST(getrandom(buffer, sizeof(buffer), GRND_RANDOM));
  CALL(getrandom(buffer, sizeof(buffer), GRND_RANDOM | GRND_NONBLOCK));
}

PROVOKE(getrandom, EFAULT, buf_unwritable) {
  void* const bad = ReadOnlyAddress();
  CALL_RAW(syscall(SYS_getrandom, bad, 16, 0));
  CALL_LIBC(getrandom(bad, 16, 0));
}

REASON(getrandom, EINTR, pool_not_ready) { HOLDS(RandomnessIsReady()); }

PROVOKE(getrandom, EINTR, random_source) {
  unsigned char* const buffer = LargeBuffer();
  InterruptLater();
  CALL(getrandom(buffer, kLarge, GRND_RANDOM));
  EXPECT(IsPartlyFilled(buffer));
}

PROVOKE(getrandom, EINTR, large_interrupted) {
  unsigned char* const buffer = LargeBuffer();
  InterruptLater();
  CALL(getrandom(buffer, kLarge, 0));
  EXPECT(IsPartlyFilled(buffer));
}

PROVOKE(getrandom, EINVAL, flags_unknown) {
  char byte = 'x';
  WATCH(byte);
  CALL(getrandom(&byte, 1, GRND_NONBLOCK | 0x8000));
}

PROVOKE(getrandom, EINVAL, flags_contradict) {
  char byte = 'x';
  WATCH(byte);
  CALL(getrandom(&byte, 1, GRND_RANDOM | GRND_INSECURE));
}

PROVOKE(getrandom, EINVAL, flags_unknown_and_buf_unwritable) {
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_getrandom, bad, 16, 0x8000));
  CALL_LIBC(getrandom(bad, 16, 0x8000));
}

REASON(getrandom, ENOSYS, no_system_call) {
  char byte;
  HOLDS(syscall(SYS_getrandom, &byte, 1, 0) == 1);
}
