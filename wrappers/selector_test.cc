#include "wrappers/selector.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "wrappers/eventfd.h"
#include "wrappers/poll.h"
#include "wrappers/retry.h"
#include "wrappers/select.h"
#include "wrappers/testing/child.h"
#include "wrappers/testing/interruptions.h"
#include "wrappers/testing/result_assertions.h"
#include "wrappers/testing/result_matchers.h"

namespace {

// Allocations of this thread; the one that makes it 0 fails.
thread_local long allocations = 0;
thread_local long allocations_left = -1;

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (allocations_left >= 0 && allocations_left-- == 0) throw std::bad_alloc();
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace plumbline {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::StartsWith;
using testing::UnorderedElementsAre;
using testing_support::InChild;
using testing_support::Interruptions;

constexpr SelectorEvents kRead = SelectorEvents::kRead;
constexpr SelectorEvents kWrite = SelectorEvents::kWrite;

// What there is no way to write.

template <typename Events, typename... Arguments>
concept Registers = requires(Selector<int>& selector, BorrowedFd fd,
                             Events events, Arguments... arguments) {
  selector.Register(fd, events, arguments...);
};
static_assert(Registers<SelectorEvents>);
static_assert(Registers<SelectorEvents, int>);
static_assert(!Registers<PollEvents>);
static_assert(!Registers<int>);
static_assert(!Registers<SelectorEvents, const char*>);

template <typename Fd>
concept RegistersFd = requires(Selector<>& selector, const Fd& fd) {
  selector.Register(fd, SelectorEvents::kRead);
};
static_assert(RegistersFd<BorrowedFd>);
static_assert(RegistersFd<EventFd>);
static_assert(!RegistersFd<int>);

template <typename Type>
concept IsMoveOnly = std::is_nothrow_move_constructible_v<Type> &&
                     std::is_nothrow_move_assignable_v<Type> &&
                     !std::is_copy_constructible_v<Type> &&
                     !std::is_copy_assignable_v<Type>;
static_assert(IsMoveOnly<EpollSelector<std::string>>);
static_assert(IsMoveOnly<PollSelector<std::string>>);
static_assert(IsMoveOnly<SelectSelector<std::string>>);

static_assert(std::is_same_v<DefaultSelector<int>, EpollSelector<int>>);
static_assert(std::has_virtual_destructor_v<Selector<>>);
// A part of one can't be taken.
static_assert(!std::is_constructible_v<Selector<>, EpollSelector<>>);
static_assert(!std::is_default_constructible_v<Selector<>>);
static_assert(
    !std::is_constructible_v<EpollSelector<>, internal::SelectorCore>);

static_assert(std::forward_iterator<ReadyKeys<int>::Iterator>);
static_assert(std::forward_iterator<SelectorMap<int>::Iterator>);
template <typename Range>
using ElementOf = decltype(*std::declval<Range>().begin());
static_assert(std::is_same_v<ElementOf<ReadyKeys<int>>, ReadyKey<int>>);
static_assert(
    std::is_same_v<ElementOf<decltype(std::declval<Selector<int>>().GetMap())>,
                   SelectorKey<int>&>);
static_assert(std::is_same_v<
              ElementOf<decltype(std::declval<const Selector<int>>().GetMap())>,
              const SelectorKey<int>&>);

// What of a selector without data is used up by data.
static_assert(sizeof(SelectorKey<>) < sizeof(SelectorKey<std::uint64_t>));

// "r", "w", "rw" or "".
std::string Text(SelectorEvents events) {
  std::string text;
  if (events.Contains(kRead)) text += 'r';
  if (events.Contains(kWrite)) text += 'w';
  if (events & ~(kRead | kWrite)) text += '?';
  return text;
}

// By descriptor, the events that are found; each key once.
template <typename Data>
std::map<int, std::string> Found(Selector<Data>& selector,
                                 PollTimeout timeout = 0s) {
  std::map<int, std::string> found;
  const Result<ReadyKeys<Data>> ready = selector.Select(timeout);
  EXPECT_SUCCEEDS(ready);
  if (!ready) return found;
  std::size_t count = 0;
  for (const auto [key, events] : *ready) {
    EXPECT_RETURNS(selector.GetKey(key.fd()), &key);
    EXPECT_TRUE(events);
    EXPECT_TRUE(key.events().Contains(events));
    EXPECT_TRUE(found.emplace(key.fd().raw(), Text(events)).second);
    ++count;
  }
  EXPECT_EQ(ready->size(), count);
  EXPECT_EQ(ready->empty(), count == 0);
  return found;
}

template <typename Map>
std::vector<int> Descriptors(const Map& map) {
  std::vector<int> descriptors;
  for (const auto& key : map) descriptors.push_back(key.fd().raw());
  return descriptors;
}

int Raw(BorrowedFd fd) { return fd.raw(); }
std::string Number(BorrowedFd fd) { return std::to_string(fd.raw()); }

// 1 makes it readable; it is writable always.
EventFd NewEvent(unsigned initial = 0) {
  return EventFd::Create(initial,
                         EventFdFlags::kCloexec | EventFdFlags::kNonblock)
      .value();
}

// Of the same file, under a number from `lowest` on.
OwnedFd Duplicate(BorrowedFd fd, int lowest = 0) {
  const int raw = fcntl(fd.raw(), F_DUPFD_CLOEXEC, lowest);
  EXPECT_GE(raw, 0);
  return OwnedFd::Adopt(raw);
}

// A number that is not open, and is given to nothing by itself.
BorrowedFd ClosedNumber(int lowest = 200) {
  OwnedFd fd = Duplicate(BorrowedFd::FromRaw(STDIN_FILENO), lowest);
  const BorrowedFd number = fd.borrow();
  EXPECT_SUCCEEDS(fd.Close());
  return number;
}

// An eventfd under this number; what has it is closed.
OwnedFd EventAt(BorrowedFd number, unsigned initial) {
  OwnedFd event = NewEvent(initial).Release();
  if (event.borrow() == number) return event;
  EXPECT_EQ(dup3(event.raw(), number.raw(), O_CLOEXEC), number.raw());
  return OwnedFd::Adopt(number.raw());
}

// Two descriptors that are connected: a pipe's ends, or sockets.
struct Ends {
  OwnedFd first, second;

  static Ends Pipe() {
    int fds[2];
    EXPECT_EQ(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
    return {OwnedFd::Adopt(fds[0]), OwnedFd::Adopt(fds[1])};
  }
  static Ends Sockets() {
    int fds[2];
    EXPECT_EQ(
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds),
        0);
    return {OwnedFd::Adopt(fds[0]), OwnedFd::Adopt(fds[1])};
  }
};

void WriteByte(BorrowedFd fd) { EXPECT_EQ(write(fd.raw(), "x", 1), 1); }

// Writes until there is no room.
void Fill(BorrowedFd fd) {
  static const char bytes[4096] = {};
  for (const std::size_t size : {sizeof(bytes), std::size_t{1}}) {
    while (write(fd.raw(), bytes, size) > 0) continue;
    EXPECT_EQ(errno, EAGAIN);
  }
}

// Another limit of descriptors, for a while.
class DescriptorLimit {
 public:
  DescriptorLimit() { EXPECT_EQ(getrlimit(RLIMIT_NOFILE, &before_), 0); }
  ~DescriptorLimit() { EXPECT_TRUE(SetTo(before_.rlim_cur)); }
  DescriptorLimit(const DescriptorLimit&) = delete;
  DescriptorLimit& operator=(const DescriptorLimit&) = delete;

  bool SetTo(rlim_t limit) {
    const rlimit changed = {limit, before_.rlim_max};
    return setrlimit(RLIMIT_NOFILE, &changed) == 0;
  }

 private:
  rlimit before_;
};

// The three, and what they are to differ in.

struct ByEpoll {
  template <typename Data>
  using Of = EpollSelector<Data>;
  static constexpr SelectorKind kKind = SelectorKind::kEpoll;
  static constexpr const char* kName = "epoll";
  static constexpr const char* kWait = "epoll_wait";
  static constexpr bool kTellsWritersOfHangUp = true;
};
struct ByPoll {
  template <typename Data>
  using Of = PollSelector<Data>;
  static constexpr SelectorKind kKind = SelectorKind::kPoll;
  static constexpr const char* kName = "poll";
  static constexpr const char* kWait = "poll";
  static constexpr bool kTellsWritersOfHangUp = true;
};
struct BySelect {
  template <typename Data>
  using Of = SelectSelector<Data>;
  static constexpr SelectorKind kKind = SelectorKind::kSelect;
  static constexpr const char* kName = "select";
  static constexpr const char* kWait = "select";
  static constexpr bool kTellsWritersOfHangUp = false;
};

template <typename By>
class SelectorTest : public testing::Test {
 protected:
  template <typename Data>
  using Of = typename By::template Of<Data>;

  template <typename Data = NoData>
  static Of<Data> New() {
    return Of<Data>::Create().value();
  }
};

struct Names {
  template <typename By>
  static std::string GetName(int) {
    return By::kName;
  }
};
using Implementations = testing::Types<ByEpoll, ByPoll, BySelect>;
TYPED_TEST_SUITE(SelectorTest, Implementations, Names);

TYPED_TEST(SelectorTest, BeginsWithNothing) {
  auto selector = this->New();
  EXPECT_TRUE(selector.is_open());
  EXPECT_TRUE(selector.GetMap().empty());
  EXPECT_THAT(Found(selector), IsEmpty());
}

TYPED_TEST(SelectorTest, FindsWhatIsReadyAndItsData) {
  const EventFd set = NewEvent(1), unset = NewEvent();
  auto selector = this->template New<std::string>();
  EXPECT_SUCCEEDS(selector.Register(set, kRead, "set"));
  EXPECT_SUCCEEDS(selector.Register(unset, kRead, "unset"));
  const auto ready = selector.Select();
  ASSERT_SUCCEEDS(ready);
  ASSERT_EQ(ready->size(), 1u);
  const auto [key, events] = *ready->begin();
  EXPECT_EQ(key.fd(), set.fd());
  EXPECT_EQ(key.data(), "set");
  EXPECT_EQ(events, kRead);
}

TYPED_TEST(SelectorTest, FindsOnlyWhatIsWaitedFor) {
  const EventFd event = NewEvent(1);  // for both
  for (const SelectorEvents events : {kRead, kWrite, kRead | kWrite}) {
    auto selector = this->New();
    EXPECT_SUCCEEDS(selector.Register(event, events));
    EXPECT_THAT(Found(selector), ElementsAre(Pair(Raw(event), Text(events))));
  }
}

TYPED_TEST(SelectorTest, FindsAgainWhileItLasts) {
  const EventFd event = NewEvent(1);
  auto selector = this->New();
  EXPECT_SUCCEEDS(selector.Register(event, kRead));
  for (int i = 0; i < 3; ++i)
    EXPECT_THAT(Found(selector), ElementsAre(Pair(Raw(event), "r")));
  EXPECT_RETURNS(event.Take(), 1u);
  EXPECT_THAT(Found(selector), IsEmpty());
}

TYPED_TEST(SelectorTest, FindsAllThatIsReadyAmongMany) {
  std::vector<EventFd> all;
  auto selector = this->template New<std::size_t>();
  std::map<int, std::string> expected;
  for (std::size_t i = 0; i < 300; ++i) {
    all.push_back(NewEvent(i % 3 == 0));
    const SelectorEvents events = i % 5 == 0 ? kRead | kWrite : kRead;
    EXPECT_SUCCEEDS(selector.Register(all[i], events, i));
    const std::string found =
        std::string(i % 3 == 0 ? "r" : "") + (i % 5 == 0 ? "w" : "");
    if (!found.empty()) expected[Raw(all[i])] = found;
  }
  EXPECT_EQ(Found(selector), expected);
  const auto ready = selector.Select();
  ASSERT_SUCCEEDS(ready);
  for (const auto [key, events] : *ready)
    EXPECT_EQ(all[key.data()].fd(), key.fd());
  // Every second one leaves, those that come last among them.
  for (std::size_t i = 0; i < all.size(); i += 2) {
    EXPECT_SUCCEEDS(selector.Unregister(all[i]));
    expected.erase(Raw(all[i]));
  }
  EXPECT_EQ(Found(selector), expected);
  EXPECT_EQ(selector.GetMap().size(), 150u);
}

// When a descriptor is ready, by poll(2), pipe(7), unix(7) and eventfd(2).
struct Situation {
  const char* name;
  OwnedFd fd;      // in the situation
  std::string is;  // "rw" if it is ready for both
  bool hung_up = false;
  OwnedFd other = {};
};

std::vector<Situation> Situations() {
  std::vector<Situation> all;
  {
    Ends pipe = Ends::Pipe();
    all.push_back({"empty pipe", std::move(pipe.first), "", false,
                   std::move(pipe.second)});
  }
  {
    Ends pipe = Ends::Pipe();
    WriteByte(pipe.second);
    all.push_back({"pipe with data", std::move(pipe.first), "r", false,
                   std::move(pipe.second)});
  }
  {
    Ends pipe = Ends::Pipe();
    all.push_back({"pipe without writer", std::move(pipe.first), "", true});
  }
  {
    Ends pipe = Ends::Pipe();
    WriteByte(pipe.second);
    all.push_back(
        {"pipe with data, without writer", std::move(pipe.first), "r", true});
  }
  {
    Ends pipe = Ends::Pipe();
    all.push_back({"pipe with room", std::move(pipe.second), "w", false,
                   std::move(pipe.first)});
  }
  {
    Ends pipe = Ends::Pipe();
    Fill(pipe.second);
    all.push_back({"full pipe", std::move(pipe.second), "", false,
                   std::move(pipe.first)});
  }
  {
    // An error is both.
    Ends pipe = Ends::Pipe();
    all.push_back({"pipe without reader", std::move(pipe.second), "rw"});
  }
  {
    Ends pipe = Ends::Pipe();
    Fill(pipe.second);
    all.push_back({"full pipe without reader", std::move(pipe.second), "rw"});
  }
  {
    Ends sockets = Ends::Sockets();
    all.push_back({"socket", std::move(sockets.first), "w", false,
                   std::move(sockets.second)});
  }
  {
    Ends sockets = Ends::Sockets();
    WriteByte(sockets.second);
    all.push_back({"socket with data", std::move(sockets.first), "rw", false,
                   std::move(sockets.second)});
  }
  {
    Ends sockets = Ends::Sockets();
    Fill(sockets.first);
    all.push_back({"full socket", std::move(sockets.first), "", false,
                   std::move(sockets.second)});
  }
  {
    Ends sockets = Ends::Sockets();
    Fill(sockets.first);
    WriteByte(sockets.second);
    all.push_back({"full socket with data", std::move(sockets.first), "r",
                   false, std::move(sockets.second)});
  }
  {
    Ends sockets = Ends::Sockets();
    EXPECT_EQ(shutdown(sockets.second.raw(), SHUT_WR), 0);
    all.push_back({"socket whose peer writes no more", std::move(sockets.first),
                   "rw", false, std::move(sockets.second)});
  }
  {
    Ends sockets = Ends::Sockets();
    all.push_back(
        {"socket without peer", std::move(sockets.first), "rw", true});
  }
  all.push_back({"eventfd", NewEvent().Release(), "w"});
  all.push_back({"eventfd that is set", NewEvent(1).Release(), "rw"});
  {
    EventFd event = NewEvent();
    EXPECT_SUCCEEDS(event.Add(EventFd::kMax));
    all.push_back({"full eventfd", event.Release(), "r"});
  }
  return all;
}

TYPED_TEST(SelectorTest, AgreesWithTheOthersOnWhatIsReady) {
  for (const Situation& situation : Situations()) {
    for (const SelectorEvents events : {kRead, kWrite, kRead | kWrite}) {
      SCOPED_TRACE(std::string(situation.name) + ", asked for " + Text(events));
      SelectorEvents is;
      if (situation.is.find('r') != std::string::npos) is |= kRead;
      if (situation.is.find('w') != std::string::npos) is |= kWrite;
      if (situation.hung_up) {
        is |= kRead;
        if (TypeParam::kTellsWritersOfHangUp) is |= kWrite;
      }
      const std::string expected = Text(is & events);
      auto selector = this->New();
      EXPECT_SUCCEEDS(selector.Register(situation.fd, events));
      if (expected.empty()) {
        EXPECT_THAT(Found(selector), IsEmpty());
      } else {
        EXPECT_THAT(Found(selector),
                    ElementsAre(Pair(Raw(situation.fd), expected)));
      }
    }
  }
}

// Register

TYPED_TEST(SelectorTest, RegistersAndReturnsTheKey) {
  const EventFd event = NewEvent();
  auto selector = this->template New<int>();
  const auto key = selector.Register(event, kRead | kWrite, 7);
  ASSERT_SUCCEEDS(key);
  EXPECT_EQ((*key)->fd(), event.fd());
  EXPECT_EQ((*key)->events(), kRead | kWrite);
  EXPECT_EQ((*key)->data(), 7);
  (*key)->data() = 8;
  EXPECT_EQ(selector.GetKey(event).value()->data(), 8);
}

TYPED_TEST(SelectorTest, RegistersWithTheDatasDefault) {
  const EventFd event = NewEvent();
  auto selector = this->template New<int>();
  EXPECT_EQ(selector.Register(event, kRead).value()->data(), 0);
}

TYPED_TEST(SelectorTest, RefusesEventsThatThereAreNot) {
  const EventFd event = NewEvent(1);
  auto selector = this->New();
  errno = EDOM;
  for (const unsigned bits : {0u, 4u, 5u, 0x80000001u}) {
    EXPECT_FAILS(selector.Register(event, SelectorEvents::FromBits(bits)),
                 EINVAL);
  }
  EXPECT_EQ(errno, EDOM);
  EXPECT_TRUE(selector.GetMap().empty());
  EXPECT_THAT(Found(selector), IsEmpty());
  const auto none = selector.Register(event, {});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().ToString(),
            "Selector::Register(" + Number(event) +
                ", 0) = EINVAL (Invalid argument): events is not kRead, "
                "kWrite or both");
  EXPECT_TRUE(none.error().documented());
}

TYPED_TEST(SelectorTest, RefusesWhatIsRegistered) {
  const EventFd event = NewEvent(1);
  auto selector = this->template New<int>();
  EXPECT_SUCCEEDS(selector.Register(event, kRead, 1));
  const auto again = selector.Register(event, kRead | kWrite, 2);
  ASSERT_FAILS(again, EEXIST);
  EXPECT_EQ(again.error().ToString(),
            "Selector::Register(" + Number(event) +
                ", kRead|kWrite) = EEXIST (File exists): fd is registered "
                "already");
  EXPECT_TRUE(again.error().documented());
  EXPECT_EQ(selector.GetKey(event).value()->data(), 1);
  EXPECT_THAT(Found(selector), ElementsAre(Pair(Raw(event), "r")));
}

TYPED_TEST(SelectorTest, RegistersTwoDescriptorsOfAFile) {
  const EventFd event = NewEvent(1);
  const OwnedFd other = Duplicate(event);
  auto selector = this->New();
  EXPECT_SUCCEEDS(selector.Register(event, kRead));
  EXPECT_SUCCEEDS(selector.Register(other, kWrite));
  EXPECT_THAT(Found(selector), UnorderedElementsAre(Pair(Raw(event), "r"),
                                                    Pair(Raw(other), "w")));
}

TYPED_TEST(SelectorTest, RefusesWhatIsNotOpen) {
  const BorrowedFd closed = ClosedNumber();
  auto selector = this->New();
  const auto key = selector.Register(closed, kRead);
  EXPECT_EQ(errno, EBADF);
  ASSERT_FAILS(key, EBADF);
  EXPECT_TRUE(key.error().documented());
  EXPECT_FALSE(selector.GetMap().contains(closed));
  // It may be opened later.
  const OwnedFd event = EventAt(closed, 1);
  EXPECT_THAT(Found(selector), IsEmpty());
  EXPECT_SUCCEEDS(selector.Register(event, kWrite));
  EXPECT_THAT(Found(selector), ElementsAre(Pair(Raw(event), "w")));
}

TYPED_TEST(SelectorTest, RefusesWhatIsNoDescriptor) {
  auto selector = this->New();
  EventFd moved = NewEvent();
  const EventFd event = std::move(moved);
  const auto key =
      selector.Register(moved, kWrite);  // NOLINT: what is left of it
  ASSERT_FAILS(key, EBADF);
  EXPECT_EQ(key.error().ToString(),
            "Selector::Register(-1, kWrite) = EBADF (Bad file descriptor): fd "
            "is not open");
  for (const int raw :
       {std::numeric_limits<int>::max(), std::numeric_limits<int>::min()}) {
    const BorrowedFd fd = BorrowedFd::FromRaw(raw);
    EXPECT_THAT(selector.Register(fd, kRead),
                AnyOf(FailsWith(EBADF), FailsWith(EINVAL)));
    EXPECT_FALSE(selector.GetMap().contains(fd));
    EXPECT_FAILS(selector.GetKey(fd), ENOENT);
    EXPECT_FAILS(selector.Unregister(fd), ENOENT);
  }
  EXPECT_TRUE(selector.GetMap().empty());
}

TYPED_TEST(SelectorTest, IsAsBeforeIfThereIsNoMemoryToRegister) {
  const OwnedFd event = Duplicate(NewEvent(1), 500);
  int failures = 0;
  while (true) {
    auto selector = this->New();
    bool registered = false;
    allocations_left = failures;
    try {
      registered = selector.Register(event, kRead).has_value();
    } catch (const std::bad_alloc&) {
    }
    allocations_left = -1;
    if (registered) break;
    ++failures;
    ASSERT_LT(failures, 10);
    EXPECT_TRUE(selector.GetMap().empty());
    EXPECT_FAILS(selector.GetKey(event), ENOENT);
    EXPECT_THAT(Found(selector), IsEmpty());
    EXPECT_SUCCEEDS(selector.Register(event, kRead));
    EXPECT_THAT(Found(selector), ElementsAre(Pair(Raw(event), "r")));
  }
  EXPECT_GE(failures, 2);  // the key's, and the table's
}

// Modify

TYPED_TEST(SelectorTest, ModifiesTheEventsAndKeepsTheData) {
  const EventFd event = NewEvent(1);
  auto selector = this->template New<int>();
  const auto key = selector.Register(event, kRead, 7);
  for (const SelectorEvents events :
       {kWrite, kRead | kWrite, kRead, kRead | kWrite, kWrite, kRead}) {
    EXPECT_RETURNS(selector.Modify(event, events), *key);
    EXPECT_EQ((*key)->events(), events);
    EXPECT_EQ((*key)->data(), 7);
    EXPECT_THAT(Found(selector), ElementsAre(Pair(Raw(event), Text(events))));
  }
}

TYPED_TEST(SelectorTest, ModifiesTheEventsAndTheData) {
  const EventFd event = NewEvent(1);
  auto selector = this->template New<int>();
  const auto key = selector.Register(event, kRead, 7);
  EXPECT_RETURNS(selector.Modify(event, kWrite, 8), *key);
  EXPECT_EQ((*key)->data(), 8);
  EXPECT_THAT(Found(selector), ElementsAre(Pair(Raw(event), "w")));
}

TYPED_TEST(SelectorTest, ModifiesTheRightOneOfSeveral) {
  const EventFd events[] = {NewEvent(1), NewEvent(1), NewEvent(1)};
  auto selector = this->New();
  for (const EventFd& event : events)
    EXPECT_SUCCEEDS(selector.Register(event, kRead));
  // A place is taken by another one.
  EXPECT_SUCCEEDS(selector.Unregister(events[0]));
  EXPECT_SUCCEEDS(selector.Modify(events[2], kWrite));
  EXPECT_THAT(Found(selector), UnorderedElementsAre(Pair(Raw(events[1]), "r"),
                                                    Pair(Raw(events[2]), "w")));
  EXPECT_SUCCEEDS(selector.Unregister(events[2]));
  EXPECT_THAT(Found(selector), ElementsAre(Pair(Raw(events[1]), "r")));
}

TYPED_TEST(SelectorTest, ModifiesOnlyTheDataIfTheEventsAreTheSame) {
  OwnedFd event = NewEvent().Release();
  const BorrowedFd fd = event.borrow();
  auto selector = this->template New<int>();
  EXPECT_SUCCEEDS(selector.Register(fd, kRead, 7));
  // A call would fail, or be noticed.
  EXPECT_SUCCEEDS(event.Close());
  EXPECT_SUCCEEDS(selector.Modify(fd, kRead, 8));
  EXPECT_EQ(selector.GetKey(fd).value()->data(), 8);
  EXPECT_SUCCEEDS(selector.Modify(fd, kRead));
  EXPECT_EQ(selector.GetKey(fd).value()->data(), 8);
}

TYPED_TEST(SelectorTest, DoesNotModifyToEventsThatThereAreNot) {
  const EventFd event = NewEvent(1);
  auto selector = this->template New<int>();
  EXPECT_SUCCEEDS(selector.Register(event, kRead, 7));
  for (const unsigned bits : {0u, 4u, 6u}) {
    EXPECT_FAILS(selector.Modify(event, SelectorEvents::FromBits(bits), 8),
                 EINVAL);
  }
  EXPECT_EQ(selector.GetKey(event).value()->data(), 7);
  EXPECT_THAT(Found(selector), ElementsAre(Pair(Raw(event), "r")));
  const auto key = selector.Modify(event, SelectorEvents::FromBits(6));
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().ToString(),
            "Selector::Modify(" + Number(event) +
                ", kWrite|0x4) = EINVAL (Invalid argument): events is not "
                "kRead, kWrite or both");
}

