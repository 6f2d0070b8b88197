// Provocations of futex(2), and of its operations in FUTEX_*(2const).

#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "conformance/errors/helpers.h"

#ifndef FUTEX_LOCK_PI2
#define FUTEX_LOCK_PI2 13
#endif

namespace {

// What SYS_futex takes, whatever the C library's timespec is.
struct KernelTime {
  long seconds;
  long nanoseconds;
};

// A thread ID that no kernel gives.
const uint32_t kNoProcess = 0x3fffffff;

// Futex words that this process shares with those that it forks.
uint32_t* SharedWords() {
  return static_cast<uint32_t*>(MUST(mmap(nullptr, 4096, PROT_READ | PROT_WRITE,
                                          MAP_SHARED | MAP_ANONYMOUS, -1, 0)));
}

// The same word at two addresses.
void SharedWordTwice(uint32_t** one, uint32_t** other) {
  const int fd = MUST(memfd_create("words", 0));
  MUST(ftruncate(fd, 4096));
  *one = static_cast<uint32_t*>(
      MUST(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)));
  *other = static_cast<uint32_t*>(
      MUST(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)));
}

// Another process, for a lock to be its.
uint32_t Owner() {
  const pid_t process = ForkChild();
  for (; process == 0;) pause();
  return process;
}

// A process that has ended and is not waited for.
uint32_t EndedProcess() {
  const pid_t process = ForkChild();
  if (process == 0) _exit(0);
  siginfo_t information;
  MUST(waitid(P_PID, process, &information, WEXITED | WNOWAIT));
  return process;
}

// Kernel threads are in the first namespace of process IDs only.
uint32_t KernelThread() {
  char name[16] = "";
  const int fd = open("/proc/2/comm", O_RDONLY);
  if (fd < 0 || read(fd, name, sizeof(name) - 1) <= 0 ||
      strcmp(name, "kthreadd\n") != 0) {
    SKIP("there is no kernel thread in this namespace of process IDs");
  }
  close(fd);
  return 2;
}

// Has another process wait on `first` by an operation; returns its ID once it
// does. The last of the words says that it is about to.
pid_t WaitElsewhere(uint32_t* words, int operation, uint32_t* first,
                    uint32_t* second) {
  uint32_t* const about_to = &words[1023];
  __atomic_store_n(about_to, 0, __ATOMIC_SEQ_CST);
  const pid_t process = ForkChild();
  if (process == 0) {
    const uint32_t value = *first;
    __atomic_store_n(about_to, 1, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, first, operation, value, nullptr, second,
            FUTEX_BITSET_MATCH_ANY);
    _exit(1);
  }
  while (__atomic_load_n(about_to, __ATOMIC_SEQ_CST) == 0) usleep(1000);
  WaitUntilAsleep(process);
  return process;
}

// Has another process wake who waits on a word, again and again.
void WakeElsewhere(uint32_t* word) {
  if (ForkChild() != 0) return;
  for (;;) {
    syscall(SYS_futex, word, FUTEX_WAKE, 1, nullptr, nullptr, 0);
    usleep(1000);
  }
}

// Has another process move who waits on the first word to the second, a lock
// that it has itself.
void RequeueElsewhere(uint32_t* words) {
  if (ForkChild() != 0) return;
  words[1] = gettid();
  while (syscall(SYS_futex, &words[0], FUTEX_CMP_REQUEUE_PI, 1, 1L, &words[1],
                 0) != 1) {
    usleep(1000);
  }
  for (;;) pause();
}

// The monotonic clock, as timeouts are measured.
KernelTime Now() {
  timespec now = {};
  MUST(clock_gettime(CLOCK_MONOTONIC, &now));
  return {static_cast<long>(now.tv_sec), static_cast<long>(now.tv_nsec)};
}

}  // namespace

PROVOKE(futex, EACCES, word_unreadable) {
  void* const bad = BadAddress();
  CALL(syscall(SYS_futex, bad, FUTEX_WAIT, 0, nullptr, nullptr, 0));
}

PROVOKE(futex, EFAULT, word_bad) {
  void* const bad = BadAddress();
  CALL(syscall(SYS_futex, bad, FUTEX_WAKE, 1, nullptr, nullptr, 0));
}

PROVOKE(futex, EFAULT, word_bad_of_private_wake) {
  void* const bad = BadAddress();
  CALL(syscall(SYS_futex, bad, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0));
}

PROVOKE(futex, EFAULT, word_read_only_and_anonymous) {
  void* const read_only = ReadOnlyAddress();
  CALL(syscall(SYS_futex, read_only, FUTEX_WAIT, 1, nullptr, nullptr, 0));
}

PROVOKE(futex, EINVAL, word_misaligned) {
  uint32_t* const word = SharedWords();
  char* const misaligned = reinterpret_cast<char*>(word) + 1;
  CALL(syscall(SYS_futex, misaligned, FUTEX_WAKE, 1, nullptr, nullptr, 0));
}

PROVOKE(futex, EINVAL, word_misaligned_and_bad) {
  char* const bad = static_cast<char*>(BadAddress()) + 1;
  CALL(syscall(SYS_futex, bad, FUTEX_WAKE, 1, nullptr, nullptr, 0));
}

PROVOKE(futex, ENOSYS, op_unknown) {
  uint32_t* const word = SharedWords();
  CALL(syscall(SYS_futex, &word[0], 99, 0, nullptr, nullptr, 0));
}

PROVOKE(futex, ENOSYS, clock_of_wake) {
  uint32_t* const word = SharedWords();
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAKE | FUTEX_CLOCK_REALTIME, 1,
               nullptr, nullptr, 0));
}

PROVOKE(futex, ENOSYS, op_unknown_and_word_bad) {
  void* const bad = BadAddress();
  CALL(syscall(SYS_futex, bad, 99, 0, nullptr, nullptr, 0));
}

