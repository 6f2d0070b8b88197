#include "wrappers/error.h"

#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <span>

#include "plumbline/error_conditions.h"
#include "wrappers/constant_names.h"

namespace plumbline {
namespace internal {
namespace {

// The kernel's sets hold this many signals.
constexpr std::size_t kSignalSetSize = (_NSIG - 1) / 8;

// Of an fd_set at most so many descriptors are kept.
constexpr std::size_t kFdSetMost = 3;

// Signals that libc keeps for itself have no bit that the user set.
static_assert(kSignalSetSize <= sizeof(sigset_t));

}  // namespace

bool ArgumentPacker::Put(ArgumentKind kind, const void* data,
                         std::size_t size) {
  // One byte stays free to say that something is missing.
  if (1 + size + 1 > Room()) {
    if (Room() > 0) {
      // Nothing fits behind it.
      error_.arguments_[error_.size_] =
          static_cast<unsigned char>(ArgumentKind::kTruncated);
      error_.size_ = static_cast<std::uint8_t>(Error::kCapacity);
    }
    return false;
  }
  unsigned char* const place = error_.arguments_ + error_.size_;
  place[0] = static_cast<unsigned char>(kind);
  if (size > 0) std::memcpy(place + 1, data, size);
  error_.size_ = static_cast<std::uint8_t>(error_.size_ + 1 + size);
  return true;
}

void ArgumentPacker::Add(std::nullptr_t) {
  Put(ArgumentKind::kNull, nullptr, 0);
}
void ArgumentPacker::Add(const void* pointer) {
  if (pointer == nullptr) return Add(nullptr);
  Put(ArgumentKind::kPointer, &pointer, sizeof(pointer));
}
void ArgumentPacker::Add(const char* text) {
  if (text == nullptr) return Add(nullptr);
  Add(argument::Text{text, std::strlen(text)});
}
void ArgumentPacker::Add(bool value) { Add(static_cast<int>(value)); }
void ArgumentPacker::Add(int value) {
  Put(ArgumentKind::kInt32, &value, sizeof(value));
}
void ArgumentPacker::Add(unsigned value) {
  Put(ArgumentKind::kUint32, &value, sizeof(value));
}
void ArgumentPacker::Add(long value) { Add(static_cast<long long>(value)); }
void ArgumentPacker::Add(unsigned long value) {
  Add(static_cast<unsigned long long>(value));
}
void ArgumentPacker::Add(long long value) {
  if (value == static_cast<int>(value)) return Add(static_cast<int>(value));
  Put(ArgumentKind::kInt64, &value, sizeof(value));
}
void ArgumentPacker::Add(unsigned long long value) {
  if (value == static_cast<unsigned>(value))
    return Add(static_cast<unsigned>(value));
  Put(ArgumentKind::kUint64, &value, sizeof(value));
}
void ArgumentPacker::Add(argument::Reason reason) {
  Put(ArgumentKind::kReason, &reason.text, sizeof(reason.text));
}
void ArgumentPacker::Add(argument::Hex value) {
  Put(ArgumentKind::kHex32, &value.value, sizeof(value.value));
}
void ArgumentPacker::Add(argument::Signal signal) {
  Put(ArgumentKind::kSignal, &signal.number, sizeof(signal.number));
}

namespace {

// As it is kept.
struct [[gnu::packed]] PackedTime {
  std::int64_t seconds;
  std::int32_t fraction;
};
PackedTime Pack(const timespec& time) {
  return {time.tv_sec, static_cast<std::int32_t>(time.tv_nsec)};
}
struct [[gnu::packed]] PackedItimerspec {
  PackedTime interval, value;
};

struct [[gnu::packed]] PackedEpollEvent {
  std::uint32_t events;
  std::uint64_t data;
};

struct [[gnu::packed]] PackedSigevent {
  std::int32_t notify, signal, thread, number;
  std::uintptr_t pointer;
};

struct [[gnu::packed]] PackedPollFd {
  std::int32_t fd;
  std::uint16_t events;
};

struct [[gnu::packed]] PackedIovec {
  std::uintptr_t base;
  std::size_t size;
};

}  // namespace

void ArgumentPacker::Add(const timespec& time) {
  const PackedTime packed = Pack(time);
  Put(ArgumentKind::kTimespec, &packed, sizeof(packed));
}
void ArgumentPacker::Add(const timespec* time) {
  if (time == nullptr) return Add(nullptr);
  Add(*time);
}
void ArgumentPacker::Add(const itimerspec& time) {
  const PackedItimerspec packed = {Pack(time.it_interval), Pack(time.it_value)};
  Put(ArgumentKind::kItimerspec, &packed, sizeof(packed));
}
void ArgumentPacker::Add(const itimerspec* time) {
  if (time == nullptr) return Add(nullptr);
  Add(*time);
}

void ArgumentPacker::Add(const timeval* time) {
  if (time == nullptr) return Add(nullptr);
  const PackedTime packed = {time->tv_sec,
                             static_cast<std::int32_t>(time->tv_usec)};
  Put(ArgumentKind::kTimeval, &packed, sizeof(packed));
}

void ArgumentPacker::Add(argument::Text text) {
  if (text.data == nullptr) return Add(nullptr);
  // Whether it goes on, its length, and so much of it that two numbers still
  // fit behind.
  unsigned char packed[2 + 24] = {};
  const std::size_t most =
      std::min<std::size_t>(sizeof(packed) - 2, Room() > 14 ? Room() - 14 : 0);
  const std::size_t kept = std::min(text.size, most);
  packed[0] = kept < text.size;
  packed[1] = static_cast<unsigned char>(kept);
  if (kept > 0) std::memcpy(packed + 2, text.data, kept);
  Put(ArgumentKind::kText, packed, 2 + kept);
}

namespace {

struct [[gnu::packed]] PackedSignalSet {
  unsigned char bits[kSignalSetSize];
};
PackedSignalSet Pack(const sigset_t& set) {
  PackedSignalSet packed = {};
  for (int signal = 1; signal < _NSIG; ++signal) {
    unsigned char& bits = packed.bits[(signal - 1) / 8];
    if (sigismember(&set, signal) == 1)
      bits = static_cast<unsigned char>(bits | 1 << ((signal - 1) % 8));
  }
  return packed;
}

struct [[gnu::packed]] PackedSignalAction {
  std::uintptr_t handler;
  PackedSignalSet mask;
  std::int32_t flags;
};

}  // namespace

void ArgumentPacker::Add(argument::SignalSet set) {
  if (set.set == nullptr) return Add(nullptr);
  const PackedSignalSet packed = Pack(*set.set);
  Put(ArgumentKind::kSignalSet, &packed, sizeof(packed));
}

void ArgumentPacker::Add(argument::SignalAction action) {
  if (action.action == nullptr) return Add(nullptr);
  const PackedSignalAction packed = {
      // The other member of the union has the same place.
      reinterpret_cast<std::uintptr_t>(action.action->sa_handler),
      Pack(action.action->sa_mask), action.action->sa_flags};
  Put(ArgumentKind::kSignalAction, &packed, sizeof(packed));
}

void ArgumentPacker::Add(argument::EpollEvent event) {
  if (event.event == nullptr) return Add(nullptr);
  const PackedEpollEvent packed = {event.event->events, event.event->data.u64};
  Put(ArgumentKind::kEpollEvent, &packed, sizeof(packed));
}

void ArgumentPacker::Add(argument::Sigevent event) {
  if (event.event == nullptr) return Add(nullptr);
  const PackedSigevent packed = {
      event.event->sigev_notify, event.event->sigev_signo, event.thread,
      event.event->sigev_value.sival_int,
      reinterpret_cast<std::uintptr_t>(event.event->sigev_value.sival_ptr)};
  Put(ArgumentKind::kSigevent, &packed, sizeof(packed));
}

void ArgumentPacker::Add(argument::PollFds fds) {
  if (fds.fds == nullptr) return Add(nullptr);
  unsigned char packed[2 + 4 * sizeof(PackedPollFd)];
  const std::size_t kept = std::min<std::size_t>(
      {fds.count, fds.most, (sizeof(packed) - 2) / sizeof(PackedPollFd)});
  packed[0] = kept < fds.count;
  packed[1] = static_cast<unsigned char>(kept);
  for (std::size_t i = 0; i < kept; ++i) {
    const PackedPollFd one = {fds.fds[i].fd,
                              static_cast<std::uint16_t>(fds.fds[i].events)};
    std::memcpy(packed + 2 + i * sizeof(one), &one, sizeof(one));
  }
  Put(ArgumentKind::kPollFds, packed, 2 + kept * sizeof(PackedPollFd));
}

void ArgumentPacker::Add(argument::FdSet set) {
  if (set.set == nullptr) return Add(nullptr);
  const auto* const bits = static_cast<const fd_set*>(set.set);
  unsigned char packed[2 + kFdSetMost * sizeof(std::uint16_t)] = {};
  std::size_t kept = 0;
  for (int fd = 0; fd < std::min<int>(set.count, FD_SETSIZE); ++fd) {
    if (!FD_ISSET(fd, bits)) continue;
    if (kept == std::min(set.most, kFdSetMost)) {
      packed[0] = 1;
      break;
    }
    const auto number = static_cast<std::uint16_t>(fd);
    std::memcpy(packed + 2 + kept * sizeof(number), &number, sizeof(number));
    ++kept;
  }
  packed[1] = static_cast<unsigned char>(kept);
  Put(ArgumentKind::kFdSet, packed, 2 + kept * sizeof(std::uint16_t));
}

void ArgumentPacker::Add(argument::Iovecs iovecs) {
  if (iovecs.iovecs == nullptr) return Add(nullptr);
  unsigned char packed[2 + 2 * sizeof(PackedIovec)];
  const std::size_t kept = std::min<std::size_t>(
      {iovecs.count, iovecs.most, (sizeof(packed) - 2) / sizeof(PackedIovec)});
  packed[0] = kept < iovecs.count;
  packed[1] = static_cast<unsigned char>(kept);
  for (std::size_t i = 0; i < kept; ++i) {
    const iovec& from = iovecs.iovecs[i];
    const PackedIovec one = {reinterpret_cast<std::uintptr_t>(from.iov_base),
                             from.iov_len};
    std::memcpy(packed + 2 + i * sizeof(one), &one, sizeof(one));
  }
  Put(ArgumentKind::kIovecs, packed, 2 + kept * sizeof(PackedIovec));
}

void ArgumentPacker::Add(argument::Offset offset) {
  if (offset.offset == nullptr) return Add(nullptr);
  Put(ArgumentKind::kOffset, offset.offset, sizeof(*offset.offset));
}

void ArgumentPacker::Add(argument::Fds fds) {
  if (fds.fds == nullptr) return Add(nullptr);
  Put(ArgumentKind::kFds, fds.fds, 2 * sizeof(int));
}

void ArgumentPacker::AddConstant(ArgumentKind kind, std::uint32_t value) {
  Put(kind, &value, sizeof(value));
}

namespace {

// wrappers/pidfd.h's own: the bindings do not declare waitid's options.
constexpr ConstantName kWaitOptionNames[] = {
    {WNOHANG, "WNOHANG"},       {WSTOPPED, "WSTOPPED"}, {WEXITED, "WEXITED"},
    {WCONTINUED, "WCONTINUED"}, {WNOWAIT, "WNOWAIT"},
};
constexpr ConstantsType kWaitOptions = {"WaitOptions", true, kWaitOptionNames};

// wrappers/selector.h's own.
constexpr ConstantName kSelectorEventNames[] = {{1, "kRead"}, {2, "kWrite"}};
constexpr ConstantsType kSelectorEvents = {"SelectorEvents", true,
                                           kSelectorEventNames};

// Reads what ArgumentPacker wrote, and prints it.
class ArgumentPrinter {
 public:
  explicit ArgumentPrinter(std::span<const unsigned char> bytes)
      : bytes_(bytes) {}