TYPED_TEST(SelectorTest, DoesNotModifyWhatIsNotRegistered) {
  const EventFd event = NewEvent();
  auto selector = this->template New<int>();
  errno = EDOM;
  EXPECT_FAILS(selector.Modify(event, kRead), ENOENT);
  EXPECT_FAILS(selector.Modify({}, kRead), ENOENT);
  const auto key = selector.Modify(event, kRead, 5);
  EXPECT_EQ(errno, EDOM);
  ASSERT_FAILS(key, ENOENT);
  EXPECT_EQ(key.error().ToString(),
            "Selector::Modify(" + Number(event) +
                ", kRead) = ENOENT (No such file or directory): fd is not "
                "registered");
  EXPECT_TRUE(key.error().documented());
}

// Unregister

TYPED_TEST(SelectorTest, UnregistersAndReturnsTheKey) {
  const EventFd event = NewEvent(1);
  auto selector = this->template New<std::string>();
  const auto registered = selector.Register(event, kWrite, "data");
  const auto key = selector.Unregister(event);
  ASSERT_SUCCEEDS(key);
  EXPECT_EQ(key->get(), *registered);
  EXPECT_EQ((*key)->fd(), event.fd());
  EXPECT_EQ((*key)->events(), kWrite);
  EXPECT_EQ((*key)->data(), "data");
  EXPECT_FALSE(selector.GetMap().contains(event));
  EXPECT_THAT(Found(selector), IsEmpty());
}

