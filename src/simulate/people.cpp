// SPDX-License-Identifier: Apache-2.0
#include "simulate/world.hpp"

#include <algorithm>
#include <chrono>

/// Listeners: they come, stay some minutes, and go to another streamer when theirs dies.
namespace longwave::simulate {

using namespace std::chrono_literals;

void World::arrive() {
  const auto session = ++last_session_;
  // A few radios are heard by many.
  const auto popular = random_.unit() * random_.unit() * random_.unit();
  const auto radio = static_cast<std::size_t>(popular * static_cast<double>(database_.radios()));
  sessions_[session] = {names_[radio], ""};
  connect(session);
  in(pause(20min), [this, session] {
    // Who changed the streamer has another number by now, and the same time to leave.
    const auto found = sessions_.find(session);
    if (found == sessions_.end()) return;
    if (auto* at = node(found->second.streamer)) at->streamer->leave(session, found->second.radio);
    sessions_.erase(found);
  });
}

void World::connect(std::int64_t session) {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return;
  std::vector<Node*> there;
  for (auto& node : nodes_)
    if (node.streamer->alive() && !node.stalled) there.push_back(&node);
  if (there.empty()) {
    in(1s, [this, session] { connect(session); });
    return;
  }
  auto* to = there[random_.below(there.size())];
  found->second.streamer = to->streamer->name();
  to->streamer->come(session, found->second.radio);
}

/// The client connects again, as somebody new.
void World::go_away(std::int64_t session, const std::string& streamer) {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return;
  const auto radio = found->second.radio;
  in(streamer.empty() ? Duration{1s} : Duration{50ms}, [this, session, streamer, radio] {
    if (sessions_.erase(session) == 0) return;
    const auto again = ++last_session_;
    sessions_[again] = {radio, ""};
    report_.counts["listeners that changed the streamer"]++;
    in(pause(20min), [this, again] {
      const auto left = sessions_.find(again);
      if (left == sessions_.end()) return;
      if (auto* at = node(left->second.streamer)) at->streamer->leave(again, left->second.radio);
      sessions_.erase(left);
    });
    auto* to = node(streamer);
    if (to && serving(streamer) && to->streamer->has(radio)) {
      sessions_[again].streamer = streamer;
      to->streamer->come(again, radio);
    } else {
      connect(again);
    }
  });
}

void World::wait_for_answer(const std::string& streamer, const std::string& radio) {
  in(5s, [this, streamer, radio] { node(streamer)->streamer->timed_out(radio); });
}

void World::first_byte(const std::string& streamer, std::int64_t session) {
  in(latency(), [this, streamer, session] { node(streamer)->streamer->began(session); });
}

void World::relay(const std::string& streamer, const std::string& radio, const std::string& from) {
  in(20ms, [this, streamer, radio, from] {
    if (auto* there = serving(from)) {
      there->attach(streamer, radio);
    } else {
      relay_broke(streamer, radio, from);
    }
  });
}

void World::relay_ended(const std::string& streamer, const std::string& radio, const std::string& from) {
  in(20ms, [this, streamer, radio, from] {
    if (auto* there = node(from)) there->streamer->detach(streamer, radio);
  });
}

void World::relay_broke(const std::string& streamer, const std::string& radio, const std::string& from) {
  in(20ms, [this, streamer, radio, from] { node(streamer)->streamer->relay_lost(radio, from); });
}

}  // namespace longwave::simulate
