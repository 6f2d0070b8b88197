#include "wrappers/inotify.h"

#include <errno.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <thread>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "wrappers/testing/child.h"
#include "wrappers/testing/interruptions.h"
#include "wrappers/testing/result_assertions.h"

namespace plumbline {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using testing_support::InChild;
using testing_support::Interruptions;

static_assert(std::forward_iterator<InotifyEventRange::Iterator>);
static_assert(std::is_trivially_copyable_v<InotifyEvent>);

template <typename... Arguments>
concept Adds = requires(const Inotify& inotify, Arguments... arguments) {
  inotify.AddWatch(arguments...);
};
static_assert(Adds<const char*, InotifyEvents>);
static_assert(!Adds<const char*, unsigned>);
static_assert(!Adds<const char*, InotifyFlags>);

template <typename Watch>
concept Removes = requires(const Inotify& inotify, Watch watch) {
  inotify.RemoveWatch(watch);
};
static_assert(Removes<WatchDescriptor>);
static_assert(!Removes<int>);
static_assert(!Removes<BorrowedFd>);

constexpr InotifyFlags kNonblocking =
    InotifyFlags::kCloexec | InotifyFlags::kNonblock;

Inotify New() { return Inotify::Create(kNonblocking).value(); }

// A folder of the test's own, removed at the end with all that is in it.
class Folder {
 public:
  Folder() : path_(testing::TempDir() + "inotify_test.XXXXXX") {
    EXPECT_NE(mkdtemp(path_.data()), nullptr);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const char* path() const { return path_.c_str(); }
  std::string operator/(const std::string& name) const {
    return path_ + "/" + name;
  }

 private:
  std::string path_;
};

OwnedFd Open(const std::string& path, int flags = O_RDWR | O_CREAT) {
  OwnedFd fd = OwnedFd::Adopt(open(path.c_str(), flags | O_CLOEXEC, S_IRWXU));
  EXPECT_TRUE(fd.is_open()) << path;
  return fd;
}
void MakeFile(const std::string& path) { (void)Open(path); }

// What Read told, apart from the buffer.
struct Event {
  WatchDescriptor watch;
  InotifyEvents mask;
  std::uint32_t cookie;
  std::string name;

