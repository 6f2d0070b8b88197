#include "conformance/semantics/executor/supervisor.h"

#include <dirent.h>
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
#include "conformance/semantics/executor/futex.h"
#include "conformance/semantics/executor/input.h"
#include "conformance/semantics/executor/names.h"
#include "conformance/semantics/executor/output.h"
#include "conformance/semantics/executor/pattern.h"
#include "conformance/semantics/executor/program.h"
#include "conformance/semantics/executor/watcher.h"

namespace plumbline::executor {
namespace {

constexpr int64_t kMillion = 1000000;

// Outcomes wait so long for company, while there is more to do.
constexpr int64_t kFlushAfter = 5 * kMillion;

// A program that could run, or is not settled, has so many times the watchdog's
// time.
constexpr int64_t kBusyWatchdogs = 10;

// One that waits for no time has this part of the watchdog's, as nothing can
// wake it if all of it sleeps. It is seen so twice, as one thread may wake
// another while they are looked at.
constexpr int64_t kTimelessPart = 10;

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

// A child ended, or has done what it had to do.
volatile sig_atomic_t has_news = 0;

void NoteNews(int) { has_news = 1; }

[[noreturn]] void Fail(const char* what) {
  perror(what);
  exit(1);
}

// Whether a thread of the process could run, and gets no processor perhaps, or
// waits for the kernel itself.
bool HasBusyThread(pid_t process) {
  char path[64];
  snprintf(path, sizeof(path), "/proc/%d/task", process);
  DIR* const tasks = opendir(path);
  if (tasks == nullptr) return false;
  bool is_busy = false;
  while (const dirent* task = is_busy ? nullptr : readdir(tasks)) {
    const int id = atoi(task->d_name);
    if (id <= 0) continue;
    const char state = StateOfThread(process, id);
    is_busy = state == 'R' || state == 'D';
  }
  closedir(tasks);
  return is_busy;
}

// Whether a thread of the child, or of a process that it forked, is.
bool IsBusy(pid_t child, const Lane& lane) {
  if (lane.settling.load() != 0 || HasBusyThread(child)) return true;
  for (const std::atomic<int>& id : lane.process_ids) {
    const int process = id.load();
    if (process != 0 && HasBusyThread(process)) return true;
  }
  return false;
}

// What a program starts with, whatever this process was started with.
void SetUpSignals() {
  struct sigaction action = {};
  sigemptyset(&action.sa_mask);
  action.sa_handler = SIG_DFL;
  for (int signal = 1; signal < SIGRTMAX; ++signal)
    sigaction(signal, &action, nullptr);
  action.sa_handler = NoteNews;
  sigaction(SIGCHLD, &action, nullptr);
  sigaction(SIGUSR1, &action, nullptr);
  // They are delivered in ppoll only.
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGCHLD);
  sigaddset(&blocked, SIGUSR1);
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
    // -1 of one that could not be read.
    int lane;
    int cell;
    // It has an outcome: it ended, or its child did.
    bool ended;
    // Of the child, if the program ended with it.
    int status;
    bool hung;
    uint64_t number;
    uint64_t line;
    char error[512];
  };

  // Of the program of a cell.
  struct Watch {
    // How many nanoseconds it may take, until it is looked at again.
    int64_t patience;
    bool was_asleep;
  };

  struct Child {
    // 0 if there is none.
    pid_t pid;
    // Where the next program is put.
    int next_cell;
    int programs;
    // It is killed for the program of that cell; -1 if for none.
    int late_cell;
    // Programs were put there since it was woken.
    bool has_more;
    Watch watches[kCellsPerLane];
  };

  // Room for those that could not be read, too.
  static constexpr int kPendingPerLane = 2 * kCellsPerLane;

  void RehearseCalls();
  // Reads on until a program can be started; false if there is none yet.
  bool NextProgram();
  Pending& Add();
  void AddError(std::string_view error);
  // The one with the fewest programs; -1 if none has room.
  int FreeLane() const;
  void PutProgram(int lane);
  // Puts it into the lane's next cell, and gives that.
  int Place(const Program& program, int lane);
  // Moves programs that wait behind another to children that have nothing to
  // do.
  void Balance();
  void Start(int lane);
  // Those that have a new program run it.
  void WakeChildren();
  // Waits for a child's news, a program's deadline, or input.
  void Wait();
  void Reap();
  void NoteEnd(int lane, int status);
  // Finds programs that have ended.
  void Look();
  // The cell of a program that takes too long; -1 if there is none.
  int LateCell(const Child& child, int lane, int64_t now) const;
  void KillLate();
  void EndChildren();
  void PutEnded();
  // Puts number i of the pending, and frees its cell.
  void Finish(int i);
  void Put(const Pending& pending);
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
  Lane* lanes_ = nullptr;
  Child* children_ = nullptr;
  Pending* pending_ = nullptr;
  int pending_size_ = 0;
  int first_ = 0;
  int pending_count_ = 0;
  // Programs in lanes that have no outcome yet.
  int running_ = 0;
  // program_ is to be started.
  bool has_program_ = false;
  bool finished_ = false;
  Program program_;
  Parser parser_{&program_};
};