  std::string Print() {
    while (!bytes_.empty()) {
      if (!text_.empty()) text_ += ", ";
      const ArgumentKind kind = static_cast<ArgumentKind>(bytes_[0]);
      bytes_ = bytes_.subspan(1);
      if (kind == ArgumentKind::kTruncated) {
        text_ += "...";
        break;
      }
      PrintOne(kind);
    }
    return std::move(text_);
  }

 private:
  template <typename T>
  T Take() {
    T value;
    std::memcpy(&value, bytes_.data(), sizeof(value));
    bytes_ = bytes_.subspan(sizeof(value));
    return value;
  }

  void Hex(unsigned long long value) {
    char text[24];
    std::snprintf(text, sizeof(text), "0x%llx", value);
    text_ += text;
  }

  void Address(std::uintptr_t address) {
    if (address == 0) {
      text_ += "NULL";
    } else {
      Hex(address);
    }
  }

  // A constant of a type, or a number if there is no such type.
  void Constant(std::string_view type, std::uint32_t value) {
    const ConstantsType* const found = FindConstantsType(type);
    if (found == nullptr) return Hex(value);
    text_ += Spell(*found, value);
  }

  void Time(const PackedTime& time, const char* fraction = "tv_nsec") {
    text_ += "{tv_sec=" + std::to_string(time.seconds) + ", " + fraction + "=" +
             std::to_string(time.fraction) + "}";
  }