  friend bool operator==(const Event&, const Event&) = default;
};
void PrintTo(const Event& event, std::ostream* out) {
  *out << "{watch " << event.watch.raw() << ", mask 0x" << std::hex
       << event.mask.bits() << std::dec << ", cookie " << event.cookie
       << ", name " << event.name << "}";
}

std::vector<Event> Copy(InotifyEventRange range) {
  std::vector<Event> events;
  for (const InotifyEvent& one : range)
    events.push_back({one.watch, one.mask, one.cookie, std::string(one.name)});
  return events;
}

// All that there is in a nonblocking instance.
std::vector<Event> ReadAll(const Inotify& inotify) {
  std::vector<Event> all;
  std::byte buffer[16 * Inotify::kLargestEvent];
  while (true) {
    const Result<InotifyEventRange> events = inotify.Read(buffer);
    if (!events) {
      EXPECT_FAILS(events, EAGAIN);
      return all;
    }
    EXPECT_FALSE(events->empty());
    const std::vector<Event> some = Copy(*events);
    all.insert(all.end(), some.begin(), some.end());
  }
}

TEST(WatchDescriptor, IsANumberOfItsOwn) {
  constexpr WatchDescriptor kNone;
  static_assert(kNone.raw() == -1);
  constexpr WatchDescriptor kFirst = WatchDescriptor::FromRaw(1);
  static_assert(kFirst == WatchDescriptor::FromRaw(1));
  static_assert(kFirst != kNone);
  static_assert(kNone < kFirst);
  EXPECT_EQ(kFirst.raw(), 1);
}

TEST(WatchDescriptor, FindsWhatIsWatched) {
  const WatchDescriptor first = WatchDescriptor::FromRaw(1);
  const WatchDescriptor second = WatchDescriptor::FromRaw(2);
  std::map<WatchDescriptor, std::string> sorted = {{second, "b"}, {first, "a"}};
  EXPECT_EQ(sorted.begin()->second, "a");
  std::unordered_map<WatchDescriptor, std::string> hashed = {{first, "a"},
                                                             {second, "b"}};
  EXPECT_EQ(hashed.at(second), "b");
}

TEST(Inotify, TellsOfAFileInAFolder) {
  const Folder folder;
  const Inotify inotify = New();
  const WatchDescriptor watch =
      inotify.AddWatch(folder.path(), InotifyEvents::kCreate).value();
  MakeFile(folder / "file");
  EXPECT_THAT(ReadAll(inotify),
              ElementsAre(Event{watch, InotifyEvents::kCreate, 0, "file"}));
}

TEST(Inotify, TellsOfAFolderInAFolder) {
  const Folder folder;
  const Inotify inotify = New();
  const WatchDescriptor watch =
      inotify.AddWatch(folder.path(), InotifyEvents::kCreate).value();
  ASSERT_EQ(mkdir((folder / "sub").c_str(), S_IRWXU), 0);
  EXPECT_THAT(
      ReadAll(inotify),
      ElementsAre(Event{watch, InotifyEvents::kCreate | InotifyEvents::kIsdir,
                        0, "sub"}));
}

TEST(Inotify, TellsOfAFileWithoutItsName) {
  const Folder folder;
  const OwnedFd file = Open(folder / "file");
  const Inotify inotify = New();
  const WatchDescriptor watch =
      inotify
          .AddWatch((folder / "file").c_str(),
                    InotifyEvents::kModify | InotifyEvents::kAttrib)
          .value();
  ASSERT_EQ(write(file.raw(), "x", 1), 1);
  ASSERT_EQ(fchmod(file.raw(), S_IRUSR), 0);
  EXPECT_THAT(ReadAll(inotify),
              ElementsAre(Event{watch, InotifyEvents::kModify, 0, ""},
                          Event{watch, InotifyEvents::kAttrib, 0, ""}));
}

// Each event is the only one that is asked for, so that a wrong number tells of
// another.
TEST(Inotify, TellsWhatIsAskedFor) {
  const struct {
    InotifyEvents event;
    void (*act)(const Folder& folder, const OwnedFd& file);
  } cases[] = {
      {InotifyEvents::kAccess,
       [](const Folder&, const OwnedFd& file) {
         char letter;
         EXPECT_EQ(read(file.raw(), &letter, 1), 1);
       }},
      {InotifyEvents::kModify,
       [](const Folder&, const OwnedFd& file) {
         EXPECT_EQ(write(file.raw(), "y", 1), 1);
       }},
      {InotifyEvents::kAttrib,
       [](const Folder&, const OwnedFd& file) {
         EXPECT_EQ(fchmod(file.raw(), S_IRUSR), 0);
       }},
      {InotifyEvents::kCloseWrite,
       [](const Folder& folder, const OwnedFd&) {
         (void)Open(folder / "file", O_WRONLY);
       }},
      {InotifyEvents::kCloseNowrite,
       [](const Folder& folder, const OwnedFd&) {
         (void)Open(folder / "file", O_RDONLY);
       }},
      {InotifyEvents::kOpen,
       [](const Folder& folder, const OwnedFd&) {
         (void)Open(folder / "file", O_RDONLY);
       }},
      {InotifyEvents::kMovedFrom,
       [](const Folder& folder, const OwnedFd&) {
         EXPECT_EQ(rename((folder / "file").c_str(), (folder / "to").c_str()),
                   0);
       }},
      {InotifyEvents::kMovedTo,
       [](const Folder& folder, const OwnedFd&) {
         EXPECT_EQ(rename((folder / "from").c_str(), (folder / "file").c_str()),
                   0);
       }},
      {InotifyEvents::kCreate,
       [](const Folder& folder, const OwnedFd&) {
         EXPECT_EQ(unlink((folder / "file").c_str()), 0);
         MakeFile(folder / "file");
       }},
      {InotifyEvents::kDelete,
       [](const Folder& folder, const OwnedFd&) {
         EXPECT_EQ(unlink((folder / "file").c_str()), 0);
       }},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.event.bits());
    const Folder folder;
    const OwnedFd file = Open(folder / "file");
    MakeFile(folder / "from");
    ASSERT_EQ(pwrite(file.raw(), "x", 1, 0), 1);
    const Inotify inotify = New();
    const WatchDescriptor watch =
        inotify.AddWatch(folder.path(), one.event).value();
    one.act(folder, file);
    const std::vector<Event> events = ReadAll(inotify);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].watch, watch);
    EXPECT_EQ(events[0].mask, one.event);
    EXPECT_EQ(events[0].name, "file");
    EXPECT_EQ(events[0].cookie != 0, bool(one.event & InotifyEvents::kMove));
  }
}

