// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.hpp"
#include "base/random.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

namespace longwave::schedule {

/// One track as the AutoDJ sees it.
struct Candidate {
  TrackId track;
  std::int64_t artist = 0;  ///< 0: not known; the artist rule then doesn't apply
  float weight = 1;         ///< chance in proportion to the others; 0 or less is never drawn, only requested
  std::int32_t duration_ms = 0;  ///< by its tags; 0: not known
  bool playable = true;          ///< false: missing or broken
  bool analysed = false;         ///< its exact length is known already

  // What a selection by album asks about (random_rules.hpp).
  std::int64_t album = 0;   ///< 0: none
  std::uint32_t title = 0;  ///< of songs of the same title the same; 0: not known
  bool disabled = false;
  bool live = false;
  bool bad_audio = false;
  bool hidden_album = false;
  std::int8_t favourite = 0;     ///< -1 hated, 1 loved
  std::uint32_t song_tags = 0;   ///< approved genres and subgenres of the song: Tags::sets[song_tags]
  std::uint32_t album_tags = 0;  ///< of its album
};

/// Sets of genres and subgenres by their ids; set 0 is the empty one.
struct Tags {
  std::vector<std::vector<std::int64_t>> sets{{}};
  std::unordered_map<std::int64_t, std::int64_t> parents;  ///< subgenre -> genre; what isn't in it is a genre
};

/// All tracks at one moment, with what a quick draw needs. Immutable once it is built: made on any thread
/// (about 10 ms for 100,000 tracks), then shared.
class Catalogue {
 public:
  explicit Catalogue(std::vector<Candidate> rows, Tags tags = {});

  const std::vector<Candidate>& rows() const { return rows_; }
  const Candidate* find(TrackId track) const;
  const Tags& tags() const { return tags_; }
  const std::vector<std::int64_t>& tag_set(std::uint32_t number) const {
    return tags_.sets[number < tags_.sets.size() ? number : 0];
  }
  /// The albums, and the rows of one (empty: there is none).
  std::size_t albums() const { return albums_.size(); }
  std::span<const std::uint32_t> album_rows(std::size_t index) const;
  std::span<const std::uint32_t> rows_of(std::int64_t album) const;
  bool playable(TrackId track) const;
  /// How many rows can be drawn: playable, with a weight.
  std::size_t drawable() const { return drawable_; }
  std::size_t drawable_by(std::int64_t artist) const;
  bool any_playable() const { return any_playable_; }
  bool any_analysed() const { return any_analysed_; }

  /// One drawable row, each with the chance of its weight. drawable() > 0.
  const Candidate& draw(Random& random) const;

 private:
  std::vector<Candidate> rows_;
  std::unordered_map<TrackId, std::uint32_t> by_track_;
  std::unordered_map<std::int64_t, std::uint32_t> by_artist_;  ///< drawable rows of each artist
  Tags tags_;
  std::vector<std::uint32_t> by_album_;  ///< rows that have one, album by album
  std::vector<std::uint32_t> albums_;    ///< where each begins in it
  std::vector<std::uint32_t> slots_;     ///< Vose's alias table over the drawable rows
  std::vector<std::uint32_t> alias_;
  std::vector<float> keep_;
  std::size_t drawable_ = 0;
  bool any_playable_ = false;
  bool any_analysed_ = false;
};

using CataloguePtr = std::shared_ptr<const Catalogue>;

}  // namespace longwave::schedule
