// Two sorted lists, side by side.

#ifndef PLUMBLINE_TOOLS_GATE_MERGE_H_
#define PLUMBLINE_TOOLS_GATE_MERGE_H_

#include <algorithm>
#include <vector>

namespace plumbline::gate {

// Calls both(a, b), only_before(a) and only_after(b), in the order of keys.
template <typename T, typename Both, typename OnlyBefore, typename OnlyAfter>
void Merge(const std::vector<T>& before, const std::vector<T>& after, Both both,
           OnlyBefore only_before, OnlyAfter only_after) {
  auto a = before.begin();
  auto b = after.begin();
  while (a != before.end() || b != after.end()) {
    if (b == after.end() || (a != before.end() && a->Key() < b->Key())) {
      only_before(*a++);
    } else if (a == before.end() || b->Key() < a->Key()) {
      only_after(*b++);
    } else {
      both(*a++, *b++);
    }
  }
}

// The element of that key in a sorted list, or nullptr.
template <typename T, typename Key>
const T* Find(const std::vector<T>& sorted, const Key& key) {
  const auto found = std::lower_bound(sorted.begin(), sorted.end(), key,
                                      [](const T& element, const Key& wanted) {
                                        return element.Key() < wanted;
                                      });
  return found != sorted.end() && found->Key() == key ? &*found : nullptr;
}

}  // namespace plumbline::gate

#endif  // PLUMBLINE_TOOLS_GATE_MERGE_H_
