#include "wrappers/dup.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

#include "wrappers/eventfd.h"
#include "wrappers/testing/child.h"
#include "wrappers/testing/result_assertions.h"

namespace plumbline {
namespace {

using testing::HasSubstr;
using testing_support::InChild;

template <typename Onto>
concept ReplacesIt = requires(BorrowedFd from, Onto&& onto) {
  Dup2(from, onto);
  Dup3(from, onto);
};
static_assert(ReplacesIt<OwnedFd&>);
static_assert(ReplacesIt<int>);
static_assert(!ReplacesIt<const OwnedFd&>);
static_assert(!ReplacesIt<BorrowedFd>);
static_assert(!ReplacesIt<EventFd&>);  // would be something else

template <typename... Arguments>
concept Dup3s = requires(Arguments... arguments) {
  Dup3(arguments...);
};
static_assert(Dup3s<BorrowedFd, int, DupFlags>);
static_assert(!Dup3s<BorrowedFd, int, int>);
static_assert(!Dup3s<BorrowedFd, int, FdFlags>);
static_assert(!Dup3s<BorrowedFd, int, StatusFlags>);

// An empty file, of which each is another one.
OwnedFd New() {
  OwnedFd file = OwnedFd::Adopt(memfd_create("test", MFD_CLOEXEC));
  EXPECT_TRUE(file.is_open());
  return file;
}

// A number that is free, and stays so while nothing is opened.
int FreeNumber() {
  const OwnedFd next = New();
  return next.raw();
}

// The first of `count` numbers in a row that are free.
int FreeNumbers(int count) {
  int first = 100;
  for (int number = first; number < first + count; ++number) {
    if (fcntl(number, F_GETFD) >= 0) first = number + 1;
  }
  return first;
}

bool IsOpen(int raw) { return fcntl(raw, F_GETFD) >= 0; }

bool IsCloexec(BorrowedFd fd) {
  const int flags = fcntl(fd.raw(), F_GETFD);
  EXPECT_GE(flags, 0);
  return (flags & FD_CLOEXEC) != 0;
}

// Whether they share the position in the file.
bool AreDuplicates(BorrowedFd a, BorrowedFd b) {
  const off_t before = lseek(a.raw(), 0, SEEK_CUR);
  EXPECT_GE(before, 0);
  EXPECT_EQ(lseek(a.raw(), before + 17, SEEK_SET), before + 17);
  const bool same = lseek(b.raw(), 0, SEEK_CUR) == before + 17;
  EXPECT_EQ(lseek(a.raw(), before, SEEK_SET), before);
  return same;
}

// What `call()` returns while RLIMIT_NOFILE is `count`. Nothing else is done
// then: sanitizers open descriptors too.
template <typename Call>
auto WithFewerDescriptors(int count, Call call) {
  rlimit before;
  EXPECT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit fewer = {static_cast<rlim_t>(count), before.rlim_max};
  EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &fewer), 0);
  auto result = call();
  EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  return result;
}

// ---- Dup ----

TEST(Dup, GivesTheLowestFreeNumber) {
  const OwnedFd file = New();
  const int free = FreeNumber();
  const Result<OwnedFd> duplicate = Dup(file);
  ASSERT_SUCCEEDS(duplicate);
  EXPECT_EQ(duplicate->raw(), free);
  EXPECT_TRUE(AreDuplicates(file, *duplicate));
  EXPECT_TRUE(IsCloexec(file));
  EXPECT_FALSE(IsCloexec(*duplicate));
}

TEST(Dup, IsClosedByItself) {
  const OwnedFd file = New();
  int raw;
  {
    const OwnedFd duplicate = Dup(file).value();
    raw = duplicate.raw();
  }
  EXPECT_FALSE(IsOpen(raw));
  EXPECT_TRUE(IsOpen(file.raw()));
}

TEST(Dup, FailsIfItIsClosed) {
  OwnedFd file = New();
  EXPECT_SUCCEEDS(file.Close());
  const Result<OwnedFd> duplicate = Dup(file);
  EXPECT_EQ(errno, EBADF);
  ASSERT_FAILS(duplicate, EBADF);
  EXPECT_EQ(duplicate.error().ToString(),
            "dup(-1) = EBADF (Bad file descriptor): oldfd is not open");
  EXPECT_TRUE(duplicate.error().documented());
}

