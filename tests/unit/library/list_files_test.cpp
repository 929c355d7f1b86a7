// SPDX-License-Identifier: Apache-2.0
#include "library/list_files.hpp"

#include <gtest/gtest.h>

namespace longwave::library {
namespace {

ListFile sample() {
  ListFile list;
  list.title = "Für Élise & <friends>";
  list.items = {{"Björk/Post/01 Army of Me.mp3", "Army of Me", "Björk", "Post", 237'000},
                {"a & b/100% #1.flac", "100% <pure>", "A \"B\"", "", 61'000},
                {"#odd.mp3", "Odd", "Nobody", "", std::nullopt}};
  return list;
}

class EveryListFormat : public testing::TestWithParam<ListFormat> {};

TEST_P(EveryListFormat, what_is_written_is_read_again) {
  const auto format = GetParam();
  const auto bytes = write_list_file(sample(), format);
  ASSERT_EQ(list_format(bytes), format) << bytes;
  const auto read = read_list_file(bytes, format);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->title, sample().title);
  auto expected = sample().items;
  if (format == ListFormat::pls) expected[0].album = "";  // PLS has none
  if (format == ListFormat::m3u8) expected[2].location = "./#odd.mp3";
  EXPECT_EQ(read->items, expected) << bytes;
}

TEST_P(EveryListFormat, any_beginning_of_a_file_is_taken_or_refused) {
  const auto bytes = write_list_file(sample(), GetParam());
  for (std::size_t n = 0; n <= bytes.size(); ++n) {
    const auto read = read_list_file(std::string_view(bytes).substr(0, n), GetParam());
    if (read) EXPECT_LE(read->items.size(), 3u);
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, EveryListFormat,
                         testing::Values(ListFormat::m3u8, ListFormat::pls, ListFormat::xspf),
                         [](const auto& param) { return std::string(file_ending(param.param)).substr(1); });

TEST(ListFiles, m3u_of_other_players) {
  const auto read = read_list_file(
      "\xef\xbb\xbf#EXTM3U\r\n#EXTINF:237 tvg-logo=\"x\",Björk - Army of Me\r\nC:\\Music\\Army.mp3\r\n\r\n# "
      "a remark\r\n"
      "/abs/no info.mp3\n#EXTINF:-1,http station\nhttp://example.net/stream\n",
      ListFormat::m3u8);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->items.size(), 3u);
  EXPECT_EQ(read->items[0], (ListItem{"C:\\Music\\Army.mp3", "Army of Me", "Björk", "", 237'000}));
  EXPECT_EQ(read->items[1], (ListItem{"/abs/no info.mp3", "", "", "", std::nullopt}));
  EXPECT_EQ(read->items[2].title, "http station");
  EXPECT_FALSE(read->items[2].duration_ms);
}

TEST(ListFiles, pls_in_any_order_of_lines) {
  const auto read = read_list_file(
      "[Playlist]\nNumberOfEntries=2\nTitle2=B\nFile2=b.mp3\nfile1=a.mp3\nLength1=5\nLength9=1\nVersion=2\n",
      ListFormat::pls);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->items.size(), 2u);
  EXPECT_EQ(read->items[0].location, "a.mp3");
  EXPECT_EQ(read->items[0].duration_ms, 5000);
  EXPECT_EQ(read->items[1].title, "B");
}

TEST(ListFiles, xspf_with_a_prefix_escapes_and_other_elements) {
  const auto read = read_list_file(
      "<?xml version='1.0'?><x:playlist version='1' xmlns:x='http://xspf.org/ns/0/'><x:title>T</x:title>"
      "<x:trackList><x:track><x:location>file:///m/So%20What.mp3</x:location><x:location>second</x:location>"
      "<x:title>So &amp; What</x:title><x:extension application='a'><x:title>no</x:title></x:extension>"
      "<x:duration>562000</x:duration></x:track></x:trackList></x:playlist>",
      ListFormat::xspf);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->title, "T");
  ASSERT_EQ(read->items.size(), 1u);
  EXPECT_EQ(read->items[0], (ListItem{"file:///m/So What.mp3", "So & What", "", "", 562'000}));
}

TEST(ListFiles, hostile_xspf_is_refused) {
  std::string deep = "<playlist>";
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  const std::string entities =
      "<!DOCTYPE playlist [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b "
      "\"&a;&a;&a;&a;\">]><playlist><title>&b;</title></playlist>";
  const std::string file = "<!DOCTYPE p SYSTEM \"file:///etc/passwd\"><playlist/>";
  for (const auto& bytes :
       {deep, entities, file, std::string("<html/>"), std::string("<playlist><a></playlist>")}) {
    const auto read = read_list_file(bytes, ListFormat::xspf);
    ASSERT_FALSE(read) << bytes.substr(0, 80);
    EXPECT_EQ(read.error().code, Errc::invalid);
  }
}

TEST(ListFiles, there_are_limits) {
  std::string many;
  for (std::size_t i = 0; i <= most_list_file_items; ++i) many += "a\n";
  EXPECT_EQ(read_list_file(many, ListFormat::m3u8).error().code, Errc::full);
  EXPECT_EQ(read_list_file(std::string(most_list_file_bytes + 1, 'a'), ListFormat::m3u8).error().code,
            Errc::full);
  EXPECT_EQ(list_format(std::string("\0\1\2binary", 9)), std::nullopt);
  EXPECT_EQ(list_format(""), std::nullopt);
  EXPECT_EQ(list_format("<html>"), std::nullopt);
}

}  // namespace
}  // namespace longwave::library
