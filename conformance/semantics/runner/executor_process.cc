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
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    Wait();
  }

  // How it ended, in words; empty if with status 0.
  std::string Wait() {
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
    end = newline + 1;
    if (line.starts_with("end ")) return end;
  }
}

[[noreturn]] void FailAsEnded(const std::string& command, Child& child) {
  (void)child.input.Close();
  const std::string how = child.Wait();
  throw TargetError{command + " " + (how.empty() ? "ended" : how) +
                    " before its programs were done"};
}

}  // namespace

class RunningTarget::Process {
 public:
  explicit Process(const std::vector<std::string>& command) : child(command) {}

  // A command that ends early is told as such.
  const ScopedSignalAction ignored =
      ScopedSignalAction::Create(SIGPIPE, SignalAction::Ignore()).value();
  Child child;
};

RunningTarget::RunningTarget(std::vector<std::string> command)
    : command_(std::move(command)),
      process_(std::make_unique<Process>(command_)) {}

RunningTarget::~RunningTarget() = default;

std::string RunningTarget::Ask(const Program& program) {
  Child& child = process_->child;
  const std::string to_write = ToText(program);
  std::size_t written = 0;
  std::string text;
  while (!EndOfOutcome(text, 0)) {
    pollfd fds[2] = {
        {child.output.raw(), POLLIN, 0},
        {written < to_write.size() ? child.input.raw() : -1, POLLOUT, 0}};
    if (::poll(fds, 2, -1) < 0) continue;
    if (fds[1].revents != 0) {
      const ssize_t size = ::write(fds[1].fd, to_write.data() + written,
                                   to_write.size() - written);
      if (size > 0) written += static_cast<std::size_t>(size);
      if (size < 0 && errno != EAGAIN) FailAsEnded(command_[0], child);
    }
    if (fds[0].revents == 0) continue;
    char buffer[1 << 16];
    const ssize_t size = ::read(fds[0].fd, buffer, sizeof(buffer));
    if (size < 0 && errno == EAGAIN) continue;
    if (size <= 0) FailAsEnded(command_[0], child);
    text.append(buffer, static_cast<std::size_t>(size));
  }
  return text;
}

void RunPrograms(
    const std::vector<std::string>& command,
    const std::function<bool(Program& program)>& next,
    const std::function<void(const Program& program, const Outcome& outcome,
                             const std::string& text)>& take) {
  // A command that ends early is told as such.
  const ScopedSignalAction ignored =
      ScopedSignalAction::Create(SIGPIPE, SignalAction::Ignore()).value();
  Child child(command);
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
  while (has_more || !running.empty()) {
    while (has_more && running.size() < kInFlight &&
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
    if (!has_more && written == to_write.size() && child.input.is_open()) {
      (void)child.input.Close();
    }
    pollfd fds[2] = {
        {child.output.raw(), POLLIN, 0},
        {written < to_write.size() ? child.input.raw() : -1, POLLOUT, 0}};
    if (::poll(fds, 2, -1) < 0) continue;
    if (fds[1].revents != 0) {
      const ssize_t size = ::write(fds[1].fd, to_write.data() + written,
                                   to_write.size() - written);
      if (size > 0) written += static_cast<std::size_t>(size);
      if (size < 0 && errno != EAGAIN) {
        (void)child.input.Close();
        written = to_write.size();
        has_more = false;
      }
    }
    if (fds[0].revents == 0) continue;
    char buffer[1 << 16];
    const ssize_t size = ::read(fds[0].fd, buffer, sizeof(buffer));
    if (size < 0 && errno == EAGAIN) continue;
    if (size <= 0) {
      if (running.empty() && !has_more) break;
      FailAsEnded(command[0], child);
    }
    unread.append(buffer, static_cast<std::size_t>(size));
    take_outcomes();
  }
  (void)child.input.Close();
  if (const std::string how = child.Wait(); !how.empty()) {
    throw TargetError{command[0] + " " + how};
  }
}

}  // namespace plumbline::semantics