  // As strace does: of an octal number only the digits that it needs, if none
  // of the text follows.
  void Escape(unsigned char letter, bool digit_follows) {
    constexpr std::string_view kLetters = "tnvfr";  // from '\t' on
    if (letter >= '\t' && letter <= '\r') {
      text_ += {'\\', kLetters[letter - '\t']};
      return;
    }
    char escaped[8];
    std::snprintf(escaped, sizeof(escaped), digit_follows ? "\\%03o" : "\\%o",
                  letter);
    text_ += escaped;
  }

  void Text() {
    const bool goes_on = Take<unsigned char>() != 0;
    const std::size_t size = Take<unsigned char>();
    text_ += '"';
    for (std::size_t i = 0; i < size; ++i) {
      const unsigned char letter = bytes_[i];
      if (letter == '"' || letter == '\\') {
        text_ += {'\\', static_cast<char>(letter)};
      } else if (letter >= ' ' && letter < 0x7f) {
        text_ += static_cast<char>(letter);
      } else {
        const bool digit_follows =
            i + 1 < size && bytes_[i + 1] >= '0' && bytes_[i + 1] <= '9';
        Escape(letter, digit_follows);
      }
    }
    bytes_ = bytes_.subspan(size);
    text_ += goes_on ? "\"..." : "\"";
  }