TYPED_TEST(SelectorTest, UnregistersOnce) {
  const EventFd event = NewEvent();
  auto selector = this->New();
  EXPECT_SUCCEEDS(selector.Register(event, kRead));
  EXPECT_SUCCEEDS(selector.Unregister(event));
  errno = EDOM;
  const auto key = selector.Unregister(event);
  EXPECT_EQ(errno, EDOM);
  ASSERT_FAILS(key, ENOENT);
  EXPECT_EQ(key.error().ToString(),
            "Selector::Unregister(" + Number(event) +
                ") = ENOENT (No such file or directory): fd is not registered");
}

TYPED_TEST(SelectorTest, RegistersAnewWhatWasUnregistered) {
  const EventFd event = NewEvent(1);
  auto selector = this->template New<int>();
  for (int i = 0; i < 3; ++i) {
    EXPECT_SUCCEEDS(selector.Register(event, i == 1 ? kWrite : kRead, i));
    EXPECT_THAT(Found(selector),
                ElementsAre(Pair(Raw(event), i == 1 ? "w" : "r")));
    EXPECT_EQ(selector.Unregister(event).value()->data(), i);
  }
}

// Descriptors that are closed while they are registered

TYPED_TEST(SelectorTest, UnregistersWhatHasBeenClosed) {
  OwnedFd event = NewEvent(1).Release();
  const BorrowedFd fd = event.borrow();
  auto selector = this->template New<int>();
  EXPECT_SUCCEEDS(selector.Register(fd, kRead, 7));
  EXPECT_SUCCEEDS(event.Close());
  errno = EDOM;
  EXPECT_EQ(selector.Unregister(fd).value()->data(), 7);
  EXPECT_EQ(errno, EDOM);
  EXPECT_THAT(Found(selector), IsEmpty());
}

