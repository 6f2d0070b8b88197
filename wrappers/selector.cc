#include "wrappers/selector.h"

#include <fcntl.h>

#include <chrono>
#include <span>
#include <vector>

#include "wrappers/epoll.h"
#include "wrappers/poll.h"
#include "wrappers/select.h"

namespace plumbline::internal {
namespace {

constexpr char kRegister[] = "Selector::Register";
constexpr char kModify[] = "Selector::Modify";
constexpr char kUnregister[] = "Selector::Unregister";
constexpr char kSelect[] = "Selector::Select";
constexpr char kGetKey[] = "Selector::GetKey";
constexpr char kClose[] = "Selector::Close";

template <typename... Arguments>
Error Refused(int number, const char* function, const char* why,
              const Arguments&... arguments) {
  return FailedWith(number, function, argument::Reason{why}, arguments...);
}

template <typename... Arguments>
Error Closed(const char* function, const Arguments&... arguments) {
  return Refused(EBADF, function, "the selector is closed", arguments...);
}

// One of them, or both.
bool IsValid(SelectorEvents events) {
  return events &&
         (SelectorEvents::kRead | SelectorEvents::kWrite).Contains(events);
}

template <typename... Arguments>
Error Invalid(const char* function, const Arguments&... arguments) {
  return Refused(EINVAL, function, "events is not kRead, kWrite or both",
                 arguments...);
}

Error NotOpen(const SelectorKeyBase& key) {
  return Refused(EBADF, kRegister, "fd is not open", key.fd(), key.events());
}

// What is found that is neither, a hang-up or an error, is both: whoever waits
// for either gets to know.
template <typename Events>
SelectorEvents FoundBy(Events events) {
  SelectorEvents found;
  if (events & ~Events::kOut) found |= SelectorEvents::kRead;
  if (events & ~Events::kIn) found |= SelectorEvents::kWrite;
  return found;
}

template <typename Events>
Events AskedOf(SelectorEvents events) {
  Events asked;
  if (events & SelectorEvents::kRead) asked |= Events::kIn;
  if (events & SelectorEvents::kWrite) asked |= Events::kOut;
  return asked;
}

}  // namespace

// The keys, and what was found of them. How it is found is up to what derives
// from this.
class SelectorImplementation {
 public:
  using Key = SelectorKeyBase;

  SelectorImplementation() = default;
  virtual ~SelectorImplementation() = default;
  SelectorImplementation(const SelectorImplementation&) = delete;
  SelectorImplementation& operator=(const SelectorImplementation&) = delete;

  virtual BorrowedFd fd() const { return {}; }

  bool is_open() const { return is_open_; }
  std::span<const SelectorFinding> findings() const { return findings_; }
  std::size_t size() const { return size_; }

  Key* Find(BorrowedFd fd) const {
    // A negative one is too large then.
    const auto index = static_cast<unsigned>(fd.raw());
    return index < keys_.size() ? keys_[index].get() : nullptr;
  }
  int Next(int fd) const {
    for (std::size_t i = Index(fd); i < keys_.size(); ++i) {
      if (keys_[i] != nullptr) return static_cast<int>(i);
    }
    return SelectorCore::kEnd;
  }

  Result<Key*> Register(std::unique_ptr<Key> key) {
    const int fd = key->fd().raw();
    if (!IsValid(key->events())) [[unlikely]]
      return Invalid(kRegister, key->fd(), key->events());
    if (fd < 0) [[unlikely]]
      return NotOpen(*key);
    if (Find(key->fd()) != nullptr) [[unlikely]]
      return Refused(EEXIST, kRegister, "fd is registered already", key->fd(),
                     key->events());
    if (const Result<void> done = DoRegister(*key); !done) [[unlikely]]
      return done.error();
    // Not before it is known that there is such a number: any may be given.
    if (Index(fd) >= keys_.size()) MakeRoom(*key);
    ++size_;
    return (keys_[Index(fd)] = std::move(key)).get();
  }

