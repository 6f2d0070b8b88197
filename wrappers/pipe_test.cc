#include "wrappers/pipe.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "wrappers/io.h"
#include "wrappers/testing/capabilities.h"
#include "wrappers/testing/interruptions.h"
#include "wrappers/testing/result_assertions.h"

namespace plumbline {
namespace {

using namespace std::string_view_literals;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing_support::InChildWithoutCapabilities;
using testing_support::Interruptions;

template <typename... Arguments>
concept Creates = requires(Arguments... arguments) {
  Pipe::Create(arguments...);
};
static_assert(Creates<>);
static_assert(Creates<PipeFlags>);
static_assert(!Creates<int>);
static_assert(!Creates<SpliceFlags>);

template <typename... Arguments>
concept Splices = requires(Arguments... arguments) {
  Splice(arguments...);
};
static_assert(Splices<BorrowedFd, BorrowedFd, int>);
static_assert(Splices<BorrowedFd, BorrowedFd, int, SpliceFlags>);
static_assert(Splices<BorrowedFd, off64_t*, BorrowedFd, off64_t*, int>);
static_assert(Splices<BorrowedFd, std::nullptr_t, BorrowedFd, off64_t*, int>);
static_assert(!Splices<int, int, int>);
static_assert(!Splices<BorrowedFd, BorrowedFd, int, PipeFlags>);
static_assert(!Splices<BorrowedFd, BorrowedFd, int, unsigned>);
static_assert(!Splices<BorrowedFd, off64_t, BorrowedFd, off64_t, int>);

template <typename... Arguments>
concept Vmsplices = requires(Arguments... arguments) {
  VmspliceFrom(arguments...);
};
static_assert(Vmsplices<BorrowedFd, std::span<MutableBuffer>>);
static_assert(!Vmsplices<BorrowedFd, std::span<ConstBuffer>>);

static_assert(!std::is_copy_constructible_v<Pipe>);
static_assert(std::is_nothrow_move_constructible_v<Pipe>);
static_assert(std::is_nothrow_move_assignable_v<Pipe>);
static_assert(Pipe::kAtomicSize == 4096);  // pipe(7)

Pipe New(PipeFlags flags = {}) {
  return Pipe::Create(flags | PipeFlags::kCloexec).value();
}

std::size_t PageSize() {
  return static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

// How much is in it.
int Unread(const Pipe& pipe) {
  int size = -1;
  EXPECT_EQ(ioctl(pipe.read_end.raw(), FIONREAD, &size), 0);
  return size;
}

void Put(const Pipe& pipe, std::string_view text) {
  EXPECT_RETURNS(Write(pipe.write_end, text), text.size());
}

// As much as one read returns; "" at the end. Does not wait.
std::string Take(BorrowedFd fd) {
  pollfd one = {fd.raw(), POLLIN, 0};
  EXPECT_EQ(poll(&one, 1, 0), 1) << "there is nothing to read";
  if (one.revents == 0) return "";
  std::array<char, 65536> memory;
  const Result<std::size_t> size = Read(fd, memory);
  EXPECT_SUCCEEDS(size);
  return std::string(memory.data(), size.value_or(0));
}
std::string Take(const Pipe& pipe) { return Take(pipe.read_end); }

void SetStatus(BorrowedFd fd, int flags) {
  EXPECT_EQ(fcntl(fd.raw(), F_SETFL, flags), 0);
}

// Until there is no room; it is nonblocking meanwhile.
void Fill(const Pipe& pipe) {
  SetStatus(pipe.write_end, O_NONBLOCK);
  while (Write(pipe.write_end, std::string(1 << 16, 'x'))) {
  }
  SetStatus(pipe.write_end, 0);
}

OwnedFd FileOf(std::string_view text) {
  OwnedFd file = OwnedFd::Adopt(memfd_create("test", MFD_CLOEXEC));
  EXPECT_EQ(pwrite(file.raw(), text.data(), text.size(), 0),
            static_cast<ssize_t>(text.size()));
  return file;
}

std::string ContentOf(BorrowedFd file) {
  std::array<char, 64> memory;
  const ssize_t size = pread(file.raw(), memory.data(), memory.size(), 0);
  EXPECT_GE(size, 0);
  return std::string(memory.data(), static_cast<std::size_t>(size));
}

off_t Position(BorrowedFd file) { return lseek(file.raw(), 0, SEEK_CUR); }

class SigpipeIgnored {
 public:
  SigpipeIgnored() : before_(signal(SIGPIPE, SIG_IGN)) {}
  ~SigpipeIgnored() { signal(SIGPIPE, before_); }
  SigpipeIgnored(const SigpipeIgnored&) = delete;
  SigpipeIgnored& operator=(const SigpipeIgnored&) = delete;

 private:
  const sighandler_t before_;
};

// ---- Pipe ----

TEST(Pipe, CarriesFromTheWriteEndToTheReadEnd) {
  const Pipe pipe = New();
  Put(pipe, "abc");
  EXPECT_EQ(Take(pipe), "abc");
  EXPECT_FAILS(Write(pipe.read_end, "x"sv), EBADF);
  char memory[1];
  EXPECT_FAILS(Read(pipe.write_end, memory), EBADF);
}

TEST(Pipe, HasTheFlagsThatAreAskedFor) {
  const Pipe usual = Pipe::Create().value();
  const Pipe plain = Pipe::Create({}).value();
  const Pipe nonblocking = Pipe::Create(PipeFlags::kNonblock).value();
  const auto fd_flags = [](const OwnedFd& fd) {
    return fcntl(fd.raw(), F_GETFD);
  };
  const auto nonblock = [](const OwnedFd& fd) {
    return (fcntl(fd.raw(), F_GETFL) & O_NONBLOCK) != 0;
  };
  EXPECT_EQ(fd_flags(usual.read_end), FD_CLOEXEC);
  EXPECT_EQ(fd_flags(usual.write_end), FD_CLOEXEC);
  EXPECT_FALSE(nonblock(usual.read_end));
  EXPECT_FALSE(nonblock(usual.write_end));
  EXPECT_EQ(fd_flags(plain.read_end), 0);
  EXPECT_EQ(fd_flags(plain.write_end), 0);
  EXPECT_EQ(fd_flags(nonblocking.read_end), 0);
  EXPECT_TRUE(nonblock(nonblocking.read_end));
  EXPECT_TRUE(nonblock(nonblocking.write_end));
}

TEST(Pipe, OfNoneIsClosed) {
  const Pipe none;
  EXPECT_FALSE(none.read_end.is_open());
  EXPECT_FALSE(none.write_end.is_open());
  EXPECT_FAILS(Write(none.write_end, "x"sv), EBADF);
}

TEST(Pipe, LetsGoOfItsEndsOneByOne) {
  Pipe pipe = New();
  const int raw = pipe.write_end.raw();
  {
    const OwnedFd write_end = std::move(pipe.write_end);
    EXPECT_EQ(write_end.raw(), raw);
    EXPECT_FALSE(pipe.write_end.is_open());  // NOLINT: what is left of it
    EXPECT_RETURNS(Write(write_end, "abc"sv), 3u);
  }
  EXPECT_EQ(Take(pipe), "abc");
  EXPECT_EQ(Take(pipe), "");  // the end, as no writer is left
  EXPECT_FAILS(pipe.write_end.Close(), EBADF);
}

TEST(Pipe, IsMovedAsAWhole) {
  Pipe first = New();
  Put(first, "abc");
  Pipe second = std::move(first);
  EXPECT_FALSE(first.read_end.is_open());   // NOLINT: what is left of it
  EXPECT_FALSE(first.write_end.is_open());  // NOLINT
  EXPECT_EQ(Take(second), "abc");
}

TEST(Pipe, IsTakenApart) {
  auto [read_end, write_end] = New();
  EXPECT_RETURNS(Write(write_end, "abc"sv), 3u);
  EXPECT_EQ(Take(read_end), "abc");
}

TEST(Pipe, TellsOfTheOtherEndThatIsClosed) {
  const SigpipeIgnored ignored;
  Pipe pipe = New();
  EXPECT_SUCCEEDS(pipe.read_end.Close());
  EXPECT_FAILS(Write(pipe.write_end, "x"sv), EPIPE);
}

TEST(Pipe, DeliversPacketsIfAskedTo) {
  const Pipe pipe = New(PipeFlags::kDirect | PipeFlags::kNonblock);
  Put(pipe, "abc");
  Put(pipe, "def");
  Put(pipe, "ghi");
  EXPECT_EQ(Take(pipe), "abc");
  std::array<char, 2> small;
  EXPECT_RETURNS(Read(pipe.read_end, small), 2u);
  EXPECT_EQ(std::string_view(small.data(), 2), "de");
  EXPECT_EQ(Take(pipe), "ghi");
  const std::string too_long(Pipe::kAtomicSize + 1, 'x');
  Put(pipe, too_long);
  EXPECT_EQ(Take(pipe).size(), Pipe::kAtomicSize);
  EXPECT_EQ(Take(pipe).size(), 1u);
}

TEST(Pipe, DoesNotMixAtomicWrites) {
  const Pipe pipe = New();
  constexpr int kWrites = 200;
  const auto write = [&](char letter) {
    const std::string text(Pipe::kAtomicSize, letter);
    for (int i = 0; i < kWrites; ++i) Put(pipe, text);
  };
  std::thread first(write, 'a');
  std::thread second(write, 'b');
  for (int i = 0; i < 2 * kWrites; ++i) {
    std::string text(Pipe::kAtomicSize, '.');
    MutableBuffer rest = text;
    ASSERT_SUCCEEDS(ReadFully(pipe.read_end, rest));
    EXPECT_EQ(text, std::string(Pipe::kAtomicSize, text[0]));
  }
  first.join();
  second.join();
}

TEST(Pipe, FailsWithoutDescriptors) {
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const OwnedFd next = OwnedFd::Adopt(dup(STDIN_FILENO));
  // One more.
  const rlimit fewer = {static_cast<rlim_t>(next.raw()) + 2, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &fewer), 0);
  const Result<Pipe> pipe = Pipe::Create();
  EXPECT_EQ(errno, EMFILE);
  EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_FAILS(pipe, EMFILE);
  EXPECT_TRUE(pipe.error().documented());
}

TEST(Pipe, AnErrorTellsTheCallAndWhy) {
  const Result<Pipe> pipe =
      Pipe::Create(PipeFlags::kCloexec | PipeFlags::FromBits(O_APPEND));
  EXPECT_EQ(errno, EINVAL);
  ASSERT_FAILS(pipe, EINVAL);
  EXPECT_EQ(pipe.error().function(), "pipe2");
  EXPECT_THAT(pipe.error().ToString(),
              MatchesRegex("pipe2\\(0x[0-9a-f]+, O_CLOEXEC\\|0x[0-9a-f]+\\) = "
                           "EINVAL \\(Invalid argument\\): flags has a bit "
                           "that does not exist"));
  EXPECT_TRUE(pipe.error().documented());
}

TEST(Pipe, LeavesErrnoAlone) {
  errno = EDOM;
  {
    const Pipe pipe = New();
    EXPECT_SUCCEEDS(GetPipeSize(pipe.read_end));
    EXPECT_SUCCEEDS(SetPipeSize(pipe.read_end, 1));
    const Pipe other = New();
    const std::string text = "abc";
    const ConstBuffer out[] = {text};
    EXPECT_SUCCEEDS(VmspliceTo(pipe.write_end, out));
    EXPECT_SUCCEEDS(Tee(pipe.read_end, other.write_end, 1));
    EXPECT_SUCCEEDS(Splice(pipe.read_end, other.write_end, 1));
    char memory[2];
    const MutableBuffer in[] = {memory};
    EXPECT_SUCCEEDS(VmspliceFrom(other.read_end, in));
  }
  EXPECT_EQ(errno, EDOM);
}

// ---- Sizes ----

TEST(PipeSize, IsThatOfBothEnds) {
  const Pipe pipe = New();
  const Result<std::size_t> size = GetPipeSize(pipe.read_end);
  ASSERT_SUCCEEDS(size);
  EXPECT_EQ(*size, static_cast<std::size_t>(
                       fcntl(pipe.write_end.raw(), F_GETPIPE_SZ)));
  EXPECT_RETURNS(GetPipeSize(pipe.write_end), *size);
  SetStatus(pipe.write_end, O_NONBLOCK);
  EXPECT_RETURNS(Write(pipe.write_end, std::string(*size + 1, 'x')), *size);
}

// F_SETPIPE_SZ(2const): "the allocation is the next higher power-of-two
// page-size multiple of the requested size", "below the page size are silently
// rounded up to the page size".
TEST(PipeSize, IsRoundedUp) {
  const Pipe pipe = New();
  const std::size_t page = PageSize();
  EXPECT_RETURNS(SetPipeSize(pipe.write_end, 0), page);
  EXPECT_RETURNS(GetPipeSize(pipe.write_end), page);
  EXPECT_RETURNS(SetPipeSize(pipe.write_end, 1), page);
  EXPECT_RETURNS(SetPipeSize(pipe.write_end, page), page);
  EXPECT_RETURNS(SetPipeSize(pipe.read_end, page + 1), 2 * page);
  EXPECT_RETURNS(SetPipeSize(pipe.read_end, 2 * page + 1), 4 * page);
  EXPECT_RETURNS(GetPipeSize(pipe.write_end), 4 * page);
}

TEST(PipeSize, IsNotMadeLessThanWhatIsInIt) {
  const Pipe pipe = New();
  const std::size_t page = PageSize();
  ASSERT_RETURNS(SetPipeSize(pipe.write_end, 2 * page), 2 * page);
  Put(pipe, std::string(page + 1, 'x'));
  const Result<std::size_t> size = SetPipeSize(pipe.write_end, page);
  EXPECT_EQ(errno, EBUSY);
  ASSERT_FAILS(size, EBUSY);
  EXPECT_EQ(size.error().function(), "fcntl");
  EXPECT_EQ(size.error().arguments(), std::to_string(pipe.write_end.raw()) +
                                          ", F_SETPIPE_SZ, " +
                                          std::to_string(page));
  EXPECT_THAT(size.error().explanation(),
              HasSubstr("the pipe holds more than arg"));
}

TEST(PipeSize, IsLimitedForTheUnprivileged) {
  std::size_t most = 0;
  std::ifstream("/proc/sys/fs/pipe-max-size") >> most;
  if (most == 0) GTEST_SKIP() << "/proc/sys/fs/pipe-max-size can't be read";
  const Pipe pipe = New();
  InChildWithoutCapabilities([&] {
    const Result<std::size_t> size = SetPipeSize(pipe.write_end, most + 1);
    EXPECT_EQ(errno, EPERM);
    ASSERT_FAILS(size, EPERM);
    EXPECT_THAT(size.error().explanation(), HasSubstr("fs.pipe-max-size"));
  });
}

TEST(PipeSize, IsNotCutTo32Bits) {
  const Pipe pipe = New();
  const std::size_t page = PageSize();
  ASSERT_RETURNS(SetPipeSize(pipe.write_end, page), page);
  const Result<std::size_t> size = SetPipeSize(pipe.write_end, SIZE_MAX);
  ASSERT_FAILS(size, EINVAL);
  EXPECT_THAT(size.error().arguments(), HasSubstr(std::to_string(SIZE_MAX)));
  EXPECT_TRUE(size.error().documented());
  if constexpr (sizeof(std::size_t) > 4) {
    const auto over = static_cast<std::size_t>(0x100000000) + 2 * page;
    EXPECT_FAILS(SetPipeSize(pipe.write_end, over), EINVAL);
  }
  EXPECT_RETURNS(GetPipeSize(pipe.write_end), page);
}

TEST(PipeSize, IsOfPipesOnly) {
  const OwnedFd file = FileOf("");
  const Result<std::size_t> size = GetPipeSize(file);
  EXPECT_EQ(errno, EBADF);
  ASSERT_FAILS(size, EBADF);
  EXPECT_EQ(size.error().ToString(),
            "fcntl(" + std::to_string(file.raw()) +
                ", F_GETPIPE_SZ) = EBADF (Bad file descriptor): " +
                size.error().explanation());
  EXPECT_THAT(size.error().explanation(), HasSubstr("fd is no pipe"));
  EXPECT_FAILS(GetPipeSize(OwnedFd()), EBADF);
  EXPECT_FAILS(SetPipeSize(file, 4096), EBADF);
  EXPECT_FAILS(SetPipeSize(OwnedFd(), 4096), EBADF);
}

// ---- Splice ----

TEST(Splice, MovesFromAPipeToAnother) {
  const Pipe from = New();
  const Pipe to = New();
  Put(from, "abcdef");
  EXPECT_RETURNS(Splice(from.read_end, to.write_end, 4), 4u);
  EXPECT_EQ(Take(to), "abcd");
  EXPECT_RETURNS(Splice(from.read_end, to.write_end, 4), 2u);
  EXPECT_EQ(Take(to), "ef");
}

TEST(Splice, MovesFromAFileAndItsPosition) {
  const Pipe pipe = New();
  const OwnedFd file = FileOf("abcdef");
  EXPECT_RETURNS(Splice(file, pipe.write_end, 4), 4u);
  EXPECT_EQ(Position(file), 4);
  EXPECT_RETURNS(Splice(file, pipe.write_end, 4), 2u);
  EXPECT_RETURNS(Splice(file, pipe.write_end, 4), 0u);
  EXPECT_EQ(Take(pipe), "abcdef");
}

TEST(Splice, MovesToAFileAndItsPosition) {
  const Pipe pipe = New();
  const OwnedFd file = FileOf("......");
  Put(pipe, "abc");
  EXPECT_RETURNS(Splice(pipe.read_end, file, 2), 2u);
  EXPECT_EQ(Position(file), 2);
  EXPECT_EQ(ContentOf(file), "ab....");
  EXPECT_EQ(Take(pipe), "c");
}

TEST(Splice, MovesFromAnOffset) {
  const Pipe pipe = New();
  const OwnedFd file = FileOf("abcdef");
  off64_t offset = 2;
  EXPECT_RETURNS(Splice(file, &offset, pipe.write_end, nullptr, 3), 3u);
  EXPECT_EQ(offset, 5);
  EXPECT_EQ(Position(file), 0);
  EXPECT_EQ(Take(pipe), "cde");
}

TEST(Splice, MovesToAnOffset) {
  const Pipe pipe = New();
  const OwnedFd file = FileOf("......");
  Put(pipe, "abc");
  off64_t offset = 2;
  EXPECT_RETURNS(Splice(pipe.read_end, nullptr, file, &offset, 8), 3u);
  EXPECT_EQ(offset, 5);
  EXPECT_EQ(Position(file), 0);
  EXPECT_EQ(ContentOf(file), "..abc.");
}

TEST(Splice, MovesToAnOffsetOfMoreThan32Bits) {
  const Pipe pipe = New();
  const OwnedFd file = FileOf("");
  Put(pipe, "abc");
  const off64_t far = off64_t{0x123456789};
  off64_t offset = far;
  EXPECT_RETURNS(Splice(pipe.read_end, nullptr, file, &offset, 3), 3u);
  EXPECT_EQ(offset, far + 3);
  EXPECT_EQ(lseek64(file.raw(), 0, SEEK_END), far + 3);
}

TEST(Splice, Returns0AtTheEnd) {
  Pipe from = New();
  const Pipe to = New();
  EXPECT_SUCCEEDS(from.write_end.Close());
  EXPECT_RETURNS(Splice(from.read_end, to.write_end, 4), 0u);
}

TEST(Splice, OfNothingMovesNothing) {
  const Pipe from = New();
  const Pipe to = New();
  EXPECT_RETURNS(Splice(from.read_end, to.write_end, 0), 0u);
}

TEST(Splice, DoesNotWaitIfAskedNotTo) {
  const Pipe from = New();
  const Pipe to = New();
  const Result<std::size_t> moved =
      Splice(from.read_end, to.write_end, 4,
             SpliceFlags::kNonblock | SpliceFlags::kMove);
  EXPECT_EQ(errno, EAGAIN);
  ASSERT_FAILS(moved, EAGAIN);
  EXPECT_EQ(moved.error().arguments(),
            std::to_string(from.read_end.raw()) + ", NULL, " +
                std::to_string(to.write_end.raw()) +
                ", NULL, 4, SPLICE_F_MOVE|SPLICE_F_NONBLOCK");
  EXPECT_TRUE(moved.error().documented());
  // With offsets too.
  const OwnedFd file = FileOf("");
  off64_t offset = 0;
  EXPECT_FAILS(
      Splice(from.read_end, nullptr, file, &offset, 4, SpliceFlags::kNonblock),
      EAGAIN);
}

TEST(Splice, FailsWhenInterrupted) {
  const Pipe from = New();
  const Pipe to = New();
  const OwnedFd file = FileOf("");
  off64_t offset = 0;
  const Interruptions interruptions;
  EXPECT_FAILS(Splice(from.read_end, to.write_end, 4), EINTR);
  EXPECT_FAILS(Splice(from.read_end, nullptr, file, &offset, 4), EINTR);
}

TEST(Splice, RefusesWhatIsNoPipe) {
  const OwnedFd file = FileOf("abc");
  const OwnedFd other = FileOf("");
  const Pipe pipe = New();
  Put(pipe, "abc");
  EXPECT_FAILS(Splice(file, other, 3), EINVAL);
  EXPECT_FAILS(Splice(pipe.read_end, pipe.write_end, 3), EINVAL);
  EXPECT_FAILS(Splice(OwnedFd(), pipe.write_end, 3), EBADF);
  EXPECT_FAILS(Splice(pipe.read_end, OwnedFd(), 3), EBADF);
  EXPECT_FAILS(Splice(pipe.write_end, file, 3), EBADF);
  EXPECT_FAILS(
      Splice(pipe.read_end, file, 3, SpliceFlags::FromBits(0x40000000)),
      EINVAL);
}

TEST(Splice, RefusesAFileThatIsAppendedTo) {
  const OwnedFd file = FileOf("");
  SetStatus(file, O_APPEND);
  const Pipe pipe = New();
  Put(pipe, "abc");
  EXPECT_FAILS(Splice(pipe.read_end, file, 3), EINVAL);
}

TEST(Splice, RefusesAnOffsetOfAPipe) {
  const OwnedFd file = FileOf("abc");
  const Pipe pipe = New();
  Put(pipe, "abc");
  off64_t offset = 5;
  off64_t other = 0x7000000000000000;
  const Result<std::size_t> moved =
      Splice(file, &offset, pipe.write_end, &other, 4, SpliceFlags::kMore);
  EXPECT_EQ(errno, ESPIPE);
  ASSERT_FAILS(moved, ESPIPE);
  EXPECT_EQ(moved.error().ToString(),
            "splice(" + std::to_string(file.raw()) + ", [5], " +
                std::to_string(pipe.write_end.raw()) +
                ", [8070450532247928832], 4, SPLICE_F_MORE) = ESPIPE (Illegal "
                "seek): " +
                moved.error().explanation());
  EXPECT_THAT(moved.error().explanation(),
              HasSubstr("off_out is given, and fd_out is a pipe"));
  EXPECT_EQ(offset, 5);
  EXPECT_FAILS(Splice(pipe.read_end, &offset, file, nullptr, 4), ESPIPE);
}

TEST(Splice, RefusesANegativeOffset) {
  const OwnedFd file = FileOf("abc");
  const Pipe pipe = New();
  Put(pipe, "abc");
  off64_t offset = -1;
  const Result<std::size_t> moved =
      Splice(pipe.read_end, nullptr, file, &offset, 3);
  ASSERT_FAILS(moved, EINVAL);
  EXPECT_THAT(moved.error().arguments(), HasSubstr(", [-1], 3, 0"));
}

TEST(Splice, TellsOfAReaderThatIsGone) {
  const SigpipeIgnored ignored;
  const Pipe from = New();
  Pipe to = New();
  Put(from, "abc");
  EXPECT_SUCCEEDS(to.read_end.Close());
  EXPECT_FAILS(Splice(from.read_end, to.write_end, 3), EPIPE);
}

// ---- Tee ----

TEST(Tee, LeavesWhatItCopies) {
  const Pipe from = New();
  const Pipe to = New();
  Put(from, "abcdef");
  EXPECT_RETURNS(Tee(from.read_end, to.write_end, 4), 4u);
  EXPECT_EQ(Take(to), "abcd");
  EXPECT_RETURNS(Tee(from.read_end, to.write_end, 100), 6u);
  EXPECT_EQ(Take(to), "abcdef");
  EXPECT_EQ(Take(from), "abcdef");
}

TEST(Tee, Returns0AtTheEnd) {
  Pipe from = New();
  const Pipe to = New();
  EXPECT_SUCCEEDS(from.write_end.Close());
  EXPECT_RETURNS(Tee(from.read_end, to.write_end, 4), 0u);
}

TEST(Tee, DoesNotWaitIfAskedNotTo) {
  const Pipe from = New();
  const Pipe to = New();
  const Result<std::size_t> copied =
      Tee(from.read_end, to.write_end, 4, SpliceFlags::kNonblock);
  EXPECT_EQ(errno, EAGAIN);
  ASSERT_FAILS(copied, EAGAIN);
  EXPECT_EQ(copied.error().ToString(),
            "tee(" + std::to_string(from.read_end.raw()) + ", " +
                std::to_string(to.write_end.raw()) +
                ", 4, SPLICE_F_NONBLOCK) = EAGAIN (Resource temporarily "
                "unavailable): " +
                copied.error().explanation());
  EXPECT_TRUE(copied.error().documented());
  Put(from, "abc");
  Fill(to);
  EXPECT_FAILS(Tee(from.read_end, to.write_end, 4, SpliceFlags::kNonblock),
               EAGAIN);
}

TEST(Tee, FailsWhenInterrupted) {
  const Pipe from = New();
  const Pipe to = New();
  const Interruptions interruptions;
  EXPECT_FAILS(Tee(from.read_end, to.write_end, 4), EINTR);
}

TEST(Tee, RefusesWhatIsNoPipe) {
  const OwnedFd file = FileOf("abc");
  const Pipe pipe = New();
  Put(pipe, "abc");
  EXPECT_FAILS(Tee(file, pipe.write_end, 3), EINVAL);
  EXPECT_FAILS(Tee(pipe.read_end, file, 3), EINVAL);
  EXPECT_FAILS(Tee(pipe.read_end, pipe.write_end, 3), EINVAL);
  EXPECT_FAILS(Tee(OwnedFd(), pipe.write_end, 3), EBADF);
}

// ---- VmspliceTo and VmspliceFrom ----

TEST(VmspliceTo, PutsOneAfterTheOther) {
  const Pipe pipe = New();
  const std::string middle = "cd";
  const ConstBuffer parts[] = {"ab"sv, ConstBuffer(), middle, "e"sv};
  EXPECT_RETURNS(VmspliceTo(pipe.write_end, parts), 5u);
  EXPECT_EQ(Take(pipe), "abcde");
}

// It is not a copy: what the page gets afterwards is read.
TEST(VmspliceTo, PutsTheMemoryItself) {
  const std::size_t page = PageSize();
  void* const memory = mmap(nullptr, page, PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  const std::span<char> letters(static_cast<char*>(memory), page);
  letters[0] = 'a';
  const Pipe pipe = New();
  const ConstBuffer parts[] = {letters.first(1)};
  EXPECT_RETURNS(VmspliceTo(pipe.write_end, parts), 1u);
  letters[0] = 'b';
  EXPECT_EQ(Take(pipe), "b");
  EXPECT_EQ(munmap(memory, page), 0);
}

TEST(VmspliceTo, GivesPagesAway) {
  const std::size_t page = PageSize();
  void* const memory = mmap(nullptr, page, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  const std::span<char> letters(static_cast<char*>(memory), page);
  letters[0] = 'a';
  letters[page - 1] = 'z';
  const Pipe pipe = New();
  const ConstBuffer parts[] = {letters};
  EXPECT_RETURNS(VmspliceTo(pipe.write_end, parts, SpliceFlags::kGift), page);
  EXPECT_EQ(munmap(memory, page), 0);
  const std::string got = Take(pipe);
  ASSERT_EQ(got.size(), page);
  EXPECT_EQ(got.front(), 'a');
  EXPECT_EQ(got.back(), 'z');
}

TEST(VmspliceTo, DoesNotWaitIfAskedNotTo) {
  const Pipe pipe = New();
  Fill(pipe);
  const int unread = Unread(pipe);
  const std::string text = "abc";
  const ConstBuffer parts[] = {text, text};
  const Result<std::size_t> moved =
      VmspliceTo(pipe.write_end, parts, SpliceFlags::kNonblock);
  EXPECT_EQ(errno, EAGAIN);
  ASSERT_FAILS(moved, EAGAIN);
  EXPECT_THAT(
      moved.error().ToString(),
      MatchesRegex("vmsplice\\(" + std::to_string(pipe.write_end.raw()) +
                   ", \\[\\{iov_base=0x[0-9a-f]+, iov_len=3\\}, "
                   "\\.\\.\\.\\], 2, SPLICE_F_NONBLOCK\\) = EAGAIN "
                   ".*"));
  EXPECT_TRUE(moved.error().documented());
  EXPECT_EQ(Unread(pipe), unread);
}

TEST(VmspliceTo, FailsWhenInterrupted) {
  const Pipe pipe = New();
  Fill(pipe);
  const ConstBuffer parts[] = {"abc"sv};
  const Interruptions interruptions;
  EXPECT_FAILS(VmspliceTo(pipe.write_end, parts), EINTR);
}

TEST(VmspliceTo, RefusesWhatIsNoPipe) {
  const OwnedFd file = FileOf("");
  const ConstBuffer parts[] = {"abc"sv};
  EXPECT_FAILS(VmspliceTo(file, parts), EBADF);
  EXPECT_FAILS(VmspliceTo(OwnedFd(), parts), EBADF);
  const Pipe pipe = New();
  const std::vector<ConstBuffer> many(1025, ConstBuffer("x"sv));
  const Result<std::size_t> moved = VmspliceTo(pipe.write_end, many);
  ASSERT_FAILS(moved, EINVAL);
  EXPECT_THAT(moved.error().explanation(),
              HasSubstr("nr_segs is over IOV_MAX"));
}

TEST(VmspliceTo, TellsOfAReaderThatIsGone) {
  const SigpipeIgnored ignored;
  Pipe pipe = New();
  EXPECT_SUCCEEDS(pipe.read_end.Close());
  const ConstBuffer parts[] = {"abc"sv};
  EXPECT_FAILS(VmspliceTo(pipe.write_end, parts), EPIPE);
}

TEST(VmspliceFrom, FillsOneAfterTheOther) {
  const Pipe pipe = New();
  Put(pipe, "abcdef");
  std::array<char, 2> first;
  std::string second(8, '.');
  const MutableBuffer parts[] = {first, second};
  EXPECT_RETURNS(VmspliceFrom(pipe.read_end, parts), 6u);
  EXPECT_EQ(std::string_view(first.data(), 2), "ab");
  EXPECT_EQ(second, "cdef....");
}

TEST(VmspliceFrom, DoesNotWaitIfAskedNotTo) {
  const Pipe pipe = New();
  char memory[4];
  const MutableBuffer parts[] = {memory};
  EXPECT_FAILS(VmspliceFrom(pipe.read_end, parts, SpliceFlags::kNonblock),
               EAGAIN);
}

}  // namespace
}  // namespace plumbline
