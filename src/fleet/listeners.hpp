// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace longwave::fleet {

/// One client playing one radio on one streamer.
struct Listener {
  std::string session_id;
  std::string streamer;  ///< empty: the message didn't say; then its radio's master counts
  std::string radio_uuid;
  std::optional<std::int64_t> user_id;
  WallTime since{};

  /// Whole seconds, as they are reported.
  std::int64_t seconds(WallTime now) const;
  friend bool operator==(const Listener&, const Listener&) = default;
};

/// Session ids are addresses of objects in the original streamer: not unique between streamers, nor over
/// time.
struct ListenerKey {
  std::string session_id, streamer;
  friend auto operator<=>(const ListenerKey&, const ListenerKey&) = default;
};

/// Who listens, by session and by radio, and what of it isn't in the store yet. Pure; of the scheduler's
/// thread.
class Listeners {
 public:
  /// The one that had this key before: its session is over.
  std::optional<Listener> add(Listener listener);
  /// What an `unregister_listener` means, which may lack the streamer, the radio or both (empty).
  std::optional<Listener> remove(std::string_view session_id, std::string_view streamer,
                                 std::string_view radio_uuid);
  /// Takes those of the radio that `leaves`.
  std::vector<Listener> take_of_radio(std::string_view radio_uuid,
                                      const std::function<bool(const Listener&)>& leaves);
  std::vector<Listener> take_of_streamer(std::string_view streamer);
  /// There is no such user: who was said to be is nobody.
  void forget_user(std::int64_t user_id);

  std::size_t size() const { return all_.size(); }
  std::size_t of_radio(std::string_view radio_uuid) const;
  const std::map<ListenerKey, Listener>& all() const { return all_; }

  /// Keys whose rows changed since the last call; what isn't in all() any more was removed.
  std::set<ListenerKey> take_changed() { return std::exchange(changed_, {}); }
  void mark_changed(ListenerKey key) { changed_.insert(std::move(key)); }

 private:
  using Place = std::map<ListenerKey, Listener>::iterator;
  Listener take(Place place);

  std::map<ListenerKey, Listener> all_;
  std::unordered_map<std::string, std::set<ListenerKey>> by_radio_;
  std::set<ListenerKey> changed_;
};

}  // namespace longwave::fleet
