#include "wrappers/io.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "wrappers/eventfd.h"
#include "wrappers/retry.h"
#include "wrappers/testing/interruptions.h"
#include "wrappers/testing/result_assertions.h"

namespace {

std::atomic<bool> writes_nothing = false;

}  // namespace

// Instead of the C library's.
extern "C" ssize_t write(int fd, const void* data, std::size_t size) {
  if (writes_nothing) return 0;
  return syscall(SYS_write, fd, data, size);
}

namespace plumbline {
namespace {

using namespace std::string_view_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing_support::Interruptions;

struct Plain {
  std::int32_t first, second;
  friend bool operator==(const Plain&, const Plain&) = default;
};

// ---- What the compiler sees ----

template <typename T>
concept Readable = requires(BorrowedFd fd, T&& memory) {
  Read(fd, std::forward<T>(memory));
};
static_assert(Readable<std::span<std::byte>>);
static_assert(Readable<std::span<std::byte, 8>>);
static_assert(Readable<std::span<std::byte>&>);
static_assert(Readable<const std::span<std::byte>&>);
static_assert(Readable<std::byte (&)[8]>);
static_assert(Readable<char (&)[8]>);
static_assert(Readable<std::array<char, 8>&>);
static_assert(Readable<std::string&>);
static_assert(Readable<std::vector<unsigned char>&>);
static_assert(Readable<std::vector<Plain>&>);
static_assert(Readable<std::span<Plain>>);
static_assert(Readable<MutableBuffer>);
static_assert(!Readable<const std::string&>);
static_assert(!Readable<std::string>);  // would be read into and be gone
static_assert(!Readable<std::vector<char>>);
static_assert(!Readable<const char (&)[8]>);
static_assert(!Readable<std::string_view>);
static_assert(!Readable<std::span<const std::byte>>);
static_assert(!Readable<ConstBuffer>);
static_assert(!Readable<std::vector<std::string>&>);
static_assert(!Readable<std::vector<bool>&>);
static_assert(!Readable<volatile char (&)[8]>);
static_assert(!Readable<char*>);
static_assert(!Readable<void*>);
static_assert(!Readable<int&>);
static_assert(!Readable<Plain&>);

template <typename T>
concept Writable = requires(BorrowedFd fd, T&& memory) {
  Write(fd, std::forward<T>(memory));
};
static_assert(Writable<std::span<const std::byte>>);
static_assert(Writable<std::span<std::byte>>);
static_assert(Writable<std::span<const std::byte, 8>>);
static_assert(Writable<const std::byte (&)[8]>);
static_assert(Writable<const unsigned char (&)[8]>);
static_assert(Writable<std::array<char, 8>&>);
static_assert(Writable<const std::array<char, 8>&>);
static_assert(Writable<std::string_view>);
static_assert(Writable<std::string&>);
static_assert(Writable<const std::string&>);
static_assert(Writable<std::string>);
static_assert(Writable<const std::vector<Plain>&>);
static_assert(Writable<std::span<const char>>);
static_assert(Writable<MutableBuffer>);
static_assert(Writable<ConstBuffer>);
static_assert(!Writable<const char (&)[8]>);
static_assert(!Writable<char (&)[8]>);
static_assert(!Writable<const wchar_t (&)[8]>);
static_assert(!Writable<const char8_t (&)[8]>);
static_assert(!Writable<const char16_t (&)[8]>);
static_assert(!Writable<const char32_t (&)[8]>);
static_assert(!Writable<const std::vector<std::string>&>);
static_assert(!Writable<const char*>);
static_assert(!Writable<int>);
static_assert(!Writable<const Plain&>);

static_assert(std::is_trivially_copyable_v<MutableBuffer>);
static_assert(std::is_trivially_copyable_v<ConstBuffer>);
static_assert(std::is_convertible_v<MutableBuffer, ConstBuffer>);
static_assert(!std::is_convertible_v<ConstBuffer, MutableBuffer>);
static_assert(MutableBuffer().empty() && ConstBuffer().size() == 0);

template <typename Rest>
concept ReadsFully = requires(BorrowedFd fd, Rest&& rest) {
  ReadFully(fd, rest);
};
static_assert(ReadsFully<MutableBuffer>);
// What is left would be lost.
static_assert(!ReadsFully<std::string&>);
static_assert(!ReadsFully<std::span<std::byte>>);

// ---- What the tests use ----

// Connected descriptors: what is written to the second is read from the first.
struct Pair {
  OwnedFd read_end, write_end;