PROVOKE(futex, ENOSYS, clock_of_wake_and_misaligned) {
  uint32_t* const word = SharedWords();
  char* const misaligned = reinterpret_cast<char*>(word) + 1;
  CALL(syscall(SYS_futex, misaligned, FUTEX_WAKE | FUTEX_CLOCK_REALTIME, 1,
               nullptr, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT, EAGAIN, value_differs) {
  uint32_t* const word = SharedWords();
  WATCH(word[0]);
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT, 1, nullptr, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT, EFAULT, timeout_bad) {
  uint32_t* const word = SharedWords();
  void* const bad = BadAddress();
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT, 0, bad, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT, EFAULT, timeout_bad_and_misaligned) {
  uint32_t* const word = SharedWords();
  char* const misaligned = reinterpret_cast<char*>(word) + 1;
  void* const bad = BadAddress();
  CALL(syscall(SYS_futex, misaligned, FUTEX_WAIT, 0, bad, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT, EINTR, signal) {
  uint32_t* const word = SharedWords();
  InterruptSoon();
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT, 0, nullptr, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT, EINVAL, seconds_negative) {
  uint32_t* const word = SharedWords();
  const KernelTime time = {-1, 0};
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT, 0, &time, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT, EINVAL, nanoseconds_negative) {
  uint32_t* const word = SharedWords();
  const KernelTime time = {0, -1};
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT, 0, &time, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT, EINVAL, nanoseconds_too_many) {
  uint32_t* const word = SharedWords();
  const KernelTime time = {0, 1000000000};
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT, 0, &time, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT, EINVAL,
                  timeout_invalid_and_value_differs) {
  uint32_t* const word = SharedWords();
  const KernelTime time = {-1, 0};
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT, 1, &time, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT, ENOSYS, clock_realtime) {
  uint32_t* const word = SharedWords();
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT | FUTEX_CLOCK_REALTIME, 1,
               nullptr, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT, ETIMEDOUT, timeout) {
  uint32_t* const word = SharedWords();
  const KernelTime time = {0, 20000000};
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT, 0, &time, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_WAKE, EINVAL, pi_waiter) {
  uint32_t* const word = SharedWords();
  word[0] = gettid();
  WaitElsewhere(word, FUTEX_LOCK_PI, &word[0], &word[1]);
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAKE, 1, nullptr, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_WAKE, EINVAL, requeue_pi_waiter) {
  uint32_t* const word = SharedWords();
  WaitElsewhere(word, FUTEX_WAIT_REQUEUE_PI, &word[0], &word[1]);
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAKE, 1, nullptr, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_FD, EINVAL, signal_invalid) {
  uint32_t* const word = SharedWords();
  CALL(syscall(SYS_futex, &word[0], FUTEX_FD, 99, nullptr, nullptr, 0));
}

REASON_OPERATION(futex, FUTEX_FD, ENFILE, no_file) {
  uint32_t* const word = SharedWords();
  HOLDS(syscall(SYS_futex, &word[0], FUTEX_FD, 0, nullptr, nullptr, 0) == -1 &&
        errno == ENOSYS);
}

PROVOKE_OPERATION(futex, FUTEX_FD, ENOSYS, removed) {
  uint32_t* const word = SharedWords();
  CALL(syscall(SYS_futex, &word[0], FUTEX_FD, 0, nullptr, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_REQUEUE, EFAULT, second_word_bad) {
  uint32_t* const word = SharedWords();
  void* const bad = BadAddress();
  CALL(syscall(SYS_futex, &word[0], FUTEX_REQUEUE, 1, nullptr, bad, 0));
}

PROVOKE_OPERATION(futex, FUTEX_REQUEUE, EINVAL, second_word_misaligned) {
  uint32_t* const word = SharedWords();
  char* const misaligned = reinterpret_cast<char*>(word) + 1;
  CALL(syscall(SYS_futex, &word[0], FUTEX_REQUEUE, 1, nullptr, misaligned, 0));
}

PROVOKE_OPERATION(futex, FUTEX_REQUEUE, EINVAL,
                  word_misaligned_and_second_bad) {
  uint32_t* const word = SharedWords();
  char* const misaligned = reinterpret_cast<char*>(word) + 1;
  void* const bad = BadAddress();
  CALL(syscall(SYS_futex, misaligned, FUTEX_REQUEUE, 1, nullptr, bad, 0));
}

PROVOKE_OPERATION(futex, FUTEX_REQUEUE, EINVAL, pi_waiter) {
  uint32_t* const word = SharedWords();
  word[0] = gettid();
  WaitElsewhere(word, FUTEX_LOCK_PI, &word[0], &word[1]);
  CALL(syscall(SYS_futex, &word[0], FUTEX_REQUEUE, 1, 1L, &word[1], 0));
}

PROVOKE_OPERATION(futex, FUTEX_REQUEUE, EINVAL, requeue_pi_waiter) {
  uint32_t* const word = SharedWords();
  WaitElsewhere(word, FUTEX_WAIT_REQUEUE_PI, &word[0], &word[1]);
  CALL(syscall(SYS_futex, &word[0], FUTEX_REQUEUE, 1, 1L, &word[1], 0));
}

PROVOKE_OPERATION(futex, FUTEX_REQUEUE, EINVAL, wake_count_negative) {
  uint32_t* const word = SharedWords();
  CALL(syscall(SYS_futex, &word[0], FUTEX_REQUEUE, -1, nullptr, &word[1], 0));
}

PROVOKE_OPERATION(futex, FUTEX_REQUEUE, EINVAL, requeue_count_negative) {
  uint32_t* const word = SharedWords();
  CALL(syscall(SYS_futex, &word[0], FUTEX_REQUEUE, 1, -1L, &word[1], 0));
}

PROVOKE_OPERATION(futex, FUTEX_CMP_REQUEUE, EAGAIN, value_differs) {
  uint32_t* const word = SharedWords();
  CALL(
      syscall(SYS_futex, &word[0], FUTEX_CMP_REQUEUE, 1, nullptr, &word[1], 1));
}

PROVOKE_OPERATION(futex, FUTEX_CMP_REQUEUE, EFAULT, second_word_bad) {
  uint32_t* const word = SharedWords();
  void* const bad = BadAddress();
  CALL(syscall(SYS_futex, &word[0], FUTEX_CMP_REQUEUE, 1, nullptr, bad, 0));
}

PROVOKE_OPERATION(futex, FUTEX_CMP_REQUEUE, EFAULT,
                  second_word_bad_and_value_differs) {
  uint32_t* const word = SharedWords();
  void* const bad = BadAddress();
  CALL(syscall(SYS_futex, &word[0], FUTEX_CMP_REQUEUE, 1, nullptr, bad, 1));
}

PROVOKE_OPERATION(futex, FUTEX_CMP_REQUEUE, EINVAL, second_word_misaligned) {
  uint32_t* const word = SharedWords();
  char* const misaligned = reinterpret_cast<char*>(word) + 1;
  CALL(syscall(SYS_futex, &word[0], FUTEX_CMP_REQUEUE, 1, nullptr, misaligned,
               0));
}

PROVOKE_OPERATION(futex, FUTEX_CMP_REQUEUE, EINVAL,
                  word_misaligned_and_second_bad) {
  uint32_t* const word = SharedWords();
  char* const misaligned = reinterpret_cast<char*>(word) + 1;
  void* const bad = BadAddress();
  CALL(syscall(SYS_futex, misaligned, FUTEX_CMP_REQUEUE, 1, nullptr, bad, 0));
}

PROVOKE_OPERATION(futex, FUTEX_CMP_REQUEUE, EINVAL, pi_waiter) {
  uint32_t* const word = SharedWords();
  word[0] = gettid();
  WaitElsewhere(word, FUTEX_LOCK_PI, &word[0], &word[1]);
  CALL(syscall(SYS_futex, &word[0], FUTEX_CMP_REQUEUE, 1, 1L, &word[1],
               word[0]));
}

PROVOKE_OPERATION(futex, FUTEX_CMP_REQUEUE, EINVAL, requeue_pi_waiter) {
  uint32_t* const word = SharedWords();
  WaitElsewhere(word, FUTEX_WAIT_REQUEUE_PI, &word[0], &word[1]);
  CALL(syscall(SYS_futex, &word[0], FUTEX_CMP_REQUEUE, 1, 1L, &word[1], 0));
}

PROVOKE_OPERATION(futex, FUTEX_CMP_REQUEUE, EINVAL, wake_count_negative) {
  uint32_t* const word = SharedWords();
  CALL(syscall(SYS_futex, &word[0], FUTEX_CMP_REQUEUE, -1, nullptr, &word[1],
               0));
}

PROVOKE_OPERATION(futex, FUTEX_CMP_REQUEUE, EINVAL, requeue_count_negative) {
  uint32_t* const word = SharedWords();
  CALL(syscall(SYS_futex, &word[0], FUTEX_CMP_REQUEUE, 1, -1L, &word[1], 0));
}

PROVOKE_OPERATION(futex, FUTEX_WAKE_OP, EFAULT, second_word_bad) {
  uint32_t* const word = SharedWords();
  void* const bad = BadAddress();
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAKE_OP, 1, nullptr, bad, 0));
}

PROVOKE_OPERATION(futex, FUTEX_WAKE_OP, EFAULT, second_word_read_only) {
  uint32_t* const word = SharedWords();
  void* const read_only = ReadOnlyAddress();
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAKE_OP, 1, nullptr, read_only, 0));
}

PROVOKE_OPERATION(futex, FUTEX_WAKE_OP, EINVAL, second_word_misaligned) {
  uint32_t* const word = SharedWords();
  char* const misaligned = reinterpret_cast<char*>(word) + 1;
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAKE_OP, 1, nullptr, misaligned, 0));
}