void Supervisor::RehearseCalls() {
  Parser parser(&lanes_[0].cells[0].program);
  Parser::Status status = Parser::Status::kMore;
  for (const std::string_view line : kRehearsal) status = parser.Feed(line);
  if (status != Parser::Status::kProgram) {
    fprintf(stderr, "executor: the rehearsal: %.*s\n",
            static_cast<int>(parser.error().size()), parser.error().data());
    exit(1);
  }
  Rehearse(lanes_[0], options_.steady_us * 1000);
}

int Supervisor::Run() {
  if (!MakePattern()) Fail("executor: mmap");
  const size_t lane_count = static_cast<size_t>(options_.programs_at_once);
  void* const memory =
      mmap(nullptr, lane_count * sizeof(Lane), PROT_READ | PROT_WRITE,
           MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) Fail("executor: mmap of the outcomes");
  lanes_ = static_cast<Lane*>(memory);
  children_ = static_cast<Child*>(calloc(lane_count, sizeof(Child)));
  pending_size_ = options_.programs_at_once * kPendingPerLane;
  pending_ = static_cast<Pending*>(
      calloc(static_cast<size_t>(pending_size_), sizeof(Pending)));
  if (children_ == nullptr || pending_ == nullptr) Fail("executor: calloc");
  for (size_t i = 0; i < lane_count; ++i) children_[i].late_cell = -1;
  if (options_.rehearse) RehearseCalls();
  SetUpSignals();
  const rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  null_ = SetUpDescriptors();
  for (;;) {
    while (HasRoom() && NextProgram()) {
      const int lane = FreeLane();
      if (lane < 0) break;
      PutProgram(lane);
    }
    if (!has_program_) Balance();
    WakeChildren();
    PutEnded();
    if (pending_count_ == 0 && finished_ && !has_program_) break;
    Wait();
    if (has_news) Reap();
    Look();
    KillLate();
    PutEnded();
  }
  output_.Flush();
  EndChildren();
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
  pending.lane = -1;
  pending.ended = false;
  pending.status = 0;
  pending.hung = false;
  pending.error[0] = '\0';
  return pending;
}

void Supervisor::AddError(std::string_view error) {
  Pending& pending = Add();
  pending.ended = true;
  snprintf(pending.error, sizeof(pending.error), "%.*s",
           static_cast<int>(error.size()), error.data());
}

int Supervisor::FreeLane() const {
  int best = -1;
  for (int i = 0; i < options_.programs_at_once; ++i) {
    const Child& child = children_[i];
    if (lanes_[i].cells[child.next_cell].state.load() != Cell::kFree) continue;
    if (best < 0 || child.programs < children_[best].programs) best = i;
    if (child.programs == 0) break;
  }
  return best;
}

int Supervisor::Place(const Program& program, int lane) {
  Child& child = children_[lane];
  const int number = child.next_cell;
  Cell& cell = lanes_[lane].cells[number];
  // Not all of it: most of its room is unused, and never written to.
  Program& to = cell.program;
  static_cast<ProgramHead&>(to) = program;
  memcpy(to.steps, program.steps,
         static_cast<size_t>(program.step_count) * sizeof(Step));
  memcpy(to.entries, program.entries,
         static_cast<size_t>(program.entry_count) * sizeof(Entry));
  cell.size.store(0);
  cell.state.store(Cell::kReady);
  child.next_cell = (number + 1) % kCellsPerLane;
  const int64_t watchdog = options_.watchdog_ms * kMillion;
  child.watches[number] = {
      .patience = program.takes_time ? watchdog : watchdog / kTimelessPart,
      .was_asleep = false};
  ++child.programs;
  child.has_more = true;
  return number;
}

void Supervisor::PutProgram(int lane) {
  Pending& pending = Add();
  pending.lane = lane;
  pending.cell = Place(program_, lane);
  pending.number = program_.number;
  pending.line = program_.line;
  ++running_;
  has_program_ = false;
}

