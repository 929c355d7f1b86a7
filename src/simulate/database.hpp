// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"
#include "fleet/scheduler.hpp"
#include "schedule/radios/state.hpp"
#include "schedule/rules/programme.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace longwave::simulate {

/// The database of the model: programmes that are made up from the radio's number and edition, when each song
/// was played last, and what the scheduler has stored.
class Database {
 public:
  Database(std::size_t radios, std::uint64_t seed);

  static std::string name(std::size_t radio);
  static std::size_t number(std::string_view name);
  std::size_t radios() const { return editions_.size(); }

  std::shared_ptr<const rules::Programme> programme(std::size_t radio) const;
  /// False: every playlist of this edition is empty.
  bool playable(std::size_t radio) const;
  /// Its songs follow each other whole: no jingles, nothing that begins on the second.
  bool steady(std::size_t radio) const;
  void edit(std::size_t radio) { ++editions_[radio]; }
  void played(std::size_t radio, std::int64_t song, WallTime at);
  /// The whole length of a song.
  Duration length(std::size_t radio, std::int64_t song) const;
  static std::string file(std::uint32_t key);

  void write(const radios::Changes& changes);
  void write(const fleet::FleetChanges& changes);
  std::vector<radios::Saved> states() const;
  fleet::SavedFleet people() const;

 private:
  static constexpr std::size_t songs_kept = 128;  ///< per radio, of those that last plays are kept for
  std::uint64_t chance(std::size_t radio, std::uint64_t what) const;
  rules::Playlist playlist(std::size_t radio, std::int64_t id, std::size_t songs) const;

  std::uint64_t seed_;
  std::vector<std::uint32_t> editions_;
  std::vector<std::uint32_t> last_plays_;
  std::vector<rules::ZonePtr> zones_;
  std::unordered_map<std::string, radios::Saved> states_;
  std::map<std::string, fleet::StreamerRow> streamers_;
  std::map<fleet::ListenerKey, fleet::Listener> listeners_;
  std::map<std::string, std::vector<std::string>> departed_;
};

}  // namespace longwave::simulate
