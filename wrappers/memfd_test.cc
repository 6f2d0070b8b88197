#include "wrappers/memfd.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "wrappers/testing/result_assertions.h"

namespace plumbline {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

template <typename... Arguments>
concept Creates = requires(Arguments... arguments) {
  MemFd::Create(arguments...);
};
static_assert(Creates<const char*, MemFdFlags>);
static_assert(!Creates<const char*, unsigned>);
static_assert(!Creates<const char*, Seals>);
static_assert(!std::is_invocable_v<decltype(&MemFd::AddSeals), MemFd&, int>);

constexpr MemFdFlags kSealable =
    MemFdFlags::kCloexec | MemFdFlags::kAllowSealing;

MemFd New(MemFdFlags flags = kSealable) {
  return MemFd::Create("test", flags).value();
}

// One that holds "abcd".
MemFd Filled() {
  MemFd file = New();
  EXPECT_EQ(pwrite(file.fd().raw(), "abcd", 4, 0), 4);
  return file;
}

std::string Contents(const MemFd& file) {
  std::string all(64, '?');
  const ssize_t size = pread(file.fd().raw(), all.data(), all.size(), 0);
  EXPECT_GE(size, 0);
  all.resize(static_cast<std::size_t>(size));
  return all;
}

// errno of a write at `offset`, or 0.
int WriteError(const MemFd& file, off_t offset = 0) {
  return pwrite(file.fd().raw(), "x", 1, offset) == 1 ? 0 : errno;
}

// A page of the file, shared and writable.
class Mapping {
 public:
  explicit Mapping(const MemFd& file, int kind = MAP_SHARED)
      : size_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))),
        place_(mmap(nullptr, size_, PROT_READ | PROT_WRITE, kind,
                    file.fd().raw(), 0)),
        error_(place_ == MAP_FAILED ? errno : 0) {}
  ~Mapping() {
    if (error_ == 0) munmap(place_, size_);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  // Why it could not be made; 0 if it could.
  int error() const { return error_; }
  char* bytes() const { return static_cast<char*>(place_); }

 private:
  const std::size_t size_;
  void* const place_;
  const int error_;
};

int Mode(const MemFd& file) {
  struct stat status = {};
  EXPECT_EQ(fstat(file.fd().raw(), &status), 0);
  return static_cast<int>(status.st_mode & 0777);
}

// Tests of which seals a file has. Since Linux 6.3 the system may be set to add
// kNoexecSeal to what has neither that nor kExec.
class MemFdSeals : public testing::Test {
  void SetUp() override {
    int noexec = 0;
    std::ifstream("/proc/sys/vm/memfd_noexec") >> noexec;
    if (noexec != 0) GTEST_SKIP() << "vm.memfd_noexec is " << noexec;
  }
};

TEST(MemFd, IsAFileThatIsEmptyAtFirst) {
  const MemFd file = MemFd::Create("").value();
  EXPECT_RETURNS(file.Size(), 0u);
  EXPECT_EQ(write(file.fd().raw(), "abc", 3), 3);
  EXPECT_RETURNS(file.Size(), 3u);
  EXPECT_EQ(Contents(file), "abc");
}

TEST(MemFd, IsClosedOnExecUnlessToldOtherwise) {
  const MemFd usual = MemFd::Create("usual").value();
  EXPECT_EQ(fcntl(usual.fd().raw(), F_GETFD), FD_CLOEXEC);
  const MemFd plain = MemFd::Create("plain", {}).value();
  EXPECT_EQ(fcntl(plain.fd().raw(), F_GETFD), 0);
}

TEST(MemFd, ShowsItsName) {
  const MemFd file = MemFd::Create("a name").value();
  const std::string link = "/proc/self/fd/" + std::to_string(file.fd().raw());
  char target[64] = "";
  ASSERT_GT(readlink(link.c_str(), target, sizeof(target) - 1), 0);
  EXPECT_THAT(target, StartsWith("/memfd:a name"));
}

TEST(MemFd, HasANameOfAtMostItsMaximum) {
  const std::string longest(MemFd::kMaxName, 'n');
  EXPECT_SUCCEEDS(MemFd::Create(longest.c_str()));
  const std::string longer = longest + 'n';
  const Result<MemFd> made = MemFd::Create(longer.c_str());
  ASSERT_FAILS(made, EINVAL);
  EXPECT_EQ(made.error().ToString(),
            "memfd_create(\"nnnnnnnnnnnnnnnnnnnnnnnn\"..., MFD_CLOEXEC) = "
            "EINVAL (Invalid argument): " +
                made.error().explanation());
  EXPECT_THAT(made.error().explanation(),
              HasSubstr("name has more than 249 bytes"));
}