PROVOKE_OPERATION(futex, FUTEX_WAKE_OP, EINVAL,
                  word_misaligned_and_second_bad) {
  uint32_t* const word = SharedWords();
  char* const misaligned = reinterpret_cast<char*>(word) + 1;
  void* const bad = BadAddress();
  CALL(syscall(SYS_futex, misaligned, FUTEX_WAKE_OP, 1, nullptr, bad, 0));
}

PROVOKE_OPERATION(futex, FUTEX_WAKE_OP, EINVAL, pi_waiter) {
  uint32_t* const word = SharedWords();
  word[0] = gettid();
  WaitElsewhere(word, FUTEX_LOCK_PI, &word[0], &word[1]);
  const unsigned add_five = FUTEX_OP(FUTEX_OP_ADD, 5, FUTEX_OP_CMP_EQ, 0);
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAKE_OP, 1, nullptr, &word[1],
               add_five));
  EFFECT(word[1] == 5);
}

PROVOKE_OPERATION(futex, FUTEX_WAKE_OP, EINVAL, requeue_pi_waiter) {
  uint32_t* const word = SharedWords();
  WaitElsewhere(word, FUTEX_WAIT_REQUEUE_PI, &word[0], &word[1]);
  const unsigned add_five = FUTEX_OP(FUTEX_OP_ADD, 5, FUTEX_OP_CMP_EQ, 0);
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAKE_OP, 1, nullptr, &word[1],
               add_five));
  EFFECT(word[1] == 5);
}

PROVOKE_OPERATION(futex, FUTEX_WAKE_OP, ENOSYS, operation_unknown) {
  uint32_t* const word = SharedWords();
  const unsigned unknown = FUTEX_OP(7, 5, FUTEX_OP_CMP_EQ, 0);
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAKE_OP, 1, nullptr, &word[1],
               unknown));
  EXPECT(word[1] == 0);
}

PROVOKE_OPERATION(futex, FUTEX_WAKE_OP, ENOSYS, comparison_unknown) {
  uint32_t* const word = SharedWords();
  const unsigned unknown = FUTEX_OP(FUTEX_OP_ADD, 5, 7, 0);
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAKE_OP, 1, nullptr, &word[1],
               unknown));
  EFFECT(word[1] == 5);
}

PROVOKE_OPERATION(futex, FUTEX_WAIT_BITSET, EAGAIN, value_differs) {
  uint32_t* const word = SharedWords();
  WATCH(word[0]);
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT_BITSET, 1, nullptr, nullptr,
               FUTEX_BITSET_MATCH_ANY));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT_BITSET, EFAULT, timeout_bad) {
  uint32_t* const word = SharedWords();
  void* const bad = BadAddress();
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT_BITSET, 0, bad, nullptr,
               FUTEX_BITSET_MATCH_ANY));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT_BITSET, EFAULT,
                  timeout_bad_and_misaligned) {
  uint32_t* const word = SharedWords();
  char* const misaligned = reinterpret_cast<char*>(word) + 1;
  void* const bad = BadAddress();
  CALL(syscall(SYS_futex, misaligned, FUTEX_WAIT_BITSET, 0, bad, nullptr,
               FUTEX_BITSET_MATCH_ANY));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT_BITSET, EINTR, signal) {
  uint32_t* const word = SharedWords();
  InterruptSoon();
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT_BITSET, 0, nullptr, nullptr,
               FUTEX_BITSET_MATCH_ANY));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT_BITSET, EINVAL, seconds_negative) {
  uint32_t* const word = SharedWords();
  const KernelTime time = {-1, 0};
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT_BITSET, 0, &time, nullptr,
               FUTEX_BITSET_MATCH_ANY));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT_BITSET, EINVAL, nanoseconds_negative) {
  uint32_t* const word = SharedWords();
  const KernelTime time = {0, -1};
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT_BITSET, 0, &time, nullptr,
               FUTEX_BITSET_MATCH_ANY));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT_BITSET, EINVAL, nanoseconds_too_many) {
  uint32_t* const word = SharedWords();
  const KernelTime time = {0, 1000000000};
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT_BITSET, 0, &time, nullptr,
               FUTEX_BITSET_MATCH_ANY));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT_BITSET, EINVAL,
                  timeout_invalid_and_value_differs) {
  uint32_t* const word = SharedWords();
  const KernelTime time = {-1, 0};
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT_BITSET, 1, &time, nullptr,
               FUTEX_BITSET_MATCH_ANY));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT_BITSET, EINVAL, no_bit) {
  uint32_t* const word = SharedWords();
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT_BITSET, 0, nullptr, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT_BITSET, EINVAL, no_bit_and_value_differs) {
  uint32_t* const word = SharedWords();
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT_BITSET, 1, nullptr, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT_BITSET, EINVAL, second_word_misaligned) {
  uint32_t* const word = SharedWords();
  char* const misaligned = reinterpret_cast<char*>(word) + 1;
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT_BITSET, 1, nullptr, misaligned,
               FUTEX_BITSET_MATCH_ANY));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT_BITSET, ETIMEDOUT, timeout) {
  uint32_t* const word = SharedWords();
  const KernelTime past = {1, 0};
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT_BITSET, 0, &past, nullptr,
               FUTEX_BITSET_MATCH_ANY));
}

PROVOKE_OPERATION(futex, FUTEX_WAKE_BITSET, EFAULT, timeout_bad) {
  uint32_t* const word = SharedWords();
  void* const bad = BadAddress();
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAKE_BITSET, 1, bad, nullptr,
               FUTEX_BITSET_MATCH_ANY));
}