TEST(Inotify, TellsOfWhatIsWatchedItself) {
  const Folder folder;
  MakeFile(folder / "file");
  const Inotify inotify = New();
  const WatchDescriptor watch =
      inotify
          .AddWatch((folder / "file").c_str(),
                    InotifyEvents::kMoveSelf | InotifyEvents::kDeleteSelf)
          .value();
  ASSERT_EQ(rename((folder / "file").c_str(), (folder / "moved").c_str()), 0);
  ASSERT_EQ(unlink((folder / "moved").c_str()), 0);
  EXPECT_THAT(ReadAll(inotify),
              ElementsAre(Event{watch, InotifyEvents::kMoveSelf, 0, ""},
                          Event{watch, InotifyEvents::kDeleteSelf, 0, ""},
                          Event{watch, InotifyEvents::kIgnored, 0, ""}));
}

TEST(Inotify, PairsBothEndsOfARename) {
  const Folder from, to;
  MakeFile(from / "a");
  MakeFile(from / "b");
  const Inotify inotify = New();
  const WatchDescriptor source =
      inotify.AddWatch(from.path(), InotifyEvents::kMove).value();
  const WatchDescriptor target =
      inotify.AddWatch(to.path(), InotifyEvents::kMove).value();
  EXPECT_NE(source, target);
  ASSERT_EQ(rename((from / "a").c_str(), (to / "c").c_str()), 0);
  ASSERT_EQ(rename((from / "b").c_str(), (to / "d").c_str()), 0);
  const std::vector<Event> events = ReadAll(inotify);
  ASSERT_EQ(events.size(), 4u);
  const std::uint32_t first = events[0].cookie;
  const std::uint32_t second = events[2].cookie;
  EXPECT_NE(first, 0u);
  EXPECT_NE(second, 0u);
  EXPECT_NE(first, second);
  EXPECT_THAT(events,
              ElementsAre(Event{source, InotifyEvents::kMovedFrom, first, "a"},
                          Event{target, InotifyEvents::kMovedTo, first, "c"},
                          Event{source, InotifyEvents::kMovedFrom, second, "b"},
                          Event{target, InotifyEvents::kMovedTo, second, "d"}));
}

TEST(Inotify, TellsNamesOfEveryLength) {
  const Folder folder;
  const Inotify inotify = New();
  ASSERT_SUCCEEDS(inotify.AddWatch(folder.path(), InotifyEvents::kCreate));
  std::vector<std::string> names;
  // An event's length is a multiple of 16.
  for (const std::size_t length : {1, 15, 16, 17, 31, 32, 254, 255})
    names.emplace_back(length, 'n');
  for (const std::string& name : names) MakeFile(folder / name);
  std::vector<std::string> told;
  for (const Event& event : ReadAll(inotify)) told.push_back(event.name);
  EXPECT_EQ(told, names);
}

TEST(Inotify, HoldsEveryEventInItsLargestsSize) {
  const Folder folder;
  const Inotify inotify = New();
  ASSERT_SUCCEEDS(inotify.AddWatch(folder.path(), InotifyEvents::kCreate));
  const std::string longest(255, 'n');
  MakeFile(folder / longest);
  std::byte buffer[Inotify::kLargestEvent];
  const Result<InotifyEventRange> events = inotify.Read(buffer);
  ASSERT_SUCCEEDS(events);
  EXPECT_THAT(Copy(*events), ElementsAre(Field(&Event::name, longest)));
}

TEST(Inotify, KeepsAnEventThatIsLongerThanTheBuffer) {
  const Folder folder;
  const Inotify inotify = New();
  ASSERT_SUCCEEDS(inotify.AddWatch(folder.path(), InotifyEvents::kCreate));
  MakeFile(folder / "file");
  std::byte buffer[sizeof(inotify_event) + 16];
  const Result<InotifyEventRange> events =
      inotify.Read(std::span(buffer).first(sizeof(buffer) - 1));
  ASSERT_FAILS(events, EINVAL);
  EXPECT_THAT(
      events.error().ToString(),
      AllOf(StartsWith("read(" + std::to_string(inotify.fd().raw()) + ", 0x"),
            HasSubstr(", 31) = EINVAL (Invalid argument): ")));
  EXPECT_THAT(events.error().explanation(),
              HasSubstr("fd is an inotify instance, and its next event is "
                        "longer than count"));
  EXPECT_FAILS(inotify.Read({}), EINVAL);
  const Result<InotifyEventRange> again = inotify.Read(buffer);
  ASSERT_SUCCEEDS(again);
  EXPECT_THAT(Copy(*again), ElementsAre(Field(&Event::name, "file")));
}