TYPED_TEST(SelectorTest, UnregistersWhatHasBecomeAnotherFile) {
  // An eventfd, and a directory, which epoll_ctl(2) refuses in another way.
  for (const bool directory : {false, true}) {
    auto selector = this->New();
    const OwnedFd mine = Duplicate(NewEvent(1), 100);
    EXPECT_SUCCEEDS(selector.Register(mine, kRead));
    const OwnedFd other =
        directory ? OwnedFd::Adopt(open("/", O_DIRECTORY | O_CLOEXEC))
                  : NewEvent(1).Release();
    ASSERT_EQ(dup3(other.raw(), mine.raw(), O_CLOEXEC), mine.raw());
    errno = EDOM;
    EXPECT_SUCCEEDS(selector.Unregister(mine));
    EXPECT_EQ(errno, EDOM);
    EXPECT_THAT(Found(selector), IsEmpty());
  }
}

TYPED_TEST(SelectorTest, RegistersAnotherFileUnderTheSameNumber) {
  OwnedFd first = NewEvent(1).Release();
  const BorrowedFd number = first.borrow();
  auto selector = this->template New<int>();
  EXPECT_SUCCEEDS(selector.Register(first, kRead, 1));
  EXPECT_SUCCEEDS(first.Close());
  const EventFd second = EventFd::Adopt(EventAt(number, 0));
  // The first one's key is there.
  EXPECT_FAILS(selector.Register(second, kRead, 2), EEXIST);
  EXPECT_EQ(selector.Unregister(second).value()->data(), 1);
  EXPECT_SUCCEEDS(selector.Register(second, kRead, 2));
  EXPECT_THAT(Found(selector), IsEmpty());
  EXPECT_SUCCEEDS(second.Add());
  EXPECT_THAT(Found(selector), ElementsAre(Pair(Raw(second), "r")));
  EXPECT_EQ(selector.GetKey(second).value()->data(), 2);
}

TYPED_TEST(SelectorTest, RegistersAnewAfterItWasUnregisteredAndClosed) {
  auto selector = this->template New<int>();
  BorrowedFd number;
  for (int i = 0; i < 3; ++i) {
    const OwnedFd event = Duplicate(NewEvent(1), 100);
    if (i > 0) {
      EXPECT_EQ(event.borrow(), number);
    }
    number = event;
    EXPECT_SUCCEEDS(selector.Register(event, kRead, i));
    EXPECT_THAT(Found(selector), ElementsAre(Pair(Raw(event), "r")));
    EXPECT_EQ(selector.Unregister(event).value()->data(), i);
  }
}

// Keys and maps

TYPED_TEST(SelectorTest, GetsTheKey) {
  const EventFd event = NewEvent(), other = NewEvent();
  auto selector = this->template New<int>();
  const auto key = selector.Register(event, kRead, 7);
  EXPECT_RETURNS(selector.GetKey(event), *key);
  EXPECT_RETURNS(std::as_const(selector).GetKey(event), *key);
  static_assert(std::is_same_v<decltype(*std::as_const(selector).GetKey(event)),
                               const SelectorKey<int>*&&>);
  errno = EDOM;
  EXPECT_FAILS(std::as_const(selector).GetKey(other), ENOENT);
  EXPECT_FAILS(selector.GetKey({}), ENOENT);
  const auto none = selector.GetKey(other);
  EXPECT_EQ(errno, EDOM);
  ASSERT_FAILS(none, ENOENT);
  EXPECT_EQ(none.error().ToString(),
            "Selector::GetKey(" + Number(other) +
                ") = ENOENT (No such file or directory): fd is not registered");
}

TYPED_TEST(SelectorTest, MapsDescriptorsToKeys) {
  const EventFd event = NewEvent();
  const OwnedFd low = Duplicate(event, 50), high = Duplicate(event, 90);
  auto selector = this->template New<int>();
  const auto map = selector.GetMap();
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(map.begin(), map.end());
  EXPECT_SUCCEEDS(selector.Register(high, kRead, 90));
  EXPECT_SUCCEEDS(selector.Register(low, kWrite, 50));
  EXPECT_EQ(map.size(), 2u);
  EXPECT_THAT(Descriptors(map), ElementsAre(Raw(low), Raw(high)));
  EXPECT_TRUE(map.contains(high));
  EXPECT_FALSE(map.contains(event));
  EXPECT_FALSE(map.contains({}));
  EXPECT_EQ(map.find(low)->data(), 50);
  EXPECT_EQ(&*map.find(low), selector.GetKey(low).value());
  EXPECT_EQ(++map.find(low), map.find(high));
  EXPECT_EQ(map.find(event), map.end());
  EXPECT_EQ(map.find({}), map.end());
  for (auto& key : map) ++key.data();
  const auto& constant = std::as_const(selector);
  EXPECT_EQ(constant.GetMap().find(high)->data(), 91);
  EXPECT_EQ(constant.GetMap().size(), 2u);
}

TYPED_TEST(SelectorTest, MayLoseItsKeysInALoopOverThem) {
  const EventFd events[] = {NewEvent(), NewEvent(), NewEvent(), NewEvent()};
  auto selector = this->New();
  for (const EventFd& event : events)
    EXPECT_SUCCEEDS(selector.Register(event, kRead));
  std::vector<int> reached;
  for (const auto& key : selector.GetMap()) {
    const BorrowedFd fd = key.fd();
    reached.push_back(fd.raw());
    EXPECT_SUCCEEDS(selector.Unregister(fd));
    if (reached.size() == 1) {
      EXPECT_SUCCEEDS(selector.Unregister(events[2]));
    }
  }
  EXPECT_THAT(reached,
              ElementsAre(Raw(events[0]), Raw(events[1]), Raw(events[3])));
  EXPECT_TRUE(selector.GetMap().empty());
}

TYPED_TEST(SelectorTest, MayGetKeysInALoopOverThem) {
  const EventFd event = NewEvent();
  const OwnedFd high = Duplicate(event, 400);
  auto selector = this->New();
  EXPECT_SUCCEEDS(selector.Register(event, kRead));
  std::vector<int> reached;
  for (const auto& key : selector.GetMap()) {
    reached.push_back(Raw(key.fd()));
    if (reached.size() == 1) {
      EXPECT_SUCCEEDS(selector.Register(high, kRead));
    }
  }
  EXPECT_THAT(reached, ElementsAre(Raw(event), Raw(high)));
}

TYPED_TEST(SelectorTest, KeysStayWhereTheyAre) {
  const EventFd event = NewEvent(1);
  auto selector = this->template New<int>();
  const auto key = selector.Register(event, kRead, 7);
  std::vector<OwnedFd> others;
  for (int i = 0; i < 200; ++i) {
    others.push_back(Duplicate(event));
    EXPECT_SUCCEEDS(selector.Register(others.back(), kWrite));
    EXPECT_RETURNS(selector.GetKey(event), *key);
  }
  EXPECT_EQ(Found(selector).size(), 201u);
  for (const OwnedFd& other : others)
    EXPECT_SUCCEEDS(selector.Unregister(other));
  auto moved = std::move(selector);
  EXPECT_RETURNS(moved.Modify(event, kRead | kWrite, 8), *key);
  EXPECT_EQ((*key)->data(), 8);
  EXPECT_THAT(Found(moved), ElementsAre(Pair(Raw(event), "rw")));
}

