// SPDX-License-Identifier: Apache-2.0
#include "fleet/listeners.hpp"

#include <algorithm>
#include <utility>

namespace longwave::fleet {

std::int64_t Listener::seconds(WallTime now) const {
  return std::max<std::int64_t>(0, std::chrono::floor<std::chrono::seconds>(now - since).count());
}

std::optional<Listener> Listeners::add(Listener listener) {
  ListenerKey key{listener.session_id, listener.streamer};
  std::optional<Listener> before;
  if (const auto place = all_.find(key); place != all_.end()) before = take(place);
  by_radio_[listener.radio_uuid].insert(key);
  changed_.insert(key);
  all_.emplace(std::move(key), std::move(listener));
  return before;
}

std::optional<Listener> Listeners::remove(std::string_view session_id, std::string_view streamer,
                                          std::string_view radio_uuid) {
  const std::string session(session_id);
  const auto fits = [&](const Listener& one) { return radio_uuid.empty() || one.radio_uuid == radio_uuid; };
  if (!streamer.empty()) {
    const auto place = all_.find({session, std::string(streamer)});
    if (place != all_.end()) return fits(place->second) ? std::optional(take(place)) : std::nullopt;
    const auto nameless = all_.find({session, ""});  // it registered without saying where
    return nameless != all_.end() && fits(nameless->second) ? std::optional(take(nameless)) : std::nullopt;
  }
  // The key without a streamer stands first; another counts only if no two could be meant.
  std::optional<Place> found;
  for (auto place = all_.lower_bound({session, ""});
       place != all_.end() && place->first.session_id == session; ++place) {
    if (!fits(place->second)) continue;
    if (found) return std::nullopt;
    found = place;
    if (place->first.streamer.empty()) break;
  }
  return found ? std::optional(take(*found)) : std::nullopt;
}

std::vector<Listener> Listeners::take_of_radio(std::string_view radio_uuid,
                                               const std::function<bool(const Listener&)>& leaves) {
  std::vector<Listener> taken;
  const auto keys = by_radio_.find(std::string(radio_uuid));
  if (keys == by_radio_.end()) return taken;
  for (const auto& key : std::set(keys->second)) {
    const auto place = all_.find(key);
    if (leaves(place->second)) taken.push_back(take(place));
  }
  return taken;
}

std::vector<Listener> Listeners::take_of_streamer(std::string_view streamer) {
  std::vector<Listener> taken;
  for (auto place = all_.begin(); place != all_.end();) {
    const auto here = place++;
    if (here->second.streamer == streamer) taken.push_back(take(here));
  }
  return taken;
}

void Listeners::forget_user(std::int64_t user_id) {
  for (auto& [key, listener] : all_) {
    if (listener.user_id != user_id) continue;
    listener.user_id.reset();
    changed_.insert(key);
  }
}

std::size_t Listeners::of_radio(std::string_view radio_uuid) const {
  const auto keys = by_radio_.find(std::string(radio_uuid));
  return keys == by_radio_.end() ? 0 : keys->second.size();
}

Listener Listeners::take(Place place) {
  auto listener = std::move(place->second);
  const auto keys = by_radio_.find(listener.radio_uuid);
  keys->second.erase(place->first);
  if (keys->second.empty()) by_radio_.erase(keys);
  changed_.insert(place->first);
  all_.erase(place);
  return listener;
}

}  // namespace longwave::fleet
