#include "conformance/semantics/executor/watcher.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "conformance/semantics/executor/calls.h"
#include "conformance/semantics/executor/futex.h"

namespace plumbline::executor {
namespace {

constexpr size_t kStackSize = 256 << 10;

// Uninterruptible sleep is mostly a lock that is free again at once; after so
// many looks it is taken for what it says.
constexpr int kLooksAtLock = 1000;
// One that sleeps may stay in the processor's queue while others have their
// turns; after so long it is taken to sleep.
constexpr int64_t kInQueue = 3000000;

// What woke a thread that has come to its end may wake another next, which an
// interrupt does not do at once if its processor is taken away in between.
constexpr timespec kUntilOthersWake = {0, 200000};

void Rest(int round) {
  // A thread that was woken needs the processor more than its watcher.
  if (round < 20) {
    sched_yield();
    return;
  }
  const timespec pause = {0, round < 200 ? 20000 : 500000};
  nanosleep(&pause, nullptr);
}

struct Stat {
  // R, S, D, …; 0 if it can't be read.
  char state;
  int parent;
};

Stat ReadStat(int descriptor) {
  // "TID (NAME) STATE PPID …", where the name, of at most 15 bytes, may have
  // parentheses.
  char text[64];
  // Not read(): QEMU's would take it for one of the program's descriptor.
  const ssize_t size = pread(descriptor, text, sizeof(text) - 1, 0);
  for (ssize_t i = size - 5; i >= 0; --i) {
    if (text[i] != ')') continue;
    text[size] = '\0';
    return {text[i + 2], atoi(text + i + 4)};
  }
  return {0, 0};
}

// The name is of this process, and not of another PID namespace's.
bool IsOurs(int descriptor) {
  return ReadStat(descriptor).parent == static_cast<int>(getppid());
}

int Open(const char* format, int thread_id) {
  char path[64];
  snprintf(path, sizeof(path), format, thread_id);
  const int low = open(path, O_RDONLY | O_CLOEXEC);
  // Where all below are taken, it has the number already that it had before.
  if (low < 0 || low >= kFirstWatcherDescriptor) return low;
  const int high = fcntl(low, F_DUPFD_CLOEXEC, kFirstWatcherDescriptor);
  // The limit is too low for it.
  if (high < 0) return low;
  close(low);
  return high;
}

}  // namespace

// The first thread of a process can be seen as dead before the others are.
bool HasEnded(int process) {
  siginfo_t ended = {};
  const int result = waitid(P_PID, static_cast<id_t>(process), &ended,
                            WEXITED | WNOHANG | WNOWAIT);
  // Of one that nobody is told of there is nothing left.
  return result != 0 || ended.si_pid != 0;
}

char StateOfThread(int process, int thread) {
  char path[64];
  snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", process, thread);
  const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return 0;
  const char state = ReadStat(descriptor).state;
  close(descriptor);
  return state;
}

void Watcher::OpenState(int i) {
  const bool is_thread = processes_[i] == 0;
  const int id = is_thread ? thread_ids_[i] : processes_[i];
  // The kernel forgets a name below /proc/PID slowly if threads of the process
  // end at the same time; /proc/TID has no such company.
  descriptors_[i] = Open("/proc/%d/stat", id);
  bool by_own_name = true;
  if (is_thread && (descriptors_[i] < 0 || !IsOurs(descriptors_[i]))) {
    descriptors_[i] = Open("/proc/self/task/%d/stat", id);
    by_own_name = false;
  }
  if (descriptors_[i] < 0)
    Broken("/proc has to be mounted: open its self/task/*/stat", errno);
  // Natively a thread sleeps in its step only.
  calls_[i] = -1;
  if (steady_ > 0) {
    calls_[i] = Open(
        by_own_name ? "/proc/%d/syscall" : "/proc/self/task/%d/syscall", id);
  }
  places_[i] =
      Open(by_own_name ? "/proc/%d/wchan" : "/proc/self/task/%d/wchan", id);
}

void Watcher::CloseState(int i) {
  close(descriptors_[i]);
  if (calls_[i] >= 0) close(calls_[i]);
  if (places_[i] >= 0) close(places_[i]);
}

void Watcher::OpenStates() {
  for (int i = 0; i < kMaxThread; ++i) OpenState(i);
}

void Watcher::CloseStates() {
  for (int i = 0; i < kMaxThread; ++i) CloseState(i);
}

HighLimit::HighLimit() {
  getrlimit(RLIMIT_NOFILE, &before_);
  rlimit high = before_;
  high.rlim_cur = high.rlim_max;
  setrlimit(RLIMIT_NOFILE, &high);
}

HighLimit::~HighLimit() { setrlimit(RLIMIT_NOFILE, &before_); }

void Watcher::Follow(int thread, int process, ThreadCell& cell) {
  cells_[thread] = &cell;
  if (processes_[thread] == process) return;
  processes_[thread] = process;
  // The program's may all be taken.
  const HighLimit high;
  follow_ = thread;
  if (from_thread_) {
    Ask();
  } else {
    CloseState(thread);
    OpenState(thread);
  }
  follow_ = -1;
}

void Watcher::LookFromHere() {
  if (!from_thread_) return;
  OpenStates();
  if (steady_ > 0 && lock_ < 0) LearnLock();
  if (!tells_places_ && lessons_left_ > 0) LearnPlaces();
  from_thread_ = false;
  for (const int descriptor : descriptors_) {
    // The limit is too low for any other.
    if (descriptor < kFirstWatcherDescriptor) return LookFromThread();
  }
}

void Watcher::LookFromThread() {
  if (from_thread_) return;
  from_thread_ = true;
  if (has_thread_) return CloseStates();
  has_thread_ = true;
  asked_ = 1;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackSize);
  // It is not to take the program's signals.
  sigset_t all;
  sigset_t was;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &was);
  pthread_t thread;
  const int error = pthread_create(&thread, &attributes, Run, this);
  if (error != 0) Broken("pthread_create", error);
  pthread_sigmask(SIG_SETMASK, &was, nullptr);
  while (answered_.load() != 1) FutexWait(answered_, 0);
  CloseStates();
}

