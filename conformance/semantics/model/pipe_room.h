// How much room a pipe has, as far as that can be known: what was written takes
// whole pages, unless it was put behind other bytes into the last one.

#ifndef CONFORMANCE_SEMANTICS_MODEL_PIPE_ROOM_H_
#define CONFORMANCE_SEMANTICS_MODEL_PIPE_ROOM_H_

#include <cstdint>

#include "conformance/semantics/model/state.h"

namespace plumbline::semantics {

// PIPE_BUF of Linux, on every architecture.
constexpr std::int64_t kPipeBuf = 4096;

struct PipeRoom {
  std::int64_t least_used;  // pages
  std::int64_t most_used;
  std::int64_t pages;

  static PipeRoom Of(const Object& pipe, std::int64_t page_size) {
    PipeRoom room{0, 0, pipe.capacity / page_size};
    std::int64_t bytes = 0;
    for (const Chunk& chunk : pipe.chunks) {
      const std::int64_t pages = (chunk.size + page_size - 1) / page_size;
      room.most_used += pages;
      // Where pages are larger, those of one write may be one packet.
      if (chunk.packet && page_size <= kPipeBuf) {
        room.least_used += pages;
      } else {
        bytes += chunk.size;
      }
    }
    // The first one may have been read in part, and begin within a page.
    if (!pipe.chunks.empty()) ++room.most_used;
    room.least_used += (bytes + page_size - 1) / page_size;
    return room;
  }

  // Whether there is a page free, which is when a pipe can be written.
  Likely HasPage() const {
    if (most_used < pages) return Likely::kYes;
    return least_used < pages ? Likely::kMaybe : Likely::kNo;
  }
};

}  // namespace plumbline::semantics

#endif  // CONFORMANCE_SEMANTICS_MODEL_PIPE_ROOM_H_