  static std::string SignalName(int signal) {
    if (const char* const name = sigabbrev_np(signal)) return name;
    // strace's "RT_2" counts from the kernel's first, which programs don't.
    if (signal == SIGRTMIN) return "RTMIN";
    if (signal > SIGRTMIN && signal <= SIGRTMAX)
      return "RTMIN+" + std::to_string(signal - SIGRTMIN);
    return std::to_string(signal);
  }

  void Signal(int signal) {
    const std::string name = SignalName(signal);
    text_ += name[0] >= 'A' ? "SIG" + name : name;
  }

  // As strace, ~ stands before those that are missing from a set of most.
  void SignalSet() {
    unsigned char bits[kSignalSetSize];
    std::memcpy(bits, bytes_.data(), sizeof(bits));
    bytes_ = bytes_.subspan(sizeof(bits));
    const auto contains = [&](int signal) {
      return (bits[(signal - 1) / 8] >> ((signal - 1) % 8) & 1) != 0;
    };
    int count = 0;
    for (int signal = 1; signal <= SIGRTMAX; ++signal)
      count += contains(signal);
    const bool most = count > SIGRTMAX / 2;
    text_ += most ? "~[" : "[";
    bool first = true;
    for (int signal = 1; signal <= SIGRTMAX; ++signal) {
      // The C library lets nobody block its own.
      if (contains(signal) == most ||
          (signal >= __SIGRTMIN && signal < SIGRTMIN))
        continue;
      if (!first) text_ += ' ';
      first = false;
      text_ += SignalName(signal);
    }
    text_ += ']';
  }

  void SignalAction() {
    const auto handler = Take<std::uintptr_t>();
    text_ += "{sa_handler=";
    if (handler == reinterpret_cast<std::uintptr_t>(SIG_DFL)) {
      text_ += "SIG_DFL";
    } else if (handler == reinterpret_cast<std::uintptr_t>(SIG_IGN)) {
      text_ += "SIG_IGN";
    } else {
      Hex(handler);
    }
    text_ += ", sa_mask=";
    SignalSet();
    text_ += ", sa_flags=";
    Constant("SignalActionFlags", Take<std::uint32_t>());
    text_ += '}';
  }

  void Sigevent() {
    const auto event = Take<PackedSigevent>();
    text_ += '{';
    if (event.pointer != 0) {
      text_ += "sigev_value={sival_int=" + std::to_string(event.number) +
               ", sival_ptr=";
      Hex(event.pointer);
      text_ += "}, ";
    }
    text_ += "sigev_signo=";
    Signal(event.signal);
    text_ += ", sigev_notify=";
    Constant("SigeventNotify", static_cast<std::uint32_t>(event.notify));
    if (event.notify == SIGEV_THREAD_ID) {
      text_ += ", sigev_notify_thread_id=" + std::to_string(event.thread);
    }
    text_ += '}';
  }

