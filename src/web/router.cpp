// SPDX-License-Identifier: Apache-2.0
#include "web/router.hpp"

#include "base/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <compare>

namespace longwave::web {

Result<Router::Pattern> Router::parse(std::string_view pattern) {
  if (pattern.empty() || pattern.front() != '/') {
    return error(Errc::invalid, fmt::format("the pattern \"{}\" doesn't begin with /", pattern));
  }
  Pattern parsed;
  const auto parts = text::split(pattern.substr(1), '/');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto part = parts[i];
    const char sign = part.empty() ? '\0' : part.front();
    if (sign != ':' && sign != '*') {
      parsed.push_back({Segment::Kind::literal, std::string{part}, {}});
      continue;
    }
    const auto dot = sign == ':' ? part.find('.') : part.npos;
    const auto name = part.substr(1, dot == part.npos ? dot : dot - 1);
    if (name.empty() || (sign == '*' && i + 1 != parts.size())) {
      return error(Errc::invalid, fmt::format("the pattern \"{}\" is malformed at \"{}\"", pattern, part));
    }
    parsed.push_back({sign == ':' ? Segment::Kind::parameter : Segment::Kind::rest, std::string{name},
                      std::string{dot == part.npos ? std::string_view{} : part.substr(dot)}});
  }
  return parsed;
}

int Router::rank(const Segment& segment) {
  constexpr int above_any_ending = 1 << 20;
  switch (segment.kind) {
    case Segment::Kind::literal:
      return above_any_ending;
    case Segment::Kind::parameter:
      return 1 + static_cast<int>(segment.ending.size());
    case Segment::Kind::rest:
      break;
  }
  return 0;
}

bool Router::same_shape(const Pattern& a, const Pattern& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Segment& x, const Segment& y) {
    return x.kind == y.kind && x.ending == y.ending && (x.kind != Segment::Kind::literal || x.text == y.text);
  });
}

Result<void> Router::add(Route route) {
  auto pattern = parse(route.pattern);
  if (!pattern) return pattern.error();
  if (route.methods.empty())
    return error(Errc::invalid, fmt::format("the route {} has no method", route.pattern));
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    if (!same_shape(patterns_[i], *pattern)) continue;
    for (const auto& method : route.methods) {
      if (std::find(routes_[i].methods.begin(), routes_[i].methods.end(), method) == routes_[i].methods.end())
        continue;
      return error(Errc::conflict,
                   fmt::format("{} {} and {} {} overlap", method, routes_[i].pattern, method, route.pattern));
    }
  }
  routes_.push_back(std::move(route));
  patterns_.push_back(std::move(*pattern));
  return {};
}

bool Router::fits(const Pattern& pattern, const std::vector<std::string>& segments, Match& match) {
  match.parameters.clear();
  const bool open_end = pattern.back().kind == Segment::Kind::rest;
  if (open_end ? segments.size() < pattern.size() : segments.size() != pattern.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const auto& segment = pattern[i];
    const auto& given = segments[i];
    if (segment.kind == Segment::Kind::literal) {
      if (given != segment.text) return false;
    } else if (segment.kind == Segment::Kind::parameter) {
      if (given.size() <= segment.ending.size() || !given.ends_with(segment.ending)) return false;
      match.parameters.emplace_back(segment.text, given.substr(0, given.size() - segment.ending.size()));
    } else {
      auto rest = given;
      for (auto k = i + 1; k < segments.size(); ++k) rest += '/' + segments[k];
      if (rest.empty()) return false;
      match.parameters.emplace_back(segment.text, std::move(rest));
    }
  }
  return true;
}

bool Router::better(const Pattern& a, const Pattern& b) {
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (rank(a[i]) != rank(b[i])) return rank(a[i]) > rank(b[i]);
  }
  return a.size() > b.size();
}

Router::Match Router::match(std::string_view method, std::string_view raw_path) const {
  Match best;
  if (raw_path.empty() || raw_path.front() != '/') return best;
  std::vector<std::string> segments;
  for (const auto part : text::split(raw_path.substr(1), '/')) {
    auto decoded = text::url_decode(part);
    if (!decoded) return best;
    segments.push_back(std::move(*decoded));
  }
  const Pattern* found = nullptr;
  std::vector<std::pair<std::string, std::string>> parameters;
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    if (found && !better(patterns_[i], *found)) continue;
    if (!fits(patterns_[i], segments, best)) continue;
    found = &patterns_[i];
  }
  best.parameters.clear();
  if (!found) return best;
  // The path is decided; routes of its shape differ by method only.
  std::vector<std::string> allowed;
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    if (!same_shape(patterns_[i], *found)) continue;
    for (const auto& one : routes_[i].methods) {
      allowed.push_back(one);
      if (one == "GET") allowed.emplace_back("HEAD");
      if (one != method && one != "*" && !(one == "GET" && method == "HEAD")) continue;
      if (best.route && one != method) continue;  // an explicit HEAD route wins over GET
      best.route = &routes_[i];
      fits(patterns_[i], segments, best);
    }
  }
  std::sort(allowed.begin(), allowed.end());
  allowed.erase(std::unique(allowed.begin(), allowed.end()), allowed.end());
  for (const auto& one : allowed) best.allow += (best.allow.empty() ? "" : ", ") + one;
  return best;
}

}  // namespace longwave::web
