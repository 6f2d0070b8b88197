#include "conformance/abi/fact_store.h"

// The linker delimits the sections that facts.h names. Weak: a program may hold
// none.
extern "C" {
[[gnu::weak]] extern const plumbline_fact __start_plumbline_facts[];
[[gnu::weak]] extern const plumbline_fact __stop_plumbline_facts[];
[[gnu::weak]] extern const plumbline_runtime_fact __start_plumbline_runtime[];
[[gnu::weak]] extern const plumbline_runtime_fact __stop_plumbline_runtime[];
[[gnu::weak]] extern const plumbline_text __start_plumbline_texts[];
[[gnu::weak]] extern const plumbline_text __stop_plumbline_texts[];
}

namespace plumbline::abi {
namespace {

template <typename Map>
auto Lookup(const Map& map, std::string_view key) -> typename Map::mapped_type {
  const auto found = map.find(HashKey(key));
  return found == map.end() ? typename Map::mapped_type{} : found->second;
}

}  // namespace

FactStore FactStore::Linked() {
  FactStore store;
  store.Add(std::span(__start_plumbline_facts, __stop_plumbline_facts));
  store.Add(std::span(__start_plumbline_runtime, __stop_plumbline_runtime));
  store.Add(std::span(__start_plumbline_texts, __stop_plumbline_texts));
  return store;
}

void FactStore::Add(std::span<const plumbline_fact> facts) {
  facts_.reserve(facts_.size() + facts.size());
  for (const plumbline_fact& fact : facts) facts_[fact.key] = &fact;
}

void FactStore::Add(std::span<const plumbline_runtime_fact> facts) {
  for (const plumbline_runtime_fact& fact : facts) runtime_[fact.key] = &fact;
}

void FactStore::Add(std::span<const plumbline_text> texts) {
  for (const plumbline_text& text : texts) texts_[text.key] = text.text;
}

const plumbline_fact* FactStore::Find(std::string_view key) const {
  return Lookup(facts_, key);
}

const plumbline_runtime_fact* FactStore::FindRuntime(
    std::string_view key) const {
  return Lookup(runtime_, key);
}

std::string_view FactStore::Text(std::string_view key) const {
  return Lookup(texts_, key);
}

}  // namespace plumbline::abi
