#include "conformance/semantics/executor/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <string_view>

#include "conformance/semantics/executor/calls.h"
#include "conformance/semantics/executor/cell.h"
#include "conformance/semantics/executor/child.h"
#include "conformance/semantics/executor/fallbacks.h"
#include "conformance/semantics/executor/input.h"
#include "conformance/semantics/executor/names.h"
#include "conformance/semantics/executor/output.h"
#include "conformance/semantics/executor/pattern.h"
#include "conformance/semantics/executor/program.h"

namespace plumbline::executor {
namespace {

constexpr int64_t kMillion = 1000000;

// Outcomes wait so long for company, while there is more to do.
constexpr int64_t kFlushAfter = 5 * kMillion;

// What most programs do, in both kinds of threads.
constexpr std::string_view kRehearsal[] = {
    "program 0",
    "pipe2 O_NONBLOCK",
    "eventfd 1 EFD_NONBLOCK",
    "timerfd_create CLOCK_MONOTONIC TFD_NONBLOCK",
    "sigprocmask SIG_BLOCK SIGUSR1,SIGRTMIN",
    "signalfd -1 SIGUSR1,SIGRTMIN SFD_NONBLOCK",
    "epoll_create1 0",
    "epoll_ctl $5 EPOLL_CTL_ADD $0 EPOLLIN|EPOLLET 1",
    "epoll_ctl $5 EPOLL_CTL_ADD $2 EPOLLIN 2",
    "timerfd_settime $2 0 50000 0",
    "@1 epoll_wait $5 4 -1",
    "nanosleep 100000",
    "write $0.1 3 1",
    "@1 read $0 4",
    "join 1",
    "epoll_wait $5 4 0",
    "epoll_pwait $5 4 0 SIGUSR1",
    "epoll_pwait2 $5 4 0 SIGUSR1",
    "read8 $2 8",
    "timerfd_gettime $2",
    "write8 $1 1",
    "read8 $1 8",
    "read $0 4",
    "kill SIGUSR1",
    "sigqueue SIGRTMIN 1",
    "sigpending",
    "read_siginfo $4 1",
    "sigtimedwait SIGRTMIN 0",
    "sigaction SIGUSR2 HANDLER 0",
    "kill SIGUSR2",
    "poll $0:POLLIN,$1:POLLOUT 0",
    "ppoll $0:POLLIN,$1:POLLOUT 0 SIGUSR1",
    "select $0 $0.1 - 0",
    "dup $0",
    "dup2 $0 $1",
    "fcntl $0 F_GETFL 0",
    "fcntl $0.1 F_GETPIPE_SZ 0",
    "epoll_ctl $5 EPOLL_CTL_MOD $0 EPOLLIN 1",
    "epoll_ctl $5 EPOLL_CTL_DEL $0 0 0",
    // By number: QEMU's close_range forgets nothing of them where ~0U is -1.
    "close $0",
    "close $0.1",
    "close $1",
    "close $2",
    "close $4",
    "close $5",
    "close $32",
    "end",
};

volatile sig_atomic_t child_ended = 0;

void NoteChild(int) { child_ended = 1; }

[[noreturn]] void Fail(const char* what) {
  perror(what);
  exit(1);
}

// What a program starts with, whatever this process was started with.
void SetUpSignals() {
  struct sigaction action = {};
  sigemptyset(&action.sa_mask);
  action.sa_handler = SIG_DFL;
  for (int signal = 1; signal < SIGRTMAX; ++signal)
    sigaction(signal, &action, nullptr);
  action.sa_handler = NoteChild;
  sigaction(SIGCHLD, &action, nullptr);
  // It is delivered in ppoll only.
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGCHLD);
  sigprocmask(SIG_SETMASK, &blocked, nullptr);
}

// /dev/null, or where there is none something that a program can't reach the
// input or the outcomes by.
int OpenNull() {
  const int null = open("/dev/null", O_RDWR);
  if (null >= 0) return null;
  int ends[2];
  if (pipe(ends) != 0) Fail("executor: pipe");
  return ends[0];
}

// Leaves 0, 1, 2 and the one that is returned, which 0 to 2 of programs become.
int SetUpDescriptors() {
  int null = OpenNull();
  // One of 0 to 2 may have been closed.
  while (null < 3) null = OpenNull();
  if (null != 3) {
    dup2(null, 3);
    null = 3;
  }
  if (CallCloseRange(4, ~0U, 0) == 0) return null;
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  const int end =
      limit.rlim_cur > 65536 ? 65536 : static_cast<int>(limit.rlim_cur);
  for (int i = 4; i < end; ++i) close(i);
  return null;
}

class Supervisor {
 public:
  explicit Supervisor(const Options& options)
      : options_(options), input_(STDIN_FILENO), output_(STDOUT_FILENO) {}
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  int Run();

 private:
  // A program whose outcome has not been put. Those that are in order are a
  // ring; the others fill the place of what is taken out.
  struct Pending {
    enum State { kNone, kRunning, kEnded };

