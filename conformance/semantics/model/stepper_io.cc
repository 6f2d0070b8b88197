// Reading and writing: pipes, counters, timers.

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "conformance/semantics/model/pipe_room.h"
#include "conformance/semantics/model/stepper.h"

namespace plumbline::semantics {
namespace {

constexpr std::uint64_t kMostOfEventfd = ~std::uint64_t{0} - 1;
// Bytes that the executor prints; of more, a hash follows.
constexpr std::int64_t kPrinted = 64;
// sizeof(signalfd_siginfo)
constexpr std::int64_t kSiginfo = 128;

std::string Hex(std::uint8_t byte) {
  constexpr char kDigits[] = "0123456789abcdef";
  return {kDigits[byte >> 4], kDigits[byte & 15]};
}

std::uint64_t Fnv1a(std::uint64_t hash, std::uint8_t byte) {
  return (hash ^ byte) * 0x100000001b3;
}

// How much a step reads.
std::int64_t BytesOf(const Step& step) {
  return step[1].number * (step.call == Call::kReadSiginfo ? kSiginfo : 1);
}

// The number that read8 prints.
std::optional<std::uint64_t> Number(const Report& report) {
  if (report.output.empty()) return std::nullopt;
  const std::string& text = report.output[0];
  std::uint64_t number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

// The number whose 8 bytes were printed, the last one or the first one first.
std::uint64_t FromHex(const Report& report, bool is_little) {
  if (report.output.empty()) return 0;
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    const std::size_t at = is_little ? 14 - 2 * i : 2 * i;
    if (at + 2 > report.output[0].size()) return 0;
    const char* const digits = report.output[0].data() + at;
    unsigned byte = 0;
    std::from_chars(digits, digits + 2, byte, 16);
    number = number << 8 | byte;
  }
  return number;
}

// What the executor prints of bytes that were read.
std::string Printed(const std::vector<Chunk>& bytes) {
  std::string text;
  std::int64_t count = 0;
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const Chunk& chunk : bytes) {
    for (std::int64_t i = 0; i < chunk.size; ++i) {
      const auto byte = static_cast<std::uint8_t>(chunk.first + i);
      if (count < kPrinted) text += Hex(byte);
      hash = Fnv1a(hash, byte);
      ++count;
    }
  }
  if (count > kPrinted) {
    text += "+" + std::to_string(count - kPrinted) + "#";
    for (int shift = 56; shift >= 0; shift -= 8) {
      text += Hex(static_cast<std::uint8_t>(hash >> shift));
    }
  }
  return text;
}

}  // namespace

bool Stepper::DoRead(const Step& step) {
  const int fd = NumberOf(step[0].fd);
  if (!IsOpen(fd)) return FailsWith(Errno::kEBADF, Rule::kFdClosed);
  const int description = DescriptionOf(fd);
  if (!state_.At(description).reads) {
    return FailsWith(Errno::kEBADF, Rule::kPipeEnds);
  }
  if (report_->error == Errno::kEINTR) return WasInterrupted(true);
  switch (state_.ObjectOf(description).kind) {
    case ObjectKind::kPipe:
      return ReadPipe(step, description);
    case ObjectKind::kEventfd:
      return ReadEventfd(step, description);
    case ObjectKind::kTimerfd:
      return ReadTimerfd(step, description);
    case ObjectKind::kSignalfd:
      return ReadSignalfd(step, description);
    case ObjectKind::kEpoll:
      return FailsWith(Errno::kEINVAL, Rule::kWrongKind);
    case ObjectKind::kSocket:
      return ReadSocket(step, description, BytesOf(step));
    case ObjectKind::kNull:
      state_.is_lost = true;
      break;
  }
  return true;
}

bool Stepper::DoWrite(const Step& step) {
  const int fd = NumberOf(step[0].fd);
  if (!IsOpen(fd)) return FailsWith(Errno::kEBADF, Rule::kFdClosed);
  const int description = DescriptionOf(fd);
  if (!state_.At(description).writes) {
    return FailsWith(Errno::kEBADF, Rule::kPipeEnds);
  }
  if (report_->error == Errno::kEINTR) return WasInterrupted(true);
  switch (state_.ObjectOf(description).kind) {
    case ObjectKind::kPipe:
      return WritePipe(step, description);
    case ObjectKind::kEventfd:
      return WriteEventfd(step, description);
    case ObjectKind::kTimerfd:
    case ObjectKind::kSignalfd:
    case ObjectKind::kEpoll:
      return FailsWith(Errno::kEINVAL, Rule::kWrongKind);
    case ObjectKind::kSocket:
      return WriteSocket(step, description,
                         step.call == Call::kWrite8 ? 8 : step[1].number);
    case ObjectKind::kNull:
      state_.is_lost = true;
      break;
  }
  return true;
}

