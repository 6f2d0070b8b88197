// The events of an inotify instance: whatever bytes are read, those events are
// inside of them.

#include <sys/inotify.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "wrappers/inotify.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace plumbline;
  std::vector<std::byte> bytes(size);
  std::transform(data, data + size, bytes.begin(),
                 [](std::uint8_t byte) { return std::byte{byte}; });
  const InotifyEventRange events = InotifyEventRange::Of(bytes);
  std::size_t used = 0;
  for (const InotifyEvent event : events) {
    used += sizeof(inotify_event) + event.name.size();
    // Read to its end, which has to be within the bytes.
    if (std::find(event.name.begin(), event.name.end(), '\0') !=
        event.name.end()) {
      std::abort();
    }
  }
  if (used > size || events.empty() != (size < sizeof(inotify_event))) {
    std::abort();
  }
  return 0;
}