  static Pair Pipe(int flags = 0) {
    int fds[2];
    EXPECT_EQ(pipe2(fds, O_CLOEXEC | flags), 0);
    return {OwnedFd::Adopt(fds[0]), OwnedFd::Adopt(fds[1])};
  }
  // One read returns what one write wrote.
  static Pair Packets() {
    int fds[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
    return {OwnedFd::Adopt(fds[0]), OwnedFd::Adopt(fds[1])};
  }
};

OwnedFd Open(const char* path, int flags) {
  OwnedFd fd = OwnedFd::Adopt(open(path, flags | O_CLOEXEC));
  EXPECT_TRUE(fd.is_open()) << path;
  return fd;
}

// A file with that in it, at its start.
OwnedFd FileOf(std::string_view text) {
  OwnedFd file = OwnedFd::Adopt(memfd_create("test", MFD_CLOEXEC));
  EXPECT_EQ(pwrite(file.raw(), text.data(), text.size(), 0),
            static_cast<ssize_t>(text.size()));
  return file;
}

std::string ReadAll(BorrowedFd fd) {
  std::string all;
  std::array<char, 4096> piece;
  while (true) {
    const Result<std::size_t> size = Read(fd, piece);
    if (!size || *size == 0) return all;
    all.append(piece.data(), *size);
  }
}

std::string Letters(std::size_t count) {
  std::string text(count, '\0');
  for (std::size_t i = 0; i < count; ++i)
    text[i] = static_cast<char>('a' + i * 7 % 26);
  return text;
}

std::string Address(const void* pointer) {
  std::array<char, 32> text;
  std::snprintf(
      text.data(), text.size(), "0x%jx",
      static_cast<std::uintmax_t>(reinterpret_cast<std::uintptr_t>(pointer)));
  return text.data();
}

class SigpipeIgnored {
 public:
  SigpipeIgnored() : before_(signal(SIGPIPE, SIG_IGN)) {}
  ~SigpipeIgnored() { signal(SIGPIPE, before_); }
  SigpipeIgnored(const SigpipeIgnored&) = delete;
  SigpipeIgnored& operator=(const SigpipeIgnored&) = delete;

