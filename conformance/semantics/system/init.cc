// The first process of the kernel that run_in_kernel boots: loads the modules,
// connects the program with the machine outside, and tells how the program
// ended.
//
// One virtio port is the connection, in both directions: it loses nothing and
// changes nothing, which a serial line does not promise, and the kernel's
// messages have their own. On it are frames: a byte that says what it is, four
// bytes of length (the most significant first), and so many bytes.
//
//   from outside   i   standard input; of length 0: its end
//   to the outside s   the program runs now
//                  o   standard output
//                  e   standard error
//                  x   the program has ended: "exited STATUS" or "killed
//                  SIGNAL" f   it could not be started: why
//
// The program's standard streams are pipes, as they often are elsewhere.

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr char kPort[] = "/dev/vport0p1";
constexpr milliseconds kPortTimeout{60'000};
constexpr milliseconds kRetry{1};
constexpr size_t kHeaderSize = 5;
constexpr size_t kBufferSize = size_t{32} * 1024;

// What is written to it appears among the kernel's messages.
int kernel_log = -1;

void Log(std::string_view text) {
  const std::string line = "init: " + std::string(text) + "\n";
  if (write(kernel_log, line.data(), line.size()) < 0) {
    // There is nobody else to tell.
  }
}

[[noreturn]] void PowerOff() {
  sync();
  reboot(RB_POWER_OFF);
  // The kernel panics when its first process ends; then this was not a machine
  // to be switched off.
  _exit(1);
}

[[noreturn]] void Die(const std::string& what) {
  Log(what + ": " + std::strerror(errno));
  PowerOff();
}

[[nodiscard]] bool WriteAll(int fd, std::span<const char> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
  return true;
}

// At least one byte; 0 is the end.
size_t ReadSome(int fd, std::span<char> buffer) {
  for (;;) {
    const ssize_t size = read(fd, buffer.data(), buffer.size());
    if (size >= 0) return static_cast<size_t>(size);
    if (errno != EINTR) return 0;
  }
}

class Connection {
 public:
  // Waits until the kernel has found the port and the machine outside is
  // connected to it.
  Connection() {
    const auto deadline = steady_clock::now() + kPortTimeout;
    while ((fd_ = open(kPort, O_RDWR | O_CLOEXEC)) < 0) {
      if (steady_clock::now() > deadline) Die(kPort);
      std::this_thread::sleep_for(kRetry);
    }
    for (;;) {
      pollfd port = {.fd = fd_, .events = POLLOUT, .revents = 0};
      if (poll(&port, 1, 0) == 1 && (port.revents & POLLHUP) == 0) return;
      if (steady_clock::now() > deadline) {
        errno = ENOTCONN;
        Die(kPort);
      }
      std::this_thread::sleep_for(kRetry);
    }
  }

  void Send(char kind, std::string_view payload) {
    const auto size = static_cast<uint32_t>(payload.size());
    std::string frame(1, kind);
    for (const int shift : {24, 16, 8, 0})
      frame += static_cast<char>(size >> shift & 0xff);
    frame += payload;
    const std::lock_guard lock(mutex_);
    if (!WriteAll(fd_, frame)) Die(kPort);
  }

  // Where nobody is outside any more there is nothing left to do.
  void Receive(std::span<char> buffer) {
    while (!buffer.empty()) {
      const size_t size = ReadSome(fd_, buffer);
      if (size == 0) {
        Log("nobody is connected any more");
        PowerOff();
      }
      buffer = buffer.subspan(size);
    }
  }

 private:
  int fd_ = -1;
  std::mutex mutex_;
};

// Copies the frames of standard input to the program, until it wants no more.
void CopyInput(Connection& connection, int to) {
  std::vector<char> buffer(kBufferSize);
  bool wanted = true;
  for (;;) {
    std::array<unsigned char, kHeaderSize> header;
    connection.Receive({reinterpret_cast<char*>(header.data()), header.size()});
    size_t left = 0;
    for (size_t i = 1; i < header.size(); ++i) left = left << 8 | header[i];
    if (left == 0) break;
    while (left > 0) {
      const std::span<char> part(buffer.data(), std::min(left, buffer.size()));
      connection.Receive(part);
      wanted = wanted && WriteAll(to, part);
      left -= part.size();
    }
  }
  close(to);
}

void CopyOutput(Connection& connection, char kind, int from) {
  std::vector<char> buffer(kBufferSize);
  while (const size_t size = ReadSome(from, buffer))
    connection.Send(kind, {buffer.data(), size});
}

void Mount(const char* type, const char* folder, const char* options) {
  mkdir(folder, 0755);
  if (mount(type, folder, type, 0, options) < 0)
    Log(std::string(folder) + ": " + std::strerror(errno));
}

std::vector<std::string> ReadStrings(const char* path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<std::string> strings;
  for (std::string text; std::getline(file, text, '\0');)
    strings.push_back(text);
  return strings;
}

void LoadModules() {
  for (const std::string& path : ReadStrings("/plumbline/modules")) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0 || syscall(SYS_finit_module, fd, "", 0) < 0) Die(path);
    close(fd);
  }
}

