#include "conformance/semantics/runner/executor_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "wrappers/pipe.h"
#include "wrappers/signals.h"

extern char** environ;

namespace plumbline::semantics {
namespace {

// Programs that are on their way; more than a target runs at once.
constexpr std::size_t kInFlight = 512;

// After so much silence a target may be one that writes nothing before its
// input ends.
constexpr int kSilentMs = 30'000;

// The child process, which is ended and waited for with this.
class Child {
 public:
  explicit Child(const std::vector<std::string>& command) {
    Pipe to = Pipe::Create().value();
    Pipe from = Pipe::Create().value();
    std::vector<char*> arguments;
    for (const std::string& word : command) {
      arguments.push_back(const_cast<char*>(word.c_str()));
    }
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to.read_end.raw(), 0);
    posix_spawn_file_actions_adddup2(&actions, from.write_end.raw(), 1);
    const int error = ::posix_spawnp(&pid_, arguments[0], &actions, nullptr,
                                     arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
      throw TargetError{"can't run " + command[0] + ": " + ::strerror(error)};
    }
    input = std::move(to.write_end);
    output = std::move(from.read_end);
    for (const int fd : {input.raw(), output.raw()}) {
      ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
    Wait();
  }

  // How it ended, in words; empty if with status 0.
  std::string Wait() {
    if (pid_ <= 0) return "";
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    if (WIFSIGNALED(status)) {
      return "was ended by signal " + std::to_string(WTERMSIG(status));
    }
    if (WEXITSTATUS(status) == 0) return "";
    return "ended with status " + std::to_string(WEXITSTATUS(status));
  }

  OwnedFd input;
  OwnedFd output;

 private:
  pid_t pid_ = -1;
};

// Where the outcome that begins at `start` ends, if it is there as a whole:
// with a line that begins with "end ".
std::optional<std::size_t> EndOfOutcome(const std::string& text,
                                        std::size_t start) {
  std::size_t end = start;
  while (true) {
    const std::size_t newline = text.find('\n', end);
    if (newline == std::string::npos) return std::nullopt;
    const std::string_view line =
        std::string_view(text).substr(end, newline - end);
    if (line.starts_with("error ") && end == start) {
      throw TargetError{"the executor refused a program: " + std::string(line)};
    }
    if (end == start && !line.starts_with("outcome ")) {
      throw TargetError{"'" + std::string(line) + "' is no line of an outcome"};
    }
    end = newline + 1;
    if (line.starts_with("end ")) return end;
  }
}

}  // namespace

class RunningTarget::Process {
 public:
  explicit Process(const std::vector<std::string>& command)
      : child_(command), name_(command[0]) {}

  // Waits until it takes some of `to_write`, from `written` on, or has written
  // more, which is appended to `read`. Throws if it ended.
  void Exchange(const std::string& to_write, std::size_t& written,
                std::string& read) {
    const bool is_written = written == to_write.size();
    pollfd fds[2] = {{child_.output.raw(), POLLIN, 0},
                     {is_written ? -1 : child_.input.raw(), POLLOUT, 0}};
    const int count = ::poll(fds, 2, kSilentMs);
    if (count < 0) return;
    if (count == 0) {
      if (is_written) CloseInput();
      return;
    }
    if (fds[1].revents != 0) {
      const ssize_t size = ::write(fds[1].fd, to_write.data() + written,
                                   to_write.size() - written);
      if (size > 0) written += static_cast<std::size_t>(size);
      // What it wrote last says more than that it takes nothing.
      if (size < 0 && errno != EAGAIN) written = to_write.size();
    }
    if (fds[0].revents == 0) return;
    char buffer[1 << 16];
    const ssize_t size = ::read(fds[0].fd, buffer, sizeof(buffer));
    if (size < 0 && errno == EAGAIN) return;
    if (size <= 0) {
      const std::string how = End();
      throw TargetError{name_ + " " + (how.empty() ? "ended" : how) +
                        " before its programs were done"};
    }
    read.append(buffer, static_cast<std::size_t>(size));
  }

  bool TakesMore() const { return child_.input.is_open(); }
  void CloseInput() { (void)child_.input.Close(); }

  // How it ended, in words; empty if with status 0.
  std::string End() {
    CloseInput();
    return child_.Wait();
  }

 private:
  // A command that ends early is told as such.
  const ScopedSignalAction ignored_ =
      ScopedSignalAction::Create(SIGPIPE, SignalAction::Ignore()).value();
  Child child_;
  const std::string name_;
};

RunningTarget::RunningTarget(std::vector<std::string> command)
    : command_(std::move(command)),
      process_(std::make_unique<Process>(command_)) {}

RunningTarget::~RunningTarget() = default;

void RunningTarget::Run(const Next& next, const Take& take) {
  std::unordered_map<std::string, Program> running;
  std::string to_write;
  std::size_t written = 0;
  std::string unread;
  bool has_more = true;
  const auto take_outcomes = [&] {
    std::size_t start = 0;
    while (true) {
      const std::optional<std::size_t> end = EndOfOutcome(unread, start);
      if (!end) break;
      const std::string text = unread.substr(start, *end - start);
      start = *end;
      Outcome outcome;
      std::string message;
      if (!ParseOutcome(text, outcome, message)) throw TargetError{message};
      const auto program = running.find(outcome.name);
      if (program == running.end()) {
        throw TargetError{"there is an outcome of " + outcome.name +
                          ", which is not what runs"};
      }
      take(program->second, outcome, text);
      running.erase(program);
    }
    unread.erase(0, start);
  };
  while (true) {
    if (running.empty() && !process_->TakesMore()) {
      writes_at_end_ = true;
      End();
      process_.reset();
      process_ = std::make_unique<Process>(command_);
    }
    while (has_more && process_->TakesMore() && running.size() < kInFlight &&
           to_write.size() - written < 1 << 16) {
      Program program;
      has_more = next(program);
      if (!has_more) break;
      to_write.erase(0, written);
      written = 0;
      to_write += ToText(program);
      std::string name = program.name;
      running.emplace(std::move(name), std::move(program));
    }
    if (running.empty() && !has_more) return;
    const bool is_waiting = !has_more || running.size() == kInFlight;
    if (writes_at_end_ && is_waiting && written == to_write.size()) {
      process_->CloseInput();
    }
    process_->Exchange(to_write, written, unread);
    take_outcomes();
  }
}

std::string RunningTarget::Ask(const Program& program) {
  bool given = false;
  std::string answer;
  Run(
      [&](Program& next) {
        if (std::exchange(given, true)) return false;
        next = program;
        return true;
      },
      [&](const Program&, const Outcome&, const std::string& text) {
        answer = text;
      });
  return answer;
}

void RunningTarget::End() {
  const std::string how = process_->End();
  if (!how.empty()) throw TargetError{command_[0] + " " + how};
}

}  // namespace plumbline::semantics