// The step read these bytes.
bool Stepper::Gives(const Step& step, const std::vector<Chunk>& bytes,
                    Rule rule) {
  std::int64_t size = 0;
  for (const Chunk& chunk : bytes) size += chunk.size;
  if (!Returns(size, rule)) return false;
  if (step.call != Call::kRead) return true;
  const std::string expected = Printed(bytes);
  return Holds(rule,
               report_->output.empty() ? expected.empty()
                                       : report_->output[0] == expected,
               "gives " + expected);
}

// ---- pipes ----------------------------------------------------------------

bool Stepper::ReadPipe(const Step& step, int description) {
  const Description& file = state_.At(description);
  Object& pipe = state_.ObjectOf(description);
  const std::int64_t size = BytesOf(step);
  if (size == 0) return ReturnsZero(Rule::kPipeOrder);
  if (pipe.chunks.empty()) {
    if (pipe.writers == 0) return ReturnsZero(Rule::kPipeEof);
    if ((file.status & kONonblock) != 0) {
      return FailsWith(Errno::kEAGAIN, Rule::kPipeEmpty);
    }
    return Holds(Rule::kPipeEmpty, false, "waits");
  }
  // All that is there and fits; but a packet ends a read.
  std::vector<Chunk> bytes;
  std::int64_t left = size;
  bool packet = false;
  while (left > 0 && !pipe.chunks.empty() && !packet) {
    Chunk& chunk = pipe.chunks.front();
    packet = chunk.packet;
    if (packet && !bytes.empty()) break;
    Chunk part = chunk;
    part.size = std::min(left, chunk.size);
    bytes.push_back(part);
    left -= part.size;
    if (packet || part.size == chunk.size) {
      pipe.chunks.erase(pipe.chunks.begin());
    } else {
      chunk.size -= part.size;
      chunk.first = static_cast<std::uint8_t>(chunk.first + part.size);
    }
  }
  const Rule rule = packet ? Rule::kPipePacket : Rule::kPipeOrder;
  if (!Returns(size - left, rule)) return false;
  if (step.call == Call::kRead) {
    const std::string expected = Printed(bytes);
    if (!Holds(rule, !report_->output.empty() && report_->output[0] == expected,
               "gives " + expected)) {
      return false;
    }
  }
  Edge(file.object, kOut | kWrnorm, Likely::kMaybe);
  // Linux has one that waited wake the next reader, if it leaves something.
  if ((file.status & kONonblock) == 0 && !pipe.chunks.empty()) {
    Edge(file.object, kIn | kRdnorm, Likely::kMaybe);
  }
  return true;
}

bool Stepper::WritePipe(const Step& step, int description) {
  const Description& file = state_.At(description);
  Object& pipe = state_.ObjectOf(description);
  const bool is_number = step.call == Call::kWrite8;
  const std::int64_t size = is_number ? 8 : step[1].number;
  // Nothing is written to nobody too.
  if (size == 0 && report_->error == Errno::kNone) {
    return ReturnsZero(Rule::kPipeCapacity);
  }
  if (pipe.readers == 0) {
    // SIGPIPE first, which may end the program.
    SendToThread(thread_, {13, "SI_USER", 0});
    LookForDoom(thread_, Thread().mask);
    return FailsWith(Errno::kEPIPE, Rule::kPipeBroken);
  }
  const PipeRoom room = PipeRoom::Of(pipe, target_.page_size);
  const std::int64_t used = pipe.Bytes();
  const bool packets = (file.status & kODirect) != 0;
  const bool nonblocking = (file.status & kONonblock) != 0;
  const Rule rule = size > kPipeBuf ? Rule::kPipePartial : Rule::kPipeAtomic;
  if (report_->error == Errno::kEAGAIN) {
    // Linux wakes readers then too.
    Edge(file.object, kIn | kRdnorm, Likely::kMaybe);
    return Holds(
        rule,
        nonblocking && (room.HasPage() != Likely::kYes ||
                        (size <= kPipeBuf && used + size > pipe.capacity)),
        "writes, as there is room");
  }
  // Linux has one that waited wake the next writer.
  if (!nonblocking) Edge(file.object, kOut | kWrnorm, Likely::kMaybe);
  const std::int64_t wrote = report_->result;
  if (!Holds(rule,
             report_->error == Errno::kNone && wrote > 0 && wrote <= size &&
                 (wrote == size || (nonblocking && size > kPipeBuf)),
             size > kPipeBuf && nonblocking
                 ? "writes a part or all"
                 : "writes all " + std::to_string(size))) {
    return false;
  }
  if (!Holds(Rule::kPipeCapacity, used + wrote <= pipe.capacity,
             "no more than has room")) {
    return false;
  }
  // A part is what had room.
  const std::int64_t wrote_pages =
      (wrote + target_.page_size - 1) / target_.page_size;
  if (wrote < size && !Holds(Rule::kPipeCapacity,
                             room.most_used + wrote_pages + 1 >= room.pages,
                             "all that has room")) {
    return false;
  }
  if (is_number) {
    // Its bytes hang on the byte order.
    state_.is_lost = true;
  } else {
    const bool was_empty = pipe.chunks.empty();
    std::int64_t first = step[2].number;
    std::int64_t left = wrote;
    while (left > 0) {
      const std::int64_t part = packets ? std::min(left, kPipeBuf) : left;
      pipe.chunks.push_back({static_cast<std::uint8_t>(first), part, packets});
      first += part;
      left -= part;
    }
    Edge(file.object, kIn | kRdnorm, was_empty ? Likely::kYes : Likely::kMaybe);
    return true;
  }
  Edge(file.object, kIn | kRdnorm, used == 0 ? Likely::kYes : Likely::kMaybe);
  return true;
}