TEST(Dup, FailsIfTooManyAreOpen) {
  const OwnedFd file = New();
  const int free = FreeNumber();
  const Result<OwnedFd> duplicate =
      WithFewerDescriptors(free, [&] { return Dup(file); });
  ASSERT_FAILS(duplicate, EMFILE);
  EXPECT_TRUE(duplicate.error().documented());
}

// ---- Dup2 and Dup3 ----

TEST(Dup2, ReplacesWhatAnOwnerHas) {
  const OwnedFd from = New();
  OwnedFd onto = New();
  const int raw = onto.raw();
  ASSERT_FALSE(AreDuplicates(from, onto));
  EXPECT_SUCCEEDS(Dup2(from, onto));
  EXPECT_EQ(onto.raw(), raw);
  EXPECT_TRUE(AreDuplicates(from, onto));
  EXPECT_FALSE(IsCloexec(onto));
  EXPECT_TRUE(IsCloexec(from));
}

// There is no writer any more, so a pipe is at its end.
TEST(Dup2, ClosesWhatAnOwnerHad) {
  int raw[2];
  ASSERT_EQ(pipe2(raw, O_CLOEXEC | O_NONBLOCK), 0);
  const OwnedFd read_end = OwnedFd::Adopt(raw[0]);
  OwnedFd write_end = OwnedFd::Adopt(raw[1]);
  char memory;
  ASSERT_EQ(read(read_end.raw(), &memory, 1), -1);
  ASSERT_EQ(errno, EAGAIN);
  EXPECT_SUCCEEDS(Dup2(New(), write_end));
  EXPECT_EQ(read(read_end.raw(), &memory, 1), 0);
}

TEST(Dup2, ClosesNothingIfItFails) {
  OwnedFd onto = New();
  const Result<void> replaced = Dup2(OwnedFd(), onto);
  EXPECT_EQ(errno, EBADF);
  ASSERT_FAILS(replaced, EBADF);
  EXPECT_EQ(replaced.error().function(), "dup2");
  EXPECT_EQ(replaced.error().arguments(), "-1, " + std::to_string(onto.raw()));
  EXPECT_TRUE(replaced.error().documented());
  EXPECT_TRUE(onto.is_open());
  EXPECT_TRUE(IsOpen(onto.raw()));
  EXPECT_TRUE(IsCloexec(onto));
}

TEST(Dup2, FailsIfTheOwnerHasNothing) {
  const OwnedFd from = New();
  OwnedFd onto;
  EXPECT_FAILS(Dup2(from, onto), EBADF);
  EXPECT_FALSE(onto.is_open());
  EXPECT_FAILS(Dup3(from, onto), EBADF);
}

TEST(Dup2, DoesNothingIfBothAreOne) {
  OwnedFd file = New();
  EXPECT_SUCCEEDS(Dup2(file, file));
  EXPECT_SUCCEEDS(Dup2(file, file.raw()));
  EXPECT_TRUE(IsOpen(file.raw()));
  EXPECT_TRUE(IsCloexec(file));
}

TEST(Dup2, MakesAnyNumberADuplicate) {
  const OwnedFd from = New();
  const int number = FreeNumbers(1);
  ASSERT_FALSE(IsOpen(number));
  EXPECT_SUCCEEDS(Dup2(from, number));
  const OwnedFd onto = OwnedFd::Adopt(number);
  EXPECT_TRUE(AreDuplicates(from, onto));
  EXPECT_FALSE(IsCloexec(onto));
}

TEST(Dup2, RedirectsAStandardStream) {
  InChild([] {
    const OwnedFd file = New();
    EXPECT_SUCCEEDS(Dup2(file, STDIN_FILENO));
    EXPECT_TRUE(AreDuplicates(file, BorrowedFd::FromRaw(STDIN_FILENO)));
  });
}

TEST(Dup2, RefusesNumbersThatCanNotBeOpen) {
  const OwnedFd from = New();
  EXPECT_FAILS(Dup2(from, -1), EBADF);
  EXPECT_FAILS(Dup3(from, -1), EBADF);
  const int count = FreeNumber() + 1;
  const Result<void> replaced =
      WithFewerDescriptors(count, [&] { return Dup2(from, count); });
  ASSERT_FAILS(replaced, EBADF);
  EXPECT_THAT(replaced.error().explanation(), HasSubstr("RLIMIT_NOFILE"));
}

