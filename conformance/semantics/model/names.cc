#include "conformance/semantics/model/names.h"

#include <charconv>
#include <utility>

namespace plumbline::semantics {
namespace {

template <typename T>
struct Name {
  T value;
  std::string_view text;
};

constexpr Name<Flags> kFlags[] = {
    {kONonblock, "O_NONBLOCK"},
    {kOCloexec, "O_CLOEXEC"},
    {kODirect, "O_DIRECT"},
    {kORdonly, "O_RDONLY"},
    {kOWronly, "O_WRONLY"},
    {kORdwr, "O_RDWR"},
    {kOAppend, "O_APPEND"},
    {kFdCloexec, "FD_CLOEXEC"},
    {kSockStream, "SOCK_STREAM"},
    {kSockDgram, "SOCK_DGRAM"},
    {kSockSeqpacket, "SOCK_SEQPACKET"},
    {kSockNonblock, "SOCK_NONBLOCK"},
    {kSockCloexec, "SOCK_CLOEXEC"},
    {kEfdCloexec, "EFD_CLOEXEC"},
    {kEfdNonblock, "EFD_NONBLOCK"},
    {kEfdSemaphore, "EFD_SEMAPHORE"},
    {kTfdCloexec, "TFD_CLOEXEC"},
    {kTfdNonblock, "TFD_NONBLOCK"},
    {kTfdTimerAbstime, "TFD_TIMER_ABSTIME"},
    {kTfdTimerCancelOnSet, "TFD_TIMER_CANCEL_ON_SET"},
    {kSfdCloexec, "SFD_CLOEXEC"},
    {kSfdNonblock, "SFD_NONBLOCK"},
    {kEpollCloexec, "EPOLL_CLOEXEC"},
    {kCloseRangeCloexec, "CLOSE_RANGE_CLOEXEC"},
    {kSaRestart, "SA_RESTART"},
    {kSaResethand, "SA_RESETHAND"},
    {kSaNodefer, "SA_NODEFER"},
};

constexpr Name<Events> kEvents[] = {
    {kIn, "EPOLLIN"},         {kPri, "EPOLLPRI"},
    {kOut, "EPOLLOUT"},       {kErr, "EPOLLERR"},
    {kHup, "EPOLLHUP"},       {kNval, "POLLNVAL"},
    {kRdnorm, "EPOLLRDNORM"}, {kRdband, "EPOLLRDBAND"},
    {kWrnorm, "EPOLLWRNORM"}, {kWrband, "EPOLLWRBAND"},
    {kRdhup, "EPOLLRDHUP"},   {kExclusive, "EPOLLEXCLUSIVE"},
    {kWakeup, "EPOLLWAKEUP"}, {kOneshot, "EPOLLONESHOT"},
    {kEt, "EPOLLET"},
};

constexpr Name<Word> kWords[] = {
    {Word::kEpollCtlAdd, "EPOLL_CTL_ADD"},
    {Word::kEpollCtlMod, "EPOLL_CTL_MOD"},
    {Word::kEpollCtlDel, "EPOLL_CTL_DEL"},
    {Word::kClockRealtime, "CLOCK_REALTIME"},
    {Word::kClockMonotonic, "CLOCK_MONOTONIC"},
    {Word::kClockBoottime, "CLOCK_BOOTTIME"},
    {Word::kSigBlock, "SIG_BLOCK"},
    {Word::kSigUnblock, "SIG_UNBLOCK"},
    {Word::kSigSetmask, "SIG_SETMASK"},
    {Word::kDefault, "DFL"},
    {Word::kIgnore, "IGN"},
    {Word::kHandler, "HANDLER"},
    {Word::kDupfd, "F_DUPFD"},
    {Word::kDupfdCloexec, "F_DUPFD_CLOEXEC"},
    {Word::kGetfd, "F_GETFD"},
    {Word::kSetfd, "F_SETFD"},
    {Word::kGetfl, "F_GETFL"},
    {Word::kSetfl, "F_SETFL"},
    {Word::kGetpipeSz, "F_GETPIPE_SZ"},
    {Word::kSetpipeSz, "F_SETPIPE_SZ"},
};

constexpr Name<Errno> kErrnos[] = {
    {Errno::kNone, "-"},
    {Errno::kE2BIG, "E2BIG"},
    {Errno::kEACCES, "EACCES"},
    {Errno::kEAGAIN, "EAGAIN"},
    {Errno::kEBADF, "EBADF"},
    {Errno::kEBUSY, "EBUSY"},
    {Errno::kECONNREFUSED, "ECONNREFUSED"},
    {Errno::kEDESTADDRREQ, "EDESTADDRREQ"},
    {Errno::kEEXIST, "EEXIST"},
    {Errno::kEFAULT, "EFAULT"},
    {Errno::kEFBIG, "EFBIG"},
    {Errno::kEINTR, "EINTR"},
    {Errno::kEINVAL, "EINVAL"},
    {Errno::kELOOP, "ELOOP"},
    {Errno::kEMFILE, "EMFILE"},
    {Errno::kEMSGSIZE, "EMSGSIZE"},
    {Errno::kENFILE, "ENFILE"},
    {Errno::kENOBUFS, "ENOBUFS"},
    {Errno::kENODEV, "ENODEV"},
    {Errno::kENOENT, "ENOENT"},
    {Errno::kENOMEM, "ENOMEM"},
    {Errno::kENOSPC, "ENOSPC"},
    {Errno::kENOSYS, "ENOSYS"},
    {Errno::kENOTCONN, "ENOTCONN"},
    {Errno::kENOTSOCK, "ENOTSOCK"},
    {Errno::kEOPNOTSUPP, "EOPNOTSUPP"},
    {Errno::kEPERM, "EPERM"},
    {Errno::kEPIPE, "EPIPE"},
    {Errno::kESPIPE, "ESPIPE"},
    {Errno::kESRCH, "ESRCH"},
    {Errno::kECANCELED, "ECANCELED"},
    {Errno::kECONNRESET, "ECONNRESET"},
};

constexpr Name<int> kSignals[] = {
    {1, "SIGHUP"},   {2, "SIGINT"},    {3, "SIGQUIT"},  {9, "SIGKILL"},
    {10, "SIGUSR1"}, {12, "SIGUSR2"},  {13, "SIGPIPE"}, {14, "SIGALRM"},
    {15, "SIGTERM"}, {17, "SIGCHLD"},  {18, "SIGCONT"}, {19, "SIGSTOP"},
    {23, "SIGURG"},  {28, "SIGWINCH"},
};

// The value of the text among `names`.
template <typename T, std::size_t n>
std::optional<T> Find(const Name<T> (&names)[n], std::string_view text) {
  for (const Name<T>& name : names) {
    if (name.text == text) return name.value;
  }
  return std::nullopt;
}

template <typename T, std::size_t n>
std::string JoinBits(const Name<T> (&names)[n], T bits) {
  std::string text;
  for (const Name<T>& name : names) {
    if ((bits & name.value) == 0) continue;
    if (!text.empty()) text += '|';
    text += name.text;
    bits &= ~name.value;
  }
  return text.empty() ? "0" : text;
}

// Calls `take` with each part of `text`; whether it took them all.
template <typename Take>
bool ForEachPart(std::string_view text, char separator, Take take) {
  while (true) {
    const std::size_t end = text.find(separator);
    if (!take(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

template <typename T, std::size_t n>
std::optional<T> ParseBits(const Name<T> (&names)[n], std::string_view text) {
  T bits = 0;
  if (text == "0") return bits;
  if (!ForEachPart(text, '|', [&](std::string_view part) {
        const std::optional<T> bit = Find(names, part);
        if (bit) bits |= *bit;
        return bit.has_value();
      })) {
    return std::nullopt;
  }
  return bits;
}

template <typename T, std::size_t n>
std::string_view TextOf(const Name<T> (&names)[n], T value) {
  for (const Name<T>& name : names) {
    if (name.value == value) return name.text;
  }
  return "?";
}

}  // namespace

std::string FlagsText(Flags flags) { return JoinBits(kFlags, flags); }
std::string EventsText(Events events) { return JoinBits(kEvents, events); }

std::string SignalText(int signal) {
  if (signal == kSigRtmin) return "SIGRTMIN";
  if (signal > kSigRtmin) {
    return "SIGRTMIN+" + std::to_string(signal - kSigRtmin);
  }
  return std::string(TextOf(kSignals, signal));
}

std::string SignalsText(SignalMask signals) {
  std::string text;
  for (int signal = 1; signal <= 64; ++signal) {
    if ((signals & MaskOf(signal)) == 0) continue;
    if (!text.empty()) text += ',';
    text += SignalText(signal);
  }
  return text.empty() ? "none" : text;
}

std::string_view WordText(Word word) { return TextOf(kWords, word); }
std::string_view ErrnoText(Errno number) {
  return number == Errno::kOther ? "another errno" : TextOf(kErrnos, number);
}

std::optional<Flags> ParseFlags(std::string_view text) {
  return ParseBits(kFlags, text);
}
std::optional<Events> ParseEvents(std::string_view text) {
  Events events = 0;
  if (text == "0") return events;
  if (!ForEachPart(text, '|', [&](std::string_view part) {
        for (const Name<Events>& name : kEvents) {
          // Also POLLIN for EPOLLIN.
          if (!name.text.ends_with(part) || part.size() + 1 < name.text.size())
            continue;
          events |= name.value;
          return true;
        }
        return false;
      })) {
    return std::nullopt;
  }
  return events;
}

std::optional<int> ParseSignal(std::string_view text) {
  constexpr std::string_view kRt = "SIGRTMIN";
  if (!text.starts_with(kRt)) return Find(kSignals, text);
  text.remove_prefix(kRt.size());
  if (text.empty()) return kSigRtmin;
  int above = 0;
  const auto [end, error] =
      std::from_chars(text.data() + 1, text.data() + text.size(), above);
  if (text[0] != '+' || error != std::errc() ||
      end != text.data() + text.size() || above < 0 || above > 30) {
    return std::nullopt;
  }
  return kSigRtmin + above;
}

std::optional<SignalMask> ParseSignals(std::string_view text) {
  SignalMask signals = 0;
  if (text == "none") return signals;
  if (!ForEachPart(text, ',', [&](std::string_view part) {
        const std::optional<int> signal = ParseSignal(part);
        if (signal) signals |= MaskOf(*signal);
        return signal.has_value();
      })) {
    return std::nullopt;
  }
  return signals;
}

std::optional<Word> ParseWord(std::string_view text) {
  return Find(kWords, text);
}
Errno ParseErrno(std::string_view text) {
  return Find(kErrnos, text).value_or(Errno::kOther);
}

}  // namespace plumbline::semantics