// Data

TYPED_TEST(SelectorTest, HasDataThatCanOnlyBeMoved) {
  const EventFd event = NewEvent(1);
  auto selector = this->template New<std::unique_ptr<int>>();
  EXPECT_SUCCEEDS(selector.Register(event, kRead, std::make_unique<int>(1)));
  const auto ready = selector.Select();
  ASSERT_SUCCEEDS(ready);
  for (auto [key, events] : *ready) EXPECT_EQ((*key.data())++, 1);
  EXPECT_EQ(*selector.GetKey(event).value()->data(), 2);
  EXPECT_SUCCEEDS(selector.Modify(event, kRead, std::make_unique<int>(3)));
  const std::unique_ptr<int> data =
      std::move(selector.Unregister(event).value()->data());
  EXPECT_EQ(*data, 3);
}

TYPED_TEST(SelectorTest, HasDataWithoutADefault) {
  struct Connection {
    explicit Connection(int its_number) : number(its_number) {}
    Connection(Connection&&) = default;  // and no assignment
    const int number;
  };
  const EventFd event = NewEvent(1);
  auto selector = this->template New<Connection>();
  EXPECT_SUCCEEDS(selector.Register(event, kRead, Connection(7)));
  EXPECT_SUCCEEDS(selector.Modify(event, kWrite));
  EXPECT_EQ(selector.GetKey(event).value()->data().number, 7);
}

TYPED_TEST(SelectorTest, DestroysTheDataWithTheKey) {
  using Data = std::shared_ptr<int>;
  const EventFd event = NewEvent();
  const auto registered = [&](Selector<Data>& selector) {
    Data data = std::make_shared<int>();
    const std::weak_ptr<int> watched = data;
    EXPECT_SUCCEEDS(selector.Register(event, kRead, std::move(data)));
    EXPECT_FALSE(watched.expired());
    return watched;
  };
  auto selector = this->template New<Data>();
  std::weak_ptr<int> watched = registered(selector);
  EXPECT_FAILS(selector.Register(event, kRead, watched.lock()), EEXIST);
  EXPECT_EQ(watched.use_count(), 1);
  EXPECT_SUCCEEDS(selector.Modify(event, kRead, nullptr));
  EXPECT_TRUE(watched.expired());
  EXPECT_SUCCEEDS(selector.Unregister(event));
  watched = registered(selector);
  {
    const auto key = selector.Unregister(event);
    EXPECT_FALSE(watched.expired());
  }
  EXPECT_TRUE(watched.expired());
  watched = registered(selector);
  EXPECT_SUCCEEDS(selector.Close());
  EXPECT_TRUE(watched.expired());
  selector = this->template New<Data>();
  watched = registered(selector);
  selector = this->template New<Data>();
  EXPECT_TRUE(watched.expired());
  {
    auto local = this->template New<Data>();
    watched = registered(local);
  }
  EXPECT_TRUE(watched.expired());
}

TYPED_TEST(SelectorTest, IsClosedForWhatDestroysTheData) {
  using Data = std::shared_ptr<void>;
  const EventFd first = NewEvent(), second = NewEvent();
  int destroyed = 0;
  const auto fill = [&](Selector<Data>& selector) {
    for (const EventFd* const event : {&first, &second}) {
      const Data data(nullptr, [&](void*) {
        ++destroyed;
        EXPECT_FALSE(selector.is_open());
        EXPECT_TRUE(selector.GetMap().empty());
        EXPECT_FAILS(selector.Unregister(first), EBADF);
        EXPECT_FAILS(selector.Register(first, kRead), EBADF);
      });
      EXPECT_SUCCEEDS(selector.Register(*event, kRead, data));
    }
  };
  {
    auto selector = this->template New<Data>();
    fill(selector);
    EXPECT_SUCCEEDS(selector.Close());
    EXPECT_EQ(destroyed, 2);
    selector = this->template New<Data>();
    fill(selector);
    selector = this->template New<Data>();
    EXPECT_EQ(destroyed, 4);
    fill(selector);
  }
  EXPECT_EQ(destroyed, 6);
}

// What is done for what is ready

// Three that are ready for both.
struct Three {
  EventFd events[3] = {NewEvent(1), NewEvent(1), NewEvent(1)};

  template <typename Data>
  void RegisterWith(Selector<Data>& selector) const {
    for (const EventFd& event : events)
      EXPECT_SUCCEEDS(selector.Register(event, kRead | kWrite));
  }
};

TYPED_TEST(SelectorTest, NoLongerTellsOfWhatIsUnregistered) {
  const Three three;
  auto selector = this->New();
  three.RegisterWith(selector);
  const auto ready = selector.Select();
  ASSERT_SUCCEEDS(ready);
  EXPECT_EQ(ready->size(), 3u);
  int told = 0;
  for (const auto [key, events] : *ready) {
    ++told;
    const BorrowedFd fd = key.fd();
    for (const EventFd& event : three.events) {
      if (event.fd() != fd) {
        EXPECT_SUCCEEDS(selector.Unregister(event));
      }
    }
    EXPECT_EQ(ready->size(), 1u);
    EXPECT_SUCCEEDS(selector.Unregister(fd));
  }
  EXPECT_EQ(told, 1);
  EXPECT_TRUE(ready->empty());
  EXPECT_EQ(ready->begin(), ready->end());
}

TYPED_TEST(SelectorTest, DoesNotTakeWhatIsRegisteredLaterForWhatWasReady) {
  const Three three;
  auto selector = this->template New<bool>();
  three.RegisterWith(selector);
  const auto ready = selector.Select();
  ASSERT_SUCCEEDS(ready);
  int told = 0;
  for (const auto [key, events] : *ready) {
    ++told;
    EXPECT_FALSE(key.data());
    for (const EventFd& event : three.events) {
      // The memory of its key may be used again, and its number is.
      EXPECT_SUCCEEDS(selector.Unregister(event));
      EXPECT_SUCCEEDS(selector.Register(event, kRead, true));
    }
  }
  EXPECT_EQ(told, 1);
  EXPECT_EQ(Found(selector).size(), 3u);
}

TYPED_TEST(SelectorTest, TellsOnlyOfWhatIsStillWaitedFor) {
  const Three three;
  auto selector = this->New();
  three.RegisterWith(selector);
  const auto ready = selector.Select();
  ASSERT_SUCCEEDS(ready);
  std::map<int, std::string> told;
  for (const EventFd& event : three.events)
    EXPECT_SUCCEEDS(selector.Modify(event, kRead));
  // What was not found does not come by being asked for.
  EXPECT_SUCCEEDS(selector.Modify(three.events[0], kWrite));
  EXPECT_SUCCEEDS(selector.Modify(three.events[1], kRead | kWrite));
  for (const auto [key, events] : *ready) told[Raw(key.fd())] = Text(events);
  EXPECT_THAT(told, UnorderedElementsAre(Pair(Raw(three.events[1]), "r"),
                                         Pair(Raw(three.events[2]), "r")));
}

TYPED_TEST(SelectorTest, TellsOfWhatIsReadyWhateverWasReadyBefore) {
  const EventFd before = NewEvent(1), now = NewEvent();
  auto selector = this->New();
  EXPECT_SUCCEEDS(selector.Register(before, kRead));
  EXPECT_SUCCEEDS(selector.Register(now, kRead));
  EXPECT_THAT(Found(selector), ElementsAre(Pair(Raw(before), "r")));
  EXPECT_RETURNS(before.Take(), 1u);
  EXPECT_SUCCEEDS(now.Add());
  const auto ready = selector.Select();
  ASSERT_SUCCEEDS(ready);
  // It was where the other one is.
  EXPECT_SUCCEEDS(selector.Modify(before, kWrite));
  EXPECT_SUCCEEDS(selector.Unregister(before));
  ASSERT_EQ(ready->size(), 1u);
  EXPECT_EQ((*ready->begin()).key.fd(), now.fd());
  EXPECT_EQ((*ready->begin()).events, kRead);
}

TYPED_TEST(SelectorTest, TellsOfWhatIsReadyAlsoIfMoreIsRegistered) {
  const Three three;
  auto selector = this->New();
  three.RegisterWith(selector);
  const auto ready = selector.Select();
  ASSERT_SUCCEEDS(ready);
  std::vector<OwnedFd> others;
  int told = 0;
  for (const auto [key, events] : *ready) {
    EXPECT_EQ(events, kRead | kWrite);
    ++told;
    for (int i = 0; i < 30; ++i) {
      others.push_back(Duplicate(three.events[0]));
      EXPECT_SUCCEEDS(selector.Register(others.back(), kRead));
    }
  }
  EXPECT_EQ(told, 3);
  EXPECT_EQ(Found(selector).size(), 93u);
}

