// Running a program to its end.

#ifndef PLUMBLINE_TOOLS_CLI_PROCESS_H_
#define PLUMBLINE_TOOLS_CLI_PROCESS_H_

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/cli/descriptor.h"
#include "tools/cli/error.h"

namespace plumbline::cli {

struct Finished {
  int wait_status = 0;  // see waitpid(2)
  std::string output;
  std::string errors;  // the end of it, if it is long

  bool Succeeded() const { return wait_status == 0; }

  // "exited with status 3", "was killed by SIGSEGV"
  std::string Describe() const;
};

struct Limits {
  std::chrono::milliseconds time = std::chrono::minutes(5);
  std::size_t output = std::size_t{256} << 20;
};

// Runs the program that the descriptor refers to, with its standard input
// empty, and collects what it writes. The arguments start with the program's
// own name.
//
// Where `emulator` is not empty, it is the path of a program that is run
// instead; it reads the descriptor as /proc/self/fd/N, which is put in for the
// argument "{}".
Result<Finished> RunProgram(const Descriptor& program,
                            const std::string& emulator,
                            std::vector<std::string> arguments,
                            const Limits& limits = {});

// The bytes as a program that RunProgram() can execute: in memory, or where the
// system does not execute that, in a temporary file without a name.
Result<Descriptor> MakeExecutable(std::string_view bytes);

// A file's name, which is taken away with this object.
class FileName {
 public:
  explicit FileName(std::string path) : path_(std::move(path)) {}
  FileName(FileName&& other) noexcept : path_(std::exchange(other.path_, "")) {}
  FileName& operator=(FileName&&) = delete;
  ~FileName();

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct NamedProgram {
  Descriptor file;
  FileName name;
};

// The same in a temporary file with a name, for an emulator: QEMU 10.0 writes
// to the standard output that it can't resolve the path of one without.
Result<NamedProgram> MakeNamedExecutable(std::string_view bytes);

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_PROCESS_H_
