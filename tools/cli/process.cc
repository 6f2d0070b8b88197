#include "tools/cli/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>

namespace plumbline::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kErrorsKept = 4096;

struct Pipe {
  Descriptor read;
  Descriptor write;
};

Result<Pipe> MakePipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return Fail("cannot be started: no pipe: {}", std::strerror(errno));
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

// What the child needs between fork() and exec(), where it may not allocate
// memory.
struct Plan {
  int program;
  const char* emulator;  // nullptr: none
  char* const* arguments;
  int input;
  int output;
  int errors;
  int failure;  // the write end of the pipe that tells why exec() failed
};

[[noreturn]] void BecomeProgram(const Plan& plan) {
  if (dup2(plan.input, STDIN_FILENO) >= 0 &&
      dup2(plan.output, STDOUT_FILENO) >= 0 &&
      dup2(plan.errors, STDERR_FILENO) >= 0) {
    if (plan.emulator == nullptr) {
      fexecve(plan.program, plan.arguments, environ);
    } else if (fcntl(plan.program, F_SETFD, 0) == 0) {
      execve(plan.emulator, plan.arguments, environ);
    }
  }
  const int error = errno;
  // If even this fails, the parent sees an exit status of 127 and no output.
  [[maybe_unused]] const ssize_t written =
      write(plan.failure, &error, sizeof error);
  _exit(127);
}

std::string WhyNotExecuted(int error) {
  const std::string text = std::strerror(error);
  // The file itself is there, but not what it names as its interpreter.
  if (error == ENOENT) return text + "; its dynamic loader is not installed";
  if (error == EACCES)
    return text + "; set TMPDIR to a folder where programs may be executed";
  return text;
}

// Takes what a pipe holds; closes it at its end.
void Drain(Descriptor& pipe, std::string& text) {
  char buffer[65536];
  const ssize_t count = read(pipe.get(), buffer, sizeof buffer);
  if (count > 0) {
    text.append(buffer, static_cast<std::size_t>(count));
  } else if (count == 0 || errno != EINTR) {
    pipe.Close();
  }
}

void KeepEnd(std::string& text) {
  if (text.size() > 2 * kErrorsKept) text.erase(0, text.size() - kErrorsKept);
}

// One process is started at a time: between fork() and exec(), a child holds
// copies of all descriptors, and a file that one of them can write to can't be
// executed.
std::mutex& StartMutex() {
  static std::mutex mutex;
  return mutex;
}

int WaitFor(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

// Whether the child ended before the deadline. It has closed its output, so
// there is seldom anything to wait for.
bool Ended(pid_t child, Clock::time_point deadline) {
  std::chrono::microseconds pause(50);
  siginfo_t info = {};
  while (waitid(P_PID, static_cast<id_t>(child), &info,
                WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == 0) {
    if (Clock::now() >= deadline) return false;
    std::this_thread::sleep_for(pause);
    pause = std::min<std::chrono::microseconds>(2 * pause,
                                                std::chrono::milliseconds(20));
  }
  return true;
}

std::string Duration(std::chrono::milliseconds time) {
  if (time < std::chrono::seconds(1)) return fmt::format("{} ms", time.count());
  return fmt::format(
      "{} s", std::chrono::duration_cast<std::chrono::seconds>(time).count());
}

// Reads both pipes until the child ends; "" or what went wrong.
std::string Collect(pid_t child, Descriptor& output, Descriptor& errors,
                    const Limits& limits, Finished& finished) {
  const Clock::time_point deadline = Clock::now() + limits.time;
  const std::string late =
      fmt::format("did not finish within {}", Duration(limits.time));
  while (output || errors) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - Clock::now());
    if (left.count() <= 0) return late;
    pollfd ready[2] = {{output.get(), POLLIN, 0}, {errors.get(), POLLIN, 0}};
    if (poll(ready, 2, static_cast<int>(std::min<long>(left.count(), 1000))) <
            0 &&
        errno != EINTR) {
      return fmt::format("cannot be waited for: {}", std::strerror(errno));
    }
    if (ready[0].revents != 0) Drain(output, finished.output);
    if (ready[1].revents != 0) Drain(errors, finished.errors);
    KeepEnd(finished.errors);
    if (finished.output.size() > limits.output) {
      return fmt::format("writes more than {} bytes", limits.output);
    }
  }
  if (!Ended(child, deadline)) return late;
  return "";
}