TYPED_TEST(SelectorTest, MayBeClosedByWhatIsDone) {
  const Three three;
  auto selector = this->template New<std::string>();
  three.RegisterWith(selector);
  const auto ready = selector.Select();
  ASSERT_SUCCEEDS(ready);
  int told = 0;
  for (const auto [key, events] : *ready) {
    ++told;
    EXPECT_SUCCEEDS(selector.Close());
  }
  EXPECT_EQ(told, 1);
}

TYPED_TEST(SelectorTest, TellsOfWhatIsReadyAfterItWasMoved) {
  const Three three;
  auto selector = this->New();
  three.RegisterWith(selector);
  const auto ready = selector.Select();
  ASSERT_SUCCEEDS(ready);
  auto moved = std::move(selector);
  EXPECT_SUCCEEDS(moved.Unregister(three.events[1]));
  EXPECT_EQ(ready->size(), 2u);
}

TEST(ReadyKeys, HasNothingAtFirst) {
  const ReadyKeys<int> none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.size(), 0u);
  EXPECT_EQ(none.begin(), none.end());
}

TYPED_TEST(SelectorTest, WhatIsReadyIsARange) {
  const Three three;
  auto selector = this->New();
  three.RegisterWith(selector);
  const auto ready = selector.Select();
  ASSERT_SUCCEEDS(ready);
  auto at = ready->begin();
  const BorrowedFd first = (*at).key.fd();
  EXPECT_EQ((*at++).key.fd(), first);
  EXPECT_NE((*at).key.fd(), first);
  EXPECT_NE(++at, ready->end());
  EXPECT_EQ(++at, ready->end());
}

// Closing and moving

TYPED_TEST(SelectorTest, ClosesOnce) {
  const EventFd event = NewEvent(1);
  auto selector = this->New();
  EXPECT_SUCCEEDS(selector.Register(event, kRead));
  EXPECT_SUCCEEDS(selector.Close());
  EXPECT_FALSE(selector.is_open());
  const Result<void> again = selector.Close();
  ASSERT_FAILS(again, EBADF);
  EXPECT_EQ(again.error().ToString(),
            "Selector::Close() = EBADF (Bad file descriptor): the selector is "
            "closed");
  EXPECT_TRUE(again.error().documented());
}

template <typename Data>
void ExpectClosed(Selector<Data>& selector, BorrowedFd fd) {
  EXPECT_FALSE(selector.is_open());
  EXPECT_FAILS(selector.Register(fd, kRead), EBADF);
  EXPECT_FAILS(selector.Register(fd, {}), EBADF);
  EXPECT_FAILS(selector.Modify(fd, kRead), EBADF);
  EXPECT_FAILS(selector.Modify(fd, kRead, Data()), EBADF);
  EXPECT_FAILS(selector.Unregister(fd), EBADF);
  EXPECT_FAILS(selector.GetKey(fd), EBADF);
  EXPECT_FAILS(std::as_const(selector).GetKey(fd), EBADF);
  EXPECT_FAILS(selector.Close(), EBADF);
  EXPECT_TRUE(selector.GetMap().empty());
  EXPECT_EQ(selector.GetMap().begin(), selector.GetMap().end());
  EXPECT_FALSE(selector.GetMap().contains(fd));
  const auto ready = selector.Select(1s);
  ASSERT_FAILS(ready, EBADF);
  EXPECT_EQ(ready.error().ToString(),
            "Selector::Select(1000) = EBADF (Bad file descriptor): the "
            "selector is closed");
}

TYPED_TEST(SelectorTest, FailsWhenItIsClosed) {
  const EventFd event = NewEvent(1);
  auto selector = this->template New<int>();
  EXPECT_SUCCEEDS(selector.Register(event, kRead));
  EXPECT_SUCCEEDS(selector.Close());
  ExpectClosed(selector, event);
  typename TestFixture::template Of<int> never_opened;
  ExpectClosed(never_opened, event);
}

TYPED_TEST(SelectorTest, MovesWhatIsRegistered) {
  const EventFd event = NewEvent(1);
  auto first = this->template New<int>();
  EXPECT_SUCCEEDS(first.Register(event, kRead, 7));
  auto second = std::move(first);
  EXPECT_THAT(Found(second), ElementsAre(Pair(Raw(event), "r")));
  ExpectClosed(first, event);  // NOLINT: what is left of it
  // What it had is closed.
  first = this->template New<int>();
  EXPECT_SUCCEEDS(first.Register(event, kWrite, 8));
  first = std::move(second);
  EXPECT_THAT(Found(first), ElementsAre(Pair(Raw(event), "r")));
  EXPECT_EQ(first.GetKey(event).value()->data(), 7);
  ExpectClosed(second, event);  // NOLINT: what is left of it
  auto& itself = first;
  first = std::move(itself);
  EXPECT_THAT(Found(first), ElementsAre(Pair(Raw(event), "r")));
}

// Waiting

TYPED_TEST(SelectorTest, WaitsForTheTimeAtLeast) {
  const EventFd event = NewEvent();
  auto selector = this->New();
  EXPECT_SUCCEEDS(selector.Register(event, kRead));
  const auto start = steady_clock::now();
  EXPECT_THAT(Found(selector, 20'000'001ns), IsEmpty());
  EXPECT_GE(steady_clock::now() - start, 20'000'001ns);
}

TYPED_TEST(SelectorTest, IsNotWokenByWhatIsNotWaitedFor) {
  const EventFd writable = NewEvent(), readable = NewEvent();
  EXPECT_SUCCEEDS(readable.Add(EventFd::kMax));
  auto selector = this->New();
  EXPECT_SUCCEEDS(selector.Register(writable, kRead));
  EXPECT_SUCCEEDS(selector.Register(readable, kWrite));
  const auto start = steady_clock::now();
  EXPECT_THAT(Found(selector, 5ms), IsEmpty());
  EXPECT_GE(steady_clock::now() - start, 5ms);
}

TYPED_TEST(SelectorTest, WaitsForAMillisecondIfLessIsAsked) {
  auto selector = this->New();
  const auto start = steady_clock::now();
  EXPECT_THAT(Found(selector, 1ns), IsEmpty());
  EXPECT_GE(steady_clock::now() - start, 1ms);
}

TYPED_TEST(SelectorTest, ReturnsAtOnceIfTheTimeIsZeroOrNegative) {
  const EventFd event = NewEvent();
  auto selector = this->New();
  EXPECT_SUCCEEDS(selector.Register(event, kRead));
  EXPECT_THAT(Found(selector, 0s), IsEmpty());
  EXPECT_THAT(Found(selector, -1ns), IsEmpty());
  EXPECT_THAT(Found(selector, -1h), IsEmpty());
  EXPECT_SUCCEEDS(event.Add());
  EXPECT_THAT(Found(selector, 0s), ElementsAre(Pair(Raw(event), "r")));
  EXPECT_THAT(Found(selector, -1h), ElementsAre(Pair(Raw(event), "r")));
}

TYPED_TEST(SelectorTest, EndsBeforeTheLongestTime) {
  const EventFd event = NewEvent(1);
  auto selector = this->New();
  EXPECT_SUCCEEDS(selector.Register(event, kRead));
  EXPECT_THAT(Found(selector, std::chrono::hours::max()),
              ElementsAre(Pair(Raw(event), "r")));
  EXPECT_THAT(Found(selector, PollTimeout::Infinite()),
              ElementsAre(Pair(Raw(event), "r")));
}

TYPED_TEST(SelectorTest, IsWokenByAnotherThread) {
  const EventFd wake = NewEvent();
  auto selector = this->New();
  EXPECT_SUCCEEDS(selector.Register(wake, kRead));
  for (int i = 0; i < 5; ++i) {
    std::thread waker([&] { EXPECT_SUCCEEDS(wake.Add()); });
    EXPECT_THAT(Found(selector, PollTimeout::Infinite()),
                ElementsAre(Pair(Raw(wake), "r")));
    waker.join();
    EXPECT_RETURNS(wake.Take(), 1u);
  }
}

TYPED_TEST(SelectorTest, IsReadByAnyThreads) {
  const Three three;
  auto selector = this->template New<int>();
  three.RegisterWith(selector);
  const auto& constant = selector;
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      for (const EventFd& event : three.events)
        EXPECT_EQ(constant.GetKey(event).value()->data(), 0);
      EXPECT_EQ(Descriptors(constant.GetMap()).size(), 3u);
      EXPECT_TRUE(constant.is_open());
    });
  }
  for (std::thread& reader : readers) reader.join();
}