  Result<Key*> Modify(Key& key, SelectorEvents events) {
    if (events == key.events_) return &key;
    if (!IsValid(events)) [[unlikely]]
      return Invalid(kModify, key.fd(), events);
    if (const Result<void> done = DoModify(key, events); !done) [[unlikely]]
      return done.error();
    key.events_ = events;
    Narrow(key, events);
    return &key;
  }

  std::unique_ptr<Key> Unregister(Key& key) {
    DoUnregister(key);
    Narrow(key, {});
    --size_;
    return std::move(keys_[Index(key.fd().raw())]);
  }

  Result<void> Wait(PollTimeout timeout) {
    findings_.clear();
    if (findings_.capacity() < size_) [[unlikely]]
      findings_.reserve(2 * size_);
    return DoWait(timeout);
  }

  Result<void> Close() {
    Forget();
    return DoClose();
  }

  void Forget() noexcept {
    is_open_ = false;
    // A loop over them may go on.
    for (SelectorFinding& finding : findings_) finding.key = nullptr;
    // What the data's destructors call finds nothing.
    size_ = 0;
    const std::vector<std::unique_ptr<Key>> forgotten = std::move(keys_);
  }

 protected:
  // By DoWait, at most once of each key.
  void Found(Key& key, SelectorEvents events) {
    const SelectorEvents asked = events & key.events_;
    if (!asked) return;
    key.place_ = static_cast<std::uint32_t>(findings_.size());
    findings_.push_back({&key, asked});
  }

  static std::uint32_t& Mark(Key& key) { return key.mark_; }

 private:
  // Find does not yet find the key.
  virtual Result<void> DoRegister(Key& key) = 0;
  // The key still has the events that it had.
  virtual Result<void> DoModify(Key& key, SelectorEvents events) = 0;
  // errno is preserved.
  virtual void DoUnregister(Key& key) noexcept = 0;
  virtual Result<void> DoWait(PollTimeout timeout) = 0;
  virtual Result<void> DoClose() = 0;

  static std::size_t Index(int fd) { return static_cast<std::size_t>(fd); }

  // If there is no memory for it, the key is as if it had not been registered.
  void MakeRoom(Key& key) {
    struct Undo {
      ~Undo() {
        if (key != nullptr) implementation->DoUnregister(*key);
      }
      SelectorImplementation* implementation;
      Key* key;
    } undo = {this, &key};
    keys_.resize(Index(key.fd().raw()) + 1);
    undo.key = nullptr;
  }

  // Of what was found of the key, only `events` are still to be told.
  void Narrow(const Key& key, SelectorEvents events) noexcept {
    if (key.place_ >= findings_.size()) return;
    SelectorFinding& finding = findings_[key.place_];
    if (finding.key != &key) return;
    finding.events &= events;
    if (!finding.events) finding.key = nullptr;
  }

  bool is_open_ = true;
  std::size_t size_ = 0;
  // By descriptor: these are small numbers, and the kernel's own table of them
  // is as long.
  std::vector<std::unique_ptr<Key>> keys_;
  std::vector<SelectorFinding> findings_;
};

namespace {

// fcntl(2): as epoll_ctl(2) would say it.
Result<void> CheckOpen(const SelectorKeyBase& key) {
  if (::fcntl(key.fd().raw(), F_GETFD) < 0) [[unlikely]]
    return NotOpen(key);
  return {};
}

class EpollImplementation final : public SelectorImplementation {
 public:
  explicit EpollImplementation(Epoll epoll) : epoll_(std::move(epoll)) {}

  BorrowedFd fd() const override { return epoll_.fd(); }

 private:
  // Not only the descriptor, as that may be registered anew while the kernel
  // still tells of the file that it was.
  static std::uint64_t Token(Key& key) {
    return std::uint64_t{Mark(key)} << 32 |
           static_cast<std::uint32_t>(key.fd().raw());
  }