TEST(Inotify, ReadsAsManyEventsAsTheBufferHolds) {
  const Folder folder;
  const Inotify inotify = New();
  ASSERT_SUCCEEDS(inotify.AddWatch(folder.path(), InotifyEvents::kCreate));
  for (const char* const name : {"a", "b", "c"}) MakeFile(folder / name);
  std::byte buffer[2 * (sizeof(inotify_event) + 16) + 31];
  const Result<InotifyEventRange> two = inotify.Read(buffer);
  ASSERT_SUCCEEDS(two);
  EXPECT_THAT(Copy(*two),
              ElementsAre(Field(&Event::name, "a"), Field(&Event::name, "b")));
  const Result<InotifyEventRange> one = inotify.Read(buffer);
  ASSERT_SUCCEEDS(one);
  EXPECT_THAT(Copy(*one), ElementsAre(Field(&Event::name, "c")));
}

TEST(Inotify, ReadsIntoABufferOfAnyAlignment) {
  const Folder folder;
  const Inotify inotify = New();
  const WatchDescriptor watch =
      inotify.AddWatch(folder.path(), InotifyEvents::kCreate).value();
  for (std::size_t shift = 0; shift < alignof(inotify_event); ++shift) {
    alignas(inotify_event) std::byte buffer[Inotify::kLargestEvent + 8];
    const std::string name = "file" + std::to_string(shift);
    MakeFile(folder / name);
    const Result<InotifyEventRange> events =
        inotify.Read(std::span(buffer).subspan(shift));
    ASSERT_SUCCEEDS(events);
    EXPECT_THAT(Copy(*events),
                ElementsAre(Event{watch, InotifyEvents::kCreate, 0, name}));
  }
}

TEST(Inotify, CopiesNoName) {
  const Folder folder;
  const Inotify inotify = New();
  ASSERT_SUCCEEDS(inotify.AddWatch(folder.path(), InotifyEvents::kCreate));
  MakeFile(folder / "file");
  std::byte buffer[Inotify::kLargestEvent];
  const InotifyEventRange events = inotify.Read(buffer).value();
  EXPECT_EQ(static_cast<const void*>((*events.begin()).name.data()),
            buffer + sizeof(inotify_event));
}

TEST(Inotify, HasNothingToTellAtFirst) {
  const Inotify inotify = New();
  std::byte buffer[Inotify::kLargestEvent];
  const Result<InotifyEventRange> events = inotify.Read(buffer);
  ASSERT_FAILS(events, EAGAIN);
  EXPECT_THAT(events.error().explanation(),
              HasSubstr("fd is an inotify instance with O_NONBLOCK, and "
                        "nothing has happened"));
}

TEST(Inotify, WatchesAFileOnce) {
  const Folder folder;
  MakeFile(folder / "file");
  ASSERT_EQ(link((folder / "file").c_str(), (folder / "other").c_str()), 0);
  const Inotify inotify = New();
  const WatchDescriptor watch =
      inotify.AddWatch((folder / "file").c_str(), InotifyEvents::kOpen).value();
  EXPECT_RETURNS(
      inotify.AddWatch((folder / "other").c_str(), InotifyEvents::kAttrib),
      watch);
  // It is told of what was asked for last only.
  const OwnedFd file = Open(folder / "file");
  ASSERT_EQ(fchmod(file.raw(), S_IRUSR | S_IWUSR), 0);
  EXPECT_THAT(ReadAll(inotify),
              ElementsAre(Event{watch, InotifyEvents::kAttrib, 0, ""}));
  EXPECT_RETURNS(
      inotify.AddWatch((folder / "file").c_str(),
                       InotifyEvents::kOpen | InotifyEvents::kMaskAdd),
      watch);
  MakeFile(folder / "file");
  ASSERT_EQ(fchmod(file.raw(), S_IRUSR), 0);
  EXPECT_THAT(ReadAll(inotify),
              ElementsAre(Event{watch, InotifyEvents::kOpen, 0, ""},
                          Event{watch, InotifyEvents::kAttrib, 0, ""}));
}

TEST(Inotify, ChangesNoWatchIfToldSo) {
  const Folder folder;
  const Inotify inotify = New();
  const InotifyEvents create =
      InotifyEvents::kCreate | InotifyEvents::kMaskCreate;
  const Result<WatchDescriptor> watch = inotify.AddWatch(folder.path(), create);
  if (!watch && watch.error() == EINVAL) GTEST_SKIP() << "Linux before 4.19";
  ASSERT_SUCCEEDS(watch);
  const Result<WatchDescriptor> again = inotify.AddWatch("/.", create);
  EXPECT_SUCCEEDS(again);
  const Result<WatchDescriptor> existing =
      inotify.AddWatch(folder.path(), create);
  ASSERT_FAILS(existing, EEXIST);
  EXPECT_TRUE(existing.error().documented());
  EXPECT_FAILS(
      inotify.AddWatch(folder.path(), create | InotifyEvents::kMaskAdd),
      EINVAL);
}