  void PollFds() {
    const bool goes_on = Take<unsigned char>() != 0;
    const int count = Take<unsigned char>();
    text_ += '[';
    for (int i = 0; i < count; ++i) {
      const auto one = Take<PackedPollFd>();
      if (i > 0) text_ += ", ";
      text_ += "{fd=" + std::to_string(one.fd) + ", events=";
      Constant("PollEvents", one.events);
      text_ += '}';
    }
    text_ += goes_on ? (count > 0 ? ", ...]" : "...]") : "]";
  }

  void Iovecs() {
    const bool goes_on = Take<unsigned char>() != 0;
    const int count = Take<unsigned char>();
    text_ += '[';
    for (int i = 0; i < count; ++i) {
      const auto one = Take<PackedIovec>();
      if (i > 0) text_ += ", ";
      text_ += "{iov_base=";
      Address(one.base);
      text_ += ", iov_len=" + std::to_string(one.size) + "}";
    }
    text_ += goes_on ? (count > 0 ? ", ...]" : "...]") : "]";
  }

  void FdSet() {
    const bool goes_on = Take<unsigned char>() != 0;
    const int count = Take<unsigned char>();
    text_ += '[';
    for (int i = 0; i < count; ++i) {
      if (i > 0) text_ += ' ';
      text_ += std::to_string(Take<std::uint16_t>());
    }
    text_ += goes_on ? " ...]" : "]";
  }

  void PrintOne(ArgumentKind kind) {
    switch (kind) {
      case ArgumentKind::kNull:
        text_ += "NULL";
        return;
      case ArgumentKind::kInt32:
        text_ += std::to_string(Take<int>());
        return;
      case ArgumentKind::kUint32:
        text_ += std::to_string(Take<unsigned>());
        return;
      case ArgumentKind::kInt64:
        text_ += std::to_string(Take<long long>());
        return;
      case ArgumentKind::kUint64:
        text_ += std::to_string(Take<unsigned long long>());
        return;
      case ArgumentKind::kHex32:
        return Hex(Take<unsigned>());
      case ArgumentKind::kPointer:
        return Hex(Take<std::uintptr_t>());
      case ArgumentKind::kText:
        return Text();
      case ArgumentKind::kTimespec:
        return Time(Take<PackedTime>());
      case ArgumentKind::kTimeval:
        return Time(Take<PackedTime>(), "tv_usec");
      case ArgumentKind::kItimerspec: {
        const auto both = Take<PackedItimerspec>();
        text_ += "{it_interval=";
        Time(both.interval);
        text_ += ", it_value=";
        Time(both.value);
        text_ += '}';
        return;
      }
      case ArgumentKind::kSignalSet:
        return SignalSet();
      case ArgumentKind::kSignal:
        return Signal(Take<int>());
      case ArgumentKind::kSignalAction:
        return SignalAction();
      case ArgumentKind::kEpollEvent: {
        const auto event = Take<PackedEpollEvent>();
        text_ += "{events=";
        Constant("EpollEvents", event.events);
        text_ += ", data=";
        Hex(event.data);
        text_ += '}';
        return;
      }
      case ArgumentKind::kSigevent:
        return Sigevent();
      case ArgumentKind::kPollFds:
        return PollFds();
      case ArgumentKind::kFdSet:
        return FdSet();
      case ArgumentKind::kIovecs:
        return Iovecs();
      case ArgumentKind::kOffset:
        text_ += '[' + std::to_string(Take<std::int64_t>()) + ']';
        return;
      case ArgumentKind::kFds: {
        const int first = Take<int>();
        const int second = Take<int>();
        text_ +=
            '[' + std::to_string(first) + ", " + std::to_string(second) + ']';
        return;
      }
      case ArgumentKind::kSelectorEvents:
        text_ += Spell(kSelectorEvents, Take<std::uint32_t>());
        return;
      case ArgumentKind::kWaitOptions:
        text_ += Spell(kWaitOptions, Take<std::uint32_t>());
        return;
      case ArgumentKind::kReason:
        Take<const char*>();
        return;
      case ArgumentKind::kTruncated:
      case ArgumentKind::kFirstConstants:
        break;
    }
    const std::size_t number = static_cast<std::size_t>(kind) -
                               static_cast<std::size_t>(ConstantsKind(0));
    text_ += Spell(AllConstantsTypes()[number], Take<std::uint32_t>());
  }

  std::span<const unsigned char> bytes_;
  std::string text_;
};

// Keeps errno over what may change it.
class ErrnoSaver {
 public:
  ErrnoSaver() = default;
  ~ErrnoSaver() { errno = saved_; }
  ErrnoSaver(const ErrnoSaver&) = delete;
  ErrnoSaver& operator=(const ErrnoSaver&) = delete;