TEST(MemFd, RefusesUnknownFlags) {
  const Result<MemFd> made = MemFd::Create(
      "test", MemFdFlags::kAllowSealing | MemFdFlags::FromBits(0x100));
  ASSERT_FAILS(made, EINVAL);
  EXPECT_EQ(made.error().arguments(), "\"test\", MFD_ALLOW_SEALING|0x100");
  EXPECT_TRUE(made.error().documented());
}

TEST(MemFd, ResizesInBytes) {
  const MemFd file = Filled();
  EXPECT_SUCCEEDS(file.Resize(6));
  EXPECT_RETURNS(file.Size(), 6u);
  EXPECT_EQ(Contents(file), std::string_view("abcd\0\0", 6));
  EXPECT_SUCCEEDS(file.Resize(2));
  EXPECT_EQ(Contents(file), "ab");
  EXPECT_SUCCEEDS(file.Resize(4));
  EXPECT_EQ(Contents(file), std::string_view("ab\0\0", 4));
}

TEST(MemFd, IsLargerThanAnAddressSpaceOf32Bits) {
  const MemFd file = New();
  constexpr std::uint64_t kSize = 0x1'2345'6789;
  EXPECT_SUCCEEDS(file.Resize(kSize));
  EXPECT_RETURNS(file.Size(), kSize);
}

