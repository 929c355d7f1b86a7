// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.hpp"
#include "base/random.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
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
  std::int64_t album = 0;  ///< 0: none
  bool disabled = false;
  bool live = false;
  bool bad_audio = false;
  bool hidden_album = false;
  std::int8_t favourite = 0;              ///< -1 hated, 1 loved
  std::vector<std::int64_t> genres = {};  ///< approved genre and subgenre tags of the song, and
  std::vector<std::int64_t> subgenres = {};
  std::vector<std::int64_t> album_genres = {};  ///< of its album
  std::vector<std::int64_t> album_subgenres = {};
};

/// All tracks at one moment, with what a quick draw needs. Immutable once it is built: made on any thread
/// (about 10 ms for 100,000 tracks), then shared.
class Catalogue {
 public:
  explicit Catalogue(std::vector<Candidate> rows);

  const std::vector<Candidate>& rows() const { return rows_; }
  const Candidate* find(TrackId track) const;
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
  std::vector<std::uint32_t> slots_;                           ///< Vose's alias table over the drawable rows
  std::vector<std::uint32_t> alias_;
  std::vector<float> keep_;
  std::size_t drawable_ = 0;
  bool any_playable_ = false;
  bool any_analysed_ = false;
};

using CataloguePtr = std::shared_ptr<const Catalogue>;

}  // namespace longwave::schedule
