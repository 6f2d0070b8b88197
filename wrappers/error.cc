#include "wrappers/error.h"

#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>

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

// Of an fd_set so many descriptors are kept.
constexpr std::size_t kFdSetMost = 3;

// Signals that libc keeps for itself have no bit that the user set.
static_assert(kSignalSetSize <= sizeof(sigset_t));

}  // namespace

bool ArgumentPacker::Put(ArgumentKind kind, const void* data,
                         std::size_t size) {
  // One byte stays free to say that something is missing.
  if (1 + size + 1 > Room()) {
    if (Room() > 0 &&
        (error_.size_ == 0 ||
         error_.arguments_[error_.size_ - 1] !=
             static_cast<unsigned char>(ArgumentKind::kTruncated))) {
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
  std::int32_t nanoseconds;
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

struct [[gnu::packed]] PackedPollFd {
  std::int32_t fd;
  std::uint16_t events;
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

void ArgumentPacker::Add(argument::SignalSet set) {
  if (set.set == nullptr) return Add(nullptr);
  unsigned char bits[kSignalSetSize] = {};
  for (int signal = 1; signal < _NSIG; ++signal) {
    if (sigismember(set.set, signal) == 1)
      bits[(signal - 1) / 8] = static_cast<unsigned char>(
          bits[(signal - 1) / 8] | 1 << ((signal - 1) % 8));
  }
  Put(ArgumentKind::kSignalSet, bits, sizeof(bits));
}

void ArgumentPacker::Add(argument::EpollEvent event) {
  if (event.event == nullptr) return Add(nullptr);
  const PackedEpollEvent packed = {event.event->events, event.event->data.u64};
  Put(ArgumentKind::kEpollEvent, &packed, sizeof(packed));
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
    if (kept == kFdSetMost) {
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

void ArgumentPacker::Add(argument::Fds fds) {
  if (fds.fds == nullptr) return Add(nullptr);
  Put(ArgumentKind::kFds, fds.fds, 2 * sizeof(int));
}

void ArgumentPacker::AddConstant(ArgumentKind kind, std::uint32_t value) {
  Put(kind, &value, sizeof(value));
}

namespace {

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

  // A constant of a type, or a number if there is no such type.
  void Constant(std::string_view type, std::uint32_t value) {
    const ConstantsType* const found = FindConstantsType(type);
    if (found == nullptr) return Hex(value);
    text_ += Spell(*found, value);
  }

  void Time(const PackedTime& time) {
    text_ += "{tv_sec=" + std::to_string(time.seconds) +
             ", tv_nsec=" + std::to_string(time.nanoseconds) + "}";
  }

  void Text() {
    const bool goes_on = Take<unsigned char>() != 0;
    const std::size_t size = Take<unsigned char>();
    text_ += '"';
    for (const unsigned char letter : bytes_.first(size)) {
      if (letter == '"' || letter == '\\') {
        text_ += {'\\', static_cast<char>(letter)};
      } else if (letter == '\n') {
        text_ += "\\n";
      } else if (letter >= ' ' && letter < 0x7f) {
        text_ += static_cast<char>(letter);
      } else {
        char escaped[8];
        std::snprintf(escaped, sizeof(escaped), "\\x%02x", letter);
        text_ += escaped;
      }
    }
    bytes_ = bytes_.subspan(size);
    text_ += goes_on ? "\"..." : "\"";
  }

  static std::string SignalName(int signal) {
    if (const char* const name = sigabbrev_np(signal)) return name;
    if (signal >= SIGRTMIN && signal <= SIGRTMAX)
      return "RT_" + std::to_string(signal - SIGRTMIN);
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
      case ArgumentKind::kEpollEvent: {
        const auto event = Take<PackedEpollEvent>();
        text_ += "{events=";
        Constant("EpollEvents", event.events);
        text_ += ", data=";
        Hex(event.data);
        text_ += '}';
        return;
      }
      case ArgumentKind::kPollFds:
        return PollFds();
      case ArgumentKind::kFdSet:
        return FdSet();
      case ArgumentKind::kFds: {
        const int first = Take<int>();
        const int second = Take<int>();
        text_ +=
            '[' + std::to_string(first) + ", " + std::to_string(second) + ']';
        return;
      }
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

// Whether `word` is one of the arguments, or one of a mask's names.
bool IsAmong(std::string_view word, std::string_view arguments) {
  for (std::size_t at = arguments.find(word); at != arguments.npos;
       at = arguments.find(word, at + 1)) {
    const auto part = [](char letter) {
      return letter == '_' || (letter >= '0' && letter <= '9') ||
             (letter >= 'A' && letter <= 'Z');
    };
    const std::size_t end = at + word.size();
    if ((at == 0 || !part(arguments[at - 1])) &&
        (end == arguments.size() || !part(arguments[end])))
      return true;
  }
  return false;
}

// Calls `use` with each condition that the error may be of.
template <typename Use>
void ForEachCondition(const Error& error, Use use) {
  std::string arguments;
  for (const ErrorCondition& one :
       ErrorConditions(error.function(), error.number())) {
    // A case of two errors at once only repeats each of them.
    if (one.status == ErrorStatus::kNever || one.precedence) continue;
    if (!one.operation.empty()) {
      if (arguments.empty()) arguments = error.arguments();
      if (!IsAmong(one.operation, arguments)) continue;
    }
    use(one);
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

bool Error::documented() const {
  const internal::ErrnoSaver saver;
  bool any = false;
  internal::ForEachCondition(*this, [&](const ErrorCondition&) { any = true; });
  return any;
}

std::string Error::explanation() const {
  const internal::ErrnoSaver saver;
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