    State state;
    pid_t pid;
    int status;
    bool hung;
    int64_t deadline;
    uint64_t number;
    uint64_t line;
    // nullptr of one that could not be read.
    Cell* cell;
    char error[512];
  };

  // Room for those that have ended, but wait for an earlier one.
  static constexpr int kPendingPerCell = 8;

  void RehearseCalls();
  // Reads on until a program can be started; false if there is none yet.
  bool NextProgram();
  Pending& Add();
  void AddError(std::string_view error);
  void StartProgram();
  // Waits for a child's end, a child's deadline, or input.
  void Wait();
  void Reap();
  void KillLate();
  void PutEnded();
  // Puts number i of the pending, and frees its cell.
  void Finish(int i);
  void Put(const Pending& pending);
  Cell* FreeCell();
  int64_t NextDeadline() const;

  bool HasRoom() const { return pending_count_ < pending_size_; }
  Pending& At(int i) { return pending_[(first_ + i) % pending_size_]; }
  const Pending& At(int i) const {
    return pending_[(first_ + i) % pending_size_];
  }

  const Options options_;
  Input input_;
  Output output_;
  const pid_t self_ = getpid();
  int null_ = -1;
  Cell* cells_ = nullptr;
  bool* cell_used_ = nullptr;
  Pending* pending_ = nullptr;
  int pending_size_ = 0;
  int first_ = 0;
  int pending_count_ = 0;
  int cells_used_ = 0;
  int running_ = 0;
  // program_ is to be started.
  bool has_program_ = false;
  bool finished_ = false;
  Program program_;
  Parser parser_{&program_};
};

void Supervisor::RehearseCalls() {
  static Program rehearsal;
  Parser parser(&rehearsal);
  Parser::Status status = Parser::Status::kMore;
  for (const std::string_view line : kRehearsal) status = parser.Feed(line);
  if (status != Parser::Status::kProgram) {
    fprintf(stderr, "executor: the rehearsal: %.*s\n",
            static_cast<int>(parser.error().size()), parser.error().data());
    exit(1);
  }
  Rehearse(rehearsal, cells_[0], 0);
}

int Supervisor::Run() {
  if (!MakePattern()) Fail("executor: mmap");
  const size_t cell_count = static_cast<size_t>(options_.programs_at_once);
  void* const memory =
      mmap(nullptr, cell_count * sizeof(Cell), PROT_READ | PROT_WRITE,
           MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) Fail("executor: mmap of the outcomes");
  cells_ = static_cast<Cell*>(memory);
  cell_used_ = static_cast<bool*>(calloc(cell_count, sizeof(bool)));
  pending_size_ = options_.programs_at_once * kPendingPerCell;
  pending_ = static_cast<Pending*>(
      calloc(static_cast<size_t>(pending_size_), sizeof(Pending)));
  if (cell_used_ == nullptr || pending_ == nullptr) Fail("executor: calloc");
  if (options_.rehearse) RehearseCalls();
  SetUpSignals();
  const rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  null_ = SetUpDescriptors();
  for (;;) {
    while (HasRoom() && NextProgram() &&
           cells_used_ < options_.programs_at_once) {
      StartProgram();
    }
    PutEnded();
    if (pending_count_ == 0 && finished_ && !has_program_) break;
    Wait();
    if (child_ended) Reap();
    KillLate();
    PutEnded();
  }
  output_.Flush();
  return 0;
}

bool Supervisor::NextProgram() {
  std::string_view line;
  while (!has_program_ && HasRoom()) {
    Parser::Status status = Parser::Status::kMore;
    if (input_.Next(&line)) {
      status = parser_.Feed(line);
    } else if (input_.at_end() && !finished_) {
      finished_ = true;
      status = parser_.Finish();
    } else {
      return false;
    }
    if (status == Parser::Status::kProgram) has_program_ = true;
    if (status == Parser::Status::kError) AddError(parser_.error());
  }
  return has_program_;
}

Supervisor::Pending& Supervisor::Add() {
  Pending& pending = At(pending_count_++);
  pending.hung = false;
  pending.cell = nullptr;
  pending.error[0] = '\0';
  return pending;
}

void Supervisor::AddError(std::string_view error) {
  Pending& pending = Add();
  pending.state = Pending::kEnded;
  snprintf(pending.error, sizeof(pending.error), "%.*s",
           static_cast<int>(error.size()), error.data());
}

Cell* Supervisor::FreeCell() {
  int i = 0;
  while (cell_used_[i]) ++i;
  cell_used_[i] = true;
  ++cells_used_;
  return &cells_[i];
}

void Supervisor::StartProgram() {
  Cell* const cell = FreeCell();
  cell->size.store(0);
  cell->ended.store(0);
  cell->broken[0] = '\0';
  for (int i = 0; i < program_.last_thread; ++i)
    cell->threads[i].state.store(ThreadCell::kFree);
  Pending& pending = Add();
  pending.cell = cell;
  pending.number = program_.number;
  pending.line = program_.line;
  pending.deadline = Now() + options_.watchdog_ms * kMillion;
  pending.pid = fork();
  if (pending.pid == 0) {
    RunProgram(
        program_, *cell,
        {.parent = self_, .null = null_, .steady = options_.steady_us * 1000});
  }
  if (pending.pid < 0) Fail("executor: fork");
  pending.state = Pending::kRunning;
  ++running_;
  has_program_ = false;
}

int64_t Supervisor::NextDeadline() const {
  int64_t next = INT64_MAX;
  for (int i = 0; i < pending_count_; ++i) {
    const Pending& pending = At(i);
    if (pending.state == Pending::kRunning && !pending.hung &&
        pending.deadline < next) {
      next = pending.deadline;
    }
  }
  return next;
}

void Supervisor::Wait() {
  const bool wants_input = !has_program_ && HasRoom() && !input_.at_end();
  // Nothing may come of either: then the outcomes are to be read now.
  if (running_ == 0 && !wants_input) return;
  pollfd polled = {input_.descriptor(), POLLIN, 0};
  sigset_t none;
  sigemptyset(&none);
  const auto wait = [&](int64_t nanoseconds) {
    timespec timeout = {};
    timeout.tv_sec = static_cast<time_t>(nanoseconds / (1000 * kMillion));
    timeout.tv_nsec = static_cast<long>(nanoseconds % (1000 * kMillion));
    const int ready = ppoll(&polled, wants_input ? 1 : 0,
                            nanoseconds < 0 ? nullptr : &timeout, &none);
    if (ready > 0) input_.Read();
    return ready != 0;
  };
  if (!output_.empty()) {
    // Who waits for an outcome before the next program gets it at once.
    if (wait(wants_input ? 0 : kFlushAfter)) return;
    output_.Flush();
  }
  if (running_ == 0) {
    wait(-1);
    return;
  }
  const int64_t deadline = NextDeadline();
  if (deadline == INT64_MAX) {
    wait(-1);
    return;
  }
  const int64_t left = deadline - Now();
  wait(left < 0 ? 0 : left);
}

void Supervisor::Reap() {
  child_ended = 0;
  while (running_ > 0) {
    int status = 0;
    const pid_t pid = waitpid(-1, &status, WNOHANG);
    if (pid <= 0) return;
    for (int i = 0; i < pending_count_; ++i) {
      Pending& pending = At(i);
      if (pending.state != Pending::kRunning || pending.pid != pid) continue;
      pending.state = Pending::kEnded;
      pending.status = status;
      --running_;
      break;
    }
  }
}

void Supervisor::KillLate() {
  int64_t now = 0;
  for (int i = 0; i < pending_count_; ++i) {
    Pending& pending = At(i);
    if (pending.state != Pending::kRunning || pending.hung) continue;
    if (now == 0) now = Now();
    if (pending.deadline > now) continue;
    pending.hung = true;
    kill(pending.pid, SIGKILL);
  }
}

void Supervisor::PutEnded() {
  if (options_.as_they_end) {
    for (int i = pending_count_ - 1; i >= 0; --i) {
      if (At(i).state != Pending::kEnded) continue;
      Finish(i);
      --pending_count_;
      if (i != pending_count_) At(i) = At(pending_count_);
    }
    return;
  }
  while (pending_count_ > 0 && At(0).state == Pending::kEnded) {
    Finish(0);
    first_ = (first_ + 1) % pending_size_;
    --pending_count_;
  }
}

void Supervisor::Finish(int i) {
  Pending& pending = At(i);
  Put(pending);
  pending.state = Pending::kNone;
  if (pending.cell == nullptr) return;
  cell_used_[pending.cell - cells_] = false;
  --cells_used_;
}

void Supervisor::Put(const Pending& pending) {
  if (pending.cell == nullptr) {
    output_.Put("error ");
    output_.Put(pending.error);
    output_.Put("\n");
    return;
  }
  const Cell& cell = *pending.cell;
  const bool killed = WIFSIGNALED(pending.status);
  if (!killed && cell.ended.load() == 0) {
    output_.Put("error ");
    output_.PutUnsigned(pending.line);
    output_.Put(" program ");
    output_.PutUnsigned(pending.number);
    output_.Put(" could not be run: ");
    output_.Put(cell.broken[0] == '\0' ? "its process exited" : cell.broken);
    output_.Put("\n");
    return;
  }
  output_.Put("outcome ");
  output_.PutUnsigned(pending.number);
  output_.Put("\n");
  output_.Put({cell.text, cell.size.load()});
  if (!killed) {
    output_.Put("end exited\n");
    return;
  }
  // Steps of threads that ended while the main one was in its last step.
  for (const ThreadCell& thread : cell.threads) {
    if (thread.state.load() == ThreadCell::kDone)
      output_.Put({thread.line, thread.size});
  }
  if (pending.hung) {
    output_.Put("end hung\n");
    return;
  }
  char name[32];
  Text text(name, sizeof(name));
  PutSignal(text, WTERMSIG(pending.status));
  output_.Put("end killed ");
  output_.Put(text.view());
  output_.Put("\n");
}

}  // namespace

int Supervise(const Options& options) {
  // Too large for a stack, and one per process.
  static Supervisor supervisor(options);
  return supervisor.Run();
}

}  // namespace plumbline::executor
