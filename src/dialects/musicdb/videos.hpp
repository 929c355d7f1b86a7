// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/random.hpp"
#include "dialects/musicdb/function.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace longwave::musicdb {

/// The queue of videos: no station plays them, clients do, and say when one has ended. The same rules as for
/// songs: the first is current and stays until it ended; what leaves fewer than two is followed by one more
/// by chance. Belongs to the station loop. Clients are told nothing as long as there is no video: the
/// original page fails without.
class Videos {
 public:
  explicit Videos(Core& core);

  void add(std::int64_t video, std::string position, Answer answer);
  void add_random(std::string position, Answer answer);
  void remove(std::int64_t entry, Answer answer);
  void move(std::int64_t entry, std::int64_t after, Answer answer);
  void next(Answer answer);
  /// Only for the current entry: several players may report the same end.
  void ended(std::int64_t entry, Answer answer);
  void set_streaming(bool on, Answer answer);
  /// One by chance into an empty queue, if there is any; answers in every case.
  void fill(Answer answer);

 private:
  struct Told {  ///< which notifications a change is worth
    bool queue = false, video = false, status = false;
  };
  void keep(Kept kept, Told told, Answer answer);
  void tell(Told told);
  std::optional<std::size_t> place(const Kept& kept, const std::string& position) const;
  void insert(Kept& kept, std::size_t at, std::int64_t video, bool random) const;
  /// Draws one for `kept`, puts it to the end if there is any, and goes on.
  void top_up(Kept kept, std::size_t least, UniqueFunction<void(Kept)> then);

  Core& core_;
  Random random_;
};

}  // namespace longwave::musicdb