// ---- eventfd --------------------------------------------------------------

bool Stepper::ReadEventfd(const Step& step, int description) {
  const Description& file = state_.At(description);
  Object& object = state_.ObjectOf(description);
  if (BytesOf(step) < 8) {
    return FailsWith(Errno::kEINVAL, Rule::kEventfdSize);
  }
  if (object.counter == 0) {
    if ((file.status & kONonblock) != 0) {
      return FailsWith(Errno::kEAGAIN, Rule::kEventfdZero);
    }
    return Holds(Rule::kEventfdZero, false, "waits");
  }
  const Rule rule =
      object.semaphore ? Rule::kEventfdSemaphore : Rule::kEventfdTake;
  if (!Returns(8, rule)) return false;
  const std::uint64_t expected = object.semaphore ? 1 : object.counter;
  if (step.call == Call::kRead &&
      !Holds(rule,
             FromHex(*report_, true) == expected ||
                 FromHex(*report_, false) == expected,
             "gives the bytes of " + std::to_string(expected))) {
    return false;
  }
  if (step.call == Call::kRead8 &&
      !Holds(rule, Number(*report_) == expected,
             "gives " + std::to_string(expected))) {
    return false;
  }
  const bool was_full = object.counter == kMostOfEventfd;
  object.counter -= expected;
  Edge(file.object, kOut, was_full ? Likely::kYes : Likely::kMaybe);
  return true;
}

bool Stepper::WriteEventfd(const Step& step, int description) {
  const Description& file = state_.At(description);
  Object& object = state_.ObjectOf(description);
  if (step.call == Call::kWrite) {
    if (step[1].number < 8) {
      return FailsWith(Errno::kEINVAL, Rule::kEventfdSize);
    }
    // Bytes that count up are a number too, but not the same everywhere.
    state_.is_lost = true;
    return true;
  }
  const std::uint64_t number = step[1].bits();
  if (number == ~std::uint64_t{0}) {
    return FailsWith(Errno::kEINVAL, Rule::kEventfdSize);
  }
  if (number > kMostOfEventfd - object.counter) {
    if ((file.status & kONonblock) != 0) {
      return FailsWith(Errno::kEAGAIN, Rule::kEventfdFull);
    }
    return Holds(Rule::kEventfdFull, false, "waits");
  }
  if (!Returns(8, Rule::kEventfdAdd)) return false;
  const bool was_zero = object.counter == 0;
  object.counter += number;
  Edge(file.object, kIn,
       was_zero && number != 0 ? Likely::kYes : Likely::kMaybe);
  return true;
}

// ---- timerfd --------------------------------------------------------------

