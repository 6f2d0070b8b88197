#include "wrappers/random.h"

#include <errno.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "wrappers/retry.h"
#include "wrappers/testing/interruptions.h"
#include "wrappers/testing/result_assertions.h"
#include "wrappers/testing/result_matchers.h"

namespace plumbline {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
using testing_support::Interruptions;

static_assert(std::is_invocable_v<decltype(GetRandom), std::span<std::byte>,
                                  RandomFlags>);
static_assert(
    !std::is_invocable_v<decltype(GetRandom), std::span<std::byte>, unsigned>);
static_assert(!std::is_invocable_v<decltype(FillRandom),
                                   std::span<const std::byte>, RandomFlags>);

using Key = std::array<std::byte, 16>;

Key NewKey(RandomFlags flags = {}) {
  Key key = {};
  EXPECT_RETURNS(GetRandom(key, flags), key.size());
  return key;
}

// Whether none of the 16 bytes long pieces was left as zeros; by chance one is
// once in 2^128.
bool IsFilled(std::span<const std::byte> bytes) {
  for (; bytes.size() >= sizeof(Key); bytes = bytes.subspan(sizeof(Key))) {
    const auto piece = bytes.first<sizeof(Key)>();
    if (std::all_of(piece.begin(), piece.end(),
                    [](std::byte one) { return one == std::byte{0}; }))
      return false;
  }
  return true;
}

TEST(GetRandom, GivesOtherBytesEachTime) {
  std::set<Key> keys;
  for (int i = 0; i < 100; ++i) keys.insert(NewKey());
  EXPECT_EQ(keys.size(), 100u);
  EXPECT_FALSE(keys.contains(Key{}));
}

TEST(GetRandom, NeverGivesFewerThan256) {
  const Interruptions interruptions;
  for (int i = 0; i < 300; ++i) {
    std::byte bytes[256] = {};
    ASSERT_RETURNS(GetRandom(bytes), 256u);
    ASSERT_TRUE(IsFilled(bytes));
  }
}

TEST(GetRandom, WritesNothingBehindTheBuffer) {
  std::array<std::byte, 64> bytes = {};
  const auto middle = std::span(bytes).subspan(16, 32);
  EXPECT_RETURNS(GetRandom(middle), 32u);
  EXPECT_TRUE(IsFilled(middle));
  const std::array<std::byte, 16> zeros = {};
  EXPECT_TRUE(std::equal(zeros.begin(), zeros.end(), bytes.begin()));
  EXPECT_TRUE(std::equal(zeros.begin(), zeros.end(), bytes.begin() + 48));
}

TEST(GetRandom, GivesNoneIfNoneAreAskedFor) {
  Key key = {};
  EXPECT_RETURNS(GetRandom(std::span(key).first(0)), 0u);
  EXPECT_EQ(key, Key{});
}

TEST(GetRandom, GivesNoneIfThereIsNoBuffer) {
  EXPECT_RETURNS(GetRandom({}), 0u);
}

TEST(GetRandom, DoesNotWaitIfToldSo) {
  EXPECT_NE(NewKey(RandomFlags::kNonblock), Key{});
}

TEST(GetRandom, GivesInsecureBytesIfToldSo) {
  Key key = {};
  const Result<std::size_t> count = GetRandom(key, RandomFlags::kInsecure);
  if (!count && count.error() == EINVAL) GTEST_SKIP() << "Linux before 5.6";
  EXPECT_RETURNS(count, key.size());
  EXPECT_NE(key, Key{});
}

TEST(GetRandom, GivesBytesOfTheOtherSourceIfToldSo) {
  Key key = {};
  const Result<std::size_t> count =
      GetRandom(key, RandomFlags::kRandom | RandomFlags::kNonblock);
  if (!count && count.error() == EAGAIN)
    GTEST_SKIP() << "Linux before 5.6, whose /dev/random is empty";
  EXPECT_THAT(count, Returns(testing::Gt(0u)));
}

// Both at once are refused, which tells that both are passed on.
TEST(GetRandom, RefusesFlagsThatContradictEachOther) {
  Key key;
  const Result<std::size_t> count =
      GetRandom(key, RandomFlags::kRandom | RandomFlags::kInsecure);
  ASSERT_FAILS(count, EINVAL);
  EXPECT_THAT(count.error().arguments(),
              EndsWith(", 16, GRND_RANDOM|GRND_INSECURE"));
  EXPECT_THAT(count.error().explanation(),
              HasSubstr("both GRND_RANDOM and GRND_INSECURE"));
}

TEST(GetRandom, RefusesUnknownFlags) {
  Key key;
  const Result<std::size_t> count =
      GetRandom(key, RandomFlags::kNonblock | RandomFlags::FromBits(0x100));
  ASSERT_FAILS(count, EINVAL);
  EXPECT_THAT(count.error().ToString(),
              AllOf(StartsWith("getrandom(0x"),
                    HasSubstr(", 16, GRND_NONBLOCK|0x100) = EINVAL (Invalid "
                              "argument): "),
                    EndsWith(count.error().explanation())));
  EXPECT_THAT(count.error().explanation(),
              HasSubstr("flags has a bit that does not exist"));
  EXPECT_FAILS(FillRandom(key, RandomFlags::FromBits(0x100)), EINVAL);
}

TEST(GetRandom, GivesAChildOtherBytesThanItsParent) {
  int fds[2];
  ASSERT_EQ(pipe(fds), 0);
  const pid_t child = fork();
  if (child == 0) {
    Key key = {};
    const bool written =
        GetRandom(key) == key.size() && write(fds[1], key.data(), key.size()) ==
                                            static_cast<ssize_t>(key.size());
    _exit(written ? 0 : 1);
  }
  const Key ours = NewKey();
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  close(fds[1]);
  Key theirs = {};
  EXPECT_EQ(read(fds[0], theirs.data(), theirs.size()),
            static_cast<ssize_t>(theirs.size()));
  close(fds[0]);
  EXPECT_NE(ours, theirs);
}

TEST(GetRandom, GivesEachThreadOtherBytes) {
  std::array<Key, 4> keys = {};
  std::vector<std::thread> threads;
  for (Key& key : keys) threads.emplace_back([&key] { key = NewKey(); });
  for (std::thread& one : threads) one.join();
  EXPECT_EQ(std::set<Key>(keys.begin(), keys.end()).size(), keys.size());
}

TEST(FillRandom, FillsAll) {
  std::vector<std::byte> bytes(1 << 20);
  EXPECT_SUCCEEDS(FillRandom(bytes));
  EXPECT_TRUE(IsFilled(bytes));
}

TEST(FillRandom, FillsAllInSpiteOfSignals) {
  const Interruptions interruptions;
  std::vector<std::byte> bytes(8 << 20);
  EXPECT_SUCCEEDS(RetryOnEintr([&] { return FillRandom(bytes); }));
  EXPECT_TRUE(IsFilled(bytes));
}

TEST(FillRandom, FillsNothingIfThereIsNothing) {
  EXPECT_SUCCEEDS(FillRandom({}));
}

// The kernel gives what there is room for, which is a success, and only the
// next call fails.
TEST(FillRandom, TellsOfABufferThatCanNotBeFilled) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* const place = mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(place, MAP_FAILED);
  auto* const bytes = static_cast<std::byte*>(place);
  ASSERT_EQ(mprotect(bytes + page, page, PROT_NONE), 0);
  EXPECT_FAILS(FillRandom({bytes + page - 32, 64}), EFAULT);
  EXPECT_SUCCEEDS(FillRandom({bytes + page - 32, 32}));
  EXPECT_TRUE(IsFilled({bytes + page - 32, 32}));
  EXPECT_EQ(munmap(place, 2 * page), 0);
}

TEST(GetRandom, LeavesErrnoAlone) {
  errno = EDOM;
  Key key;
  EXPECT_SUCCEEDS(GetRandom(key));
  EXPECT_SUCCEEDS(FillRandom(key));
  EXPECT_EQ(errno, EDOM);
  const Result<void> filled = FillRandom(key, RandomFlags::FromBits(0x100));
  EXPECT_EQ(errno, EINVAL);
  ASSERT_FAILS(filled, EINVAL);
  EXPECT_EQ(errno, EINVAL);
}

}  // namespace
}  // namespace plumbline