// Another thread that opens files never gets the number meanwhile. (EBUSY it
// may be that it was about to.)
TEST(Dup2, ReplacesInOneStep) {
  const OwnedFd from = New();
  OwnedFd onto = New();
  std::atomic<bool> done = false;
  std::thread opener([&, number = onto.raw()] {
    while (!done) EXPECT_NE(New().raw(), number);
  });
  for (int i = 0; i < 1000; ++i)
    EXPECT_TRUE(Dup2(from, onto) || errno == EBUSY);
  done = true;
  opener.join();
}

TEST(Dup3, ReplacesWhatAnOwnerHas) {
  const OwnedFd from = New();
  OwnedFd onto = New();
  const int raw = onto.raw();
  EXPECT_SUCCEEDS(Dup3(from, onto));
  EXPECT_EQ(onto.raw(), raw);
  EXPECT_TRUE(AreDuplicates(from, onto));
  EXPECT_TRUE(IsCloexec(onto));
  EXPECT_SUCCEEDS(Dup3(from, onto, {}));
  EXPECT_FALSE(IsCloexec(onto));
}

TEST(Dup3, MakesAnyNumberADuplicate) {
  const OwnedFd from = New();
  const int number = FreeNumbers(1);
  EXPECT_SUCCEEDS(Dup3(from, number));
  const OwnedFd onto = OwnedFd::Adopt(number);
  EXPECT_TRUE(AreDuplicates(from, onto));
  EXPECT_TRUE(IsCloexec(onto));
  EXPECT_SUCCEEDS(Dup3(from, number, {}));
  EXPECT_FALSE(IsCloexec(onto));
}

TEST(Dup3, RefusesOneDescriptor) {
  OwnedFd file = New();
  const std::string number = std::to_string(file.raw());
  const Result<void> replaced = Dup3(file, file);
  EXPECT_EQ(errno, EINVAL);
  ASSERT_FAILS(replaced, EINVAL);
  EXPECT_EQ(replaced.error().ToString(),
            "dup3(" + number + ", " + number +
                ", O_CLOEXEC) = EINVAL (Invalid argument): " +
                replaced.error().explanation());
  EXPECT_THAT(replaced.error().explanation(), HasSubstr("oldfd is newfd"));
  EXPECT_FAILS(Dup3(file, file.raw()), EINVAL);
  EXPECT_TRUE(IsOpen(file.raw()));
}

TEST(Dup3, RefusesOtherFlags) {
  const OwnedFd from = New();
  OwnedFd onto = New();
  const Result<void> replaced =
      Dup3(from, onto, DupFlags::kCloexec | DupFlags::FromBits(O_APPEND));
  ASSERT_FAILS(replaced, EINVAL);
  EXPECT_THAT(replaced.error().arguments(), HasSubstr(", O_CLOEXEC|0x"));
  EXPECT_FAILS(Dup3(from, onto.raw(), DupFlags::FromBits(O_APPEND)), EINVAL);
  EXPECT_FALSE(AreDuplicates(from, onto));
}

// ---- DupFd and DupFdCloexec ----

TEST(DupFd, GivesTheLowestFreeNumberFromAGivenOneOn) {
  const OwnedFd file = New();
  const int free = FreeNumber();
  const int high = FreeNumbers(2);
  const OwnedFd lowest = DupFd(file, 0).value();
  EXPECT_EQ(lowest.raw(), free);
  EXPECT_FALSE(IsCloexec(lowest));
  const OwnedFd above = DupFd(file, high).value();
  EXPECT_EQ(above.raw(), high);
  EXPECT_TRUE(AreDuplicates(file, above));
  const OwnedFd next = DupFd(file, high).value();
  EXPECT_EQ(next.raw(), high + 1);
}

TEST(DupFdCloexec, IsClosedOnExec) {
  const OwnedFd file = New();
  const int free = FreeNumber();
  const int high = FreeNumbers(2);
  const OwnedFd lowest = DupFdCloexec(file).value();
  EXPECT_EQ(lowest.raw(), free);
  EXPECT_TRUE(IsCloexec(lowest));
  EXPECT_TRUE(AreDuplicates(file, lowest));
  const OwnedFd above = DupFdCloexec(file, high).value();
  EXPECT_EQ(above.raw(), high);
  EXPECT_TRUE(IsCloexec(above));
}