TYPED_TEST(SelectorTest, ReportsASignal) {
  const EventFd event = NewEvent(1), other = NewEvent();
  auto selector = this->New();
  EXPECT_SUCCEEDS(selector.Register(event, kRead));
  EXPECT_EQ(Found(selector).size(), 1u);
  EXPECT_RETURNS(event.Take(), 1u);
  {
    const Interruptions interruptions;
    const auto ready = selector.Select();
    EXPECT_EQ(errno, EINTR);
    ASSERT_FAILS(ready, EINTR);
    EXPECT_EQ(ready.error().function(), TypeParam::kWait);
    EXPECT_TRUE(ready.error().documented());
  }
  // It is as before.
  EXPECT_THAT(Found(selector), IsEmpty());
  EXPECT_SUCCEEDS(event.Add());
  EXPECT_THAT(Found(selector), ElementsAre(Pair(Raw(event), "r")));
}

TYPED_TEST(SelectorTest, GoesOnUntilTheDeadlineInSpiteOfSignals) {
  auto selector = this->New();
  const Interruptions interruptions;
  const auto deadline = steady_clock::now() + 30ms;
  const auto ready = RetryOnEintrUntil(
      deadline, [&](auto remaining) { return selector.Select(remaining); });
  ASSERT_SUCCEEDS(ready);
  EXPECT_TRUE(ready->empty());
  EXPECT_GE(steady_clock::now(), deadline);
}

TYPED_TEST(SelectorTest, LeavesErrnoAlone) {
  const EventFd event = NewEvent(1);
  errno = EDOM;
  {
    auto selector = this->New();
    EXPECT_SUCCEEDS(selector.Register(event, kRead));
    EXPECT_SUCCEEDS(selector.Select());
    EXPECT_SUCCEEDS(selector.Modify(event, kWrite));
    EXPECT_SUCCEEDS(selector.GetKey(event));
    EXPECT_SUCCEEDS(selector.Unregister(event));
    EXPECT_SUCCEEDS(selector.Select(1ms));
    EXPECT_SUCCEEDS(selector.Close());
    const auto other = this->New();
  }
  EXPECT_EQ(errno, EDOM);
}

TYPED_TEST(SelectorTest, AllocatesOnlyIfMoreIsRegisteredThanEver) {
  const EventFd event = NewEvent(1);
  std::vector<OwnedFd> all;
  auto selector = this->template New<int>();
  for (int i = 0; i < 40; ++i) {
    all.push_back(Duplicate(event));
    EXPECT_SUCCEEDS(selector.Register(all.back(), kRead));
  }
  EXPECT_EQ(Found(selector).size(), 40u);
  EXPECT_SUCCEEDS(selector.Unregister(all[7]));
  EXPECT_SUCCEEDS(selector.Register(all[7], kWrite));
  const long before = allocations;
  int found = 0;
  for (int i = 0; i < 3; ++i) {
    const auto ready = selector.Select(1ms);
    if (!ready) continue;
    for (const auto [key, events] : *ready) {
      found += key.data() == 0;
      if (!selector.Modify(key.fd(), kRead, 0)) --found;
      if (!selector.GetKey(key.fd())) --found;
    }
    for (const auto& key : selector.GetMap()) found -= key.data();
  }
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(found, 120);
}

// Fork

TYPED_TEST(SelectorTest, AChildMayCloseItsCopy) {
  const Three three;
  auto selector = this->New();
  three.RegisterWith(selector);
  InChild([&] { EXPECT_SUCCEEDS(selector.Close()); });
  InChild([&] { const auto taken = std::move(selector); });
  EXPECT_EQ(Found(selector).size(), 3u);
  EXPECT_SUCCEEDS(selector.Modify(three.events[0], kRead));
  EXPECT_EQ(Found(selector)[Raw(three.events[0])], "r");
}

// The interface

// What a server has: it does not know how it is waited.
std::string Echo(Selector<std::string>& selector) {
  Ends sockets = Ends::Sockets();
  EXPECT_SUCCEEDS(selector.Register(sockets.first, kRead, "server"));
  WriteByte(sockets.second);
  std::string all;
  const auto ready = selector.Select();
  EXPECT_SUCCEEDS(ready);
  for (auto [key, events] : *ready) {
    char byte = 0;
    EXPECT_EQ(read(key.fd().raw(), &byte, 1), 1);
    key.data() += byte;
    all += key.data();
  }
  EXPECT_SUCCEEDS(selector.Unregister(sockets.first));
  return all;
}

TYPED_TEST(SelectorTest, IsUsedByItsInterface) {
  auto selector = this->template New<std::string>();
  EXPECT_EQ(Echo(selector), "serverx");
}

TYPED_TEST(SelectorTest, IsChosenWhenTheProgramRuns) {
  const Result<std::unique_ptr<Selector<std::string>>> selector =
      MakeSelector<std::string>(TypeParam::kKind);
  ASSERT_SUCCEEDS(selector);
  EXPECT_EQ(Echo(**selector), "serverx");
  EXPECT_NE(dynamic_cast<typename TestFixture::template Of<std::string>*>(
                selector->get()),
            nullptr);
  // It is destroyed with what is registered.
  const EventFd event = NewEvent();
  EXPECT_SUCCEEDS((*selector)->Register(event, kRead, "left"));
}

TEST(MakeSelector, MakesAnEpollSelectorUnlessToldOtherwise) {
  const auto selector = MakeSelector();
  ASSERT_SUCCEEDS(selector);
  EXPECT_NE(dynamic_cast<EpollSelector<>*>(selector->get()), nullptr);
}

TEST(MakeSelector, RefusesWhatThereIsNot) {
  const auto selector = MakeSelector<int>(static_cast<SelectorKind>(7));
  ASSERT_FAILS(selector, EINVAL);
  EXPECT_EQ(selector.error().ToString(),
            "plumbline::MakeSelector(7) = EINVAL (Invalid argument): kind is "
            "none that there is");
}

// What each has of its own

TEST(EpollSelector, IsReadableWhileSomethingIsToBeFound) {
  const EventFd event = NewEvent();
  EpollSelector<> selector = EpollSelector<>::Create().value();
  EXPECT_SUCCEEDS(selector.Register(event, kRead));
  auto outer = PollSelector<>::Create().value();
  EXPECT_SUCCEEDS(outer.Register(selector.fd(), kRead));
  EXPECT_THAT(Found(outer), IsEmpty());
  EXPECT_SUCCEEDS(event.Add());
  EXPECT_THAT(Found(outer), ElementsAre(Pair(Raw(selector.fd()), "r")));
  EXPECT_SUCCEEDS(outer.Unregister(selector.fd()));
  EXPECT_EQ(fcntl(selector.fd().raw(), F_GETFD), FD_CLOEXEC);
  EXPECT_SUCCEEDS(selector.Close());
  EXPECT_EQ(selector.fd(), BorrowedFd());
  EXPECT_EQ(EpollSelector<>().fd(), BorrowedFd());
}

TEST(EpollSelector, FailsIfThereIsNoDescriptorLeft) {
  Result<EpollSelector<>> selector;
  Result<std::unique_ptr<Selector<>>> made;
  {
    // Sanitizers want descriptors too, for what they find here.
    DescriptorLimit limit;
    ASSERT_TRUE(limit.SetTo(3));
    selector = EpollSelector<>::Create();
    made = MakeSelector(SelectorKind::kEpoll);
  }
  EXPECT_FAILS(selector, EMFILE);
  EXPECT_FAILS(made, EMFILE);
}

TEST(EpollSelector, FailsAsEpollDoes) {
  EpollSelector<> selector = EpollSelector<>::Create().value();
  const OwnedFd file = OwnedFd::Adopt(open("/proc/self/exe", O_CLOEXEC));
  ASSERT_TRUE(file.is_open());
  const auto key = selector.Register(file, kRead);
  EXPECT_EQ(errno, EPERM);
  ASSERT_FAILS(key, EPERM);
  EXPECT_THAT(key.error().ToString(), StartsWith("epoll_ctl("));
  EXPECT_THAT(key.error().ToString(), HasSubstr("EPOLL_CTL_ADD"));
  EXPECT_TRUE(key.error().documented());
  EXPECT_FALSE(selector.GetMap().contains(file));
  EXPECT_FAILS(selector.Register(selector.fd(), kRead), EINVAL);
  EXPECT_TRUE(selector.GetMap().empty());
}

TEST(EpollSelector, FindsNothingOfWhatHasBeenClosed) {
  OwnedFd event = NewEvent(1).Release();
  const BorrowedFd fd = event.borrow();
  EpollSelector<> selector = EpollSelector<>::Create().value();
  EXPECT_SUCCEEDS(selector.Register(fd, kRead));
  EXPECT_SUCCEEDS(event.Close());
  EXPECT_THAT(Found(selector), IsEmpty());
  EXPECT_TRUE(selector.GetMap().contains(fd));
}

TEST(EpollSelector, DoesNotModifyWhatHasBeenClosed) {
  OwnedFd event = NewEvent(1).Release();
  const BorrowedFd fd = event.borrow();
  EpollSelector<int> selector = EpollSelector<int>::Create().value();
  EXPECT_SUCCEEDS(selector.Register(fd, kRead, 7));
  EXPECT_SUCCEEDS(event.Close());
  EXPECT_FAILS(selector.Modify(fd, kWrite, 8), EBADF);
  const OwnedFd other = EventAt(fd, 0);
  EXPECT_FAILS(selector.Modify(fd, kWrite, 8), ENOENT);
  EXPECT_EQ(selector.GetKey(fd).value()->events(), kRead);
  EXPECT_EQ(selector.GetKey(fd).value()->data(), 7);
}

