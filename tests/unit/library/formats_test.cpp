// SPDX-License-Identifier: Apache-2.0
#include "library/artwork.hpp"
#include "media.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace longwave::library {
namespace {

class EveryFormat : public testing::TestWithParam<std::string> {
 protected:
  std::filesystem::path file(const std::string& name = "a") const {
    return music_ / (name + "." + GetParam());
  }
  TrackDetails details(TrackId id) {
    return shelf_.read([id](store::Session& s) { return track_details(s, id).value(); });
  }
  Music music_;
  Shelf shelf_;
};
INSTANTIATE_TEST_SUITE_P(Formats, EveryFormat, testing::ValuesIn(all_formats),
                         [](const auto& f) { return f.param; });

TEST_P(EveryFormat, gives_all_its_tags) {
  make(file(), {.tags = {{"TITLE", "Größe"},
                         {"ARTIST", "Björk|PJ Harvey"},
                         {"ALBUMARTIST", "Wir"},
                         {"ALBUM", "Neu!"},
                         {"TRACKNUMBER", "3/12"},
                         {"DISCNUMBER", "2/2"},
                         {"DATE", "1997-05-04"},
                         {"GENRE", "Krautrock"},
                         {"REPLAYGAIN_TRACK_GAIN", "-6.20 dB"},
                         {"REPLAYGAIN_TRACK_PEAK", "0.98"}},
                .picture = jpeg(1)});
  const auto report = shelf_.scan({music_.path()});
  EXPECT_EQ(report.added, 1);
  EXPECT_EQ(report.broken, 0);
  const Track track = shelf_.only("Größe");
  EXPECT_EQ(track.artist, "Björk; PJ Harvey");
  EXPECT_EQ(track.album_artist, "Wir");
  EXPECT_EQ(track.album, "Neu!");
  EXPECT_EQ(track.track, 3);
  EXPECT_EQ(track.disc, 2);
  EXPECT_EQ(track.year, 1997);
  EXPECT_EQ(track.genre, "Krautrock");
  EXPECT_NEAR(static_cast<double>(track.duration_ms), 3000, 60);
  const std::map<std::string, std::string> names = {{"ogg", "vorbis"}, {"m4a", "aac"}};
  EXPECT_EQ(track.format, names.contains(GetParam()) ? names.at(GetParam()) : GetParam());
  EXPECT_EQ(track.state, TrackState::ok);
  const auto more = details(track.id);
  EXPECT_EQ(more.path, file().string());
  EXPECT_GT(more.sample_rate, 0);
  EXPECT_GT(more.channels, 0);
  EXPECT_EQ(more.size_bytes, static_cast<std::int64_t>(std::filesystem::file_size(file())));
  EXPECT_NEAR(more.gain.track_gain_db.value_or(0), -6.2, 0.001);
  EXPECT_NEAR(more.gain.track_peak.value_or(0), 0.98, 0.001);
  EXPECT_FALSE(more.gain.album_gain_db);

  const auto sources = shelf_.read([&](store::Session& s) { return artwork_sources(s, track.art); });
  const auto picture = read_artwork(sources, track.art);
  ASSERT_TRUE(picture.has_value());
  EXPECT_EQ(picture->bytes, jpeg(1));
  EXPECT_EQ(picture->type, "image/jpeg");
}

TEST_P(EveryFormat, without_tags_goes_by_its_name) {
  make(file("07 - Neu - Hallogallo"));
  shelf_.scan({music_.path()});
  const Track track = shelf_.only("Hallogallo");
  EXPECT_EQ(track.artist, "Neu");
  EXPECT_EQ(track.track, 7);
  EXPECT_EQ(track.album_id, 0);
  EXPECT_EQ(track.art, "");
}

TEST_P(EveryFormat, keeps_its_id_when_it_moves_and_when_its_tags_change) {
  make(file(), {.tags = {{"TITLE", "One"}}});
  make(file("b"), {.tags = {{"TITLE", "Two"}}, .sound = 2, .picture = {}});
  shelf_.scan({music_.path()});
  const TrackId id = shelf_.only("One").id;

  std::filesystem::create_directories(music_ / "elsewhere");
  const auto moved = music_ / ("elsewhere/c." + GetParam());
  std::filesystem::rename(file(), moved);
  auto report = shelf_.scan({music_.path()});
  EXPECT_EQ(report.moved, 1);
  EXPECT_EQ(report.added + report.missing, 0);
  EXPECT_EQ(shelf_.only("One").id, id);
  EXPECT_EQ(shelf_.path(id), moved.string());

  retag(moved,
        {{"TITLE", "One, remastered and with a rather longer title than before"},
         {"ALBUM", std::string(3000, 'x')}},
        jpeg(2));
  report = shelf_.scan({music_.path()});
  EXPECT_EQ(report.changed, 1);
  EXPECT_EQ(shelf_.only("One, remastered and with a rather longer title than before").id, id);

  // Both at once: new tags, new place.
  retag(moved, {{"TITLE", "One again"}});
  std::filesystem::rename(moved, file("z"));
  report = shelf_.scan({music_.path()});
  EXPECT_EQ(report.moved, 1);
  EXPECT_EQ(report.added, 0);
  EXPECT_EQ(shelf_.only("One again").id, id);
  EXPECT_EQ(shelf_.all().size(), 2u);
}

TEST_P(EveryFormat, cut_anywhere_is_taken_or_reported_never_worse) {
  make(file("whole"), {.tags = {{"TITLE", "Whole"}}, .picture = jpeg(1)});
  std::string bytes;
  {
    std::ifstream in(file("whole"), std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
  }
  int made = 0;
  for (std::size_t cut = 0; cut < bytes.size();
       cut += std::max<std::size_t>(1, std::min(cut / 2, bytes.size() / 20))) {
    write(file("cut" + std::to_string(made++)), bytes.substr(0, cut));
  }
  const auto report = shelf_.scan({music_.path()});
  EXPECT_EQ(report.added + report.broken, made + 1);
  EXPECT_GE(report.broken, 5);
  EXPECT_EQ(static_cast<std::int64_t>(shelf_.problems.size()), report.broken);
  EXPECT_EQ(shelf_.scan({music_.path()}).added, 0);
}

TEST_P(EveryFormat, with_bytes_turned_is_taken_or_reported_never_worse) {
  make(file("whole"), {.tags = {{"TITLE", "Whole"}, {"ARTIST", "A"}}, .picture = jpeg(1)});
  std::ifstream in(file("whole"), std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(in)), {});
  std::uint32_t state = 1;
  for (int n = 0; n < 60; ++n) {
    std::string bytes = whole;
    for (int i = 0; i < 8; ++i) {
      state = state * 1664525u + 1013904223u;
      bytes[(state >> 8) % std::min<std::size_t>(bytes.size(), 6000)] = static_cast<char>(state >> 3);
    }
    write(file("bad" + std::to_string(n)), bytes);
  }
  const auto report = shelf_.scan({music_.path()});
  EXPECT_EQ(report.added + report.broken, 61);
}

TEST(Formats, opus_gains_are_turned_to_the_reference_of_replaygain) {
  const Music music;
  make(music / "a.opus", {.tags = {{"TITLE", "x"}, {"R128_TRACK_GAIN", "-512"}, {"R128_ALBUM_GAIN", "256"}}});
  Shelf shelf;
  shelf.scan({music.path()});
  const auto id = shelf.only("x").id;
  const auto gain = shelf.read([id](store::Session& s) { return track_details(s, id).value().gain; });
  EXPECT_NEAR(gain.track_gain_db.value_or(0), -2 + 5, 0.001);
  EXPECT_NEAR(gain.album_gain_db.value_or(0), 1 + 5, 0.001);
}

TEST(Formats, the_name_does_not_decide) {
  const Music music;
  write(music / "really_flac.mp3", bare("flac"));
  write(music / "really_mp3.wav", bare("mp3"));
  Shelf shelf;
  EXPECT_EQ(shelf.scan({music.path()}).added, 2);
  EXPECT_EQ(shelf.only("really flac").format, "flac");
  EXPECT_EQ(shelf.only("really mp3").format, "mp3");
}

}  // namespace
}  // namespace longwave::library
