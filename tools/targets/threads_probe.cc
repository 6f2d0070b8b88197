// Whether an emulator can run threads that get signals. Where a thread's
// pointer is a segment's base (i386), qemu-user 7.2 has one descriptor table
// for all threads: the return from a handler reloads the segment, and then a
// thread goes on with the pointer of the one that was made last.
//
// Exit status 0; or 1, and what is wrong on standard output.

#include <semaphore.h>
#include <signal.h>
#include <unistd.h>

#include <string_view>
#include <thread>

namespace {

thread_local volatile int own = 0;
sem_t over;

}  // namespace

int main() {
  own = 1;
  sem_init(&over, 0, 0);
  signal(SIGUSR1, [](int) {});
  std::thread other([] {
    while (sem_wait(&over) != 0) {
    }
  });
  raise(SIGUSR1);
  const bool kept = own == 1;
  if (!kept) {
    // Not through streams, nor joined: those use what is the thread's own.
    constexpr std::string_view kWrong =
        "after a signal's handler a thread has another's thread-local "
        "variables\n";
    static_cast<void>(!write(STDOUT_FILENO, kWrong.data(), kWrong.size()));
    _exit(1);
  }
  sem_post(&over);
  other.join();
}