TEST(Inotify, TellsOnceIfToldSo) {
  const Folder folder;
  const Inotify inotify = New();
  const WatchDescriptor watch =
      inotify
          .AddWatch(folder.path(),
                    InotifyEvents::kCreate | InotifyEvents::kOneshot)
          .value();
  MakeFile(folder / "a");
  MakeFile(folder / "b");
  EXPECT_THAT(ReadAll(inotify),
              ElementsAre(Event{watch, InotifyEvents::kCreate, 0, "a"},
                          Event{watch, InotifyEvents::kIgnored, 0, ""}));
  EXPECT_FAILS(inotify.RemoveWatch(watch), EINVAL);
}

TEST(Inotify, WatchesOnlyAFolderIfToldSo) {
  const Folder folder;
  MakeFile(folder / "file");
  const Inotify inotify = New();
  const InotifyEvents events = InotifyEvents::kOpen | InotifyEvents::kOnlydir;
  EXPECT_SUCCEEDS(inotify.AddWatch(folder.path(), events));
  const Result<WatchDescriptor> watch =
      inotify.AddWatch((folder / "file").c_str(), events);
  ASSERT_FAILS(watch, ENOTDIR);
  EXPECT_TRUE(watch.error().documented());
}

TEST(Inotify, FollowsNoLinkIfToldSo) {
  const Folder folder;
  ASSERT_EQ(symlink("missing", (folder / "link").c_str()), 0);
  const Inotify inotify = New();
  EXPECT_FAILS(
      inotify.AddWatch((folder / "link").c_str(), InotifyEvents::kDeleteSelf),
      ENOENT);
  const WatchDescriptor watch =
      inotify
          .AddWatch((folder / "link").c_str(),
                    InotifyEvents::kDeleteSelf | InotifyEvents::kDontFollow)
          .value();
  ASSERT_EQ(unlink((folder / "link").c_str()), 0);
  EXPECT_THAT(ReadAll(inotify),
              ElementsAre(Event{watch, InotifyEvents::kDeleteSelf, 0, ""},
                          Event{watch, InotifyEvents::kIgnored, 0, ""}));
}

TEST(Inotify, TellsNothingOfWhatWasUnlinkedIfToldSo) {
  const Folder folder;
  const OwnedFd file = Open(folder / "file");
  ASSERT_EQ(unlink((folder / "file").c_str()), 0);
  const Inotify telling = New(), silent = New();
  ASSERT_SUCCEEDS(telling.AddWatch(folder.path(), InotifyEvents::kModify));
  ASSERT_SUCCEEDS(silent.AddWatch(
      folder.path(), InotifyEvents::kModify | InotifyEvents::kExclUnlink));
  ASSERT_EQ(write(file.raw(), "x", 1), 1);
  EXPECT_THAT(ReadAll(telling), ElementsAre(Field(&Event::name, "file")));
  EXPECT_THAT(ReadAll(silent), IsEmpty());
}

TEST(Inotify, RemovesAWatchOnce) {
  const Folder folder;
  const Inotify inotify = New();
  ASSERT_SUCCEEDS(inotify.AddWatch("/", InotifyEvents::kDeleteSelf));
  const WatchDescriptor watch =
      inotify.AddWatch(folder.path(), InotifyEvents::kCreate).value();
  EXPECT_SUCCEEDS(inotify.RemoveWatch(watch));
  MakeFile(folder / "file");
  EXPECT_THAT(ReadAll(inotify),
              ElementsAre(Event{watch, InotifyEvents::kIgnored, 0, ""}));
  const Result<void> removed = inotify.RemoveWatch(watch);
  ASSERT_FAILS(removed, EINVAL);
  EXPECT_EQ(
      removed.error().ToString(),
      "inotify_rm_watch(" + std::to_string(inotify.fd().raw()) + ", " +
          std::to_string(watch.raw()) +
          ") = EINVAL (Invalid argument): " + removed.error().explanation());
  EXPECT_THAT(removed.error().explanation(),
              HasSubstr("the watch was removed before"));
  EXPECT_FAILS(inotify.RemoveWatch(WatchDescriptor()), EINVAL);
}

