// Sockets: pairs of AF_UNIX.

#include <algorithm>
#include <bit>
#include <string>
#include <vector>

#include "conformance/semantics/model/stepper.h"

namespace plumbline::semantics {
namespace {

// More than this is given to the other end part by part, each of which is news.
constexpr std::int64_t kAtOnce = 4096;

constexpr Flags kTypes = kSockStream | kSockDgram | kSockSeqpacket;
constexpr Events kWritable = kOut | kWrnorm | kWrband;

// How much can be written is SO_SNDBUF, of which the kernel uses some for its
// own, and whose default is the machine's (net.core.wmem_default). This is
// small enough for any, as is the number of datagrams
// (net.unix.max_dgram_qlen).
constexpr std::int64_t kSureRoom = 32'768;
constexpr std::size_t kSureMessages = 10;

std::int64_t CostOf(std::int64_t size) { return 2 * size + 1024; }

bool IsStream(const Object& end) { return end.type == kSockStream; }
bool IsDatagram(const Object& end) { return end.type == kSockDgram; }

// Whether the end that reads has room for so much more.
Likely HasRoom(const Object& reader, std::int64_t size) {
  std::int64_t cost = size == 0 ? 0 : CostOf(size);
  for (const Chunk& chunk : reader.chunks) cost += CostOf(chunk.whole);
  const bool sure =
      cost <= kSureRoom &&
      (IsStream(reader) || reader.chunks.size() < kSureMessages) &&
      !reader.may_have_more;
  return sure ? Likely::kYes : Likely::kMaybe;
}

// Whether there is something to read.
Likely HasChunk(const Object& end) {
  Likely has = end.may_have_more ? Likely::kMaybe : Likely::kNo;
  for (const Chunk& chunk : end.chunks) has = std::max(has, chunk.there);
  return has;
}

}  // namespace

// Whether the other end of a connection was closed. Datagrams have none.
bool Stepper::IsHungUp(const Object& end) const {
  return !IsDatagram(end) && Peer(end).gone;
}

bool Stepper::DoSocketpair(const Step& step) {
  const Flags flags = step[0].flags();
  const Flags type = flags & kTypes;
  if (std::popcount(type) != 1 ||
      (flags & ~(kTypes | kSockNonblock | kSockCloexec)) != 0) {
    // Other types have other numbers on other architectures.
    state_.is_lost = true;
    return true;
  }
  const int first = LowestFree(0);
  const int second = first < 0 ? -1 : LowestFree(first + 1);
  if (second < 0) return FailsWith(Errno::kEMFILE, Rule::kFdLimit);
  if (!Holds(Rule::kFdLowest,
             report_->error == Errno::kNone && report_->result == first &&
                 report_->second == second,
             "makes " + std::to_string(first) + "," + std::to_string(second))) {
    return false;
  }
  const Flags status = (flags & kSockNonblock) != 0 ? kONonblock : Flags{0};
  const bool cloexec = (flags & kSockCloexec) != 0;
  const int objects = static_cast<int>(state_.objects.size());
  for (int i = 0; i < 2; ++i) {
    Object end;
    end.kind = ObjectKind::kSocket;
    end.type = type;
    end.peer = objects + 1 - i;
    Install(i == 0 ? first : second, Open(std::move(end), kORdwr, status),
            cloexec);
  }
  state_.made[static_cast<std::size_t>(report_->step)] = {first, second};
  return true;
}

void Stepper::CloseSocket(int number) {
  Object& end = state_.objects[static_cast<std::size_t>(number)];
  const int peer = end.peer;
  end.gone = true;
  if (Peer(end).gone) return;
  if (IsDatagram(end)) {
    // What was not read gives its room back.
    Edge(peer, kWritable, Likely::kMaybe);
  } else {
    // An empty message is no data; Linux counts it.
    const bool has_data = std::any_of(
        end.chunks.begin(), end.chunks.end(),
        [](const Chunk& c) { return c.size > 0 && c.there == Likely::kYes; });
    Peer(end).reset = has_data             ? Likely::kYes
                      : end.chunks.empty() ? Likely::kNo
                                           : Likely::kMaybe;
    Edge(peer, kIn | kRdnorm | kWritable | kErr | kHup | kRdhup, Likely::kYes);
  }
  end.chunks.clear();
}

// ---- reading --------------------------------------------------------------

bool Stepper::ReadSocket(const Step& step, int description, std::int64_t size) {
  const Description& file = state_.At(description);
  Object& end = state_.ObjectOf(description);
  const Rule rule = IsStream(end) ? Rule::kSocketStream : Rule::kSocketMessage;
  if (report_->error == Errno::kECONNRESET) {
    // Before the data or after it.
    const bool is_due = end.reset != Likely::kNo;
    end.reset = Likely::kNo;
    return Holds(Rule::kSocketReset, is_due, "no ECONNRESET");
  }
  if (size == 0) return ReturnsZero(rule);
  if (end.may_have_more) {
    state_.is_lost = true;
    return true;
  }
  const bool has_read = report_->error == Errno::kNone && report_->result > 0;
  if (!has_read && HasChunk(end) != Likely::kYes) {
    const bool is_empty_message = !end.chunks.empty() &&
                                  end.chunks.front().size == 0 &&
                                  report_->error == Errno::kNone;
    if (!is_empty_message) return ReadNothing(file, end);
  }
  if (!(IsStream(end) ? ReadStream(step, end, size)
                      : ReadMessage(step, end, size))) {
    return false;
  }
  Object& peer = Peer(end);
  if (peer.gone) return true;
  const bool is_news = peer.full && HasRoom(end, 0) == Likely::kYes;
  if (is_news) peer.full = false;
  Edge(end.peer, kWritable, is_news ? Likely::kYes : Likely::kMaybe);
  return true;
}

// Nothing is there, or what may be is not.
bool Stepper::ReadNothing(const Description& file, Object& end) {
  const bool has_lost =
      std::any_of(end.chunks.begin(), end.chunks.end(),
                  [](const Chunk& chunk) { return chunk.size > 0; });
  if (has_lost) return Holds(Rule::kSocketReliable, false, "gives a message");
  end.chunks.clear();
  if (IsHungUp(end)) {
    if (end.reset == Likely::kYes) {
      return FailsWith(Errno::kECONNRESET, Rule::kSocketReset);
    }
    end.reset = Likely::kNo;
    return ReturnsZero(Rule::kSocketEof);
  }
  if ((file.status & kONonblock) != 0) {
    return FailsWith(Errno::kEAGAIN, Rule::kSocketEmpty);
  }
  return Holds(Rule::kSocketEmpty, false, "waits");
}

bool Stepper::ReadStream(const Step& step, Object& end, std::int64_t size) {
  std::vector<Chunk> bytes;
  std::int64_t left = size;
  while (left > 0 && !end.chunks.empty()) {
    Chunk& chunk = end.chunks.front();
    Chunk part = chunk;
    part.size = std::min(left, chunk.size);
    bytes.push_back(part);
    left -= part.size;
    if (part.size == chunk.size) {
      end.chunks.erase(end.chunks.begin());
    } else {
      chunk.size -= part.size;
      chunk.first = static_cast<std::uint8_t>(chunk.first + part.size);
    }
  }
  return Gives(step, bytes, Rule::kSocketStream);
}

bool Stepper::ReadMessage(const Step& step, Object& end, std::int64_t size) {
  std::vector<Chunk>& chunks = end.chunks;
  std::size_t at = 0;
  if (report_->error == Errno::kNone && report_->result == 0 &&
      chunks[0].size == 0) {
    // By the NOTES of recv(2) read leaves an empty message, by its RETURN VALUE
    // it is received; Linux takes it. So one more of those in front may be
    // gone.
    while (at < chunks.size() && chunks[at].size == 0 &&
           chunks[at].there == Likely::kMaybe) {
      ++at;
    }
    if (at < chunks.size() && chunks[at].size == 0) {
      chunks[at].there = Likely::kMaybe;
    }
    return Gives(step, {}, Rule::kSocketMessage);
  }
  while (at < chunks.size() && chunks[at].size == 0 &&
         chunks[at].there == Likely::kMaybe) {
    ++at;
  }
  if (at == chunks.size()) {
    return Holds(Rule::kSocketMessage, false, "gives nothing");
  }
  Chunk message = chunks[at];
  message.size = std::min(message.size, size);
  if (!Gives(step, {message}, Rule::kSocketMessage)) return false;
  const auto begin = chunks.begin();
  chunks.erase(begin, begin + static_cast<std::ptrdiff_t>(at) + 1);
  // Either all were lost or none.
  if (message.there == Likely::kMaybe) {
    Holds(Rule::kSocketReliable, true, {});
    for (Chunk& chunk : chunks) chunk.there = Likely::kYes;
  }
  return true;
}

// ---- writing --------------------------------------------------------------

bool Stepper::WriteSocket(const Step& step, int description,
                          std::int64_t size) {
  const Description& file = state_.At(description);
  Object& end = state_.ObjectOf(description);
  Object& peer = Peer(end);
  const bool stream = IsStream(end);
  const bool nonblocking = (file.status & kONonblock) != 0;
  if (report_->error == Errno::kEMSGSIZE) {
    return Holds(Rule::kSocketAtomic, !stream && CostOf(size) > kSureRoom,
                 "no EMSGSIZE");
  }
  if (peer.gone) return WriteToGone(end, file.object, size);
  peer.may_have_more = false;
  const Likely room = HasRoom(peer, size);
  if (report_->error == Errno::kEAGAIN) {
    end.full = true;
    return Holds(Rule::kSocketRoom, nonblocking && room != Likely::kYes,
                 "writes, as there is room");
  }
  const std::int64_t wrote = report_->result;
  const bool may_do_part =
      stream && room != Likely::kYes &&
      (nonblocking || !report_->handled.empty() || was_signalled_);
  if (!Holds(stream ? Rule::kSocketRoom : Rule::kSocketAtomic,
             report_->error == Errno::kNone &&
                 (wrote == size || (may_do_part && wrote > 0 && wrote < size)),
             may_do_part ? "writes a part or all"
                         : "writes all " + std::to_string(size))) {
    return false;
  }
  if (room == Likely::kYes) Holds(Rule::kSocketRoom, true, {});
  end.full = wrote < size;
  if (stream && wrote == 0) return true;
  if (step.call == Call::kWrite8) {
    // Its bytes hang on the byte order.
    state_.is_lost = true;
    return true;
  }
  const bool was_empty = peer.chunks.empty();
  Chunk& chunk = peer.chunks.emplace_back();
  chunk.first = static_cast<std::uint8_t>(step[2].number);
  chunk.size = chunk.whole = wrote;
  if (wrote > kAtOnce) peer.long_write_end = when_.after;
  Edge(end.peer, kIn | kRdnorm, was_empty ? Likely::kYes : Likely::kMaybe);
  return true;
}

// The other end was closed.
bool Stepper::WriteToGone(Object& end, int number, std::int64_t size) {
  // What writing nothing does is not specified.
  const bool did_nothing = size == 0 && report_->error == Errno::kNone;
  if (IsDatagram(end)) {
    if (did_nothing) return ReturnsZero(Rule::kSocketRefused);
    Edge(number, kIn | kRdnorm | kWritable, Likely::kMaybe);
    if (end.refused) {
      return FailsWithAny({{Errno::kENOTCONN, Rule::kSocketRefused},
                           {Errno::kEDESTADDRREQ, Rule::kSocketRefused}});
    }
    end.refused = true;
    // Linux then drops what was not read.
    for (Chunk& chunk : end.chunks) chunk.there = Likely::kMaybe;
    return FailsWith(Errno::kECONNREFUSED, Rule::kSocketRefused);
  }
  if (did_nothing) return ReturnsZero(Rule::kSocketBroken);
  if (report_->error == Errno::kECONNRESET) {
    const bool is_due = end.reset != Likely::kNo;
    end.reset = Likely::kNo;
    return Holds(Rule::kSocketReset, is_due, "no ECONNRESET");
  }
  if (!FailsWith(Errno::kEPIPE, Rule::kSocketBroken)) return false;
  if (!IsStream(end)) {
    // Linux sends no SIGPIPE. Where it is blocked, that shows later.
    const bool blocked = (Thread().mask & MaskOf(13)) != 0;
    if (blocked) state_.is_lost = true;
    const bool was_handled =
        std::find(report_->handled.begin(), report_->handled.end(), 13) !=
        report_->handled.end();
    if (!Holds(
            Rule::kSocketBroken,
            blocked || was_handled || ActionOf(13).disposition == Word::kIgnore,
            "SIGPIPE, too")) {
      return false;
    }
  }
  SendToThread(thread_, {13, "SI_USER", 0});
  LookForDoom(thread_, Thread().mask);
  return true;
}

// A part of it may be there.
void Stepper::NoteSleepingWriter(const Step& step) {
  if (step.call != Call::kWrite && step.call != Call::kWrite8) return;
  const int description = DescriptionOf(NumberOf(step[0].fd));
  if (description < 0) return;
  Object& end = state_.ObjectOf(description);
  if (end.kind != ObjectKind::kSocket || !IsStream(end)) return;
  Peer(end).may_have_more = true;
  Edge(end.peer, kIn | kRdnorm, Likely::kMaybe);
}

// ---- waiting --------------------------------------------------------------

Readiness Stepper::SocketReady(const Object& end) const {
  Readiness ready;
  const Object& peer = Peer(end);
  const bool hung_up = IsHungUp(end);
  const Likely in =
      hung_up ? std::max(HasChunk(end), Likely::kMaybe) : HasChunk(end);
  ready.Add(kIn, in);
  ready.Add(kRdnorm, std::min(in, Likely::kMaybe));
  ready.Add(kOut, peer.gone ? Likely::kMaybe : HasRoom(peer, 0));
  ready.Add(kWrnorm | kWrband, Likely::kMaybe);
  if (hung_up) {
    ready.Add(kHup, Likely::kYes);
    ready.Add(kRdhup, IsStream(end) ? Likely::kYes : Likely::kMaybe);
  }
  ready.Add(kErr, end.reset);
  return ready;
}

Likely Stepper::SocketWriteDone(const Object& end, std::int64_t size) const {
  const Object& peer = Peer(end);
  return peer.gone ? Likely::kYes : HasRoom(peer, size);
}

}  // namespace plumbline::semantics
