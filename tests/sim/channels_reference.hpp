// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

/// What the hub promises, in the plainest words: lists that are walked, nothing that is fast. Knows nothing
/// of the hub's headers.
namespace longwave::sim::reference {

struct Rule {
  bool join_leave = false, state_events = false, echo = true, cache = false, off = false;
  std::size_t history = 0, log = 512;
  Duration age = std::chrono::hours{24}, grace = std::chrono::seconds{5};
};

/// One number of a channel.
struct Event {
  std::uint64_t offset = 0;
  std::string method = {}, id = {}, owner = {};
  int value = 0;  ///< of a message: what it says now
  bool remembered = false, deleted = false;
  Instant at{};
  std::vector<std::string> except = {};
  std::uint64_t from = 0;
  std::string within = {};
};

struct Said {
  std::uint64_t offset = 0;
  bool repeated = false;
};

class Channel {
 public:
  std::string name;
  Rule rule;
  Rule keep;                  ///< as of the last publication: a rule works on what comes after it
  std::vector<Event> events;  ///< all there ever were

  std::uint64_t top() const { return events.size(); }

  Event& add(Event event, Instant now) {
    event.offset = top() + 1;
    event.at = now;
    events.push_back(std::move(event));
    keep = rule;
    trim(now);
    return events.back();
  }

  /// What is still known of it, as it is trimmed with each change and each look.
  void trim(Instant now) {
    const auto old = [&](const Event& event) { return event.at < now - keep.age; };
    while (log_from_ < top() && (top() - log_from_ > keep.log || old(events[log_from_]))) ++log_from_;
    std::vector<std::uint64_t> kept;
    for (const Event& event : events)
      if (event.remembered && !event.deleted && event.offset > history_from_) kept.push_back(event.offset);
    for (const auto offset : kept) {
      const auto newer = std::count_if(kept.begin(), kept.end(), [&](auto other) { return other >= offset; });
      if (static_cast<std::size_t>(newer) > keep.history || old(events[offset - 1])) history_from_ = offset;
    }
  }

  bool in_log(const Event& event) const { return event.offset > log_from_; }
  bool in_history(const Event& event) const {
    return event.remembered && !event.deleted && event.offset > history_from_;
  }
  Event* message(const std::string& id) {
    for (Event& event : events)
      if (event.id == id && event.method == "channel.message" && !event.deleted &&
          (in_log(event) || in_history(event)))
        return &event;
    return nullptr;
  }
  /// Everything since this place is known.
  bool complete(std::uint64_t since) const { return since <= top() && since >= log_from_; }
  std::vector<Event> after(std::uint64_t since) const {
    std::vector<Event> found;
    for (const Event& event : events)
      if (event.offset > since && in_log(event) && !event.deleted) found.push_back(event);
    return found;
  }
  std::vector<Event> history(std::uint64_t since) const {
    std::vector<Event> found;
    for (const Event& event : events)
      if (event.offset > since && in_history(event)) found.push_back(event);
    return found;
  }

  // Who is there.
  std::map<std::uint64_t, std::string> members;  ///< connection: person; "" a stranger
  std::map<std::string, Instant> left;           ///< not yet told that they went
  std::set<std::string> told;                    ///< to be here

  std::map<std::string, std::pair<std::uint64_t, Instant>> keys;  ///< offset, when

  std::size_t connections(const std::string& person) const {
    return static_cast<std::size_t>(std::count_if(
        members.begin(), members.end(), [&](const auto& member) { return member.second == person; }));
  }
  std::set<std::string> people() const {
    std::set<std::string> found;
    for (const auto& [connection, person] : members)
      if (!person.empty()) found.insert(person);
    return found;
  }

 private:
  std::uint64_t log_from_ = 0, history_from_ = 0;  ///< known after these
};

struct State {
  std::map<std::string, int> values;
  std::set<std::string> open;  ///< keys that others see
  Instant used{};              ///< forgotten a day later
};

}  // namespace longwave::sim::reference
