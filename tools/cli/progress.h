// A line on the terminal that tells how far work has come, if it takes over a
// second.

#ifndef PLUMBLINE_TOOLS_CLI_PROGRESS_H_
#define PLUMBLINE_TOOLS_CLI_PROGRESS_H_

#include <chrono>
#include <string_view>

namespace plumbline::cli {

class Progress {
 public:
  // Writes to the descriptor, if that is a terminal.
  explicit Progress(int descriptor);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { Clear(); }

  // Shows the text instead of the last one.
  void Show(std::string_view text);

  // Takes the line away.
  void Clear();

 private:
  int descriptor_;
  bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point start_ =
      std::chrono::steady_clock::now();
};

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_PROGRESS_H_