PROVOKE_OPERATION(futex, FUTEX_WAKE_BITSET, EINVAL, no_bit) {
  uint32_t* const word = SharedWords();
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAKE_BITSET, 1, nullptr, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_WAKE_BITSET, EINVAL, no_bit_and_word_bad) {
  void* const bad = BadAddress();
  CALL(syscall(SYS_futex, bad, FUTEX_WAKE_BITSET, 1, nullptr, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_WAKE_BITSET, EINVAL, pi_waiter) {
  uint32_t* const word = SharedWords();
  word[0] = gettid();
  WaitElsewhere(word, FUTEX_LOCK_PI, &word[0], &word[1]);
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAKE_BITSET, 1, nullptr, nullptr,
               FUTEX_BITSET_MATCH_ANY));
}

PROVOKE_OPERATION(futex, FUTEX_WAKE_BITSET, EINVAL, requeue_pi_waiter) {
  uint32_t* const word = SharedWords();
  WaitElsewhere(word, FUTEX_WAIT_REQUEUE_PI, &word[0], &word[1]);
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAKE_BITSET, 1, nullptr, nullptr,
               FUTEX_BITSET_MATCH_ANY));
}

PROVOKE_OPERATION(futex, FUTEX_WAKE_BITSET, EINVAL, second_word_misaligned) {
  uint32_t* const word = SharedWords();
  char* const misaligned = reinterpret_cast<char*>(word) + 1;
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAKE_BITSET, 1, nullptr, misaligned,
               FUTEX_BITSET_MATCH_ANY));
}

PROVOKE_OPERATION(futex, FUTEX_WAKE_BITSET, ETIMEDOUT, timeout) {
  uint32_t* const word = SharedWords();
  const KernelTime past = {1, 0};
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAKE_BITSET, 1, &past, nullptr,
               FUTEX_BITSET_MATCH_ANY));
}

REASON_OPERATION(futex, FUTEX_LOCK_PI, EAGAIN, owner_exiting) {
  uint32_t* const word = SharedWords();
  bool again = false;
  for (int i = 0; i < 50; ++i) {
    const pid_t owner = ForkChild();
    if (owner == 0) _exit(0);
    word[0] = owner;
    again = again || (syscall(SYS_futex, &word[0], FUTEX_LOCK_PI, 0, nullptr,
                              nullptr, 0) == -1 &&
                      errno == EAGAIN);
    MUST(waitpid(owner, nullptr, 0));
  }
  HOLDS(!again);
}

PROVOKE_OPERATION(futex, FUTEX_LOCK_PI, EDEADLK, own_lock) {
  uint32_t* const word = SharedWords();
  word[0] = gettid();
  CALL(syscall(SYS_futex, &word[0], FUTEX_LOCK_PI, 0, nullptr, nullptr, 0));
  EXPECT(word[0] == static_cast<uint32_t>(gettid()));
}