void Supervisor::Balance() {
  int from = 0;
  for (int to = 0; to < options_.programs_at_once; ++to) {
    if (children_[to].programs > 0) continue;
    while (from < options_.programs_at_once && children_[from].programs < 2)
      ++from;
    if (from == options_.programs_at_once) return;
    // The last one that was put, which its child has not begun.
    Child& child = children_[from];
    const int last = (child.next_cell + kCellsPerLane - 1) % kCellsPerLane;
    Cell& cell = lanes_[from].cells[last];
    uint32_t ready = Cell::kReady;
    if (!cell.state.compare_exchange_strong(ready, Cell::kFree)) {
      ++from;
      --to;
      continue;
    }
    child.next_cell = last;
    --child.programs;
    for (int i = 0; i < pending_count_; ++i) {
      Pending& pending = At(i);
      if (pending.ended || pending.lane != from || pending.cell != last)
        continue;
      pending.lane = to;
      pending.cell = Place(cell.program, to);
      break;
    }
  }
}

void Supervisor::WakeChildren() {
  for (int i = 0; i < options_.programs_at_once; ++i) {
    Child& child = children_[i];
    if (!child.has_more) continue;
    child.has_more = false;
    lanes_[i].put.fetch_add(1);
    if (child.pid == 0) {
      Start(i);
    } else {
      SharedFutexWake(lanes_[i].put);
    }
  }
}

void Supervisor::Start(int lane) {
  Child& child = children_[lane];
  Lane& shared = lanes_[lane];
  // The oldest that waits: those before it have ended.
  int from = child.next_cell;
  for (int i = 0; i < kCellsPerLane; ++i) {
    if (shared.cells[from].state.load() == Cell::kReady) break;
    from = (from + 1) % kCellsPerLane;
  }
  shared.broken[0] = '\0';
  shared.between.store(0);
  shared.settling.store(0);
  for (std::atomic<int>& id : shared.process_ids) id.store(0);
  for (ThreadCell& thread : shared.threads)
    thread.state.store(ThreadCell::kFree);
  child.late_cell = -1;
  child.pid = fork();
  if (child.pid == 0) {
    RunPrograms(shared, from,
                {.parent = self_,
                 .null = null_,
                 .steady = options_.steady_us * 1000,
                 .programs = options_.programs_per_child});
  }
  if (child.pid < 0) Fail("executor: fork");
}