struct Pipe {
  int read_end = -1;
  int write_end = -1;

  Pipe() {
    std::array<int, 2> ends;
    if (pipe2(ends.data(), O_CLOEXEC) < 0) Die("pipe2");
    read_end = ends[0];
    write_end = ends[1];
  }
};

// In the new process: becomes the program, or tells `failure` why it can not.
[[noreturn]] void Start(std::vector<std::string> arguments, const Pipe& in,
                        const Pipe& out, const Pipe& error, int failure) {
  setsid();
  signal(SIGPIPE, SIG_DFL);
  dup2(in.read_end, STDIN_FILENO);
  dup2(out.write_end, STDOUT_FILENO);
  dup2(error.write_end, STDERR_FILENO);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  std::array<std::string, 3> settings = {"HOME=/tmp", "PATH=/plumbline",
                                         "TMPDIR=/tmp"};
  std::array<char*, 4> environment = {settings[0].data(), settings[1].data(),
                                      settings[2].data(), nullptr};
  execve("/plumbline/program", argv.data(), environment.data());
  const std::string why = std::strerror(errno);
  _exit(WriteAll(failure, why) ? 127 : 126);
}

// Waits for the program, and for orphans meanwhile.
int WaitFor(pid_t program) {
  for (;;) {
    int status = 0;
    const pid_t ended = wait(&status);
    if (ended == program) return status;
    if (ended < 0 && errno != EINTR) Die("wait");
  }
}

void Run() {
  mkdir("/dev", 0755);
  Mount("devtmpfs", "/dev", "");
  kernel_log = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
  // So that no pipe gets one of these numbers.
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    dup2(null, fd);
  Mount("proc", "/proc", "");
  Mount("sysfs", "/sys", "");
  Mount("devpts", "/dev/pts", "mode=620,ptmxmode=666");
  Mount("tmpfs", "/dev/shm", "mode=1777");
  Mount("tmpfs", "/tmp", "mode=1777");
  LoadModules();

  signal(SIGPIPE, SIG_IGN);
  Connection connection;
  const Pipe in, out, error, failure;
  const pid_t program = fork();
  if (program < 0) Die("fork");
  if (program == 0)
    Start(ReadStrings("/plumbline/arguments"), in, out, error,
          failure.write_end);
  for (const int fd :
       {in.read_end, out.write_end, error.write_end, failure.write_end})
    close(fd);

  std::array<char, 256> why;
  if (const size_t size = ReadSome(failure.read_end, why); size > 0) {
    connection.Send('f', {why.data(), size});
  } else {
    connection.Send('s', "");
    std::thread(CopyInput, std::ref(connection), in.write_end).detach();
    std::thread copy_out(CopyOutput, std::ref(connection), 'o', out.read_end);
    std::thread copy_error(CopyOutput, std::ref(connection), 'e',
                           error.read_end);
    const int status = WaitFor(program);
    // What it has left behind might hold the pipes open for ever.
    kill(-1, SIGKILL);
    copy_out.join();
    copy_error.join();
    connection.Send('x', WIFSIGNALED(status)
                             ? "killed " + std::to_string(WTERMSIG(status))
                             : "exited " + std::to_string(WEXITSTATUS(status)));
  }
  // What was sent may not have been fetched yet. The machine is switched off
  // from outside; if whoever does that is gone, by CopyInput.
  for (;;) pause();
}

}  // namespace

int main() {
  if (getpid() != 1) {
    static constexpr std::string_view kUsage =
        "init: to be the first process of a kernel that run_in_kernel boots\n";
    return write(STDERR_FILENO, kUsage.data(), kUsage.size()) < 0 ? 1 : 2;
  }
  Run();
}