TEST(DupFd, TellsTheCommandThatFailed) {
  const OwnedFd file = New();
  const std::string number = std::to_string(file.raw());
  const Result<OwnedFd> duplicate = DupFd(file, -1);
  EXPECT_EQ(errno, EINVAL);
  ASSERT_FAILS(duplicate, EINVAL);
  EXPECT_EQ(duplicate.error().ToString(),
            "fcntl(" + number + ", F_DUPFD, -1) = EINVAL (Invalid argument): " +
                duplicate.error().explanation());
  EXPECT_THAT(duplicate.error().explanation(), HasSubstr("arg is below 0"));
  const Result<OwnedFd> cloexec = DupFdCloexec(OwnedFd(), 3);
  ASSERT_FAILS(cloexec, EBADF);
  EXPECT_EQ(cloexec.error().arguments(), "-1, F_DUPFD_CLOEXEC, 3");
  EXPECT_TRUE(cloexec.error().documented());
}

TEST(DupFd, FailsIfTooManyAreOpen) {
  const OwnedFd file = New();
  const int free = FreeNumber();
  EXPECT_FAILS(WithFewerDescriptors(free, [&] { return DupFd(file, 0); }),
               EMFILE);
  EXPECT_FAILS(WithFewerDescriptors(free, [&] { return DupFdCloexec(file); }),
               EMFILE);
  EXPECT_FAILS(
      WithFewerDescriptors(free, [&] { return DupFdCloexec(file, free); }),
      EINVAL);
}

// ---- Flags ----

TEST(FdFlags, AreOfOneDescriptor) {
  const OwnedFd file = New();
  const OwnedFd duplicate = Dup(file).value();
  EXPECT_RETURNS(GetFdFlags(file), FdFlags::kCloexec);
  EXPECT_RETURNS(GetFdFlags(duplicate), FdFlags());
  EXPECT_SUCCEEDS(SetFdFlags(file, {}));
  EXPECT_FALSE(IsCloexec(file));
  EXPECT_SUCCEEDS(SetFdFlags(duplicate, FdFlags::kCloexec));
  EXPECT_TRUE(IsCloexec(duplicate));
  EXPECT_FALSE(IsCloexec(file));
}

TEST(FdFlags, TellWhyTheyCanNotBeHad) {
  const Result<FdFlags> flags = GetFdFlags(OwnedFd());
  EXPECT_EQ(errno, EBADF);
  ASSERT_FAILS(flags, EBADF);
  EXPECT_EQ(flags.error().ToString(),
            "fcntl(-1, F_GETFD) = EBADF (Bad file descriptor): " +
                flags.error().explanation());
  EXPECT_THAT(flags.error().explanation(), HasSubstr("fd is not open"));
  const Result<void> set = SetFdFlags(OwnedFd(), FdFlags::kCloexec);
  EXPECT_EQ(errno, EBADF);
  ASSERT_FAILS(set, EBADF);
  EXPECT_EQ(set.error().arguments(), "-1, F_SETFD, FD_CLOEXEC");
  EXPECT_TRUE(set.error().documented());
}

TEST(StatusFlags, TellHowTheFileIsOpen) {
  const auto flags_of = [](int flags) {
    const OwnedFd fd = OwnedFd::Adopt(open("/dev/null", flags | O_CLOEXEC));
    return GetStatusFlags(fd).value();
  };
  EXPECT_EQ(flags_of(O_RDONLY) & StatusFlags::kAccmode, StatusFlags::kRdonly);
  EXPECT_EQ(flags_of(O_WRONLY) & StatusFlags::kAccmode, StatusFlags::kWronly);
  EXPECT_EQ(flags_of(O_RDWR) & StatusFlags::kAccmode, StatusFlags::kRdwr);
  EXPECT_TRUE(flags_of(O_WRONLY | O_APPEND).Contains(StatusFlags::kAppend));
  EXPECT_FALSE(flags_of(O_WRONLY).Contains(StatusFlags::kAppend));
  EXPECT_TRUE(flags_of(O_RDWR | O_SYNC).Contains(StatusFlags::kSync));
  EXPECT_FALSE(flags_of(O_RDWR | O_DSYNC).Contains(StatusFlags::kSync));
  EXPECT_TRUE(flags_of(O_RDWR | O_DSYNC).Contains(StatusFlags::kDsync));
  EXPECT_TRUE(flags_of(O_RDWR | O_NONBLOCK).Contains(StatusFlags::kNonblock));
  EXPECT_TRUE(flags_of(O_PATH).Contains(StatusFlags::kPath));
}

