// SPDX-License-Identifier: Apache-2.0
#include "dialects/mpd/filter_node.hpp"

#include <fmt/format.h>
#include <regex.h>

#include <algorithm>
#include <string>
#include <utility>

namespace longwave::mpd {
namespace {

constexpr std::size_t longest = 256;

/// Counted repeats multiply when they stand in each other, and references back are tried in every way: such
/// patterns could keep a thread busy for ever.
const char* too_costly(const std::string& pattern) {
  if (pattern.size() > longest) return "pattern is too long";
  if (std::count(pattern.begin(), pattern.end(), '{') > 1) return "more than one counted repeat";
  for (std::size_t i = 0; i + 1 < pattern.size(); ++i) {
    if (pattern[i] != '\\') continue;
    if (pattern[i + 1] >= '1' && pattern[i + 1] <= '9') return "references back are not supported";
    ++i;
  }
  const auto repeat = pattern.find('{');
  if (repeat == std::string::npos) return nullptr;
  const auto end = pattern.find('}', repeat);
  return end != std::string::npos && end - repeat > 7 ? "a repeat is too large" : nullptr;
}

}  // namespace

struct Regex::Compiled {
  regex_t regex{};
};

Regex::Regex(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}

Regex::~Regex() {
  ::regfree(&compiled_->regex);
}

Answer<std::shared_ptr<const Regex>> Regex::compile(const std::string& pattern, bool fold) {
  if (const char* why = too_costly(pattern)) {
    return refuse(Ack::arg, fmt::format("Error in regex: {}", why));
  }
  auto compiled = std::make_unique<Compiled>();
  const int flags = REG_EXTENDED | REG_NOSUB | (fold ? REG_ICASE : 0);
  if (const int failed = ::regcomp(&compiled->regex, pattern.c_str(), flags); failed != 0) {
    char why[128];
    ::regerror(failed, &compiled->regex, why, sizeof why);
    return refuse(Ack::arg, fmt::format("Error in regex: {}", why));
  }
  return std::shared_ptr<const Regex>(new Regex(std::move(compiled)));
}

bool Regex::found_in(std::string_view text) const {
  return ::regexec(&compiled_->regex, std::string(text).c_str(), 0, nullptr, 0) == 0;
}

}  // namespace longwave::mpd