TEST(Inotify, WatchesNothingThatIsMissing) {
  const Folder folder;
  const Inotify inotify = New();
  const Result<WatchDescriptor> watch = inotify.AddWatch(
      "/missing", InotifyEvents::kCreate | InotifyEvents::kDelete |
                      InotifyEvents::kOneshot);
  ASSERT_FAILS(watch, ENOENT);
  EXPECT_EQ(watch.error().ToString(),
            "inotify_add_watch(" + std::to_string(inotify.fd().raw()) +
                ", \"/missing\", IN_CREATE|IN_DELETE|IN_ONESHOT) = ENOENT (No "
                "such file or directory): " +
                watch.error().explanation());
  EXPECT_THAT(watch.error().explanation(), HasSubstr("the file itself is "
                                                     "missing"));
}

TEST(Inotify, WatchesForAnEventOfSomeKind) {
  const Inotify inotify = New();
  const Result<WatchDescriptor> watch = inotify.AddWatch("/", {});
  ASSERT_FAILS(watch, EINVAL);
  EXPECT_THAT(watch.error().explanation(), HasSubstr("mask is 0"));
}

TEST(Inotify, IsClosedOnExecAndWaitsUnlessToldOtherwise) {
  const Inotify usual = Inotify::Create().value();
  EXPECT_EQ(fcntl(usual.fd().raw(), F_GETFD), FD_CLOEXEC);
  EXPECT_EQ(fcntl(usual.fd().raw(), F_GETFL) & O_NONBLOCK, 0);
  const Inotify other = Inotify::Create(InotifyFlags::kNonblock).value();
  EXPECT_EQ(fcntl(other.fd().raw(), F_GETFD), 0);
  EXPECT_EQ(fcntl(other.fd().raw(), F_GETFL) & O_NONBLOCK, O_NONBLOCK);
}