uint32_t Watcher::WaitUntilSettled() {
  from_thread_ ? Ask() : Settle();
  return ended_;
}

// The thread that looks to do so, or to open what it is to look at.
void Watcher::Ask() {
  const uint32_t number = asked_.load() + 1;
  asked_.store(number);
  FutexWake(asked_);
  for (;;) {
    const uint32_t answered = answered_.load();
    if (answered == number) return;
    FutexWait(answered_, answered);
  }
}

void* Watcher::Run(void* watcher) {
  Watcher& self = *static_cast<Watcher*>(watcher);
  if (unshare(CLONE_FILES) != 0) Broken("unshare(CLONE_FILES)", errno);
  {
    // So that it opens and closes none whose number QEMU keeps for the program.
    const HighLimit high;
    int last = 0;
    while (last >= 0 && last < kFirstWatcherDescriptor - 1)
      last = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
  }
  for (uint32_t number = 1;; ++number) {
    self.answered_.store(number);
    FutexWake(self.answered_);
    while (self.asked_.load() == number) FutexWait(self.asked_, number);
    if (self.follow_ < 0) {
      self.Settle();
    } else {
      self.CloseState(self.follow_);
      self.OpenState(self.follow_);
    }
  }
}

// Threads that have no step yet sleep in a futex, which is also how an emulator
// waits for its locks.
void Watcher::LearnLock() {
  for (int round = 0; round < 100 && lock_ < 0; ++round) {
    lock_ = CallOf(0);
    if (lock_ < 0) Rest(30);
  }
}

// The same threads sleep in some place.
void Watcher::LearnPlaces() {
  --lessons_left_;
  for (int round = 0; round < 100 && !tells_places_; ++round) {
    tells_places_ = HasPlace(0);
    if (!tells_places_) Rest(30);
  }
}

void Watcher::Settle() {
  looks_ = 0;
  began_ = Now();
  int64_t since = -1;
  // Twice in any case: a lock of the kernel may be waited for in a sleep, too.
  for (int round = 0;; ++round) {
    const uint32_t before = ended_;
    if (!IsSettled()) {
      since = -1;
    } else {
      const int64_t now = Now();
      // What has ended since may have woken one that was looked at earlier.
      const bool is_same = since >= 0 && ended_ == before;
      if (is_same && now - since >= steady_) return;
      if (!is_same) {
        since = now;
        if (ended_ != 0 && has_sleeper_) nanosleep(&kUntilOthersWake, nullptr);
      }
      // Without a rest natively.
      if (steady_ == 0) continue;
    }
    Rest(round);
  }
}

// In a lock of the emulator, which is no call of a step.
bool Watcher::IsInLock(int thread) const {
  return lock_ >= 0 && CallOf(thread) == lock_;
}

// A thread is in the state of one that sleeps before it does: from when it is
// about to look for what it would sleep for, and finds that perhaps. If its
// processor is taken away in between, that can be long. Linux tells a place of
// those only that left the processor.
bool Watcher::IsOffProcessor(int thread) const {
  return !tells_places_ || HasPlace(thread);
}

bool Watcher::HasPlace(int thread) const {
  char first = '0';
  return pread(places_[thread], &first, 1, 0) == 1 && first != '0';
}

// The number of the system call that it sleeps in, of the kernel's own; -1 if
// that can't be told.
int Watcher::CallOf(int thread) const {
  char text[32];
  if (calls_[thread] < 0) return -1;
  const ssize_t size = pread(calls_[thread], text, sizeof(text) - 1, 0);
  if (size <= 0 || text[0] < '0' || text[0] > '9') return -1;
  text[size] = '\0';
  return atoi(text);
}

bool Watcher::IsSettled() {
  ++looks_;
  ended_ = 0;
  has_sleeper_ = false;
  for (int i = 0; i < kMaxThread; ++i) {
    const uint32_t bit = 1U << i;
    const uint32_t state = cells_[i]->state.load();
    if (state == ThreadCell::kDone) ended_ |= bit;
    if (state == ThreadCell::kFree || state == ThreadCell::kDone) continue;
    const bool is_process = processes_[i] != 0;
    if (state == ThreadCell::kBegun && !is_process) return false;
    const char seen = StateOf(i);
    if (is_process && (seen == 'Z' || seen == 0)) {
      if (!HasEnded(processes_[i])) return false;
      ended_ |= bit;
      continue;
    }
    if (state == ThreadCell::kBegun) return false;
    const bool is_asleep =
        (seen == 'S' && !IsInLock(i) &&
         (IsOffProcessor(i) || Now() - began_ > kInQueue)) ||
        ((seen == 'S' || seen == 'D') && looks_ > kLooksAtLock);
    if (is_asleep) {
      has_sleeper_ = true;
      continue;
    }
    // It may have come to its end since.
    if (cells_[i]->state.load() != ThreadCell::kDone) return false;
    ended_ |= bit;
  }
  return true;
}

char Watcher::StateOf(int thread) const {
  // Not /proc/TID/syscall, which is read in half the time: Linux tells a number
  // there while a thread is being woken on another processor.
  return ReadStat(descriptors_[thread]).state;
}

}  // namespace plumbline::executor