  Result<void> DoRegister(Key& key) override {
    Mark(key) = ++registrations_;
    return epoll_.Register(key.fd(), AskedOf<EpollEvents>(key.events()),
                           Token(key));
  }
  Result<void> DoModify(Key& key, SelectorEvents events) override {
    return epoll_.Modify(key.fd(), AskedOf<EpollEvents>(events), Token(key));
  }
  void DoUnregister(Key& key) noexcept override {
    const int saved = errno;
    // It fails if the descriptor has been closed, whatever the number is now.
    (void)epoll_.Unregister(key.fd());
    errno = saved;
  }
  Result<void> DoWait(PollTimeout timeout) override {
    // There must be room for one at least.
    if (events_.size() <= size()) [[unlikely]]
      events_.resize(2 * size() + 1);
    const Result<std::span<EpollEvent>> ready = epoll_.Wait(events_, timeout);
    if (!ready) [[unlikely]]
      return ready.error();
    for (const EpollEvent& event : *ready) {
      Key* const key = Find(event.fd());
      if (key != nullptr && Token(*key) == event.data()) [[likely]]
        Found(*key, FoundBy(event.events()));
    }
    return {};
  }
  Result<void> DoClose() override { return epoll_.Close(); }

  Epoll epoll_;
  std::uint32_t registrations_ = 0;
  std::vector<EpollEvent> events_;
};

// A key's mark is its place in fds_.
class PollImplementation final : public SelectorImplementation {
 private:
  Result<void> DoRegister(Key& key) override {
    if (const Result<void> open = CheckOpen(key); !open) return open;
    Mark(key) = static_cast<std::uint32_t>(fds_.size());
    fds_.emplace_back(key.fd(), AskedOf<PollEvents>(key.events()));
    return {};
  }
  Result<void> DoModify(Key& key, SelectorEvents events) override {
    fds_[Mark(key)].set_requested(AskedOf<PollEvents>(events));
    return {};
  }
  void DoUnregister(Key& key) noexcept override {
    const std::uint32_t place = Mark(key);
    if (place != fds_.size() - 1) {
      fds_[place] = fds_.back();
      Mark(*Find(fds_[place].fd())) = place;
    }
    fds_.pop_back();
  }
  Result<void> DoWait(PollTimeout timeout) override {
    const Result<std::size_t> ready = Poll(fds_, timeout);
    if (!ready) [[unlikely]]
      return ready.error();
    std::size_t left = *ready;
    for (auto fd = fds_.begin(); left > 0; ++fd) {
      if (!fd->returned()) continue;
      Found(*Find(fd->fd()), FoundBy(fd->returned()));
      --left;
    }
    return {};
  }
  Result<void> DoClose() override { return {}; }

  std::vector<PollFd> fds_;
};

class SelectImplementation final : public SelectorImplementation {
 private:
  // `fd` fits.
  static void Put(FdSet& set, BorrowedFd fd, bool in) {
    if (in) {
      (void)set.insert(fd);
    } else {
      set.erase(fd);
    }
  }

  Result<void> DoRegister(Key& key) override {
    FdSet& first =
        key.events().Contains(SelectorEvents::kRead) ? read_ : write_;
    // Says so if it does not fit.
    if (const Result<void> fits = first.insert(key.fd()); !fits) return fits;
    if (const Result<void> open = CheckOpen(key); !open) {
      first.erase(key.fd());
      return open;
    }
    return DoModify(key, key.events());
  }
  Result<void> DoModify(Key& key, SelectorEvents events) override {
    Put(read_, key.fd(), events.Contains(SelectorEvents::kRead));
    Put(write_, key.fd(), events.Contains(SelectorEvents::kWrite));
    return {};
  }
  void DoUnregister(Key& key) noexcept override {
    read_.erase(key.fd());
    write_.erase(key.fd());
  }
  Result<void> DoWait(PollTimeout timeout) override {
    FdSet readable = read_, writable = write_;
    const Result<std::size_t> ready = plumbline::Select(
        &readable, &writable, nullptr,
        timeout.is_infinite()
            ? PreciseTimeout::Infinite()
            : std::chrono::milliseconds(timeout.milliseconds()));
    if (!ready) [[unlikely]]
      return ready.error();
    for (const BorrowedFd fd : readable) {
      SelectorEvents events = SelectorEvents::kRead;
      if (writable.contains(fd)) events |= SelectorEvents::kWrite;
      writable.erase(fd);
      Found(*Find(fd), events);
    }
    for (const BorrowedFd fd : writable)
      Found(*Find(fd), SelectorEvents::kWrite);
    return {};
  }
  Result<void> DoClose() override { return {}; }

