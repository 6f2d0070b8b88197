#include "wrappers/eventfd.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <utility>

#include "wrappers/testing/result_assertions.h"

namespace plumbline {
namespace {

using testing::HasSubstr;

template <typename... Arguments>
concept Creates = requires(Arguments... arguments) {
  EventFd::Create(arguments...);
};
static_assert(Creates<unsigned, EventFdFlags>);
static_assert(!Creates<unsigned, int>);

EventFd New(unsigned initial = 0, EventFdFlags flags = {}) {
  return EventFd::Create(initial, flags | EventFdFlags::kNonblock).value();
}

TEST(EventFd, TakesAllThatWasAdded) {
  const EventFd event = New(3);
  EXPECT_SUCCEEDS(event.Add(4));
  EXPECT_SUCCEEDS(event.Add());
  EXPECT_RETURNS(event.Take(), 8u);
  EXPECT_FAILS(event.Take(), EAGAIN);
}

TEST(EventFd, ASemaphoreIsTakenOneByOne) {
  const EventFd event = New(2, EventFdFlags::kSemaphore);
  EXPECT_RETURNS(event.Take(), 1u);
  EXPECT_RETURNS(event.Take(), 1u);
  EXPECT_FAILS(event.Take(), EAGAIN);
}

TEST(EventFd, CountsToItsMaximumAndNoFurther) {
  const EventFd event = New();
  EXPECT_SUCCEEDS(event.Add(EventFd::kMax));
  EXPECT_FAILS(event.Add(1), EAGAIN);
  EXPECT_RETURNS(event.Take(), EventFd::kMax);
  EXPECT_FAILS(event.Add(EventFd::kMax + 1), EINVAL);
}

TEST(EventFd, IsClosedOnExecUnlessToldOtherwise) {
  const EventFd usual = EventFd::Create().value();
  EXPECT_EQ(fcntl(usual.fd().raw(), F_GETFD), FD_CLOEXEC);
  EXPECT_EQ(fcntl(usual.fd().raw(), F_GETFL) & O_NONBLOCK, 0);
  const EventFd plain = EventFd::Create(0, {}).value();
  EXPECT_EQ(fcntl(plain.fd().raw(), F_GETFD), 0);
}

TEST(EventFd, AWaitingTakeIsWokenByAnAdd) {
  const EventFd event = EventFd::Create().value();
  std::thread adder([&] { EXPECT_SUCCEEDS(event.Add(7)); });
  EXPECT_RETURNS(event.Take(), 7u);
  adder.join();
}

TEST(EventFd, MovesItsDescriptor) {
  EventFd first = New(5);
  const int raw = first.fd().raw();
  EventFd second = std::move(first);
  EXPECT_EQ(second.fd().raw(), raw);
  EXPECT_FALSE(first.is_open());  // NOLINT: what is left of it is the question
  EXPECT_FAILS(first.Take(), EBADF);
  first = std::move(second);
  EXPECT_RETURNS(first.Take(), 5u);
}

TEST(EventFd, ClosesOnce) {
  EventFd event = New();
  EXPECT_SUCCEEDS(event.Close());
  EXPECT_FALSE(event.is_open());
  EXPECT_FAILS(event.Close(), EBADF);
  EXPECT_FAILS(event.Add(1), EBADF);
}

TEST(EventFd, AdoptsAndReleases) {
  EventFd event = EventFd::Adopt(OwnedFd::Adopt(::eventfd(6, EFD_NONBLOCK)));
  EXPECT_RETURNS(event.Take(), 6u);
  const OwnedFd fd = event.Release();
  EXPECT_TRUE(fd.is_open());
  EXPECT_FALSE(event.is_open());
}

TEST(EventFd, AnErrorTellsTheCallAndWhy) {
  const EventFd event = New();
  const Result<std::uint64_t> taken = event.Take();
  ASSERT_FAILS(taken, EAGAIN);
  EXPECT_EQ(taken.error().function(), "read");
  EXPECT_THAT(taken.error().ToString(),
              HasSubstr("= EAGAIN (Resource temporarily unavailable): "));
  const Result<EventFd> made =
      EventFd::Create(1, EventFdFlags::FromBits(0x40000000));
  ASSERT_FAILS(made, EINVAL);
  EXPECT_EQ(made.error().ToString(),
            "eventfd(1, 0x40000000) = EINVAL (Invalid argument): " +
                made.error().explanation());
  EXPECT_TRUE(made.error().documented());
}

TEST(EventFd, LeavesErrnoAlone) {
  errno = EDOM;
  {
    const EventFd event = New(1);
    EXPECT_SUCCEEDS(event.Take());
  }
  EXPECT_EQ(errno, EDOM);
  const Result<std::uint64_t> taken = New().Take();
  EXPECT_EQ(errno, EAGAIN);
  EXPECT_NE(taken.error().ToString(), "");
  EXPECT_EQ(errno, EAGAIN);
}

}  // namespace
}  // namespace plumbline
