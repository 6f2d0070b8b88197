// Text that many string_views refer to, kept as long as its owner lives.

#ifndef PLUMBLINE_TOOLS_HARVEST_TEXT_POOL_H_
#define PLUMBLINE_TOOLS_HARVEST_TEXT_POOL_H_

#include <deque>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace plumbline::harvest {

class TextPool {
 public:
  TextPool() = default;
  TextPool(TextPool&&) = default;
  TextPool& operator=(TextPool&&) = default;
  TextPool(const TextPool&) = delete;
  TextPool& operator=(const TextPool&) = delete;

  // Keeps the text once, however often it comes.
  std::string_view Keep(std::string_view text) {
    const auto known = known_.find(text);
    if (known != known_.end()) return *known;
    return *known_.insert(KeepWhole(std::string(text))).first;
  }

  // Keeps a large text without looking whether it is there already.
  std::string_view KeepWhole(std::string text) {
    return texts_.emplace_back(std::move(text));
  }

  // Keeps all that the other pool has kept.
  void Adopt(TextPool&& other) { others_.push_back(std::move(other)); }

 private:
  // A deque does not move its elements, so views of short strings stay good.
  std::deque<std::string> texts_;
  std::unordered_set<std::string_view> known_;
  std::vector<TextPool> others_;
};

}  // namespace plumbline::harvest

#endif  // PLUMBLINE_TOOLS_HARVEST_TEXT_POOL_H_
