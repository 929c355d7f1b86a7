// SPDX-License-Identifier: Apache-2.0
#include "library/names.hpp"

#include "library/tag_fields.hpp"
#include "library/walk.hpp"
#include "library/xxh64.hpp"

#include <gtest/gtest.h>

namespace longwave::library {
namespace {

TEST(Names, file_names_are_taken_apart) {
  const struct {
    const char *file, *artist, *title;
    int track;
  } cases[] = {
      {"03 - Kraftwerk - Autobahn.mp3", "Kraftwerk", "Autobahn", 3},
      {"Kraftwerk - Autobahn.flac", "Kraftwerk", "Autobahn", 0},
      {"07. Hallogallo.ogg", "", "Hallogallo", 7},
      {"07_hallo_gallo.ogg", "", "hallo gallo", 7},
      {"01 Intro.wav", "", "Intro", 1},
      {"99 Luftballons.mp3", "", "99 Luftballons", 0},
      {"1999.mp3", "", "1999", 0},
      {"4'33\".mp3", "", "4'33\"", 0},
      {"2 + 2 = 5.mp3", "", "2 + 2 = 5", 0},
      {".hidden", "", ".hidden", 0},
      {"12.mp3", "", "12", 0},
      {" - .mp3", "", "-", 0},
      {"A - B - C.mp3", "A", "B - C", 0},
  };
  for (const auto& c : cases) {
    const auto parts = from_file_name(c.file);
    EXPECT_EQ(parts.artist, c.artist) << c.file;
    EXPECT_EQ(parts.title, c.title) << c.file;
    EXPECT_EQ(parts.track, c.track) << c.file;
  }
}

TEST(Names, order_and_sameness) {
  EXPECT_EQ(fold("BJÖRK  Guðmundsdóttir"), "björk guðmundsdóttir");
  EXPECT_EQ(fold("ŸŽÁŐ ΑΩ ЯЁ"), "ÿžáő αω яё");
  EXPECT_EQ(sort_key("The Beatles"), "beatles");
  EXPECT_EQ(sort_key("Die Ärzte"), "arzte");
  EXPECT_EQ(sort_key("The"), "the");
  EXPECT_EQ(sort_key("Łódź Œuvre Ñandú"), "lodz ouvre nandu");
  EXPECT_LT(sort_key("Édith"), sort_key("Egon"));
}

TEST(Names, are_cleaned) {
  EXPECT_EQ(clean("  a\n\tb\0c  "), "a b");
  EXPECT_EQ(clean(std::string_view("a\0b", 3)), "a b");
  EXPECT_EQ(clean("\xff"
                  "x"),
            "\uFFFDx");
  EXPECT_EQ(clean("\uFEFFx\u2028y"), "x y");
  const std::string cut = clean(std::string(600, 'x') + "é");
  EXPECT_LE(cut.size(), 512u);
  EXPECT_LE(clean("ééééé", 7).size(), 7u);
}

TEST(Names, folders_of_discs) {
  for (const char* name : {"CD1", "cd 2", "Disc 01", "DISK-3", "disc_12"})
    EXPECT_TRUE(is_disc_folder(name)) << name;
  for (const char* name : {"CD", "Discography", "disc one", "cd1999", "Abbey Road", ""})
    EXPECT_FALSE(is_disc_folder(name)) << name;
}

TEST(Names, numbers_of_tags) {
  EXPECT_EQ(number_of("3/12"), 3);
  EXPECT_EQ(number_of(" 07 "), 7);
  EXPECT_EQ(number_of("A1"), 0);
  EXPECT_EQ(number_of("-3"), 0);
  EXPECT_EQ(number_of("99999999999"), 0);
  EXPECT_EQ(year_of("2003-11-02"), 2003);
  EXPECT_EQ(year_of("11/02/1997"), 1997);
  EXPECT_EQ(year_of("97"), 0);
  EXPECT_NEAR(gain_of("+1.5 dB").value_or(0), 1.5, 1e-9);
  EXPECT_NEAR(gain_of("-6.20 dB").value_or(0), -6.2, 1e-9);
  EXPECT_FALSE(gain_of("loud"));
  EXPECT_FALSE(gain_of("inf"));
}

TEST(Names, of_music) {
  for (const char* name :
       {"a.mp3", "A.FLAC", "x.y.Opus", "a.m4a", "a.aiff", "a.oga", "a.wav", "a.aac", "a.ogg"})
    EXPECT_TRUE(is_music_name(name)) << name;
  for (const char* name : {"mp3", "a.m3u", "a.mp3.part", "a.jpg", "a.", ""})
    EXPECT_FALSE(is_music_name(name)) << name;
}

TEST(Xxh64, agrees_with_its_specification_however_it_is_fed) {
  const auto hash = [](std::string_view s, std::uint64_t seed) {
    Xxh64 h(seed);
    h.feed(s);
    return h.digest();
  };
  EXPECT_EQ(hash("", 0), 0xEF46DB3751D8E999ull);
  EXPECT_EQ(hash("a", 0), 0xD24EC4F1A98C6E5Bull);
  EXPECT_EQ(hash("abc", 0), 0x44BC2CF5AD770999ull);
  EXPECT_EQ(hash("Nobody inspects the spammish repetition", 0), 0xFBCEA83C8A378BF1ull);
  const std::string text(1000, 'q');
  for (std::size_t cut = 0; cut <= 100; ++cut) {
    Xxh64 h(7);
    h.feed(std::string_view(text).substr(0, cut));
    h.feed(std::string_view(text).substr(cut, 31));
    h.feed(std::string_view(text).substr(std::min<std::size_t>(cut + 31, 1000)));
    EXPECT_EQ(h.digest(), hash(text, 7)) << cut;
  }
}

}  // namespace
}  // namespace longwave::library