PROVOKE_OPERATION(futex, FUTEX_LOCK_PI, EDEADLK, circle) {
  uint32_t* const word = SharedWords();
  word[0] = gettid();
  word[1] = WaitElsewhere(word, FUTEX_LOCK_PI, &word[0], &word[2]);
  CALL(syscall(SYS_futex, &word[1], FUTEX_LOCK_PI, 0, nullptr, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_LOCK_PI, EFAULT, timeout_bad) {
  uint32_t* const word = SharedWords();
  word[0] = Owner();
  void* const bad = BadAddress();
  WATCH(word[0]);
  CALL(syscall(SYS_futex, &word[0], FUTEX_LOCK_PI, 0, bad, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_LOCK_PI, EFAULT, word_read_only) {
  void* const read_only = ReadOnlyAddress();
  CALL(syscall(SYS_futex, read_only, FUTEX_LOCK_PI, 0, nullptr, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_LOCK_PI, EINVAL, seconds_negative) {
  uint32_t* const word = SharedWords();
  word[0] = Owner();
  const KernelTime time = {-1, 0};
  CALL(syscall(SYS_futex, &word[0], FUTEX_LOCK_PI, 0, &time, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_LOCK_PI, EINVAL, nanoseconds_too_many) {
  uint32_t* const word = SharedWords();
  word[0] = Owner();
  const KernelTime time = {0, 1000000000};
  CALL(syscall(SYS_futex, &word[0], FUTEX_LOCK_PI, 0, &time, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_LOCK_PI, EINVAL, timeout_invalid_and_own_lock) {
  uint32_t* const word = SharedWords();
  word[0] = gettid();
  const KernelTime time = {-1, 0};
  CALL(syscall(SYS_futex, &word[0], FUTEX_LOCK_PI, 0, &time, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_LOCK_PI, EINVAL, plain_waiter) {
  uint32_t* const word = SharedWords();
  word[0] = Owner();
  WaitElsewhere(word, FUTEX_WAIT, &word[0], &word[1]);
  CALL(syscall(SYS_futex, &word[0], FUTEX_LOCK_PI, 0, nullptr, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_LOCK_PI, EINVAL, bitset_waiter) {
  uint32_t* const word = SharedWords();
  word[0] = Owner();
  WaitElsewhere(word, FUTEX_WAIT_BITSET, &word[0], &word[1]);
  CALL(syscall(SYS_futex, &word[0], FUTEX_LOCK_PI, 0, nullptr, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_LOCK_PI, EINVAL, owner_changed) {
  uint32_t* const word = SharedWords();
  word[0] = gettid();
  WaitElsewhere(word, FUTEX_LOCK_PI, &word[0], &word[1]);
  word[0] = FUTEX_WAITERS | Owner();
  CALL(syscall(SYS_futex, &word[0], FUTEX_LOCK_PI, 0, nullptr, nullptr, 0));
}

REASON_OPERATION(futex, FUTEX_LOCK_PI, ENOMEM, no_memory) {
  HOLDS(access("/proc/self/fail-nth", F_OK) != 0);
}

REASON_OPERATION(futex, FUTEX_LOCK_PI, ENOSYS, unavailable) {
  uint32_t* const word = SharedWords();
  HOLDS(syscall(SYS_futex, &word[0], FUTEX_LOCK_PI, 0, nullptr, nullptr, 0) ==
        0);
}

PROVOKE_OPERATION(futex, FUTEX_LOCK_PI, EPERM, owner_is_kernel_thread) {
  uint32_t* const word = SharedWords();
  word[0] = KernelThread();
  CALL(syscall(SYS_futex, &word[0], FUTEX_LOCK_PI, 0, nullptr, nullptr, 0));
  EFFECT((word[0] & FUTEX_WAITERS) != 0);
}

PROVOKE_OPERATION(futex, FUTEX_LOCK_PI, ESRCH, no_owner) {
  uint32_t* const word = SharedWords();
  word[0] = kNoProcess;
  CALL(syscall(SYS_futex, &word[0], FUTEX_LOCK_PI, 0, nullptr, nullptr, 0));
  EFFECT(word[0] == (FUTEX_WAITERS | kNoProcess));
}

PROVOKE_OPERATION(futex, FUTEX_LOCK_PI, ESRCH, owner_ended) {
  uint32_t* const word = SharedWords();
  word[0] = EndedProcess();
  CALL(syscall(SYS_futex, &word[0], FUTEX_LOCK_PI, 0, nullptr, nullptr, 0));
  EFFECT((word[0] & FUTEX_WAITERS) != 0);
}

PROVOKE_OPERATION(futex, FUTEX_LOCK_PI, ETIMEDOUT, timeout) {
  uint32_t* const word = SharedWords();
  word[0] = Owner();
  const KernelTime past = {1, 0};
  CALL(syscall(SYS_futex, &word[0], FUTEX_LOCK_PI, 0, &past, nullptr, 0));
  EFFECT((word[0] & FUTEX_WAITERS) != 0);
}

REASON_OPERATION(futex, FUTEX_LOCK_PI2, EAGAIN, owner_exiting) {
  uint32_t* const word = SharedWords();
  bool again = false;
  for (int i = 0; i < 50; ++i) {
    const pid_t owner = ForkChild();
    if (owner == 0) _exit(0);
    word[0] = owner;
    again = again || (syscall(SYS_futex, &word[0], FUTEX_LOCK_PI2, 0, nullptr,
                              nullptr, 0) == -1 &&
                      errno == EAGAIN);
    MUST(waitpid(owner, nullptr, 0));
  }
  HOLDS(!again);
}

PROVOKE_OPERATION(futex, FUTEX_LOCK_PI2, EDEADLK, own_lock) {
  uint32_t* const word = SharedWords();
  word[0] = gettid();
  CALL(syscall(SYS_futex, &word[0], FUTEX_LOCK_PI2, 0, nullptr, nullptr, 0));
  EXPECT(word[0] == static_cast<uint32_t>(gettid()));
}

PROVOKE_OPERATION(futex, FUTEX_LOCK_PI2, EDEADLK, circle) {
  uint32_t* const word = SharedWords();
  word[0] = gettid();
  word[1] = WaitElsewhere(word, FUTEX_LOCK_PI, &word[0], &word[2]);
  CALL(syscall(SYS_futex, &word[1], FUTEX_LOCK_PI2, 0, nullptr, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_LOCK_PI2, EFAULT, timeout_bad) {
  uint32_t* const word = SharedWords();
  word[0] = Owner();
  void* const bad = BadAddress();
  WATCH(word[0]);
  CALL(syscall(SYS_futex, &word[0], FUTEX_LOCK_PI2, 0, bad, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_LOCK_PI2, EFAULT, word_read_only) {
  void* const read_only = ReadOnlyAddress();
  CALL(syscall(SYS_futex, read_only, FUTEX_LOCK_PI2, 0, nullptr, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_LOCK_PI2, EINVAL, seconds_negative) {
  uint32_t* const word = SharedWords();
  word[0] = Owner();
  const KernelTime time = {-1, 0};
  CALL(syscall(SYS_futex, &word[0], FUTEX_LOCK_PI2, 0, &time, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_LOCK_PI2, EINVAL, nanoseconds_too_many) {
  uint32_t* const word = SharedWords();
  word[0] = Owner();
  const KernelTime time = {0, 1000000000};
  CALL(syscall(SYS_futex, &word[0], FUTEX_LOCK_PI2, 0, &time, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_LOCK_PI2, EINVAL, timeout_invalid_and_own_lock) {
  uint32_t* const word = SharedWords();
  word[0] = gettid();
  const KernelTime time = {-1, 0};
  CALL(syscall(SYS_futex, &word[0], FUTEX_LOCK_PI2, 0, &time, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_LOCK_PI2, EINVAL, plain_waiter) {
  uint32_t* const word = SharedWords();
  word[0] = Owner();
  WaitElsewhere(word, FUTEX_WAIT, &word[0], &word[1]);
  CALL(syscall(SYS_futex, &word[0], FUTEX_LOCK_PI2, 0, nullptr, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_LOCK_PI2, EINVAL, bitset_waiter) {
  uint32_t* const word = SharedWords();
  word[0] = Owner();
  WaitElsewhere(word, FUTEX_WAIT_BITSET, &word[0], &word[1]);
  CALL(syscall(SYS_futex, &word[0], FUTEX_LOCK_PI2, 0, nullptr, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_LOCK_PI2, EINVAL, owner_changed) {
  uint32_t* const word = SharedWords();
  word[0] = gettid();
  WaitElsewhere(word, FUTEX_LOCK_PI, &word[0], &word[1]);
  word[0] = FUTEX_WAITERS | Owner();
  CALL(syscall(SYS_futex, &word[0], FUTEX_LOCK_PI2, 0, nullptr, nullptr, 0));
}

REASON_OPERATION(futex, FUTEX_LOCK_PI2, ENOMEM, no_memory) {
  HOLDS(access("/proc/self/fail-nth", F_OK) != 0);
}

REASON_OPERATION(futex, FUTEX_LOCK_PI2, ENOSYS, unavailable) {
  uint32_t* const word = SharedWords();
  HOLDS(syscall(SYS_futex, &word[0], FUTEX_LOCK_PI2, 0, nullptr, nullptr, 0) ==
        0);
}

PROVOKE_OPERATION(futex, FUTEX_LOCK_PI2, EPERM, owner_is_kernel_thread) {
  uint32_t* const word = SharedWords();
  word[0] = KernelThread();
  CALL(syscall(SYS_futex, &word[0], FUTEX_LOCK_PI2, 0, nullptr, nullptr, 0));
  EFFECT((word[0] & FUTEX_WAITERS) != 0);
}

PROVOKE_OPERATION(futex, FUTEX_LOCK_PI2, ESRCH, no_owner) {
  uint32_t* const word = SharedWords();
  word[0] = kNoProcess;
  CALL(syscall(SYS_futex, &word[0], FUTEX_LOCK_PI2, 0, nullptr, nullptr, 0));
  EFFECT(word[0] == (FUTEX_WAITERS | kNoProcess));
}

PROVOKE_OPERATION(futex, FUTEX_LOCK_PI2, ESRCH, owner_ended) {
  uint32_t* const word = SharedWords();
  word[0] = EndedProcess();
  CALL(syscall(SYS_futex, &word[0], FUTEX_LOCK_PI2, 0, nullptr, nullptr, 0));
  EFFECT((word[0] & FUTEX_WAITERS) != 0);
}

PROVOKE_OPERATION(futex, FUTEX_LOCK_PI2, ETIMEDOUT, timeout) {
  uint32_t* const word = SharedWords();
  word[0] = Owner();
  const KernelTime past = {1, 0};
  CALL(syscall(SYS_futex, &word[0], FUTEX_LOCK_PI2, 0, &past, nullptr, 0));
  EFFECT((word[0] & FUTEX_WAITERS) != 0);
}

PROVOKE_OPERATION(futex, FUTEX_TRYLOCK_PI, EAGAIN, lock_held) {
  uint32_t* const word = SharedWords();
  word[0] = Owner();
  CALL(syscall(SYS_futex, &word[0], FUTEX_TRYLOCK_PI, 0, nullptr, nullptr, 0));
  EFFECT((word[0] & FUTEX_WAITERS) != 0);
}

REASON_OPERATION(futex, FUTEX_TRYLOCK_PI, EAGAIN, owner_exiting) {
  uint32_t* const word = SharedWords();
  word[0] = EndedProcess();
  HOLDS(syscall(SYS_futex, &word[0], FUTEX_TRYLOCK_PI, 0, nullptr, nullptr,
                0) == -1 &&
        errno == ESRCH);
}

PROVOKE_OPERATION(futex, FUTEX_TRYLOCK_PI, EDEADLK, own_lock) {
  uint32_t* const word = SharedWords();
  word[0] = gettid();
  CALL(syscall(SYS_futex, &word[0], FUTEX_TRYLOCK_PI, 0, nullptr, nullptr, 0));
  EXPECT(word[0] == static_cast<uint32_t>(gettid()));
}

PROVOKE_OPERATION(futex, FUTEX_TRYLOCK_PI, EFAULT, word_read_only) {
  void* const read_only = ReadOnlyAddress();
  CALL(syscall(SYS_futex, read_only, FUTEX_TRYLOCK_PI, 0, nullptr, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_TRYLOCK_PI, EINVAL, plain_waiter) {
  uint32_t* const word = SharedWords();
  word[0] = Owner();
  WaitElsewhere(word, FUTEX_WAIT, &word[0], &word[1]);
  CALL(syscall(SYS_futex, &word[0], FUTEX_TRYLOCK_PI, 0, nullptr, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_TRYLOCK_PI, EINVAL, bitset_waiter) {
  uint32_t* const word = SharedWords();
  word[0] = Owner();
  WaitElsewhere(word, FUTEX_WAIT_BITSET, &word[0], &word[1]);
  CALL(syscall(SYS_futex, &word[0], FUTEX_TRYLOCK_PI, 0, nullptr, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_TRYLOCK_PI, EINVAL, owner_changed) {
  uint32_t* const word = SharedWords();
  word[0] = gettid();
  WaitElsewhere(word, FUTEX_LOCK_PI, &word[0], &word[1]);
  word[0] = FUTEX_WAITERS | Owner();
  CALL(syscall(SYS_futex, &word[0], FUTEX_TRYLOCK_PI, 0, nullptr, nullptr, 0));
}

REASON_OPERATION(futex, FUTEX_TRYLOCK_PI, ENOMEM, no_memory) {
  HOLDS(access("/proc/self/fail-nth", F_OK) != 0);
}

REASON_OPERATION(futex, FUTEX_TRYLOCK_PI, ENOSYS, unavailable) {
  uint32_t* const word = SharedWords();
  HOLDS(syscall(SYS_futex, &word[0], FUTEX_TRYLOCK_PI, 0, nullptr, nullptr,
                0) == 0);
}

PROVOKE_OPERATION(futex, FUTEX_TRYLOCK_PI, EPERM, owner_is_kernel_thread) {
  uint32_t* const word = SharedWords();
  word[0] = KernelThread();
  CALL(syscall(SYS_futex, &word[0], FUTEX_TRYLOCK_PI, 0, nullptr, nullptr, 0));
  EFFECT((word[0] & FUTEX_WAITERS) != 0);
}

PROVOKE_OPERATION(futex, FUTEX_TRYLOCK_PI, ESRCH, no_owner) {
  uint32_t* const word = SharedWords();
  word[0] = kNoProcess;
  CALL(syscall(SYS_futex, &word[0], FUTEX_TRYLOCK_PI, 0, nullptr, nullptr, 0));
  EFFECT(word[0] == (FUTEX_WAITERS | kNoProcess));
}

PROVOKE_OPERATION(futex, FUTEX_TRYLOCK_PI, ESRCH, owner_ended) {
  uint32_t* const word = SharedWords();
  word[0] = EndedProcess();
  CALL(syscall(SYS_futex, &word[0], FUTEX_TRYLOCK_PI, 0, nullptr, nullptr, 0));
  EFFECT((word[0] & FUTEX_WAITERS) != 0);
}

PROVOKE_OPERATION(futex, FUTEX_UNLOCK_PI, EINVAL, plain_waiter) {
  uint32_t* const word = SharedWords();
  word[0] = gettid();
  WaitElsewhere(word, FUTEX_WAIT, &word[0], &word[1]);
  CALL(syscall(SYS_futex, &word[0], FUTEX_UNLOCK_PI, 0, nullptr, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_UNLOCK_PI, EINVAL, bitset_waiter) {
  uint32_t* const word = SharedWords();
  word[0] = gettid();
  WaitElsewhere(word, FUTEX_WAIT_BITSET, &word[0], &word[1]);
  CALL(syscall(SYS_futex, &word[0], FUTEX_UNLOCK_PI, 0, nullptr, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_UNLOCK_PI, EINVAL, owner_changed) {
  uint32_t* const word = SharedWords();
  word[0] = Owner();
  WaitElsewhere(word, FUTEX_LOCK_PI, &word[0], &word[1]);
  word[0] = FUTEX_WAITERS | gettid();
  CALL(syscall(SYS_futex, &word[0], FUTEX_UNLOCK_PI, 0, nullptr, nullptr, 0));
}

REASON_OPERATION(futex, FUTEX_UNLOCK_PI, ENOSYS, unavailable) {
  uint32_t* const word = SharedWords();
  word[0] = gettid();
  HOLDS(syscall(SYS_futex, &word[0], FUTEX_UNLOCK_PI, 0, nullptr, nullptr, 0) ==
        0);
}

PROVOKE_OPERATION(futex, FUTEX_UNLOCK_PI, EPERM, foreign_lock) {
  uint32_t* const word = SharedWords();
  word[0] = Owner();
  WATCH(word[0]);
  CALL(syscall(SYS_futex, &word[0], FUTEX_UNLOCK_PI, 0, nullptr, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_UNLOCK_PI, EPERM, no_lock) {
  uint32_t* const word = SharedWords();
  WATCH(word[0]);
  CALL(syscall(SYS_futex, &word[0], FUTEX_UNLOCK_PI, 0, nullptr, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_UNLOCK_PI, EPERM, no_lock_and_misaligned) {
  uint32_t* const word = SharedWords();
  char* const misaligned = reinterpret_cast<char*>(word) + 1;
  CALL(syscall(SYS_futex, misaligned, FUTEX_UNLOCK_PI, 0, nullptr, nullptr, 0));
}

PROVOKE_OPERATION(futex, FUTEX_CMP_REQUEUE_PI, EAGAIN, value_differs) {
  uint32_t* const word = SharedWords();
  CALL(syscall(SYS_futex, &word[0], FUTEX_CMP_REQUEUE_PI, 1, nullptr, &word[1],
               1));
}

REASON_OPERATION(futex, FUTEX_CMP_REQUEUE_PI, EAGAIN, owner_exiting) {
  uint32_t* const word = SharedWords();
  bool again = false;
  for (int i = 0; i < 20; ++i) {
    const pid_t waiter =
        WaitElsewhere(word, FUTEX_WAIT_REQUEUE_PI, &word[0], &word[1]);
    const pid_t owner = ForkChild();
    if (owner == 0) _exit(0);
    word[1] = owner;
    again = again || (syscall(SYS_futex, &word[0], FUTEX_CMP_REQUEUE_PI, 1,
                              nullptr, &word[1], 0) == -1 &&
                      errno == EAGAIN);
    kill(waiter, SIGKILL);
    MUST(waitpid(owner, nullptr, 0));
    MUST(waitpid(waiter, nullptr, 0));
  }
  HOLDS(!again);
}

PROVOKE_OPERATION(futex, FUTEX_CMP_REQUEUE_PI, EDEADLK, own_lock) {
  uint32_t* const word = SharedWords();
  word[0] = gettid();
  CALL(syscall(SYS_futex, &word[0], FUTEX_CMP_REQUEUE_PI, 1, nullptr, &word[1],
               word[0]));
}

PROVOKE_OPERATION(futex, FUTEX_CMP_REQUEUE_PI, EDEADLK, waiter_has_lock) {
  uint32_t* const word = SharedWords();
  word[1] = WaitElsewhere(word, FUTEX_WAIT_REQUEUE_PI, &word[0], &word[1]);
  CALL(syscall(SYS_futex, &word[0], FUTEX_CMP_REQUEUE_PI, 1, nullptr, &word[1],
               0));
}

PROVOKE_OPERATION(futex, FUTEX_CMP_REQUEUE_PI, EDEADLK, circle) {
  uint32_t* const word = SharedWords();
  word[2] = WaitElsewhere(word, FUTEX_WAIT_REQUEUE_PI, &word[0], &word[1]);
  word[1] = WaitElsewhere(word, FUTEX_LOCK_PI, &word[2], &word[3]);
  CALL(syscall(SYS_futex, &word[0], FUTEX_CMP_REQUEUE_PI, 1, 1L, &word[1], 0));
}

PROVOKE_OPERATION(futex, FUTEX_CMP_REQUEUE_PI, EFAULT, second_word_bad) {
  uint32_t* const word = SharedWords();
  void* const bad = BadAddress();
  CALL(syscall(SYS_futex, &word[0], FUTEX_CMP_REQUEUE_PI, 1, nullptr, bad, 0));
}

PROVOKE_OPERATION(futex, FUTEX_CMP_REQUEUE_PI, EINVAL, second_word_misaligned) {
  uint32_t* const word = SharedWords();
  char* const misaligned = reinterpret_cast<char*>(word) + 1;
  CALL(syscall(SYS_futex, &word[0], FUTEX_CMP_REQUEUE_PI, 1, nullptr,
               misaligned, 0));
}

PROVOKE_OPERATION(futex, FUTEX_CMP_REQUEUE_PI, EINVAL,
                  word_misaligned_and_second_bad) {
  uint32_t* const word = SharedWords();
  char* const misaligned = reinterpret_cast<char*>(word) + 1;
  void* const bad = BadAddress();
  CALL(
      syscall(SYS_futex, misaligned, FUTEX_CMP_REQUEUE_PI, 1, nullptr, bad, 0));
}

PROVOKE_OPERATION(futex, FUTEX_CMP_REQUEUE_PI, EINVAL, same_word) {
  uint32_t* const word = SharedWords();
  CALL(syscall(SYS_futex, &word[0], FUTEX_CMP_REQUEUE_PI, 1, nullptr, &word[0],
               0));
}

PROVOKE_OPERATION(futex, FUTEX_CMP_REQUEUE_PI, EINVAL, same_word_elsewhere) {
  uint32_t* word = nullptr;
  uint32_t* again = nullptr;
  SharedWordTwice(&word, &again);
  CALL(
      syscall(SYS_futex, &word[0], FUTEX_CMP_REQUEUE_PI, 1, nullptr, again, 0));
}

PROVOKE_OPERATION(futex, FUTEX_CMP_REQUEUE_PI, EINVAL, plain_waiter_on_second) {
  uint32_t* const word = SharedWords();
  word[1] = Owner();
  WaitElsewhere(word, FUTEX_WAIT, &word[1], &word[2]);
  WaitElsewhere(word, FUTEX_WAIT_REQUEUE_PI, &word[0], &word[1]);
  CALL(syscall(SYS_futex, &word[0], FUTEX_CMP_REQUEUE_PI, 1, nullptr, &word[1],
               0));
}

PROVOKE_OPERATION(futex, FUTEX_CMP_REQUEUE_PI, EINVAL, plain_waiter) {
  uint32_t* const word = SharedWords();
  WaitElsewhere(word, FUTEX_WAIT, &word[0], &word[1]);
  CALL(syscall(SYS_futex, &word[0], FUTEX_CMP_REQUEUE_PI, 1, nullptr, &word[1],
               0));
}

PROVOKE_OPERATION(futex, FUTEX_CMP_REQUEUE_PI, EINVAL, lock_waiter) {
  uint32_t* const word = SharedWords();
  word[0] = gettid();
  WaitElsewhere(word, FUTEX_LOCK_PI, &word[0], &word[1]);
  CALL(syscall(SYS_futex, &word[0], FUTEX_CMP_REQUEUE_PI, 1, nullptr, &word[1],
               word[0]));
}

PROVOKE_OPERATION(futex, FUTEX_CMP_REQUEUE_PI, EINVAL, other_target) {
  uint32_t* const word = SharedWords();
  WaitElsewhere(word, FUTEX_WAIT_REQUEUE_PI, &word[0], &word[2]);
  CALL(syscall(SYS_futex, &word[0], FUTEX_CMP_REQUEUE_PI, 1, nullptr, &word[1],
               0));
}

PROVOKE_OPERATION(futex, FUTEX_CMP_REQUEUE_PI, EINVAL, wake_count_not_one) {
  uint32_t* const word = SharedWords();
  CALL(syscall(SYS_futex, &word[0], FUTEX_CMP_REQUEUE_PI, 2, nullptr, &word[1],
               0));
}

PROVOKE_OPERATION(futex, FUTEX_CMP_REQUEUE_PI, EINVAL, requeue_count_not_one) {
  uint32_t* const word = SharedWords();
  CALL(syscall(SYS_futex, &word[0], FUTEX_CMP_REQUEUE_PI, 1, 2L, &word[1], 0));
}

PROVOKE_OPERATION(futex, FUTEX_CMP_REQUEUE_PI, EINVAL, wake_count_negative) {
  uint32_t* const word = SharedWords();
  CALL(syscall(SYS_futex, &word[0], FUTEX_CMP_REQUEUE_PI, -1, nullptr, &word[1],
               0));
}

PROVOKE_OPERATION(futex, FUTEX_CMP_REQUEUE_PI, EINVAL, requeue_count_negative) {
  uint32_t* const word = SharedWords();
  CALL(syscall(SYS_futex, &word[0], FUTEX_CMP_REQUEUE_PI, 1, -1L, &word[1], 0));
}

PROVOKE_OPERATION(futex, FUTEX_CMP_REQUEUE_PI, EINVAL,
                  wake_count_not_one_and_value_differs) {
  uint32_t* const word = SharedWords();
  CALL(syscall(SYS_futex, &word[0], FUTEX_CMP_REQUEUE_PI, 2, nullptr, &word[1],
               1));
}

REASON_OPERATION(futex, FUTEX_CMP_REQUEUE_PI, ENOMEM, no_memory) {
  HOLDS(access("/proc/self/fail-nth", F_OK) != 0);
}

REASON_OPERATION(futex, FUTEX_CMP_REQUEUE_PI, ENOSYS, unavailable) {
  uint32_t* const word = SharedWords();
  HOLDS(syscall(SYS_futex, &word[0], FUTEX_CMP_REQUEUE_PI, 1, nullptr, &word[1],
                0) == 0);
}

PROVOKE_OPERATION(futex, FUTEX_CMP_REQUEUE_PI, EPERM, owner_is_kernel_thread) {
  uint32_t* const word = SharedWords();
  word[1] = KernelThread();
  WaitElsewhere(word, FUTEX_WAIT_REQUEUE_PI, &word[0], &word[1]);
  CALL(syscall(SYS_futex, &word[0], FUTEX_CMP_REQUEUE_PI, 1, 1L, &word[1], 0));
  EFFECT((word[1] & FUTEX_WAITERS) != 0);
}

PROVOKE_OPERATION(futex, FUTEX_CMP_REQUEUE_PI, ESRCH, no_thread_in_first) {
  uint32_t* const word = SharedWords();
  word[0] = kNoProcess;
  CALL(syscall(SYS_futex, &word[0], FUTEX_CMP_REQUEUE_PI, 1, nullptr, &word[1],
               kNoProcess));
}

PROVOKE_OPERATION(futex, FUTEX_CMP_REQUEUE_PI, ESRCH, no_owner) {
  uint32_t* const word = SharedWords();
  word[1] = kNoProcess;
  WaitElsewhere(word, FUTEX_WAIT_REQUEUE_PI, &word[0], &word[1]);
  CALL(syscall(SYS_futex, &word[0], FUTEX_CMP_REQUEUE_PI, 1, 1L, &word[1], 0));
  EFFECT(word[1] == (FUTEX_WAITERS | kNoProcess));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT_REQUEUE_PI, EAGAIN, value_differs) {
  uint32_t* const word = SharedWords();
  WATCH(word[0]);
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT_REQUEUE_PI, 1, nullptr, &word[1],
               0));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT_REQUEUE_PI, EAGAIN, woken) {
  uint32_t* const word = SharedWords();
  WakeElsewhere(&word[0]);
  KernelTime time = Now();
  time.nanoseconds += 100000000;
  if (time.nanoseconds >= 1000000000) {
    time.nanoseconds -= 1000000000;
    ++time.seconds;
  }
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT_REQUEUE_PI, 0, &time, &word[1],
               0));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT_REQUEUE_PI, EAGAIN, signal_after_requeue) {
  uint32_t* const word = SharedWords();
  RequeueElsewhere(word);
  InterruptSoon();
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT_REQUEUE_PI, 0, nullptr, &word[1],
               0));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT_REQUEUE_PI, EFAULT, timeout_bad) {
  uint32_t* const word = SharedWords();
  void* const bad = BadAddress();
  CALL(
      syscall(SYS_futex, &word[0], FUTEX_WAIT_REQUEUE_PI, 0, bad, &word[1], 0));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT_REQUEUE_PI, EFAULT,
                  timeout_bad_and_misaligned) {
  uint32_t* const word = SharedWords();
  char* const misaligned = reinterpret_cast<char*>(word) + 1;
  void* const bad = BadAddress();
  CALL(syscall(SYS_futex, misaligned, FUTEX_WAIT_REQUEUE_PI, 0, bad, &word[1],
               0));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT_REQUEUE_PI, EFAULT, second_word_bad) {
  uint32_t* const word = SharedWords();
  void* const bad = BadAddress();
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT_REQUEUE_PI, 0, nullptr, bad, 0));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT_REQUEUE_PI, EFAULT,
                  second_word_bad_and_value_differs) {
  uint32_t* const word = SharedWords();
  void* const bad = BadAddress();
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT_REQUEUE_PI, 1, nullptr, bad, 0));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT_REQUEUE_PI, EINVAL, seconds_negative) {
  uint32_t* const word = SharedWords();
  const KernelTime time = {-1, 0};
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT_REQUEUE_PI, 0, &time, &word[1],
               0));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT_REQUEUE_PI, EINVAL, nanoseconds_negative) {
  uint32_t* const word = SharedWords();
  const KernelTime time = {0, -1};
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT_REQUEUE_PI, 0, &time, &word[1],
               0));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT_REQUEUE_PI, EINVAL, nanoseconds_too_many) {
  uint32_t* const word = SharedWords();
  const KernelTime time = {0, 1000000000};
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT_REQUEUE_PI, 0, &time, &word[1],
               0));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT_REQUEUE_PI, EINVAL,
                  timeout_invalid_and_value_differs) {
  uint32_t* const word = SharedWords();
  const KernelTime time = {-1, 0};
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT_REQUEUE_PI, 1, &time, &word[1],
               0));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT_REQUEUE_PI, EINVAL,
                  second_word_misaligned) {
  uint32_t* const word = SharedWords();
  char* const misaligned = reinterpret_cast<char*>(word) + 1;
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT_REQUEUE_PI, 0, nullptr,
               misaligned, 0));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT_REQUEUE_PI, EINVAL, same_word) {
  uint32_t* const word = SharedWords();
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT_REQUEUE_PI, 0, nullptr, &word[0],
               0));
}

PROVOKE_OPERATION(futex, FUTEX_WAIT_REQUEUE_PI, EINVAL, same_word_elsewhere) {
  uint32_t* word = nullptr;
  uint32_t* again = nullptr;
  SharedWordTwice(&word, &again);
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT_REQUEUE_PI, 0, nullptr, again,
               0));
}

REASON_OPERATION(futex, FUTEX_WAIT_REQUEUE_PI, ENOSYS, unavailable) {
  uint32_t* const word = SharedWords();
  HOLDS(syscall(SYS_futex, &word[0], FUTEX_WAIT_REQUEUE_PI, 1, nullptr,
                &word[1], 0) == -1 &&
        errno == EAGAIN);
}

PROVOKE_OPERATION(futex, FUTEX_WAIT_REQUEUE_PI, ETIMEDOUT, timeout) {
  uint32_t* const word = SharedWords();
  const KernelTime past = {1, 0};
  CALL(syscall(SYS_futex, &word[0], FUTEX_WAIT_REQUEUE_PI, 0, &past, &word[1],
               0));
}
