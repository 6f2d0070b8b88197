// Descriptors: what makes, duplicates, changes and closes them.

#include <algorithm>
#include <string>

#include "conformance/semantics/model/stepper.h"

namespace plumbline::semantics {
namespace {

// What pipe2 makes, in pages.
constexpr std::int64_t kPipePages = 16;

bool HasOnly(Flags flags, Flags known) { return (flags & ~known) == 0; }

}  // namespace

int Stepper::NumberOf(const FdRef& fd) const {
  if (fd.step < 0) return fd.number;
  const auto step = static_cast<std::size_t>(fd.step);
  if (step >= state_.made.size()) return -1;
  return state_.made[step][static_cast<std::size_t>(fd.part)];
}

int Stepper::DescriptionOf(std::int64_t fd) const {
  for (const HeldFile& held : Thread().held) {
    if (held.fd == fd) return held.description;
  }
  return Here().DescriptionOf(fd);
}

// A call that sleeps on a file keeps it: close(2) NOTES, Multithreaded
// processes and close().
void Stepper::Hold(const Step& step) {
  switch (step.call) {
    case Call::kRead:
    case Call::kRead8:
    case Call::kReadSiginfo:
    case Call::kWrite:
    case Call::kWrite8:
    case Call::kEpollWait:
    case Call::kEpollPwait:
    case Call::kEpollPwait2: {
      const int fd = NumberOf(step[0].fd);
      const int description = DescriptionOf(fd);
      if (description < 0) return;
      ++state_.At(description).references;
      Thread().held.push_back({fd, description});
      return;
    }
    default:
      return;
  }
}

// A call that begins again after a signal looks for its number again, which may
// be closed or another's.
bool Stepper::MayHaveRestarted() const {
  if (!Thread().was_signalled) return false;
  return std::any_of(Thread().held.begin(), Thread().held.end(),
                     [&](const HeldFile& held) {
                       return Here().DescriptionOf(held.fd) != held.description;
                     });
}

void Stepper::Release() {
  const std::vector<HeldFile> held = std::exchange(Thread().held, {});
  for (const HeldFile& one : held) Unreference(one.description);
}

int Stepper::LowestFree(std::int64_t from) const {
  int fd = static_cast<int>(from);
  while (IsOpen(fd)) ++fd;
  return fd < Here().fd_limit ? fd : -1;
}

int Stepper::Open(Object object, Flags access, Flags status) {
  state_.objects.push_back(std::move(object));
  Description description;
  description.object = static_cast<int>(state_.objects.size()) - 1;
  description.access = access;
  description.reads = access != kOWronly;
  description.writes = access != kORdonly;
  description.status = status;
  state_.descriptions.push_back(description);
  return static_cast<int>(state_.descriptions.size()) - 1;
}

void Stepper::Install(int fd, int description, bool cloexec) {
  const auto index = static_cast<std::size_t>(fd);
  if (index >= Here().fds.size()) Here().fds.resize(index + 1);
  Here().fds[index] = {description, cloexec};
  ++state_.At(description).references;
}

// A call that makes one descriptor, of `description`.
bool Stepper::MakesOne(int description, bool cloexec, std::int64_t from) {
  const int fd = LowestFree(from);
  if (fd < 0) return FailsWith(Errno::kEMFILE, Rule::kFdLimit);
  if (!Returns(fd, from == 0 ? Rule::kFdLowest : Rule::kDupfdLowest)) {
    return false;
  }
  Install(fd, description, cloexec);
  state_.made[static_cast<std::size_t>(report_->step)] = {fd, -1};
  return true;
}

void Stepper::Close(int fd) {
  Descriptor& descriptor = Here().fds[static_cast<std::size_t>(fd)];
  const int description = descriptor.description;
  descriptor = {};
  for (const ThreadState& thread : state_.threads) {
    if (thread.sleeping < 0 || thread.process != process_) continue;
    bool holds = false;
    for (const HeldFile& held : thread.held) {
      if (held.fd == fd) holds = true;
    }
    if (holds) {
      Holds(Rule::kFdHeld, true, {});
    } else if (thread.polls) {
      // select(2), poll(2): it is not said what that does if it is one of
      // those.
      state_.is_lost = true;
    }
  }
  Unreference(description);
}

void Stepper::Unreference(int description) {
  Description& closed = state_.At(description);
  if (--closed.references > 0) return;
  for (Object& object : state_.objects) {
    std::erase_if(object.interests, [&](const Interest& interest) {
      return interest.description == description;
    });
  }
  const int number = closed.object;
  Object& object = state_.objects[static_cast<std::size_t>(number)];
  if (object.kind == ObjectKind::kPipe) {
    if (closed.reads) --object.readers;
    if (closed.writes) --object.writers;
    if (closed.reads ? object.readers == 0 : object.writers == 0) {
      Edge(number, kIn | kOut | kErr | kHup, Likely::kYes);
    }
  }
  if (object.kind == ObjectKind::kEpoll) object.interests.clear();
  if (object.kind == ObjectKind::kSocket) CloseSocket(number);
}

bool Stepper::DoPipe2(const Step& step) {
  const Flags flags = step[0].flags();
  const bool bad = !HasOnly(flags, kONonblock | kOCloexec | kODirect);
  const int first = LowestFree(0);
  const int second = first < 0 ? -1 : LowestFree(first + 1);
  if (bad && second < 0) {
    return FailsWithAny(
        {{Errno::kEINVAL, Rule::kBadFlags}, {Errno::kEMFILE, Rule::kFdLimit}});
  }
  if (bad) return FailsWith(Errno::kEINVAL, Rule::kBadFlags);
  if (second < 0) return FailsWith(Errno::kEMFILE, Rule::kFdLimit);
  if (!Holds(Rule::kFdLowest,
             report_->error == Errno::kNone && report_->result == first &&
                 report_->second == second,
             "makes " + std::to_string(first) + "," + std::to_string(second))) {
    return false;
  }
  Object pipe;
  pipe.kind = ObjectKind::kPipe;
  pipe.capacity = kPipePages * target_.page_size;
  pipe.readers = pipe.writers = 1;
  const Flags status = flags & (kONonblock | kODirect);
  const int read_end = Open(std::move(pipe), kORdonly, status);
  Description write_end = state_.At(read_end);
  write_end.access = kOWronly;
  write_end.reads = false;
  write_end.writes = true;
  state_.descriptions.push_back(write_end);
  const bool cloexec = (flags & kOCloexec) != 0;
  Install(first, read_end, cloexec);
  Install(second, read_end + 1, cloexec);
  state_.made[static_cast<std::size_t>(report_->step)] = {first, second};
  return true;
}

// fifo(7): what is opened for both has both ends, and neither ever lacks the
// other.
bool Stepper::DoFifo(const Step& step) {
  const Flags flags = step[0].flags();
  if (!HasOnly(flags, kONonblock | kOCloexec)) {
    state_.is_lost = true;
    return true;
  }
  Object pipe;
  pipe.kind = ObjectKind::kPipe;
  pipe.capacity = kPipePages * target_.page_size;
  pipe.readers = pipe.writers = 1;
  if (LowestFree(0) < 0) return FailsWith(Errno::kEMFILE, Rule::kFdLimit);
  return MakesOne(Open(std::move(pipe), kORdwr, flags & kONonblock),
                  (flags & kOCloexec) != 0);
}

bool Stepper::DoEventfd(const Step& step) {
  const Flags flags = step[1].flags();
  if (!HasOnly(flags, kEfdCloexec | kEfdNonblock | kEfdSemaphore)) {
    return FailsWithAny({{Errno::kEINVAL, Rule::kBadFlags}});
  }
  if (LowestFree(0) < 0) return FailsWith(Errno::kEMFILE, Rule::kFdLimit);
  Object object;
  object.kind = ObjectKind::kEventfd;
  object.counter = static_cast<std::uint32_t>(step[0].number);
  object.semaphore = (flags & kEfdSemaphore) != 0;
  return MakesOne(Open(std::move(object), kORdwr,
                       (flags & kEfdNonblock) != 0 ? kONonblock : Flags{0}),
                  (flags & kEfdCloexec) != 0);
}

bool Stepper::DoTimerfdCreate(const Step& step) {
  const Flags flags = step[1].flags();
  if (!HasOnly(flags, kTfdCloexec | kTfdNonblock)) {
    return FailsWithAny({{Errno::kEINVAL, Rule::kBadFlags}});
  }
  if (LowestFree(0) < 0) return FailsWith(Errno::kEMFILE, Rule::kFdLimit);
  Object object;
  object.kind = ObjectKind::kTimerfd;
  object.clock = step[0].word;
  return MakesOne(Open(std::move(object), kORdwr,
                       (flags & kTfdNonblock) != 0 ? kONonblock : Flags{0}),
                  (flags & kTfdCloexec) != 0);
}

bool Stepper::DoEpollCreate1(const Step& step) {
  const Flags flags = step[0].flags();
  if (!HasOnly(flags, kEpollCloexec)) {
    return FailsWithAny({{Errno::kEINVAL, Rule::kBadFlags}});
  }
  if (LowestFree(0) < 0) return FailsWith(Errno::kEMFILE, Rule::kFdLimit);
  Object object;
  object.kind = ObjectKind::kEpoll;
  return MakesOne(Open(std::move(object), kORdwr, 0),
                  (flags & kEpollCloexec) != 0);
}

bool Stepper::DoClose(const Step& step) {
  const int fd = NumberOf(step[0].fd);
  if (!IsOpen(fd)) return FailsWith(Errno::kEBADF, Rule::kFdClosed);
  if (!ReturnsZero(Rule::kFdClose)) return false;
  if (state_.has_forked) Holds(Rule::kForkApart, true, {});
  Close(fd);
  return true;
}

bool Stepper::DoDup(const Step& step) {
  const int fd = NumberOf(step[0].fd);
  if (!IsOpen(fd)) return FailsWith(Errno::kEBADF, Rule::kFdClosed);
  return MakesOne(DescriptionOf(fd), false);
}

bool Stepper::DoDup2(const Step& step) {
  const int from = NumberOf(step[0].fd);
  const int to = NumberOf(step[1].fd);
  const bool is_dup3 = step.call == Call::kDup3;
  const Flags flags = is_dup3 ? step[2].flags() : Flags{0};
  const bool out_of_range = to < 0 || to >= Here().fd_limit;
  if (is_dup3 && !HasOnly(flags, kOCloexec)) {
    return FailsWithAny({{Errno::kEINVAL, Rule::kBadFlags}});
  }
  if (is_dup3 && from == to) {
    // Linux says EINVAL whatever the numbers are; the page names both.
    if (!IsOpen(from) || out_of_range) {
      return FailsWithAny({{Errno::kEINVAL, Rule::kDup3Same},
                           {Errno::kEBADF, Rule::kFdClosed}});
    }
    return FailsWith(Errno::kEINVAL, Rule::kDup3Same);
  }
  if (!IsOpen(from)) return FailsWith(Errno::kEBADF, Rule::kFdClosed);
  if (from == to) {
    state_.made[static_cast<std::size_t>(report_->step)] = {to, -1};
    return Returns(to, Rule::kDupSame);
  }
  if (out_of_range) return FailsWith(Errno::kEBADF, Rule::kDup2Range);
  if (!Returns(to, Rule::kDup2Replaces)) return false;
  const int description = DescriptionOf(from);
  // Before the old one goes, which may be the same file.
  ++state_.At(description).references;
  if (IsOpen(to)) Close(to);
  Install(to, description, (flags & kOCloexec) != 0);
  --state_.At(description).references;
  state_.made[static_cast<std::size_t>(report_->step)] = {to, -1};
  return true;
}

bool Stepper::DoCloseRange(const Step& step) {
  const auto first = static_cast<std::uint32_t>(NumberOf(step[0].fd));
  const auto last = static_cast<std::uint32_t>(NumberOf(step[1].fd));
  const Flags flags = step[2].flags();
  if (target_.may_lack_calls && report_->error == Errno::kENOSYS) return true;
  if (const auto told = IsAbsent({5, 9}, Rule::kCloseRangeIs)) return *told;
  if ((flags & kCloseRangeCloexec) != 0 &&
      target_.kernel < KernelRelease{5, 11}) {
    return FailsWith(Errno::kEINVAL, Rule::kCloseRangeIs);
  }
  if (!HasOnly(flags, kCloseRangeCloexec)) {
    return FailsWith(Errno::kEINVAL, Rule::kBadFlags);
  }
  if (first > last) return FailsWith(Errno::kEINVAL, Rule::kCloseRangeOrder);
  const bool marks = (flags & kCloseRangeCloexec) != 0;
  if (!ReturnsZero(marks ? Rule::kCloseRangeCloexec : Rule::kCloseRange)) {
    return false;
  }
  for (std::uint32_t fd = first; fd < Here().fds.size() && fd <= last; ++fd) {
    if (!IsOpen(fd)) continue;
    if (marks) {
      Here().fds[fd].cloexec = true;
    } else {
      Close(static_cast<int>(fd));
    }
  }
  return true;
}

bool Stepper::DoSetrlimit(const Step& step) {
  if (!ReturnsZero(Rule::kFdLimit)) return false;
  Here().fd_limit = step[0].number;
  return true;
}

bool Stepper::DoFcntl(const Step& step) {
  const int fd = NumberOf(step[0].fd);
  const Word command = step[1].word;
  const std::int64_t number = step[2].number;
  if (!IsOpen(fd)) return FailsWith(Errno::kEBADF, Rule::kFdClosed);
  const int description = DescriptionOf(fd);
  Description& file = state_.At(description);
  Object& object = state_.ObjectOf(description);
  const std::string output = report_->output.empty() ? "" : report_->output[0];
  switch (command) {
    case Word::kDupfd:
    case Word::kDupfdCloexec:
      if (number < 0 || number >= Here().fd_limit) {
        return FailsWith(Errno::kEINVAL, Rule::kDupfdRange);
      }
      return MakesOne(description, command == Word::kDupfdCloexec, number);
    case Word::kGetfd:
      return Holds(
          Rule::kCloexecApart,
          report_->error == Errno::kNone &&
              output == (Here().fds[static_cast<std::size_t>(fd)].cloexec
                             ? "FD_CLOEXEC"
                             : "0"),
          Here().fds[static_cast<std::size_t>(fd)].cloexec
              ? "gives FD_CLOEXEC"
              : "gives no FD_CLOEXEC");
    case Word::kSetfd:
      if (!ReturnsZero(Rule::kCloexecApart)) return false;
      Here().fds[static_cast<std::size_t>(fd)].cloexec =
          (step[2].flags() & kFdCloexec) != 0;
      return true;
    case Word::kGetfl: {
      auto flags = ParseFlags(output);
      Flags expected = file.access | file.status;
      // Packet mode is the writer's; whether the read end shows it is not said.
      if (file.access == kORdonly) {
        expected &= ~Flags{kODirect};
        if (flags) *flags &= ~Flags{kODirect};
      }
      return Holds(Rule::kGetfl,
                   report_->error == Errno::kNone && flags &&
                       (*flags | (*flags & (kOWronly | kORdwr)
                                      ? Flags{0}
                                      : Flags{kORdonly})) == expected,
                   "gives " + FlagsText(expected));
    }
    case Word::kSetfl: {
      const Flags changed = kONonblock | kODirect;
      const Flags wanted = step[2].flags() & changed;
      // O_DIRECT is a pipe's packet mode; others don't have it.
      if ((wanted & kODirect) != 0 && object.kind != ObjectKind::kPipe) {
        return FailsWith(Errno::kEINVAL, Rule::kBadFlags);
      }
      if (!ReturnsZero(Rule::kDupShares)) return false;
      file.status = (file.status & ~changed) | wanted;
      return true;
    }
    case Word::kGetpipeSz:
      if (object.kind != ObjectKind::kPipe) {
        return FailsWith(Errno::kEBADF, Rule::kWrongKind);
      }
      return Returns(object.capacity, Rule::kPipeSize);
    case Word::kSetpipeSz: {
      if (object.kind != ObjectKind::kPipe) {
        return FailsWith(Errno::kEBADF, Rule::kWrongKind);
      }
      if (report_->error == Errno::kEBUSY) {
        // There is more in it than would have room.
        return Holds(Rule::kPipeSize, !object.chunks.empty(),
                     "no EBUSY of an empty pipe");
      }
      if (report_->error == Errno::kEPERM) {
        return Holds(Rule::kPipeSize, number > 1 << 20,
                     "no EPERM below pipe-max-size");
      }
      if (number <= 0 || number > 1 << 30) {
        // 0 is a page on Linux, and EINVAL by its page's words.
        if (report_->error != Errno::kNone) {
          return FailsWith(Errno::kEINVAL, Rule::kPipeSize);
        }
      }
      const std::int64_t size = report_->result;
      if (!Holds(Rule::kPipeSize,
                 report_->error == Errno::kNone && size >= number &&
                     size >= target_.page_size && (size & (size - 1)) == 0 &&
                     size >= object.Bytes() &&
                     (size == target_.page_size || size / 2 < number),
                 "gives the least power of two of pages that is as much")) {
        return false;
      }
      // Linux wakes writers, whether there is more room or not.
      Edge(file.object, kOut | kErr, Likely::kMaybe);
      object.capacity = size;
      return true;
    }
    default:
      return true;
  }
}

}  // namespace plumbline::semantics
