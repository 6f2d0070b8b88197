// The facts that a target's compiler, headers and running program have given.

#ifndef PLUMBLINE_CONFORMANCE_ABI_FACT_STORE_H_
#define PLUMBLINE_CONFORMANCE_ABI_FACT_STORE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>

#include "conformance/abi/facts.h"

namespace plumbline::abi {

// 64-bit FNV-1a, as tools/codegen/keys.py computes it.
constexpr uint64_t HashKey(std::string_view key) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : key) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return hash;
}

// Facts by key. A lookup returns nullptr (or "") for a key that nobody probed.
class FactStore {
 public:
  FactStore() = default;

  // The facts that are linked into this program.
  static FactStore Linked();

  // Adds facts; one with a key that is there already replaces it.
  void Add(std::span<const plumbline_fact> facts);
  void Add(std::span<const plumbline_runtime_fact> facts);
  void Add(std::span<const plumbline_text> texts);

  const plumbline_fact* Find(std::string_view key) const;
  const plumbline_runtime_fact* FindRuntime(std::string_view key) const;
  std::string_view Text(std::string_view key) const;

  size_t size() const { return facts_.size() + runtime_.size(); }
  const std::unordered_map<uint64_t, const plumbline_fact*>& all() const {
    return facts_;
  }

 private:
  std::unordered_map<uint64_t, const plumbline_fact*> facts_;
  std::unordered_map<uint64_t, const plumbline_runtime_fact*> runtime_;
  std::unordered_map<uint64_t, std::string_view> texts_;
};

}  // namespace plumbline::abi

#endif  // PLUMBLINE_CONFORMANCE_ABI_FACT_STORE_H_
