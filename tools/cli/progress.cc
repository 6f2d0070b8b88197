#include "tools/cli/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <string>

#include "tools/cli/descriptor.h"

namespace plumbline::cli {
namespace {

constexpr std::chrono::seconds kPatience(1);

std::size_t TerminalWidth(int descriptor) {
  winsize size = {};
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace

Progress::Progress(int descriptor)
    : descriptor_(descriptor), terminal_(isatty(descriptor) != 0) {}

void Progress::Show(std::string_view text) {
  if (!terminal_ || std::chrono::steady_clock::now() - start_ < kPatience)
    return;
  shown_ = true;
  // A line that wraps could not be taken away again.
  std::string line = "\r\033[K";
  line += text.substr(0, TerminalWidth(descriptor_) - 1);
  // If a terminal can't be written to, there is nobody to tell.
  WriteAll(descriptor_, line);
}

void Progress::Clear() {
  if (!shown_) return;
  shown_ = false;
  WriteAll(descriptor_, "\r\033[K");
}

}  // namespace plumbline::cli
