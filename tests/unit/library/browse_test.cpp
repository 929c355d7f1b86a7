// SPDX-License-Identifier: Apache-2.0
#include "library/browse.hpp"

#include "library/marks.hpp"
#include "library/tagging.hpp"
#include "media.hpp"

#include <gtest/gtest.h>

#include <random>

namespace longwave::library {
namespace {

namespace fs = std::filesystem;

using Counts = std::map<std::int64_t, std::pair<std::int64_t, std::int64_t>>;  // tag: tracks, albums

Counts kept(store::Session& session) {
  Counts counts;
  for (const auto& rows : {genres(session), moods(session)}) {
    for (const auto& row : rows) counts[row.id] = {row.tracks, row.albums};
  }
  return counts;
}

Counts counted(store::Session& session) {
  Counts counts;
  session.each<std::int64_t, std::int64_t, std::int64_t>(
      "SELECT g.tag_id, COUNT(*), COUNT(DISTINCT NULLIF(t.album_id, 0)) FROM library_tagging g JOIN "
      "library_track t ON t.id = g.target_id WHERE g.what = 0 AND g.approval >= 0 AND t.state = 0 GROUP BY 1",
      [&](std::int64_t tag, std::int64_t tracks, std::int64_t albums) {
        counts[tag] = {tracks, albums};
      });
  return counts;
}

class Browse : public testing::Test {
 protected:
  fs::path file(int i) const { return music_ / (std::to_string(i % 3) + '/' + std::to_string(i) + ".flac"); }
  Media song(int i) {
    const auto one_of = [&](const char* what, unsigned n) { return what + std::to_string(chance_() % n); };
    Media media{.tags = {{"TITLE", std::to_string(i)}, {"ARTIST", one_of("a", 2)}, {"GENRE", one_of("g", 4)}},
                .sound = i + 1};
    if (chance_() % 3 > 0) media.tags["ALBUM"] = one_of("album", 3);
    if (chance_() % 3 == 0) media.tags["GENRE"] += "; " + one_of("g", 4);
    return media;
  }
  template <class F>
  void edit(F f) {
    shelf_.store.write_now([&](store::Session& s) {
      Changes changes;
      (void)f(s, changes);
    });
  }
  void something() {
    const int i = static_cast<int>(chance_() % files);
    const TrackId track{1 + static_cast<std::int64_t>(chance_() % files)};
    const std::int64_t tag = 1 + static_cast<std::int64_t>(chance_() % 7);
    switch (chance_() % 7) {
      case 0:
        return make(file(i), song(i));
      case 1:
        fs::remove(file(i));
        return;
      case 2:
        return edit([&](auto& s, auto& c) { return remove_track(s, track, c); });
      case 3:
        return edit([&](auto& s, auto& c) { return restore_track(s, track, c); });
      case 4:
        return edit([&](auto& s, auto& c) { return unassign(s, Tagged::song, track.value, tag, c); });
      case 5:
        return edit([&](auto& s, auto& c) {
          return assign(s, Tagged::song, track.value, tag, Approval::user, 1, c);
        });
      default:
        return edit([&](auto& s, auto& c) -> Result<void> {
          if (chance_() % 4 == 0) return remove_tag(s, tag, c);
          mark_broken(s, track, "");
          return {};
        });
    }
  }
  static constexpr int files = 24;
  std::mt19937 chance_{7};
  Music music_;
  Shelf shelf_;
};

TEST_F(Browse, what_is_kept_of_genres_and_moods_is_what_counting_finds) {
  for (int i = 0; i < files; ++i) make(file(i), song(i));
  shelf_.scan({music_.path()});
  edit([](auto& s, auto& c) { return create_tag(s, {.name = "calm", .kind = TagClass::mood}, c); });
  ASSERT_GE(shelf_.read(kept).size(), 4u);
  for (int step = 0; step < 400; ++step) {
    something();
    if (step % 10 == 0) shelf_.scan({music_.path()});
    ASSERT_EQ(shelf_.read(kept), shelf_.read(counted)) << "step " << step;
  }
}

}  // namespace
}  // namespace longwave::library
