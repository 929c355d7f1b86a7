// SPDX-License-Identifier: Apache-2.0
#include "dialects/player/words.hpp"

#include "dialects/player/flat.hpp"

#include <gtest/gtest.h>

namespace longwave::player {
namespace {

std::string told(const Event& event) {
  const auto broadcast = broadcast_of(event);
  return std::string(broadcast.method) + " " + broadcast.payload;
}

TEST(Words, EveryBroadcastHasItsExactPayload) {
  const std::pair<Event, std::string> cases[] = {
      {StatusChanged{1}, "broadcast.playback_status 1"},
      {CurrentId{18}, "broadcast.playback_current_id 18"},
      {VolumeChanged{{{"master", 70}}}, R"(broadcast.playback_volume_changed {"master":70})"},
      {VolumeChanged{{{"left", 70}, {"right", 81}}},
       R"(broadcast.playback_volume_changed {"left":70,"right":81,"master":76})"},
      {PositionChanged{{3, "Default"}}, R"(broadcast.playlist_current_pos {"position":3,"name":"Default"})"},
      {PlaylistChanged{.type = 0, .name = "Default", .id = 41, .position = 7},
       R"(broadcast.playlist_changed {"type":0,"name":"Default","id":41,"position":7})"},
      {PlaylistChanged{.type = 5, .name = "D", .id = 41, .position = 7, .new_position = 2},
       R"(broadcast.playlist_changed {"type":5,"name":"D","id":41,"position":7,"newposition":2})"},
      {PlaylistChanged{.type = 8, .name = "D"}, R"(broadcast.playlist_changed {"type":8,"name":"D"})"},
      {PlaylistLoaded{"Ja\"zz"}, R"(broadcast.playlist_loaded "Ja\"zz")"},
      {CollectionChanged{.type = 0, .name = "Jazz", .name_space = "Playlists"},
       R"(broadcast.collection_changed {"type":0,"name":"Jazz","namespace":"Playlists"})"},
      {CollectionChanged{.type = 2, .name = "Jazz", .name_space = "Playlists", .new_name = "Bop"},
       R"(broadcast.collection_changed {"type":2,"name":"Jazz","namespace":"Playlists","newname":"Bop"})"},
      {EntryAdded{41}, "broadcast.medialib_entry_added 41"},
      {EntryChanged{41}, "broadcast.medialib_entry_changed 41"},
      {EntryRemoved{41}, "broadcast.medialib_entry_removed 41"},
      {ReaderStatus{1}, "broadcast.mediainfo_reader_status 1"},
      {ConfigChanged{"playlist.repeat_all", "1"},
       R"(broadcast.config_value_changed {"playlist.repeat_all":"1"})"}};
  for (const auto& [event, text] : cases) EXPECT_EQ(told(event), text);
}

TEST(Words, Frames) {
  EXPECT_EQ(broadcast_frame("connected", "2"),
            R"({"jsonrpc":"2.0","method":"connected","id":null,"result":2})");
  EXPECT_EQ(poll_answer("playback.position", "3"), R"({"playback.position":3})");
}

TEST(Words, ErrorsHaveTheProtocolsCodes) {
  EXPECT_EQ(fault_of(error(Errc::not_found, "no such playlist")).code, rpc::internal_error);
  EXPECT_EQ(fault_of(error(Errc::not_found, "no such playlist")).message, "no such playlist");
  EXPECT_EQ(fault_of(error(Errc::conflict, "x")).code, rpc::internal_error);
  EXPECT_EQ(fault_of(error(Errc::invalid, "x")).code, rpc::invalid_params);
  EXPECT_EQ(fault_of(error(Errc::unavailable, "x")).code, rpc::unavailable);
}

TEST(Flat, UrlsArePercentEncoded) {
  EXPECT_EQ(url_of("A b/c#d?é.mp3"), "file:///A%20b/c%23d%3F%C3%A9.mp3");
  EXPECT_EQ(library_key("tracknr"), "track");
  EXPECT_EQ(library_key("mood of the day"), "mood of the day");
}

}  // namespace
}  // namespace longwave::player
