#include "tools/harvest/worker.h"

#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <utility>

namespace plumbline::harvest {
namespace {

using cli::Fail;
using cli::Result;

// Far more than any surface takes.
constexpr rlim_t kMostMemory = rlim_t{4} << 30;

constexpr int kKept = 1 << 30;
constexpr int kMostOfHeap = 32 << 20;  // glibc takes no more

// The first byte of the output.
constexpr char kMade = '+';
constexpr char kFailed = '-';

}  // namespace

Result<Worker> Worker::Start(const std::function<Result<std::string>()>& work) {
  std::array<int, 2> ends = {};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    return Fail("no pipe could be made: {}", std::strerror(errno));
  cli::Descriptor reading(ends[0]), writing(ends[1]);
  const pid_t process = fork();
  if (process < 0)
    return Fail("no process could be made: {}", std::strerror(errno));
  if (process == 0) {
    // Ends with its parent, however that ends.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const rlimit memory = {kMostMemory, kMostMemory};
    setrlimit(RLIMIT_AS, &memory);
    const rlimit core = {0, 0};
    setrlimit(RLIMIT_CORE, &core);
    // Memory that is free again is soon used again.
    mallopt(M_TRIM_THRESHOLD, kKept);
    mallopt(M_MMAP_THRESHOLD, kMostOfHeap);
    std::string text;
    try {
      Result<std::string> made = work();
      text = made ? kMade + *std::move(made) : kFailed + made.error().message;
    } catch (const std::exception& exception) {
      text = kFailed + std::string(exception.what());
    }
    cli::WriteAll(writing.get(), text);
    _exit(0);
  }
  return Worker(process, std::move(reading));
}

Worker::Worker(Worker&& other) noexcept
    : process_(std::exchange(other.process_, -1)),
      output_(std::move(other.output_)) {}

Worker::~Worker() {
  if (process_ < 0) return;
  kill(process_, SIGKILL);
  while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Result<std::string> Worker::Wait(std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  std::string text;
  std::string buffer(std::size_t{1} << 16, '\0');
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    pollfd ready = {output_.get(), POLLIN, 0};
    const int count = poll(&ready, 1, left.count() > 0 ? int(left.count()) : 0);
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) {
      return Fail("took more than {} seconds",
                  std::chrono::duration<double>(limit).count());
    }
    const ssize_t got = read(output_.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    text.append(buffer, 0, static_cast<std::size_t>(got));
  }
  int status = 0;
  while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
  if (WIFSIGNALED(status))
    return Fail("was ended by signal {} ({})", WTERMSIG(status),
                strsignal(WTERMSIG(status)));
  if (text.empty()) return Fail("ended without a word");
  const bool made = text.front() == kMade;
  text.erase(0, 1);
  if (!made) return Fail("{}", text);
  return text;
}

}  // namespace plumbline::harvest