 private:
  const int saved_ = errno;
};

// strerror(3) of any thread, whichever strerror_r(3) the C library has.
[[maybe_unused]] const char* Message(const char* returned, const char*) {
  return returned;
}
[[maybe_unused]] const char* Message(int, const char* filled) { return filled; }
std::string Message(int number) {
  char buffer[128] = "";
  return Message(strerror_r(number, buffer, sizeof(buffer)), buffer);
}

// The names in capitals, such as a constant's, of a text.
template <typename Use>
void ForEachName(std::string_view text, Use use) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
  while (true) {
    const std::size_t start = text.find_first_of(kLetters);
    if (start == text.npos) return;
    text.remove_prefix(start);
    const std::size_t end = text.find_first_not_of(kLetters);
    use(text.substr(0, end));
    if (end == text.npos) return;
    text.remove_prefix(end);
  }
}

// Whether `name` is one of the arguments, or one of a mask's names.
bool IsAmong(std::string_view name, std::string_view arguments) {
  bool found = false;
  ForEachName(arguments,
              [&](std::string_view one) { found = found || one == name; });
  return found;
}

// Whether a condition is one of the call's operation, where it opens with that:
// "op is EPOLL_CTL_ADD or EPOLL_CTL_MOD, and …", "op is none of …".
bool IsOfOperation(std::string_view condition, std::string_view arguments) {
  constexpr std::string_view kOpening = "op is ";
  if (!condition.starts_with(kOpening)) return true;
  condition.remove_prefix(kOpening.size());
  const bool of_none = condition.starts_with("none");
  if (!of_none) condition = condition.substr(0, condition.find(','));
  bool any_named = false;
  bool any_given = false;
  ForEachName(condition, [&](std::string_view name) {
    any_named = true;
    any_given = any_given || IsAmong(name, arguments);
  });
  return !any_named || any_given != of_none;
}

// Calls `use` with each condition that the error may be of, those of its
// operation first.
template <typename Use>
void ForEachCondition(const Error& error, Use use) {
  const std::string arguments = error.arguments();
  bool any = false;
  // What Linux never does it may have done all the same.
  for (const bool never : {false, true}) {
    for (const bool of_operation : {true, false}) {
      for (const ErrorCondition& one :
           ErrorConditions(error.function(), error.number())) {
        // A case of two errors at once only repeats each of them.
        if (one.precedence || (one.status == ErrorStatus::kNever) != never ||
            one.operation.empty() == of_operation)
          continue;
        if (of_operation ? IsAmong(one.operation, arguments)
                         : IsOfOperation(one.condition, arguments)) {
          use(one);
          any = true;
        }
      }
    }
    if (any) return;
  }
}

}  // namespace
}  // namespace internal

std::string Error::name() const {
  const internal::ErrnoSaver saver;
  const internal::ConstantsType* const names =
      internal::FindConstantsType("Errno");
  for (const internal::ConstantName& one : names->names) {
    if (one.value == static_cast<std::uint64_t>(number_)) return one.name;
  }
  return "E" + std::to_string(number_);
}

std::string Error::arguments() const {
  const internal::ErrnoSaver saver;
  return internal::ArgumentPrinter({arguments_, size_}).Print();
}

const char* Error::reason() const {
  if (size_ == 0 || arguments_[0] != static_cast<unsigned char>(
                                         internal::ArgumentKind::kReason))
    return nullptr;
  const char* text;
  std::memcpy(&text, arguments_ + 1, sizeof(text));
  return text;
}

bool Error::documented() const {
  if (reason() != nullptr) return true;
  const internal::ErrnoSaver saver;
  bool any = false;
  internal::ForEachCondition(*this, [&](const ErrorCondition&) { any = true; });
  return any;
}

std::string Error::explanation() const {
  const internal::ErrnoSaver saver;
  if (const char* const why = reason()) return why;
  std::string text;
  internal::ForEachCondition(*this, [&](const ErrorCondition& one) {
    if (!text.empty()) text += "; or ";
    text += one.condition;
  });
  if (!text.empty()) return text;
  return name() + " is not documented for " + std::string(function()) + ": " +
         internal::Message(number_);
}

std::string Error::ToString() const {
  const internal::ErrnoSaver saver;
  return std::string(function()) + "(" + arguments() + ") = " + name() + " (" +
         internal::Message(number_) + "): " + explanation();
}

}  // namespace plumbline