  FdSet read_, write_;
};

}  // namespace

SelectorCore& SelectorCore::operator=(SelectorCore&& other) noexcept {
  if (this != &other) {
    Forget();
    implementation_ = std::move(other.implementation_);
  }
  return *this;
}

Result<void> SelectorCore::OpenEpoll() {
  Result<Epoll> epoll = Epoll::Create();
  if (!epoll) return epoll.error();
  implementation_.reset(new EpollImplementation(*std::move(epoll)));
  return {};
}
void SelectorCore::OpenPoll() { implementation_.reset(new PollImplementation); }
void SelectorCore::OpenSelect() {
  implementation_.reset(new SelectImplementation);
}

bool SelectorCore::is_open() const {
  return implementation_ != nullptr && implementation_->is_open();
}

BorrowedFd SelectorCore::fd() const {
  return implementation_ != nullptr ? implementation_->fd() : BorrowedFd();
}

Result<SelectorKeyBase*> SelectorCore::Register(std::unique_ptr<Key> key) {
  if (!is_open()) [[unlikely]]
    return Closed(kRegister, key->fd(), key->events());
  return implementation_->Register(std::move(key));
}

namespace {

template <typename... Arguments>
Error Unknown(const SelectorCore& core, const char* function,
              const Arguments&... arguments) {
  if (!core.is_open()) return Closed(function, arguments...);
  return Refused(ENOENT, function, "fd is not registered", arguments...);
}

}  // namespace

Result<SelectorKeyBase*> SelectorCore::Modify(BorrowedFd fd,
                                              SelectorEvents events) {
  Key* const key = Find(fd);
  if (key == nullptr) [[unlikely]]
    return Unknown(*this, kModify, fd, events);
  return implementation_->Modify(*key, events);
}

Result<void> SelectorCore::Unregister(BorrowedFd fd,
                                      std::unique_ptr<Key>& key) {
  Key* const found = Find(fd);
  if (found == nullptr) [[unlikely]]
    return Unknown(*this, kUnregister, fd);
  key = implementation_->Unregister(*found);
  return {};
}

Result<void> SelectorCore::Wait(PollTimeout timeout) {
  if (!is_open()) [[unlikely]]
    return Closed(kSelect, timeout.milliseconds());
  return implementation_->Wait(timeout);
}

Result<SelectorKeyBase*> SelectorCore::GetKey(BorrowedFd fd) const {
  Key* const key = Find(fd);
  if (key == nullptr) [[unlikely]]
    return Unknown(*this, kGetKey, fd);
  return key;
}

Result<void> SelectorCore::Close() {
  if (!is_open()) [[unlikely]]
    return Closed(kClose);
  return implementation_->Close();
}

const SelectorFinding* SelectorCore::findings_begin() const {
  return implementation_->findings().data();
}
const SelectorFinding* SelectorCore::findings_end() const {
  return findings_begin() + implementation_->findings().size();
}

std::size_t SelectorCore::size() const {
  return implementation_ != nullptr ? implementation_->size() : 0;
}
SelectorKeyBase* SelectorCore::Find(BorrowedFd fd) const {
  return implementation_ != nullptr ? implementation_->Find(fd) : nullptr;
}
int SelectorCore::Next(int fd) const {
  return implementation_ != nullptr ? implementation_->Next(fd) : kEnd;
}

void SelectorCore::Forget() noexcept {
  if (implementation_ != nullptr) implementation_->Forget();
}

void SelectorCore::Deleter::operator()(
    SelectorImplementation* implementation) const {
  delete implementation;
}

}  // namespace plumbline::internal