TEST(StatusFlags, AreOfAllDuplicates) {
  const OwnedFd file = New();
  const OwnedFd duplicate = Dup(file).value();
  EXPECT_SUCCEEDS(
      SetStatusFlags(file, StatusFlags::kAppend | StatusFlags::kNonblock));
  const int flags = fcntl(duplicate.raw(), F_GETFL);
  EXPECT_EQ(flags & (O_APPEND | O_NONBLOCK), O_APPEND | O_NONBLOCK);
  // F_SETFL does not change the access mode.
  EXPECT_EQ(flags & O_ACCMODE, O_RDWR);
  EXPECT_SUCCEEDS(SetStatusFlags(duplicate, StatusFlags::kNonblock));
  EXPECT_EQ(fcntl(file.raw(), F_GETFL) & (O_APPEND | O_NONBLOCK), O_NONBLOCK);
}

TEST(StatusFlags, TellWhyTheyCanNotBeHad) {
  const Result<StatusFlags> flags = GetStatusFlags(OwnedFd());
  EXPECT_EQ(errno, EBADF);
  ASSERT_FAILS(flags, EBADF);
  EXPECT_EQ(flags.error().arguments(), "-1, F_GETFL");
  EXPECT_TRUE(flags.error().documented());
  const Result<void> set =
      SetStatusFlags(OwnedFd(), StatusFlags::kRdwr | StatusFlags::kNonblock);
  EXPECT_EQ(errno, EBADF);
  ASSERT_FAILS(set, EBADF);
  EXPECT_EQ(set.error().arguments(), "-1, F_SETFL, O_RDWR|O_NONBLOCK");
  EXPECT_TRUE(set.error().documented());
}

TEST(Nonblocking, IsSetAndClearedAlone) {
  const OwnedFd file = New();
  ASSERT_EQ(fcntl(file.raw(), F_SETFL, O_APPEND), 0);
  const int before = fcntl(file.raw(), F_GETFL);
  EXPECT_RETURNS(IsNonblocking(file), false);
  EXPECT_SUCCEEDS(SetNonblocking(file, true));
  EXPECT_EQ(fcntl(file.raw(), F_GETFL), before | O_NONBLOCK);
  EXPECT_RETURNS(IsNonblocking(file), true);
  EXPECT_SUCCEEDS(SetNonblocking(file, true));
  EXPECT_RETURNS(IsNonblocking(file), true);
  EXPECT_SUCCEEDS(SetNonblocking(file, false));
  EXPECT_EQ(fcntl(file.raw(), F_GETFL), before);
  EXPECT_RETURNS(IsNonblocking(file), false);
}

TEST(Nonblocking, TellsWhyItCanNotBeHad) {
  const Result<bool> nonblocking = IsNonblocking(OwnedFd());
  EXPECT_EQ(errno, EBADF);
  ASSERT_FAILS(nonblocking, EBADF);
  EXPECT_EQ(nonblocking.error().arguments(), "-1, F_GETFL");
  EXPECT_FAILS(SetNonblocking(OwnedFd(), true), EBADF);
  // Of a file that is only named, F_GETFL is known, but F_SETFL is refused.
  const OwnedFd path = OwnedFd::Adopt(open("/", O_PATH | O_CLOEXEC));
  const Result<void> set = SetNonblocking(path, true);
  ASSERT_FAILS(set, EBADF);
  EXPECT_THAT(set.error().arguments(), HasSubstr("F_SETFL"));
}

TEST(Duplicates, LeaveErrnoAlone) {
  errno = EDOM;
  {
    const OwnedFd file = New();
    OwnedFd onto = Dup(file).value();
    EXPECT_SUCCEEDS(Dup2(file, onto));
    EXPECT_SUCCEEDS(Dup3(file, onto));
    EXPECT_SUCCEEDS(DupFd(file, 0));
    EXPECT_SUCCEEDS(DupFdCloexec(file));
    EXPECT_SUCCEEDS(GetFdFlags(file));
    EXPECT_SUCCEEDS(SetFdFlags(file, {}));
    EXPECT_SUCCEEDS(GetStatusFlags(file));
    EXPECT_SUCCEEDS(SetNonblocking(file, true));
    EXPECT_RETURNS(IsNonblocking(file), true);
  }
  EXPECT_EQ(errno, EDOM);
}

}  // namespace
}  // namespace plumbline