TEST(EpollSelector, DoesNotTakeADuplicatesEventsForAnotherFiles) {
  const EventFd event = NewEvent(1);
  OwnedFd closed = Duplicate(event, 100);
  const BorrowedFd number = closed.borrow();
  EpollSelector<> selector = EpollSelector<>::Create().value();
  EXPECT_SUCCEEDS(selector.Register(number, kRead));
  EXPECT_SUCCEEDS(closed.Close());
  EXPECT_SUCCEEDS(selector.Unregister(number));
  // It is not found, but ends a wait, as there is no way to get rid of it.
  EXPECT_THAT(Found(selector, PollTimeout::Infinite()), IsEmpty());
  const OwnedFd other = EventAt(number, 0);
  EXPECT_SUCCEEDS(selector.Register(other, kRead));
  EXPECT_THAT(Found(selector, PollTimeout::Infinite()), IsEmpty());
  EXPECT_SUCCEEDS(selector.Modify(other, kRead | kWrite));
  EXPECT_THAT(Found(selector), ElementsAre(Pair(Raw(other), "w")));
}

TEST(EpollSelector, FindsNothingThatSomebodyElseAsksFor) {
  const EventFd event = NewEvent(), stranger = NewEvent(1);
  EpollSelector<> selector = EpollSelector<>::Create().value();
  EXPECT_SUCCEEDS(selector.Register(event, kWrite));
  epoll_event found = {};
  ASSERT_EQ(epoll_wait(selector.fd().raw(), &found, 1, 0), 1);
  EXPECT_EQ(found.events, unsigned{EPOLLOUT});
  // As a child may, which shares the list.
  EXPECT_SUCCEEDS(event.Add());
  found.events = EPOLLIN;
  ASSERT_EQ(
      epoll_ctl(selector.fd().raw(), EPOLL_CTL_MOD, event.fd().raw(), &found),
      0);
  EXPECT_THAT(Found(selector, PollTimeout::Infinite()), IsEmpty());
  found.data.u64 = ~std::uint64_t{0};
  ASSERT_EQ(epoll_ctl(selector.fd().raw(), EPOLL_CTL_ADD, stranger.fd().raw(),
                      &found),
            0);
  EXPECT_THAT(Found(selector, PollTimeout::Infinite()), IsEmpty());
}

TEST(PollSelector, FindsAllOfWhatHasBeenClosed) {
  for (const SelectorEvents events : {kRead, kWrite, kRead | kWrite}) {
    OwnedFd event = NewEvent().Release();
    const BorrowedFd fd = event.borrow();
    PollSelector<> selector = PollSelector<>::Create().value();
    EXPECT_SUCCEEDS(selector.Register(fd, events));
    EXPECT_SUCCEEDS(event.Close());
    EXPECT_THAT(Found(selector, PollTimeout::Infinite()),
                ElementsAre(Pair(Raw(fd), Text(events))));
    EXPECT_SUCCEEDS(selector.Unregister(fd));
    EXPECT_THAT(Found(selector), IsEmpty());
  }
}

TEST(PollSelector, ReportsThatMoreIsRegisteredThanMayBeOpen) {
  const Three three;
  PollSelector<> selector = PollSelector<>::Create().value();
  three.RegisterWith(selector);
  EXPECT_EQ(Found(selector).size(), 3u);
  Result<ReadyKeys<>> ready;
  {
    DescriptorLimit limit;
    ASSERT_TRUE(limit.SetTo(2));
    ready = selector.Select(0s);
    EXPECT_EQ(errno, EINVAL);
  }
  ASSERT_FAILS(ready, EINVAL);
  EXPECT_THAT(ready.error().ToString(), StartsWith("poll("));
  EXPECT_THAT(ready.error().explanation(), HasSubstr("RLIMIT_NOFILE"));
  EXPECT_EQ(Found(selector).size(), 3u);
}

TEST(SelectSelector, ReportsWhatHasBeenClosed) {
  OwnedFd event = NewEvent().Release();
  const BorrowedFd fd = event.borrow();
  const EventFd other = NewEvent(1);
  SelectSelector<> selector = SelectSelector<>::Create().value();
  EXPECT_SUCCEEDS(selector.Register(fd, kRead));
  EXPECT_SUCCEEDS(selector.Register(other, kRead));
  EXPECT_SUCCEEDS(event.Close());
  const auto ready = selector.Select(1500us);
  EXPECT_EQ(errno, EBADF);
  ASSERT_FAILS(ready, EBADF);
  EXPECT_EQ(ready.error().ToString(),
            "select(" + std::to_string(std::max(Raw(fd), Raw(other)) + 1) +
                ", [" + std::to_string(std::min(Raw(fd), Raw(other))) + " " +
                std::to_string(std::max(Raw(fd), Raw(other))) +
                "], [], NULL, {tv_sec=0, tv_usec=2000}) = EBADF (Bad file "
                "descriptor): a set has a descriptor that is not open");
  EXPECT_SUCCEEDS(selector.Unregister(fd));
  EXPECT_THAT(Found(selector), ElementsAre(Pair(Raw(other), "r")));
}

TEST(SelectSelector, RefusesWhatDoesNotFit) {
  DescriptorLimit limit;
  if (!limit.SetTo(FdSet::kCapacity + 1))
    GTEST_SKIP() << "no descriptor of " << FdSet::kCapacity << " may be opened";
  const EventFd event = NewEvent(1);
  const OwnedFd high = Duplicate(event, FdSet::kCapacity);
  const OwnedFd highest = Duplicate(event, FdSet::kCapacity - 1);
  ASSERT_EQ(high.raw(), FdSet::kCapacity);
  SelectSelector<> selector = SelectSelector<>::Create().value();
  EXPECT_SUCCEEDS(selector.Register(highest, kRead | kWrite));
  errno = EDOM;
  const auto key = selector.Register(high, kRead);
  EXPECT_EQ(errno, EDOM);
  ASSERT_FAILS(key, EINVAL);
  EXPECT_THAT(key.error().ToString(), StartsWith("FD_SET(1024, [1023])"));
  EXPECT_FAILS(selector.Register(high, kWrite), EINVAL);
  EXPECT_FALSE(selector.GetMap().contains(high));
  EXPECT_THAT(Found(selector), ElementsAre(Pair(Raw(highest), "rw")));
  // The others know no such limit.
  for (const SelectorKind kind : {SelectorKind::kEpoll, SelectorKind::kPoll}) {
    const auto other = MakeSelector(kind).value();
    EXPECT_SUCCEEDS(other->Register(high, kRead));
    EXPECT_THAT(Found(*other), ElementsAre(Pair(Raw(high), "r")));
  }
}

// What the two have in common whose list is not the kernel's.
template <typename By>
class CopiedSelectorTest : public SelectorTest<By> {};
using Copied = testing::Types<ByPoll, BySelect>;
TYPED_TEST_SUITE(CopiedSelectorTest, Copied, Names);

TYPED_TEST(CopiedSelectorTest, AChildMayUseItsCopy) {
  const Three three;
  auto selector = this->New();
  three.RegisterWith(selector);
  InChild([&] {
    EXPECT_EQ(Found(selector).size(), 3u);
    EXPECT_SUCCEEDS(selector.Unregister(three.events[0]));
    EXPECT_SUCCEEDS(selector.Modify(three.events[1], kWrite));
    EXPECT_EQ(Found(selector).size(), 2u);
  });
  EXPECT_EQ(Found(selector)[Raw(three.events[0])], "rw");
  EXPECT_EQ(Found(selector)[Raw(three.events[1])], "rw");
}

// epoll_ctl(2) refuses it.
TYPED_TEST(CopiedSelectorTest, FindsARegularFile) {
  const OwnedFd file = OwnedFd::Adopt(open("/proc/self/exe", O_CLOEXEC));
  ASSERT_TRUE(file.is_open());
  auto selector = this->New();
  EXPECT_SUCCEEDS(selector.Register(file, kRead));
  EXPECT_THAT(Found(selector), ElementsAre(Pair(Raw(file), "r")));
}

TYPED_TEST(CopiedSelectorTest, WaitsForWhatTheNumberIsNow) {
  const OwnedFd fd = Duplicate(NewEvent(1), 100);
  auto selector = this->New();
  EXPECT_SUCCEEDS(selector.Register(fd, kRead | kWrite));
  const EventFd other = NewEvent();
  ASSERT_EQ(dup3(other.fd().raw(), fd.raw(), O_CLOEXEC), fd.raw());
  EXPECT_THAT(Found(selector), ElementsAre(Pair(Raw(fd), "w")));
  EXPECT_SUCCEEDS(other.Add());
  EXPECT_THAT(Found(selector), ElementsAre(Pair(Raw(fd), "rw")));
}

}  // namespace
}  // namespace plumbline