TEST(Inotify, RefusesUnknownFlags) {
  const Result<Inotify> made = Inotify::Create(
      InotifyFlags::kCloexec | InotifyFlags::FromBits(0x1000'0000));
  ASSERT_FAILS(made, EINVAL);
  EXPECT_EQ(made.error().ToString(),
            "inotify_init1(IN_CLOEXEC|0x10000000) = EINVAL (Invalid "
            "argument): flags has another bit than IN_CLOEXEC, IN_NONBLOCK");
}

// How many events one queue holds.
std::size_t MaxQueuedEvents() {
  std::size_t most = 0;
  std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> most;
  return most;
}

TEST(Inotify, TellsThatEventsWereLost) {
  const std::size_t most = MaxQueuedEvents();
  if (most == 0 || most > 65536)
    GTEST_SKIP() << "the queue is too long to be filled: " << most;
  const Folder folder;
  const std::string path = folder / "file";
  MakeFile(path);
  const Inotify inotify = New();
  const WatchDescriptor watch =
      inotify
          .AddWatch(path.c_str(),
                    InotifyEvents::kOpen | InotifyEvents::kCloseNowrite)
          .value();
  for (std::size_t i = 0; i <= most / 2; ++i) (void)Open(path, O_RDONLY);
  const std::vector<Event> events = ReadAll(inotify);
  ASSERT_EQ(events.size(), most + 1);
  EXPECT_EQ(events.front(), (Event{watch, InotifyEvents::kOpen, 0, ""}));
  EXPECT_EQ(events.back(),
            (Event{WatchDescriptor(), InotifyEvents::kQOverflow, 0, ""}));
}

TEST(Inotify, TellsThatAFileSystemWasUnmounted) {
  const Folder folder;
  InChild([&folder] {
    if (unshare(CLONE_NEWNS) != 0 ||
        mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("none", folder.path(), "tmpfs", 0, nullptr) != 0) {
      MakeFile(folder / "not permitted");
      return;
    }
    const Inotify inotify = New();
    const WatchDescriptor watch =
        inotify.AddWatch(folder.path(), InotifyEvents::kCreate).value();
    ASSERT_EQ(umount(folder.path()), 0);
    const std::vector<Event> events = ReadAll(inotify);
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(events[0].watch, watch);
    EXPECT_TRUE(events[0].mask.Contains(InotifyEvents::kUnmount));
    EXPECT_EQ(events[1], (Event{watch, InotifyEvents::kIgnored, 0, ""}));
  });
  if (access((folder / "not permitted").c_str(), F_OK) == 0)
    GTEST_SKIP() << "no file system can be mounted";
}

TEST(Inotify, IsReadableWhileThereAreEvents) {
  const Folder folder;
  const Inotify inotify = New();
  ASSERT_SUCCEEDS(inotify.AddWatch(folder.path(), InotifyEvents::kCreate));
  pollfd one = {inotify.fd().raw(), POLLIN, 0};
  EXPECT_EQ(poll(&one, 1, 0), 0);
  MakeFile(folder / "file");
  EXPECT_EQ(poll(&one, 1, -1), 1);
  EXPECT_EQ(one.revents, POLLIN);
  EXPECT_EQ(ReadAll(inotify).size(), 1u);
  EXPECT_EQ(poll(&one, 1, 0), 0);
}

TEST(Inotify, AWaitingReadIsWokenByAnEvent) {
  const Folder folder;
  const Inotify inotify = Inotify::Create().value();
  const WatchDescriptor watch =
      inotify.AddWatch(folder.path(), InotifyEvents::kCreate).value();
  std::thread maker([&] { MakeFile(folder / "file"); });
  std::byte buffer[Inotify::kLargestEvent];
  const Result<InotifyEventRange> events = inotify.Read(buffer);
  maker.join();
  ASSERT_SUCCEEDS(events);
  EXPECT_THAT(Copy(*events),
              ElementsAre(Event{watch, InotifyEvents::kCreate, 0, "file"}));
}

TEST(Inotify, ReportsASignalThatInterruptsTheWait) {
  const Inotify inotify = Inotify::Create().value();
  std::byte buffer[Inotify::kLargestEvent];
  const Interruptions interruptions;
  const Result<InotifyEventRange> events = inotify.Read(buffer);
  EXPECT_EQ(errno, EINTR);
  ASSERT_FAILS(events, EINTR);
  EXPECT_THAT(events.error().explanation(),
              HasSubstr("fd is an inotify instance"));
}

TEST(Inotify, TellsOneOfSeveralThreadsOfAnEvent) {
  const Folder folder;
  const Inotify inotify = Inotify::Create().value();
  ASSERT_SUCCEEDS(inotify.AddWatch(folder.path(), InotifyEvents::kCreate));
  std::array<std::string, 4> names;
  std::vector<std::thread> readers;
  for (std::string& name : names) {
    readers.emplace_back([&] {
      std::byte buffer[sizeof(inotify_event) + 16];
      const Result<InotifyEventRange> events = inotify.Read(buffer);
      ASSERT_SUCCEEDS(events);
      name = (*events->begin()).name;
    });
  }
  for (const char* const name : {"a", "b", "c", "d"}) MakeFile(folder / name);
  for (std::thread& one : readers) one.join();
  EXPECT_THAT(names, testing::UnorderedElementsAre("a", "b", "c", "d"));
}

TEST(Inotify, IsSharedWithAChild) {
  const Folder folder;
  const Inotify inotify = New();
  InChild([&] {
    EXPECT_SUCCEEDS(inotify.AddWatch(folder.path(), InotifyEvents::kCreate));
    MakeFile(folder / "file");
  });
  EXPECT_THAT(ReadAll(inotify), ElementsAre(Field(&Event::name, "file")));
}

// What read(2) would give; `name` has as many 0 at its end as it is to have.
std::string Raw(int watch, std::uint32_t mask, std::uint32_t cookie,
                std::string name) {
  inotify_event header = {};
  header.wd = watch;
  header.mask = mask;
  header.cookie = cookie;
  header.len = static_cast<std::uint32_t>(name.size());
  std::string raw(reinterpret_cast<const char*>(&header), sizeof(header));
  return raw + name;
}

std::vector<Event> Parse(const std::string& raw) {
  // On the heap, where a look beyond the end is seen.
  std::vector<std::byte> bytes(raw.size());
  if (!raw.empty()) memcpy(bytes.data(), raw.data(), raw.size());
  const auto range = InotifyEventRange::Of(bytes);
  EXPECT_EQ(range.empty(), range.begin() == range.end());
  return Copy(range);
}

TEST(InotifyEventRange, HasTheEventsOfABuffer) {
  const std::string raw = Raw(1, IN_MOVED_FROM, 77, {"abc\0\0\0\0\0", 8}) +
                          Raw(-1, IN_Q_OVERFLOW, 0, "");
  EXPECT_THAT(
      Parse(raw),
      ElementsAre(Event{WatchDescriptor::FromRaw(1), InotifyEvents::kMovedFrom,
                        77, "abc"},
                  Event{WatchDescriptor(), InotifyEvents::kQOverflow, 0, ""}));
}

TEST(InotifyEventRange, IsEmptyWithoutAWholeEventsStart) {
  EXPECT_TRUE(InotifyEventRange().empty());
  EXPECT_THAT(Copy(InotifyEventRange()), IsEmpty());
  const std::string raw = Raw(1, IN_OPEN, 0, "");
  for (std::size_t size = 0; size < raw.size(); ++size)
    EXPECT_THAT(Parse(raw.substr(0, size)), IsEmpty());
}

TEST(InotifyEventRange, EndsWhereTheBufferEnds) {
  const std::string first = Raw(1, IN_OPEN, 0, "ab");
  const std::string second = Raw(2, IN_OPEN, 0, "cd");
  const Event a = {WatchDescriptor::FromRaw(1), InotifyEvents::kOpen, 0, "ab"};
  const Event b = {WatchDescriptor::FromRaw(2), InotifyEvents::kOpen, 0, "c"};
  EXPECT_THAT(Parse(first + second.substr(0, 15)), ElementsAre(a));
  EXPECT_THAT(Parse(first + second.substr(0, 17)), ElementsAre(a, b));
  inotify_event header = {};
  header.len = 0xffff'ffff;
  std::string endless(reinterpret_cast<const char*>(&header), sizeof(header));
  EXPECT_THAT(Parse(endless + "xyz"), ElementsAre(Field(&Event::name, "xyz")));
}

TEST(InotifyEventRange, IsIteratedForwardAndAgain) {
  const std::string raw = Raw(1, IN_OPEN, 0, "") + Raw(2, IN_OPEN, 0, "");
  const auto range = InotifyEventRange::Of(std::as_bytes(std::span(raw)));
  InotifyEventRange::Iterator at = range.begin();
  const InotifyEventRange::Iterator first = at++;
  EXPECT_EQ((*first).watch.raw(), 1);
  EXPECT_EQ((*at).watch.raw(), 2);
  EXPECT_NE(at, first);
  EXPECT_EQ(first, range.begin());
  EXPECT_EQ(++at, range.end());
  EXPECT_EQ(std::distance(range.begin(), range.end()), 2);
}

TEST(Inotify, MovesItsDescriptor) {
  Inotify first = New();
  const int raw = first.fd().raw();
  Inotify second = std::move(first);
  EXPECT_EQ(second.fd().raw(), raw);
  EXPECT_FALSE(first.is_open());  // NOLINT: what is left of it is the question
  EXPECT_FAILS(first.AddWatch("/", InotifyEvents::kOpen), EBADF);
  first = std::move(second);
  EXPECT_SUCCEEDS(first.AddWatch("/", InotifyEvents::kOpen));
}

TEST(Inotify, ClosesOnce) {
  Inotify inotify = New();
  EXPECT_SUCCEEDS(inotify.Close());
  EXPECT_FALSE(inotify.is_open());
  EXPECT_FAILS(inotify.Close(), EBADF);
  EXPECT_FAILS(inotify.AddWatch("/", InotifyEvents::kOpen), EBADF);
  EXPECT_FAILS(inotify.RemoveWatch(WatchDescriptor::FromRaw(1)), EBADF);
  std::byte buffer[Inotify::kLargestEvent];
  EXPECT_FAILS(inotify.Read(buffer), EBADF);
}

TEST(Inotify, AdoptsAndReleases) {
  Inotify inotify =
      Inotify::Adopt(OwnedFd::Adopt(::inotify_init1(IN_NONBLOCK)));
  EXPECT_THAT(ReadAll(inotify), IsEmpty());
  const OwnedFd fd = inotify.Release();
  EXPECT_TRUE(fd.is_open());
  EXPECT_FALSE(inotify.is_open());
}

TEST(Inotify, LeavesErrnoAlone) {
  const Folder folder;
  errno = EDOM;
  {
    const Inotify inotify = New();
    const Result<WatchDescriptor> watch =
        inotify.AddWatch(folder.path(), InotifyEvents::kOpen);
    ASSERT_SUCCEEDS(watch);
    EXPECT_SUCCEEDS(inotify.RemoveWatch(*watch));
    std::byte buffer[Inotify::kLargestEvent];
    EXPECT_SUCCEEDS(inotify.Read(buffer));
    EXPECT_EQ(errno, EDOM);
    const Result<InotifyEventRange> events = inotify.Read(buffer);
    EXPECT_EQ(errno, EAGAIN);
    EXPECT_FAILS(events, EAGAIN);
  }
  EXPECT_EQ(errno, EAGAIN);
}

}  // namespace
}  // namespace plumbline
