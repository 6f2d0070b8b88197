// What the test of run_in_kernel runs in a kernel. Its first argument says what
// it does.

#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string_view>
#include <thread>

namespace {

constexpr int kTurns = 20;

// Two threads that wait for each other without sleeping: on one processor they
// get on if the kernel takes it from them.
void TakeTurns() {
  std::atomic<int> turn = 0;
  const auto play = [&turn](int player) {
    for (int i = player; i < kTurns; i += 2) {
      while (turn != i) {
      }
      turn = i + 1;
    }
  };
  std::thread other(play, 1);
  play(0);
  other.join();
  std::printf("turns %d\n", turn.load());
}

void Describe(int count, char** arguments) {
  utsname name;
  uname(&name);
  std::printf("uname %s %s\n", name.release, name.machine);
  for (int i = 2; i < count; ++i) std::printf("argument %s\n", arguments[i]);
  std::printf("processors %ld\n", sysconf(_SC_NPROCESSORS_ONLN));
  std::printf("time %lld\n", static_cast<long long>(std::time(nullptr)));

  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) _exit(7);
  int status = 0;
  waitpid(child, &status, 0);
  std::printf("child %d\n", WEXITSTATUS(status));
  TakeTurns();
  std::fprintf(stderr, "to standard error\n");
}

// What comes in goes out, until the end.
void Echo() {
  std::array<char, 5000> buffer;
  while (const size_t size =
             std::fread(buffer.data(), 1, buffer.size(), stdin)) {
    std::fwrite(buffer.data(), 1, size, stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "all") {
    Describe(argc, argv);
    std::printf("echo\n");
    Echo();
    return 3;
  }
  if (what == "orphan") {
    // Who holds the streams open when the program has ended.
    if (fork() == 0) return pause();
    return 4;
  }
  if (what == "killed") return std::raise(SIGKILL);
  if (what == "panic") {
    std::FILE* trigger = std::fopen("/proc/sysrq-trigger", "w");
    return trigger == nullptr || std::fputs("c", trigger) < 0 ||
                   std::fclose(trigger) != 0
               ? 1
               : pause();
  }
  if (what == "wait") {
    std::printf("here\n");
    std::fflush(stdout);
    return pause();
  }
  std::fprintf(stderr, "test_program: all, orphan, killed, panic or wait\n");
  return 1;
}