 private:
  const sighandler_t before_;
};

// ---- Buffers ----

TEST(Buffer, IsTheMemoryItself) {
  std::vector<Plain> plain(3);
  const MutableBuffer buffer = plain;
  EXPECT_EQ(static_cast<void*>(buffer.data()), plain.data());
  EXPECT_EQ(buffer.size(), 3 * sizeof(Plain));
  EXPECT_FALSE(buffer.empty());
  const ConstBuffer same = buffer;
  EXPECT_EQ(same.data(), buffer.data());
  EXPECT_EQ(same.size(), buffer.size());
  const ConstBuffer also = std::as_const(plain);
  EXPECT_EQ(also.data(), buffer.data());
  EXPECT_EQ(also.size(), buffer.size());
}

TEST(Buffer, OfAStringIsItsLetters) {
  std::string text = "hello";
  EXPECT_EQ(MutableBuffer(text).size(), 5u);
  EXPECT_EQ(ConstBuffer(text).size(), 5u);
  EXPECT_EQ(ConstBuffer("hello"sv).size(), 5u);
  EXPECT_EQ(ConstBuffer(std::span("hello")).size(), 6u);
}

TEST(Buffer, OfNothingIsEmpty) {
  EXPECT_TRUE(MutableBuffer().empty());
  EXPECT_EQ(MutableBuffer().data(), nullptr);
  EXPECT_TRUE(ConstBuffer().empty());
  EXPECT_EQ(ConstBuffer().data(), nullptr);
  EXPECT_TRUE(ConstBuffer(""sv).empty());
  EXPECT_TRUE(ConstBuffer(std::vector<int>()).empty());
}

TEST(Buffer, IsAnIovec) {
  std::array<char, 9> memory;
  const MutableBuffer ours = memory;
  const auto& theirs = reinterpret_cast<const iovec&>(ours);
  EXPECT_EQ(theirs.iov_base, memory.data());
  EXPECT_EQ(theirs.iov_len, 9u);
  const ConstBuffer ours_too = memory;
  const auto& theirs_too = reinterpret_cast<const iovec&>(ours_too);
  EXPECT_EQ(theirs_too.iov_base, memory.data());
  EXPECT_EQ(theirs_too.iov_len, 9u);
}

TEST(Buffer, LosesAPrefix) {
  std::array<std::byte, 9> memory;
  MutableBuffer buffer = memory;
  buffer.RemovePrefix(0);
  EXPECT_EQ(buffer.size(), 9u);
  buffer.RemovePrefix(4);
  EXPECT_EQ(buffer.data(), memory.data() + 4);
  EXPECT_EQ(buffer.size(), 5u);
  buffer.RemovePrefix(5);
  EXPECT_TRUE(buffer.empty());
  ConstBuffer const_buffer = memory;
  const_buffer.RemovePrefix(8);
  EXPECT_EQ(const_buffer.data(), memory.data() + 8);
  EXPECT_EQ(const_buffer.size(), 1u);
}

// ---- Read and Write ----

TEST(Read, ReturnsHowMuchThereWas) {
  const Pair pipe = Pair::Pipe();
  ASSERT_RETURNS(Write(pipe.write_end, "abc"sv), 3u);
  std::array<char, 8> memory;
  memory.fill('.');
  EXPECT_RETURNS(Read(pipe.read_end, memory), 3u);
  EXPECT_EQ(std::string_view(memory.data(), memory.size()), "abc.....");
}

TEST(Read, LeavesWhatDoesNotFit) {
  const OwnedFd file = FileOf("abcdef");
  char memory[4];
  EXPECT_RETURNS(Read(file, memory), 4u);
  EXPECT_EQ(std::string_view(memory, 4), "abcd");
  EXPECT_RETURNS(Read(file, memory), 2u);
  EXPECT_EQ(std::string_view(memory, 4), "efcd");
}

TEST(Read, Returns0AtTheEnd) {
  const OwnedFd file = FileOf("a");
  std::string memory(4, '.');
  EXPECT_RETURNS(Read(file, memory), 1u);
  EXPECT_RETURNS(Read(file, memory), 0u);
  EXPECT_EQ(memory, "a...");
  Pair pipe = Pair::Pipe();
  EXPECT_SUCCEEDS(pipe.write_end.Close());
  EXPECT_RETURNS(Read(pipe.read_end, memory), 0u);
}

TEST(Read, OfNothingTakesNothing) {
  const OwnedFd file = FileOf("abc");
  EXPECT_RETURNS(Read(file, std::span<std::byte>()), 0u);
  EXPECT_RETURNS(Read(file, MutableBuffer()), 0u);
  EXPECT_EQ(ReadAll(file), "abc");
}

TEST(Read, FillsObjects) {
  const Pair pipe = Pair::Pipe();
  const std::array<Plain, 2> written = {{{1, -2}, {3, 4}}};
  ASSERT_RETURNS(Write(pipe.write_end, written), 2 * sizeof(Plain));
  Plain first;
  EXPECT_RETURNS(Read(pipe.read_end, std::span(&first, 1)), sizeof(Plain));
  EXPECT_EQ(first, written[0]);
  std::vector<Plain> second(1);
  EXPECT_RETURNS(Read(pipe.read_end, second), sizeof(Plain));
  EXPECT_EQ(second[0], written[1]);
}

TEST(Read, TakesAnyOwner) {
  const EventFd event = EventFd::Create(7).value();
  std::uint64_t count[1];
  EXPECT_RETURNS(Read(event, count), 8u);
  EXPECT_EQ(count[0], 7u);
}

TEST(Read, FailsWithoutDataIfNonblocking) {
  const Pair pipe = Pair::Pipe(O_NONBLOCK);
  char memory[4];
  const Result<std::size_t> size = Read(pipe.read_end, memory);
  EXPECT_EQ(errno, EAGAIN);
  ASSERT_FAILS(size, EAGAIN);
  EXPECT_EQ(size.error().function(), "read");
  EXPECT_EQ(size.error().arguments(), std::to_string(pipe.read_end.raw()) +
                                          ", " + Address(memory) + ", 4");
  EXPECT_TRUE(size.error().documented());
}

TEST(Read, FailsWithWhatIsNotReadable) {
  const Pair pipe = Pair::Pipe();
  char memory[4];
  EXPECT_FAILS(Read(pipe.write_end, memory), EBADF);
  EXPECT_FAILS(Read(OwnedFd(), memory), EBADF);
  EXPECT_FAILS(Read(Open("/", O_RDONLY | O_DIRECTORY), memory), EISDIR);
  OwnedFd moved = FileOf("abc");
  const OwnedFd file = std::move(moved);
  EXPECT_FAILS(Read(moved, memory), EBADF);  // NOLINT: is closed
}

TEST(Read, FailsWhenInterrupted) {
  const Pair pipe = Pair::Pipe();
  char memory[4];
  const Interruptions interruptions;
  EXPECT_FAILS(Read(pipe.read_end, memory), EINTR);
}

TEST(Read, WaitsForAnotherThread) {
  const Pair pipe = Pair::Pipe();
  std::thread writer([&] { EXPECT_RETURNS(Write(pipe.write_end, "x"sv), 1u); });
  char memory[4];
  EXPECT_RETURNS(Read(pipe.read_end, memory), 1u);
  writer.join();
}

TEST(Write, WritesWhateverHasBytes) {
  Pair pipe = Pair::Pipe();
  const std::string text = "b";
  const std::byte bytes[] = {std::byte{'c'}, std::byte{'d'}};
  std::vector<char> vector = {'e', 'f'};
  EXPECT_RETURNS(Write(pipe.write_end, "a"sv), 1u);
  EXPECT_RETURNS(Write(pipe.write_end, text), 1u);
  EXPECT_RETURNS(Write(pipe.write_end, bytes), 2u);
  EXPECT_RETURNS(Write(pipe.write_end, vector), 2u);
  EXPECT_RETURNS(Write(pipe.write_end, std::to_string(17)), 2u);
  EXPECT_RETURNS(Write(pipe.write_end, MutableBuffer(vector)), 2u);
  EXPECT_SUCCEEDS(pipe.write_end.Close());
  EXPECT_EQ(ReadAll(pipe.read_end), "abcdef17ef");
}

TEST(Write, MovesThePosition) {
  const OwnedFd file = FileOf("......");
  EXPECT_RETURNS(Write(file, "ab"sv), 2u);
  EXPECT_RETURNS(Write(file, "cd"sv), 2u);
  EXPECT_EQ(ReadAll(file), "..");
  ASSERT_EQ(lseek(file.raw(), 0, SEEK_SET), 0);
  EXPECT_EQ(ReadAll(file), "abcd..");
}

TEST(Write, OfNothingWritesNothing) {
  const Pair pipe = Pair::Pipe(O_NONBLOCK);
  EXPECT_RETURNS(Write(pipe.write_end, ConstBuffer()), 0u);
  EXPECT_RETURNS(Write(pipe.write_end, ""sv), 0u);
  char memory[4];
  EXPECT_FAILS(Read(pipe.read_end, memory), EAGAIN);
}

TEST(Write, FailsWithoutRoomIfNonblocking) {
  const Pair pipe = Pair::Pipe(O_NONBLOCK);
  const std::string much = Letters(1 << 20);
  const Result<std::size_t> room = Write(pipe.write_end, much);
  ASSERT_SUCCEEDS(room);
  EXPECT_LT(*room, much.size());
  const Result<std::size_t> size = Write(pipe.write_end, much);
  EXPECT_EQ(errno, EAGAIN);
  ASSERT_FAILS(size, EAGAIN);
  EXPECT_EQ(size.error().ToString(),
            "write(" + std::to_string(pipe.write_end.raw()) + ", " +
                Address(much.data()) +
                ", 1048576) = EAGAIN (Resource temporarily "
                "unavailable): " +
                size.error().explanation());
  EXPECT_THAT(size.error().explanation(),
              HasSubstr("fd is a pipe with O_NONBLOCK, and has no room"));
}

TEST(Write, FailsWithWhatIsNotWritable) {
  const Pair pipe = Pair::Pipe();
  EXPECT_FAILS(Write(pipe.read_end, "x"sv), EBADF);
  EXPECT_FAILS(Write(OwnedFd(), "x"sv), EBADF);
  EXPECT_FAILS(Write(Open("/dev/full", O_WRONLY), "x"sv), ENOSPC);
}

TEST(Write, FailsIfNobodyWillReadIt) {
  const SigpipeIgnored ignored;
  Pair pipe = Pair::Pipe();
  EXPECT_SUCCEEDS(pipe.read_end.Close());
  const Result<std::size_t> size = Write(pipe.write_end, "x"sv);
  ASSERT_FAILS(size, EPIPE);
  EXPECT_TRUE(size.error().documented());
}

TEST(Write, FailsWhenInterrupted) {
  const Pair pipe = Pair::Pipe(O_NONBLOCK);
  while (Write(pipe.write_end, Letters(1 << 16))) {
  }
  ASSERT_EQ(fcntl(pipe.write_end.raw(), F_SETFL, 0), 0);
  const Interruptions interruptions;
  EXPECT_FAILS(Write(pipe.write_end, "x"sv), EINTR);
}

// The error is made without looking at what could not be written.
TEST(Write, FailsWithMemoryThatCanNotBeRead) {
  const Pair pipe = Pair::Pipe();
  const std::size_t page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* const hole =
      mmap(nullptr, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(hole, MAP_FAILED);
  const std::span<const char> bytes(static_cast<const char*>(hole), page);
  const Result<std::size_t> size = Write(pipe.write_end, bytes);
  ASSERT_FAILS(size, EFAULT);
  EXPECT_EQ(size.error().arguments(), std::to_string(pipe.write_end.raw()) +
                                          ", " + Address(hole) + ", " +
                                          std::to_string(page));
  const ConstBuffer parts[] = {bytes};
  EXPECT_FAILS(Writev(pipe.write_end, parts), EFAULT);
  EXPECT_EQ(munmap(hole, page), 0);
}

// write(2): "On Linux, write() (and similar system calls) will transfer at most
// 0x7ffff000 (2,147,479,552) bytes".
TEST(Write, WritesPartOfWhatIsTooMuch) {
  // The low 32 bits are few.
  const std::size_t size =
      sizeof(void*) == 8 ? static_cast<std::size_t>(0x100000010) : 0x7ffff010;
  void* const memory = mmap(nullptr, size, PROT_READ,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) GTEST_SKIP() << "no address space for " << size;
  const std::span<const std::byte> bytes(static_cast<const std::byte*>(memory),
                                         size);
  EXPECT_RETURNS(Write(Open("/dev/null", O_WRONLY), bytes), 0x7ffff000u);
  const ConstBuffer parts[] = {bytes};
  EXPECT_RETURNS(Writev(Open("/dev/null", O_WRONLY), parts), 0x7ffff000u);
  EXPECT_EQ(munmap(memory, size), 0);
}

TEST(Io, LeavesErrnoAlone) {
  const Pair pipe = Pair::Pipe();
  char memory[4];
  MutableBuffer whole = memory;
  ConstBuffer text = "abcd"sv;
  const ConstBuffer out[] = {text};
  const MutableBuffer in[] = {whole};
  errno = EDOM;
  EXPECT_RETURNS(Write(pipe.write_end, text), 4u);
  EXPECT_RETURNS(Read(pipe.read_end, memory), 4u);
  EXPECT_RETURNS(Writev(pipe.write_end, out), 4u);
  EXPECT_RETURNS(Readv(pipe.read_end, in), 4u);
  EXPECT_SUCCEEDS(WriteFully(pipe.write_end, text));
  EXPECT_SUCCEEDS(ReadFully(pipe.read_end, whole));
  EXPECT_EQ(errno, EDOM);
}

// ---- Readv and Writev ----

TEST(Readv, FillsOneAfterTheOther) {
  const OwnedFd file = FileOf("abcdefgh");
  std::array<char, 2> first;
  std::string second(3, '.');
  std::vector<char> third(5, '.');
  const MutableBuffer parts[] = {first, MutableBuffer(), second, third};
  EXPECT_RETURNS(Readv(file, parts), 8u);
  EXPECT_THAT(first, ElementsAre('a', 'b'));
  EXPECT_EQ(second, "cde");
  EXPECT_THAT(third, ElementsAre('f', 'g', 'h', '.', '.'));
  EXPECT_RETURNS(Readv(file, parts), 0u);
}

TEST(Readv, ReadsNothingIntoNoBuffers) {
  const OwnedFd file = FileOf("abc");
  EXPECT_RETURNS(Readv(file, {}), 0u);
  EXPECT_EQ(ReadAll(file), "abc");
}

TEST(Readv, FailsWhenInterrupted) {
  const Pair pipe = Pair::Pipe();
  char memory[4];
  const MutableBuffer parts[] = {memory};
  const Interruptions interruptions;
  EXPECT_FAILS(Readv(pipe.read_end, parts), EINTR);
}

TEST(Readv, TellsWhichBuffers) {
  char memory[4];
  const MutableBuffer one[] = {memory};
  const MutableBuffer three[] = {memory, MutableBuffer(), memory};
  const Result<std::size_t> size = Readv(OwnedFd(), one);
  EXPECT_EQ(errno, EBADF);
  ASSERT_FAILS(size, EBADF);
  EXPECT_EQ(size.error().ToString(),
            "readv(-1, [{iov_base=" + Address(memory) +
                ", iov_len=4}], 1) = EBADF (Bad file descriptor): fd is not "
                "open; or fd is open for writing only");
  EXPECT_TRUE(size.error().documented());
  EXPECT_EQ(Readv(OwnedFd(), three).error().arguments(),
            "-1, [{iov_base=" + Address(memory) +
                ", iov_len=4}, {iov_base=NULL, iov_len=0}, ...], 3");
}

TEST(Readv, FailsIfClosedAlsoWithoutBuffers) {
  const Result<std::size_t> size = Readv(OwnedFd(), {});
  ASSERT_FAILS(size, EBADF);
  EXPECT_EQ(size.error().arguments(), "-1, NULL, 0");
}

TEST(Writev, WritesOneAfterTheOther) {
  Pair pipe = Pair::Pipe();
  const std::string middle = "cd";
  const ConstBuffer parts[] = {"ab"sv, ConstBuffer(), middle, "e"sv};
  EXPECT_RETURNS(Writev(pipe.write_end, parts), 5u);
  EXPECT_SUCCEEDS(pipe.write_end.Close());
  EXPECT_EQ(ReadAll(pipe.read_end), "abcde");
}

TEST(Writev, WritesNothingOfNoBuffers) {
  const Pair pipe = Pair::Pipe();
  EXPECT_RETURNS(Writev(pipe.write_end, {}), 0u);
}

TEST(Writev, TellsWhichBuffers) {
  const ConstBuffer parts[] = {"ab"sv};
  const Result<std::size_t> size = Writev(OwnedFd(), parts);
  EXPECT_EQ(errno, EBADF);
  ASSERT_FAILS(size, EBADF);
  EXPECT_EQ(size.error().function(), "writev");
  EXPECT_EQ(size.error().arguments(),
            "-1, [{iov_base=" + Address(parts[0].data()) + ", iov_len=2}], 1");
  EXPECT_TRUE(size.error().documented());
}

// readv(2): "The vector count, iovcnt, is less than zero or greater than the
// permitted maximum", which is 1024.
TEST(Vectors, AreOf1024BuffersAtMost) {
  char memory[1];
  const std::vector<MutableBuffer> in(1025, MutableBuffer(memory));
  const std::vector<ConstBuffer> out(1025, ConstBuffer("x"sv));
  const Pair pipe = Pair::Pipe();
  EXPECT_FAILS(Writev(pipe.write_end, out), EINVAL);
  EXPECT_RETURNS(Writev(pipe.write_end, std::span(out).first(1024)), 1024u);
  const Result<std::size_t> size = Readv(pipe.read_end, in);
  ASSERT_FAILS(size, EINVAL);
  EXPECT_THAT(size.error().arguments(), HasSubstr(", ...], 1025"));
  EXPECT_THAT(size.error().explanation(), HasSubstr("iovcnt is over IOV_MAX"));
  EXPECT_RETURNS(Readv(pipe.read_end, std::span(in).first(1024)), 1024u);
}

TEST(Vectors, OfMoreBuffersThanAnIntHoldsAreTooLong) {
  if constexpr (sizeof(std::size_t) > sizeof(int)) {
    char memory[1];
    const MutableBuffer in[] = {memory, memory};
    const ConstBuffer out[] = {"x"sv, "x"sv};
    const Pair pipe = Pair::Pipe();
    // As an int, it would be 1.
    const std::size_t count = static_cast<std::size_t>(0x100000001);
    EXPECT_FAILS(Writev(pipe.write_end, std::span(out, count)), EINVAL);
    const Result<std::size_t> size = Readv(pipe.read_end, std::span(in, count));
    ASSERT_FAILS(size, EINVAL);
    EXPECT_THAT(size.error().arguments(), HasSubstr("], 4294967297"));
  }
}

// ---- ReadFully and WriteFully ----

TEST(ReadFully, GoesOnUntilItIsFull) {
  const Pair packets = Pair::Packets();
  for (const std::string_view one : {"ab"sv, "c"sv, "defg"sv})
    ASSERT_RETURNS(Write(packets.write_end, one), one.size());
  std::string memory(7, '.');
  MutableBuffer rest = memory;
  EXPECT_SUCCEEDS(ReadFully(packets.read_end, rest));
  EXPECT_TRUE(rest.empty());
  EXPECT_EQ(memory, "abcdefg");
}

TEST(ReadFully, ReadsNoMore) {
  const OwnedFd file = FileOf("abcdef");
  char memory[4];
  MutableBuffer rest = memory;
  EXPECT_SUCCEEDS(ReadFully(file, rest));
  EXPECT_TRUE(rest.empty());
  EXPECT_EQ(ReadAll(file), "ef");
}

TEST(ReadFully, TellsWhatIsMissingAtTheEnd) {
  const OwnedFd file = FileOf("abc");
  std::string memory(8, '.');
  MutableBuffer rest = memory;
  EXPECT_SUCCEEDS(ReadFully(file, rest));
  EXPECT_EQ(rest.size(), 5u);
  EXPECT_EQ(static_cast<void*>(rest.data()), &memory[3]);
  EXPECT_EQ(memory, "abc.....");
}

TEST(ReadFully, OfNothingDoesNothing) {
  MutableBuffer rest;
  EXPECT_SUCCEEDS(ReadFully(OwnedFd(), rest));
}

TEST(ReadFully, GoesOnAfterAFailure) {
  const Pair pipe = Pair::Pipe(O_NONBLOCK);
  ASSERT_RETURNS(Write(pipe.write_end, "abc"sv), 3u);
  std::string memory(5, '.');
  MutableBuffer rest = memory;
  const Result<void> read = ReadFully(pipe.read_end, rest);
  EXPECT_EQ(errno, EAGAIN);
  ASSERT_FAILS(read, EAGAIN);
  EXPECT_EQ(read.error().arguments(), std::to_string(pipe.read_end.raw()) +
                                          ", " + Address(&memory[3]) + ", 2");
  EXPECT_EQ(rest.size(), 2u);
  ASSERT_RETURNS(Write(pipe.write_end, "de"sv), 2u);
  EXPECT_SUCCEEDS(ReadFully(pipe.read_end, rest));
  EXPECT_TRUE(rest.empty());
  EXPECT_EQ(memory, "abcde");
}

TEST(ReadFully, GoesOnAfterAnInterruption) {
  const Pair pipe = Pair::Pipe();
  ASSERT_RETURNS(Write(pipe.write_end, "abc"sv), 3u);
  std::string memory(5, '.');
  MutableBuffer rest = memory;
  {
    // Which may be before the first byte too.
    const Interruptions interruptions;
    while (rest.size() == 5) {
      EXPECT_FAILS(ReadFully(pipe.read_end, rest), EINTR);
    }
  }
  EXPECT_EQ(rest.size(), 2u);
  ASSERT_RETURNS(Write(pipe.write_end, "de"sv), 2u);
  EXPECT_SUCCEEDS(ReadFully(pipe.read_end, rest));
  EXPECT_EQ(memory, "abcde");
}

TEST(ReadFully, IsCalledAgainByRetry) {
  const Pair pipe = Pair::Pipe();
  const std::string text = Letters(1000);
  std::string memory(text.size(), '.');
  MutableBuffer rest = memory;
  int interrupted = 0;
  std::atomic<bool> go_on = false;
  std::thread writer([&] {
    ConstBuffer first = std::span(text).first(600);
    EXPECT_SUCCEEDS(WriteFully(pipe.write_end, first));
    while (!go_on) std::this_thread::yield();
    ConstBuffer second = std::span(text).subspan(600);
    EXPECT_SUCCEEDS(WriteFully(pipe.write_end, second));
  });
  {
    const Interruptions interruptions;
    EXPECT_SUCCEEDS(RetryOnEintr([&] {
      Result<void> read = ReadFully(pipe.read_end, rest);
      if (!read && read.error() == EINTR) {
        ++interrupted;
        go_on = true;
      }
      return read;
    }));
  }
  writer.join();
  EXPECT_GT(interrupted, 0);
  EXPECT_TRUE(rest.empty());
  EXPECT_EQ(memory, text);
}

TEST(WriteFully, GoesOnAfterAFailure) {
  Pair pipe = Pair::Pipe(O_NONBLOCK);
  const std::string text = Letters(1 << 20);
  std::string read;
  ConstBuffer rest = text;
  while (!rest.empty()) {
    const std::size_t before = rest.size();
    const Result<void> written = WriteFully(pipe.write_end, rest);
    EXPECT_LT(rest.size(), before);
    if (!rest.empty()) {
      EXPECT_FAILS(written, EAGAIN);
      EXPECT_EQ(static_cast<const void*>(rest.data()),
                text.data() + (text.size() - rest.size()));
    } else {
      EXPECT_SUCCEEDS(written);
    }
    read += ReadAll(pipe.read_end);
  }
  EXPECT_EQ(read.size(), text.size());
  EXPECT_TRUE(read == text);
}

TEST(WriteFully, GoesOnAfterAnInterruption) {
  Pair pipe = Pair::Pipe();
  const std::string text = Letters(1 << 20);
  ConstBuffer rest = text;
  {
    const Interruptions interruptions;
    while (rest.size() == text.size()) {
      EXPECT_FAILS(WriteFully(pipe.write_end, rest), EINTR);
    }
  }
  EXPECT_FALSE(rest.empty());
  std::thread writer([&] {
    EXPECT_SUCCEEDS(WriteFully(pipe.write_end, rest));
    EXPECT_TRUE(rest.empty());
    EXPECT_SUCCEEDS(pipe.write_end.Close());
  });
  EXPECT_TRUE(ReadAll(pipe.read_end) == text);
  writer.join();
}

TEST(WriteFully, EndsIfNothingIsWritten) {
  const Pair pipe = Pair::Pipe();
  ConstBuffer rest = "abc"sv;
  writes_nothing = true;
  const Result<void> written = WriteFully(pipe.write_end, rest);
  writes_nothing = false;
  EXPECT_SUCCEEDS(written);
  EXPECT_EQ(rest.size(), 3u);
}

TEST(WriteFully, OfNothingDoesNothing) {
  ConstBuffer rest;
  EXPECT_SUCCEEDS(WriteFully(OwnedFd(), rest));
}

TEST(WriteFully, FailsAsWrite) {
  ConstBuffer rest = "abc"sv;
  const Result<void> written = WriteFully(OwnedFd(), rest);
  EXPECT_EQ(errno, EBADF);
  ASSERT_FAILS(written, EBADF);
  EXPECT_EQ(written.error().function(), "write");
  EXPECT_EQ(rest.size(), 3u);
}

}  // namespace
}  // namespace plumbline
