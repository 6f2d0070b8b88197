// Work in a process of its own, which may crash, or hang, or eat memory.

#ifndef PLUMBLINE_TOOLS_HARVEST_WORKER_H_
#define PLUMBLINE_TOOLS_HARVEST_WORKER_H_

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>

#include "tools/cli/descriptor.h"
#include "tools/cli/error.h"

namespace plumbline::harvest {

class Worker {
 public:
  // Starts a process that makes a text. There must be one thread only.
  static cli::Result<Worker> Start(
      const std::function<cli::Result<std::string>()>& work);

  Worker(Worker&& other) noexcept;
  Worker& operator=(Worker&&) = delete;
  ~Worker();  // ends the process

  // What it made. An error goes after "it ".
  cli::Result<std::string> Wait(std::chrono::milliseconds limit);

 private:
  Worker(pid_t process, cli::Descriptor output)
      : process_(process), output_(std::move(output)) {}

  pid_t process_;
  cli::Descriptor output_;
};

}  // namespace plumbline::harvest

#endif  // PLUMBLINE_TOOLS_HARVEST_WORKER_H_
