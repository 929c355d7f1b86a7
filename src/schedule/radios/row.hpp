// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"
#include "schedule/rules/choose.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::radios {

/// The name of a file for streamers, in place: 9 characters and an extension.
class FileName {
 public:
  static constexpr std::size_t limit = 15;
  FileName() = default;
  /// What is longer than `limit` becomes empty.
  explicit FileName(std::string_view name) {
    if (name.size() <= limit) std::copy(name.begin(), name.end(), text_.begin());
  }
  std::string_view view() const { return text_.data(); }
  bool empty() const { return text_[0] == 0; }

 private:
  std::array<char, limit + 1> text_{};
};

/// What a radio keeps of its programme. A plain one (the original's: a default playlist, shows, jingles) is
/// kept thin: of a long playlist only the songs that are prepared. One with clocks, dayparts, separations …
/// is kept whole: its rules want all songs to choose from.
struct Body {
  rules::Programme programme;
  rules::Prepared prepared;
  std::vector<std::int64_t> trimmed;  ///< playlists with more songs than are here
  rules::Programme::Memory memory;
};

struct Item {
  std::int64_t number = 0;
  std::int64_t show = 0;
  FileName file;
  rules::Why why;
};

/// One radio. `line` is what plays (if `playing`), what is announced, and what is chosen ahead for a streamer
/// that prepares, in this order; the end of `heard` has the same items in the words of the rules, behind
/// those that were played.
struct Row {
  std::string radio;
  std::uint32_t master = 0;  ///< index of its name; 0: none
  std::uint32_t generation = 0;
  bool used = false;
  bool prepares = false;  ///< the master gets Prepare
  bool playing = false;
  bool waiting = false;  ///< nothing to play: a retry is under way
  bool loading = false;
  bool load_again = false;  ///< changed while it was being loaded
  bool changed = false;     ///< what was chosen ahead is of an older programme
  bool dirty = false;
  std::uint8_t announced = 0;
  std::uint16_t tries = 0;  ///< retries in a row
  std::int64_t next_item = 1;
  std::int64_t show = 0;
  WallTime show_time{};
  std::vector<Item> line;
  std::vector<rules::Play> heard;
  std::unique_ptr<Body> body;

  rules::Play& play(std::size_t i) { return heard[heard.size() - line.size() + i]; }
  const rules::Play& play(std::size_t i) const { return heard[heard.size() - line.size() + i]; }
  /// How many of the line are started or announced.
  std::size_t fixed() const { return announced + (playing ? 1U : 0U); }
  void drop_behind(std::size_t count) {
    while (line.size() > count) {
      line.pop_back();
      heard.pop_back();
    }
  }
};

}  // namespace longwave::radios