bool Stepper::DoTimerfdSettime(const Step& step) {
  const int fd = NumberOf(step[0].fd);
  const Flags flags = step[1].flags();
  const std::int64_t value = step[2].number;
  const std::int64_t interval = step[3].number;
  constexpr Flags kKnown = kTfdTimerAbstime | kTfdTimerCancelOnSet;
  // A time before now is one too.
  const bool absolute = (flags & kTfdTimerAbstime) != 0;
  const bool bad = (value < 0 && !absolute) || interval < 0;
  if (!IsOpen(fd)) {
    if (bad || (flags & ~kKnown) != 0) {
      return FailsWithAny({{Errno::kEBADF, Rule::kFdClosed},
                           {Errno::kEINVAL, Rule::kTimerInvalid}});
    }
    return FailsWith(Errno::kEBADF, Rule::kFdClosed);
  }
  const int description = DescriptionOf(fd);
  Object& timer = state_.ObjectOf(description);
  if (timer.kind != ObjectKind::kTimerfd) {
    return FailsWith(Errno::kEINVAL, Rule::kWrongKind);
  }
  if (bad) return FailsWith(Errno::kEINVAL, Rule::kTimerInvalid);
  if ((flags & ~kKnown) != 0) {
    return FailsWith(Errno::kEINVAL, Rule::kBadFlags);
  }
  if (!ReturnsZero(Rule::kTimerDisarm)) return false;
  timer.set_interval = interval;
  timer.told_over = kNever;
  if (value == 0) {
    timer.first_before = timer.first_after = kNever;
    timer.interval = 0;
    return true;
  }
  timer.first_before = when_.before + value;
  timer.first_after = when_.after + value;
  timer.interval = interval;
  // That it will be over is news.
  Edge(state_.At(description).object, kIn, Likely::kYes);
  return true;
}

bool Stepper::DoTimerfdGettime(const Step& step) {
  const int fd = NumberOf(step[0].fd);
  if (!IsOpen(fd)) return FailsWith(Errno::kEBADF, Rule::kFdClosed);
  const Object& timer = state_.ObjectOf(DescriptionOf(fd));
  if (timer.kind != ObjectKind::kTimerfd) {
    return FailsWith(Errno::kEINVAL, Rule::kWrongKind);
  }
  if (!ReturnsZero(Rule::kTimerGettime)) return false;
  std::int64_t times[2] = {-1, -1};
  for (std::size_t i = 0; i < 2 && i < report_->output.size(); ++i) {
    const std::string& text = report_->output[i];
    std::from_chars(text.data(), text.data() + text.size(), times[i]);
  }
  const auto [value, interval] = times;
  if (timer.first_after == kNever) {
    return Holds(Rule::kTimerGettime, value == 0, "gives 0, as it is disarmed");
  }
  if (!Holds(Rule::kTimerInterval, interval == timer.interval,
             "gives the interval " + std::to_string(timer.interval))) {
    return false;
  }
  Time most = timer.first_after - when_.before;
  Time least = timer.first_before - when_.after;
  if (least <= 0) {
    // It may be over: then what is left is of the next one.
    least = 0;
    most = std::max(most, timer.interval);
  }
  return Holds(
      Rule::kTimerGettime, value >= least && value <= most,
      "gives " + std::to_string(least) + " to " + std::to_string(most));
}

bool Stepper::ReadTimerfd(const Step& step, int description) {
  const Description& file = state_.At(description);
  Object& timer = state_.ObjectOf(description);
  if (BytesOf(step) < 8) {
    return FailsWith(Errno::kEINVAL, Rule::kTimerSize);
  }
  if (report_->error == Errno::kEAGAIN) {
    return Holds(Rule::kTimerWaits,
                 (file.status & kONonblock) != 0 &&
                     (Ready(description, when_).sure & kIn) == 0,
                 "gives its expirations");
  }
  if (!Returns(8, Rule::kTimerWaits)) return false;
  // What is no record is not printed.
  if (step.call == Call::kReadSiginfo) {
    state_.is_lost = true;
    return true;
  }
  auto given = Number(*report_);
  if (step.call == Call::kRead) {
    // Bytes, in the order of the target: the number is the small one.
    given = std::min(FromHex(*report_, false), FromHex(*report_, true));
  }
  if (!Holds(Rule::kTimerNotEarly,
             given && *given > 0 && when_.after >= timer.first_before,
             "none before its time")) {
    return false;
  }
  const auto count = static_cast<std::int64_t>(*given);
  std::int64_t most = 1;
  std::int64_t least = 1;
  if (timer.interval > 0) {
    most += (when_.after - timer.first_before) / timer.interval;
    if (when_.before > timer.first_after) {
      least += (when_.before - timer.first_after) / timer.interval;
    }
  }
  if (!Holds(
          Rule::kTimerCount, count >= least && count <= most,
          "gives " + std::to_string(least) + " to " + std::to_string(most))) {
    return false;
  }
  timer.told_over = kNever;
  if (timer.interval == 0) {
    timer.first_before = timer.first_after = kNever;
    return true;
  }
  // What the count says of when it began.
  timer.first_after =
      std::min(timer.first_after, when_.after - (count - 1) * timer.interval);
  timer.first_before =
      std::max(timer.first_before, when_.before - count * timer.interval);
  timer.first_after += count * timer.interval;
  timer.first_before += count * timer.interval;
  Edge(file.object, kIn, Likely::kYes);
  return true;
}

}  // namespace plumbline::semantics