int64_t Supervisor::NextDeadline() const {
  int64_t next = INT64_MAX;
  for (int i = 0; i < options_.programs_at_once; ++i) {
    if (children_[i].programs == 0 || children_[i].late_cell >= 0) continue;
    for (int k = 0; k < kCellsPerLane; ++k) {
      const Cell& cell = lanes_[i].cells[k];
      const uint32_t state = cell.state.load();
      if (state != Cell::kReady && state != Cell::kRunning) continue;
      // One that has not begun may begin now.
      const int64_t began = state == Cell::kRunning ? cell.began : Now();
      const int64_t deadline = began + children_[i].watches[k].patience;
      if (deadline < next) next = deadline;
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
  has_news = 0;
  for (;;) {
    int status = 0;
    const pid_t pid = waitpid(-1, &status, WNOHANG);
    if (pid <= 0) return;
    for (int i = 0; i < options_.programs_at_once; ++i) {
      if (children_[i].pid == pid) NoteEnd(i, status);
    }
  }
}

void Supervisor::NoteEnd(int lane, int status) {
  Child& child = children_[lane];
  Lane& shared = lanes_[lane];
  child.pid = 0;
  // The program that it ended in: the one that runs or, if it never got so far,
  // the next one.
  Pending* victim = nullptr;
  const bool is_broken = status != 0 && shared.between.load() == 0;
  for (int i = 0; i < pending_count_; ++i) {
    Pending& pending = At(i);
    if (pending.lane != lane || pending.ended) continue;
    const uint32_t state = shared.cells[pending.cell].state.load();
    if (state == Cell::kRunning) {
      victim = &pending;
      break;
    }
    const bool is_older = victim == nullptr || pending.line < victim->line;
    if (is_broken && state == Cell::kReady && is_older) victim = &pending;
  }
  if (victim != nullptr && child.late_cell >= 0 &&
      child.late_cell != victim->cell) {
    // The late one had ended after all, and this one is not to blame.
    shared.cells[victim->cell].state.store(Cell::kReady);
    shared.cells[victim->cell].size.store(0);
    victim = nullptr;
  }
  if (victim != nullptr) {
    victim->ended = true;
    victim->status = status;
    victim->hung = child.late_cell == victim->cell && WIFSIGNALED(status) &&
                   WTERMSIG(status) == SIGKILL;
    snprintf(victim->error, sizeof(victim->error), "%s", shared.broken);
    --running_;
    // Steps of threads that ended while the main one was in its last step.
    Cell& cell = shared.cells[victim->cell];
    uint32_t size = cell.size.load();
    for (const ThreadCell& thread : shared.threads) {
      if (thread.state.load() != ThreadCell::kDone) continue;
      if (thread.size > sizeof(cell.text) - size) continue;
      memcpy(cell.text + size, thread.line, thread.size);
      size += thread.size;
    }
    cell.size.store(size);
  }
  child.late_cell = -1;
  for (const Cell& cell : shared.cells) {
    if (cell.state.load() == Cell::kReady) child.has_more = true;
  }
}

void Supervisor::Look() {
  for (int i = 0; i < pending_count_; ++i) {
    Pending& pending = At(i);
    if (pending.ended ||
        lanes_[pending.lane].cells[pending.cell].state.load() != Cell::kEnded) {
      continue;
    }
    pending.ended = true;
    --running_;
  }
}

int Supervisor::LateCell(const Child& child, int lane, int64_t now) const {
  if (child.pid == 0 || child.programs == 0 || child.late_cell >= 0) return -1;
  for (int k = 0; k < kCellsPerLane; ++k) {
    const Cell& cell = lanes_[lane].cells[k];
    if (cell.state.load() == Cell::kRunning &&
        cell.began + child.watches[k].patience <= now) {
      return k;
    }
  }
  return -1;
}

void Supervisor::KillLate() {
  const int64_t now = Now();
  const int64_t watchdog = options_.watchdog_ms * kMillion;
  for (int i = 0; i < options_.programs_at_once; ++i) {
    Child& child = children_[i];
    if (LateCell(child, i, now) < 0) continue;
    // It may have ended: while there is input, nobody is told.
    Reap();
    Look();
    const int k = LateCell(child, i, now);
    if (k < 0) continue;
    const int64_t took = now - lanes_[i].cells[k].began;
    const bool is_busy = IsBusy(child.pid, lanes_[i]);
    if (is_busy && took < kBusyWatchdogs * watchdog) {
      child.watches[k] = {.patience = took + watchdog / 4, .was_asleep = false};
      continue;
    }
    if (!is_busy && !child.watches[k].was_asleep && took < watchdog) {
      child.watches[k] = {.patience = took + watchdog / (2 * kTimelessPart),
                          .was_asleep = true};
      continue;
    }
    child.late_cell = k;
    kill(child.pid, SIGKILL);
  }
}

void Supervisor::EndChildren() {
  for (int i = 0; i < options_.programs_at_once; ++i) {
    if (children_[i].pid == 0) continue;
    kill(children_[i].pid, SIGKILL);
    waitpid(children_[i].pid, nullptr, 0);
  }
}

void Supervisor::PutEnded() {
  if (options_.as_they_end) {
    for (int i = pending_count_ - 1; i >= 0; --i) {
      if (!At(i).ended) continue;
      Finish(i);
      --pending_count_;
      if (i != pending_count_) At(i) = At(pending_count_);
    }
    return;
  }
  while (pending_count_ > 0 && At(0).ended) {
    Finish(0);
    first_ = (first_ + 1) % pending_size_;
    --pending_count_;
  }
}

void Supervisor::Finish(int i) {
  const Pending& pending = At(i);
  Put(pending);
  if (pending.lane < 0) return;
  lanes_[pending.lane].cells[pending.cell].state.store(Cell::kFree);
  --children_[pending.lane].programs;
}

void Supervisor::Put(const Pending& pending) {
  if (pending.lane < 0) {
    output_.Put("error ");
    output_.Put(pending.error);
    output_.Put("\n");
    return;
  }
  const Cell& cell = lanes_[pending.lane].cells[pending.cell];
  const bool exited = cell.state.load() == Cell::kEnded;
  if (!exited && !WIFSIGNALED(pending.status)) {
    output_.Put("error ");
    output_.PutUnsigned(pending.line);
    output_.Put(" program ");
    output_.PutUnsigned(pending.number);
    output_.Put(" could not be run: ");
    output_.Put(pending.error[0] == '\0' ? "its process exited"
                                         : pending.error);
    output_.Put("\n");
    return;
  }
  output_.Put("outcome ");
  output_.PutUnsigned(pending.number);
  output_.Put("\n");
  output_.Put({cell.text, cell.size.load()});
  if (exited) {
    output_.Put("end exited\n");
    return;
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