TEST(MemFd, IsNoLargerThanAFileCanBe) {
  const MemFd file = New();
  const Result<void> resized = file.Resize(0x8000'0000'0000'0000);
  ASSERT_FAILS(resized, EINVAL);
  EXPECT_EQ(resized.error().function(), "ftruncate");
  EXPECT_EQ(resized.error().arguments(),
            std::to_string(file.fd().raw()) + ", 9223372036854775808");
}

TEST_F(MemFdSeals, AreAddedOnlyIfTheFileIsMadeSo) {
  EXPECT_RETURNS(New().GetSeals(), Seals());
  const MemFd file = MemFd::Create("test").value();
  EXPECT_RETURNS(file.GetSeals(), Seals::kSeal);
  const Result<void> sealed = file.AddSeals(Seals::kWrite | Seals::kGrow);
  ASSERT_FAILS(sealed, EPERM);
  EXPECT_EQ(sealed.error().ToString(),
            "fcntl(" + std::to_string(file.fd().raw()) +
                ", F_ADD_SEALS, F_SEAL_GROW|F_SEAL_WRITE) = EPERM (Operation "
                "not permitted): " +
                sealed.error().explanation());
  EXPECT_THAT(sealed.error().explanation(),
              HasSubstr("memfd_create without MFD_ALLOW_SEALING"));
}

TEST_F(MemFdSeals, StayWhenOthersAreAdded) {
  const MemFd file = New();
  EXPECT_SUCCEEDS(file.AddSeals(Seals::kShrink));
  EXPECT_SUCCEEDS(file.AddSeals(Seals::kGrow));
  EXPECT_SUCCEEDS(file.AddSeals(Seals::kGrow));
  EXPECT_SUCCEEDS(file.AddSeals({}));
  EXPECT_RETURNS(file.GetSeals(), Seals::kShrink | Seals::kGrow);
  const MemFd other =
      MemFd::Adopt(OwnedFd::Adopt(fcntl(file.fd().raw(), F_DUPFD_CLOEXEC, 0)));
  EXPECT_RETURNS(other.GetSeals(), Seals::kShrink | Seals::kGrow);
}

TEST(MemFd, SealedAgainstShrinkingItMayGrow) {
  const MemFd file = Filled();
  EXPECT_SUCCEEDS(file.AddSeals(Seals::kShrink));
  EXPECT_FAILS(file.Resize(3), EPERM);
  EXPECT_SUCCEEDS(file.Resize(5));
  EXPECT_EQ(WriteError(file), 0);
}

TEST(MemFd, SealedAgainstGrowingItMayShrink) {
  const MemFd file = Filled();
  EXPECT_SUCCEEDS(file.AddSeals(Seals::kGrow));
  EXPECT_FAILS(file.Resize(5), EPERM);
  EXPECT_EQ(WriteError(file, 4), EPERM);
  EXPECT_SUCCEEDS(file.Resize(3));
  EXPECT_EQ(WriteError(file), 0);
}

TEST(MemFd, SealedAgainstWritingItMayBeResized) {
  const MemFd file = Filled();
  EXPECT_SUCCEEDS(file.AddSeals(Seals::kWrite));
  EXPECT_EQ(WriteError(file), EPERM);
  EXPECT_EQ(Mapping(file).error(), EPERM);
  EXPECT_EQ(Mapping(file, MAP_PRIVATE).error(), 0);
  EXPECT_SUCCEEDS(file.Resize(5));
  EXPECT_SUCCEEDS(file.Resize(3));
  EXPECT_EQ(Contents(file), "abc");
}

TEST_F(MemFdSeals, AgainstWritingAreNotAddedWhileTheFileIsMappedForIt) {
  const MemFd file = Filled();
  {
    const Mapping mapping(file);
    ASSERT_EQ(mapping.error(), 0);
    const Result<void> sealed = file.AddSeals(Seals::kWrite);
    ASSERT_FAILS(sealed, EBUSY);
    EXPECT_THAT(sealed.error().explanation(),
                HasSubstr("the file is mapped shared and writable"));
    EXPECT_RETURNS(file.GetSeals(), Seals());
  }
  EXPECT_SUCCEEDS(file.AddSeals(Seals::kWrite));
}

TEST(MemFd, SealedAgainstFutureWritingItIsWrittenByAnOldMapping) {
  const MemFd file = Filled();
  const Mapping mapping(file);
  ASSERT_EQ(mapping.error(), 0);
  EXPECT_SUCCEEDS(file.AddSeals(Seals::kFutureWrite));
  EXPECT_EQ(WriteError(file), EPERM);
  EXPECT_EQ(Mapping(file).error(), EPERM);
  mapping.bytes()[0] = 'X';
  EXPECT_EQ(Contents(file), "Xbcd");
}

TEST_F(MemFdSeals, AgainstSealsAreTheLast) {
  const MemFd file = Filled();
  EXPECT_SUCCEEDS(file.AddSeals(Seals::kSeal | Seals::kGrow));
  EXPECT_FAILS(file.AddSeals(Seals::kWrite), EPERM);
  EXPECT_RETURNS(file.GetSeals(), Seals::kSeal | Seals::kGrow);
  EXPECT_EQ(WriteError(file), 0);
}

TEST(MemFd, RefusesUnknownSeals) {
  const Result<void> sealed = New().AddSeals(Seals::FromBits(0x1000));
  ASSERT_FAILS(sealed, EINVAL);
  EXPECT_THAT(sealed.error().arguments(), EndsWith(", F_ADD_SEALS, 0x1000"));
  EXPECT_THAT(sealed.error().explanation(),
              HasSubstr("arg has a bit that is no seal"));
}

TEST(MemFd, TellsWhatHasNoSeals) {
  int fds[2];
  ASSERT_EQ(pipe2(fds, O_CLOEXEC), 0);
  const OwnedFd writer = OwnedFd::Adopt(fds[1]);
  const MemFd pipe = MemFd::Adopt(OwnedFd::Adopt(fds[0]));
  const Result<Seals> seals = pipe.GetSeals();
  ASSERT_FAILS(seals, EINVAL);
  EXPECT_EQ(seals.error().ToString(),
            "fcntl(" + std::to_string(fds[0]) +
                ", F_GET_SEALS) = EINVAL (Invalid argument): " +
                seals.error().explanation());
  EXPECT_THAT(seals.error().explanation(), HasSubstr("such as a pipe"));
}

// Whether the kernel has kExec and kNoexecSeal.
bool KnowsOfExecution() {
  const Result<MemFd> made = MemFd::Create("test", MemFdFlags::kExec);
  if (made || made.error() == EACCES) return true;
  EXPECT_FAILS(made, EINVAL);
  return false;
}

// Sets `file` if the system lets one be executable.
bool MakeExecutable(MemFd& file) {
  Result<MemFd> made = MemFd::Create("test", kSealable | MemFdFlags::kExec);
  if (made) file = *std::move(made);
  return file.is_open();
}

TEST(MemFd, IsExecutableIfItIsMadeSo) {
  MemFd file;
  if (!KnowsOfExecution()) GTEST_SKIP() << "Linux before 6.3";
  if (!MakeExecutable(file)) GTEST_SKIP() << "vm.memfd_noexec is 2";
  EXPECT_EQ(Mode(file), 0777);
  EXPECT_RETURNS(file.GetSeals(), Seals());
}

TEST(MemFd, IsNeverExecutableIfItIsMadeSo) {
  if (!KnowsOfExecution()) GTEST_SKIP() << "Linux before 6.3";
  const MemFd file = New(MemFdFlags::kCloexec | MemFdFlags::kNoexecSeal);
  EXPECT_EQ(Mode(file), 0666);
  EXPECT_RETURNS(file.GetSeals(), Seals::kExec);
  EXPECT_EQ(fchmod(file.fd().raw(), 0777), -1);
  EXPECT_EQ(errno, EPERM);
  // It does not forbid other seals.
  EXPECT_EQ(WriteError(file), 0);
  EXPECT_SUCCEEDS(file.AddSeals(Seals::kGrow));
  EXPECT_RETURNS(file.GetSeals(), Seals::kExec | Seals::kGrow);
}

TEST(MemFd, SealedAsExecutableItIsNotWritten) {
  MemFd file;
  if (!KnowsOfExecution()) GTEST_SKIP() << "Linux before 6.3";
  if (!MakeExecutable(file)) GTEST_SKIP() << "vm.memfd_noexec is 2";
  EXPECT_SUCCEEDS(file.AddSeals(Seals::kExec));
  EXPECT_RETURNS(file.GetSeals(), Seals::kExec | Seals::kShrink | Seals::kGrow |
                                      Seals::kWrite | Seals::kFutureWrite);
  EXPECT_EQ(WriteError(file), EPERM);
  EXPECT_EQ(fchmod(file.fd().raw(), 0666), -1);
  EXPECT_EQ(errno, EPERM);
}

TEST(MemFd, IsNotExecutableAndNeverExecutableAtOnce) {
  if (!KnowsOfExecution()) GTEST_SKIP() << "Linux before 6.3";
  const Result<MemFd> made =
      MemFd::Create("x", MemFdFlags::kExec | MemFdFlags::kNoexecSeal);
  ASSERT_FAILS(made, EINVAL);
  EXPECT_EQ(made.error().arguments(), "\"x\", MFD_NOEXEC_SEAL|MFD_EXEC");
  EXPECT_THAT(made.error().explanation(),
              HasSubstr("both MFD_EXEC and MFD_NOEXEC_SEAL"));
}

struct PageSize {
  MemFdFlags flag;
  int logarithm;
  const char* name;
};
constexpr PageSize kPageSizes[] = {
    {MemFdFlags::kHuge64kb, 16, "MFD_HUGE_64KB"},
    {MemFdFlags::kHuge512kb, 19, "MFD_HUGE_512KB"},
    {MemFdFlags::kHuge1mb, 20, "MFD_HUGE_1MB"},
    {MemFdFlags::kHuge2mb, 21, "MFD_HUGE_2MB"},
    {MemFdFlags::kHuge8mb, 23, "MFD_HUGE_8MB"},
    {MemFdFlags::kHuge16mb, 24, "MFD_HUGE_16MB"},
    {MemFdFlags::kHuge32mb, 25, "MFD_HUGE_32MB"},
    {MemFdFlags::kHuge256mb, 28, "MFD_HUGE_256MB"},
    {MemFdFlags::kHuge512mb, 29, "MFD_HUGE_512MB"},
    {MemFdFlags::kHuge1gb, 30, "MFD_HUGE_1GB"},
    {MemFdFlags::kHuge2gb, 31, "MFD_HUGE_2GB"},
    {MemFdFlags::kHuge16gb, 34, "MFD_HUGE_16GB"},
};

TEST(MemFd, HasPageSizesAsTheManualEncodesThem) {
  for (const PageSize& one : kPageSizes)
    EXPECT_EQ(one.flag.bits(), static_cast<unsigned>(one.logarithm) << 26)
        << one.name;
}

TEST(MemFd, NeedsHugePagesForAPageSize) {
  for (const PageSize& one : kPageSizes) {
    const Result<MemFd> made =
        MemFd::Create("x", MemFdFlags::kCloexec | one.flag);
    ASSERT_FAILS(made, EINVAL);
    EXPECT_THAT(made.error().arguments(),
                AllOf(HasSubstr("MFD_CLOEXEC"), HasSubstr(one.name)));
    EXPECT_THAT(made.error().explanation(), HasSubstr("but not MFD_HUGETLB"));
  }
}

TEST(MemFd, IsOfHugePages) {
  const MemFdFlags huge = MemFdFlags::kHugetlb | kSealable;
  if (access("/sys/kernel/mm/hugepages", F_OK) != 0)
    GTEST_SKIP() << "the kernel has no huge pages";
  for (const PageSize& one : kPageSizes) {
    SCOPED_TRACE(one.name);
    const std::uint64_t size = std::uint64_t{1} << one.logarithm;
    const Result<MemFd> file = MemFd::Create("huge", huge | one.flag);
    const std::string folder = "/sys/kernel/mm/hugepages/hugepages-" +
                               std::to_string(size / 1024) + "kB";
    if (access(folder.c_str(), F_OK) != 0) {
      ASSERT_FAILS(file, ENODEV);
      EXPECT_THAT(file.error().arguments(),
                  AllOf(HasSubstr("MFD_HUGETLB"), HasSubstr(one.name),
                        Not(HasSubstr("0x"))));
      EXPECT_TRUE(file.error().documented());
      continue;
    }
    ASSERT_SUCCEEDS(file);
    EXPECT_SUCCEEDS(file->Resize(size));
    EXPECT_RETURNS(file->Size(), size);
    EXPECT_FAILS(file->Resize(size + size / 2), EINVAL);
    EXPECT_SUCCEEDS(file->AddSeals(Seals::kShrink));
    EXPECT_FAILS(file->Resize(0), EPERM);
  }
}

TEST_F(MemFdSeals, AreSharedWithAChild) {
  const MemFd file = New();
  const pid_t child = fork();
  if (child == 0) _exit(file.Resize(7) && file.AddSeals(Seals::kGrow) ? 0 : 1);
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_RETURNS(file.Size(), 7u);
  EXPECT_RETURNS(file.GetSeals(), Seals::kGrow);
}

TEST_F(MemFdSeals, AreAddedByAnyThread) {
  const MemFd file = New();
  std::vector<std::thread> threads;
  for (const Seals seal :
       {Seals::kShrink, Seals::kGrow, Seals::kWrite, Seals::kFutureWrite}) {
    threads.emplace_back(
        [&file, seal] { EXPECT_SUCCEEDS(file.AddSeals(seal)); });
  }
  for (std::thread& one : threads) one.join();
  EXPECT_RETURNS(file.GetSeals(), Seals::kShrink | Seals::kGrow |
                                      Seals::kWrite | Seals::kFutureWrite);
}

TEST(MemFd, MovesItsDescriptor) {
  MemFd first = Filled();
  const int raw = first.fd().raw();
  MemFd second = std::move(first);
  EXPECT_EQ(second.fd().raw(), raw);
  EXPECT_FALSE(first.is_open());  // NOLINT: what is left of it is the question
  EXPECT_FAILS(first.Size(), EBADF);
  first = std::move(second);
  EXPECT_RETURNS(first.Size(), 4u);
}

TEST(MemFd, ClosesOnce) {
  MemFd file = New();
  EXPECT_SUCCEEDS(file.Close());
  EXPECT_FALSE(file.is_open());
  EXPECT_FAILS(file.Close(), EBADF);
  EXPECT_FAILS(file.Resize(1), EBADF);
  EXPECT_FAILS(file.AddSeals({}), EBADF);
  EXPECT_FAILS(file.GetSeals(), EBADF);
  const Result<std::uint64_t> size = file.Size();
  ASSERT_FAILS(size, EBADF);
  EXPECT_THAT(size.error().ToString(),
              AllOf(StartsWith("fstat(-1, 0x"),
                    EndsWith(") = EBADF (Bad file descriptor): " +
                             size.error().explanation())));
  EXPECT_TRUE(size.error().documented());
}

TEST(MemFd, AdoptsAndReleases) {
  MemFd file =
      MemFd::Adopt(OwnedFd::Adopt(::memfd_create("adopted", MFD_CLOEXEC)));
  EXPECT_RETURNS(file.Size(), 0u);
  const OwnedFd fd = file.Release();
  EXPECT_TRUE(fd.is_open());
  EXPECT_FALSE(file.is_open());
}

TEST(MemFd, LeavesErrnoAlone) {
  errno = EDOM;
  {
    const MemFd file = New();
    EXPECT_SUCCEEDS(file.Resize(1));
    EXPECT_SUCCEEDS(file.Size());
    EXPECT_SUCCEEDS(file.AddSeals(Seals::kSeal));
    EXPECT_SUCCEEDS(file.GetSeals());
    EXPECT_EQ(errno, EDOM);
    const Result<void> sealed = file.AddSeals(Seals::kGrow);
    EXPECT_EQ(errno, EPERM);
    EXPECT_FAILS(sealed, EPERM);
  }
  EXPECT_EQ(errno, EPERM);
}

}  // namespace
}  // namespace plumbline