Result<Descriptor> InMemory(std::string_view bytes) {
  // Since Linux 6.3 a program has to say that it will execute the file; before,
  // it could not.
  constexpr unsigned kExecutable = 0x10;
  Descriptor file(memfd_create("plumbline", MFD_CLOEXEC | kExecutable));
  if (!file) file = Descriptor(memfd_create("plumbline", MFD_CLOEXEC));
  if (!file) return Fail("no file in memory: {}", std::strerror(errno));
  if (const int error = WriteAll(file.get(), bytes)) {
    return Fail("no file in memory: {}", std::strerror(error));
  }
  // Execution may be denied to such files; asking is cheaper than trying.
  struct stat status = {};
  if (fstat(file.get(), &status) != 0 || (status.st_mode & S_IXUSR) == 0) {
    return Fail("files in memory can't be executed on this system");
  }
  return file;
}

Result<NamedProgram> InTemporaryFolder(std::string_view bytes) {
  const char* folder = std::getenv("TMPDIR");
  std::string path = folder != nullptr && *folder != '\0' ? folder : "/tmp";
  path += "/plumbline.XXXXXX";
  const auto fail = [&](int error) {
    return Fail(
        "cannot write {}: {}; set TMPDIR to a folder that can be written to",
        path, std::strerror(error));
  };
  const std::lock_guard start(StartMutex());
  Descriptor writer(mkostemp(path.data(), O_CLOEXEC));
  if (!writer) return fail(errno);
  int error = WriteAll(writer.get(), bytes);
  if (error == 0 && fchmod(writer.get(), 0500) != 0) error = errno;
  // A file that is open for writing can't be executed.
  if (const int closing = writer.Close(); error == 0) error = closing;
  Descriptor file(error == 0 ? open(path.c_str(), O_RDONLY | O_CLOEXEC) : -1);
  if (error == 0 && !file) error = errno;
  FileName name(path);
  if (error != 0) return fail(error);
  return NamedProgram{std::move(file), std::move(name)};
}

}  // namespace

std::string Finished::Describe() const {
  if (WIFSIGNALED(wait_status)) {
    const int signal = WTERMSIG(wait_status);
    const char* name = sigabbrev_np(signal);
    return name != nullptr ? fmt::format("was killed by SIG{}", name)
                           : fmt::format("was killed by signal {}", signal);
  }
  return fmt::format("exited with status {}", WEXITSTATUS(wait_status));
}

Result<Finished> RunProgram(const Descriptor& program,
                            const std::string& emulator,
                            std::vector<std::string> arguments,
                            const Limits& limits) {
  Result<Pipe> output = MakePipe();
  Result<Pipe> errors = MakePipe();
  Result<Pipe> failure = MakePipe();
  for (const Result<Pipe>* made : {&output, &errors, &failure}) {
    if (!*made) return tl::unexpected(made->error());
  }
  const Descriptor input(open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!input)
    return Fail("cannot be started: /dev/null: {}", std::strerror(errno));

  std::vector<char*> argv;
  for (std::string& argument : arguments) {
    if (argument == "{}")
      argument = fmt::format("/proc/self/fd/{}", program.get());
    argv.push_back(argument.data());
  }
  argv.push_back(nullptr);
  const Plan plan = {
      program.get(),       emulator.empty() ? nullptr : emulator.c_str(),
      argv.data(),         input.get(),
      output->write.get(), errors->write.get(),
      failure->write.get()};

  std::unique_lock start(StartMutex());
  const pid_t child = fork();
  if (child < 0) return Fail("cannot be started: {}", std::strerror(errno));
  if (child == 0) BecomeProgram(plan);

  output->write.Close();
  errors->write.Close();
  failure->write.Close();
  int error = 0;
  ssize_t told = 0;
  // The pipe ends without a word when exec() has closed it.
  while ((told = read(failure->read.get(), &error, sizeof error)) < 0 &&
         errno == EINTR) {
  }
  start.unlock();
  if (told == sizeof error) {
    WaitFor(child);
    return Fail("cannot be executed: {}", WhyNotExecuted(error));
  }

  Finished finished;
  const std::string wrong =
      Collect(child, output->read, errors->read, limits, finished);
  if (!wrong.empty()) kill(child, SIGKILL);
  finished.wait_status = WaitFor(child);
  if (!wrong.empty()) return Fail("{}", wrong);
  return finished;
}

Result<Descriptor> MakeExecutable(std::string_view bytes) {
  Result<Descriptor> file = InMemory(bytes);
  if (file) return file;
  return InTemporaryFolder(bytes).map(
      [](NamedProgram program) { return std::move(program.file); });
}

FileName::~FileName() {
  if (!path_.empty()) unlink(path_.c_str());
}

Result<NamedProgram> MakeNamedExecutable(std::string_view bytes) {
  return InTemporaryFolder(bytes);
}

}  // namespace plumbline::cli
