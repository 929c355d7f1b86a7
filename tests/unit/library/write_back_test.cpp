// SPDX-License-Identifier: Apache-2.0
#include "library/write_back.hpp"

#include "library/song.hpp"
#include "library/tagging.hpp"
#include "media.hpp"

#include <gtest/gtest.h>

namespace longwave::library {
namespace {

namespace fs = std::filesystem;

class WriteBack : public testing::TestWithParam<std::string> {
 protected:
  void begin(const std::string& format) {
    file_ = music_ / ("a/song." + format);
    make(file_,
         {.tags = {{"TITLE", "old"}, {"ARTIST", "Can"}, {"ALBUM", "Tago Mago"}, {"COMMENT", "stays"}}});
    shelf_.scan({music_.path()});
    id_ = shelf_.only("old").id;
  }
  void set(const Values& values) {
    shelf_.store.write_now(
        [&](store::Session& s) { ASSERT_TRUE(set_properties(s, id_, "page", values, changes_)); });
  }
  Result<WritePlan> plan() {
    return shelf_.read([&](store::Session& s) { return plan_write(s, id_); });
  }
  Song now() {
    return *shelf_.read([&](store::Session& s) { return song(s, id_); });
  }
  std::size_t names() {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(file_.parent_path()), fs::directory_iterator()));
  }
  Music music_;
  Shelf shelf_;
  Changes changes_;
  fs::path file_;
  TrackId id_;
};

TEST_P(WriteBack, the_file_says_it_the_sound_is_the_same_and_nothing_is_overridden_any_more) {
  begin(GetParam());
  const std::string checksum = now().checksum;
  fs::permissions(file_, fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
  set({{"title", "Ünew"},
       {"artist", "Can; Damo Suzuki"},
       {"genre", "Krautrock"},
       {"track", "3"},
       {"year", "1971"}});
  const auto wanted = plan();
  ASSERT_TRUE(wanted);
  const auto written = write_tags(*wanted);
  ASSERT_TRUE(written) << written.error().message;
  shelf_.store.write_now(
      [&](store::Session& s) { ASSERT_TRUE(keep_written(s, *wanted, *written, changes_)); });
  EXPECT_EQ(names(), 1u) << "no copy stays behind";
  EXPECT_EQ(fs::status(file_).permissions(),
            fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
  EXPECT_EQ(plan().error().code, Errc::conflict) << "nothing is left to write";
  EXPECT_EQ(shelf_.scan({music_.path()}).unchanged, 1) << "the scan knows the file as it is now";

  fs::last_write_time(file_, fs::file_time_type::clock::now() - std::chrono::hours(1));  // read it once more
  EXPECT_EQ(shelf_.scan({music_.path()}).changed, 1);
  const Song song = now();
  EXPECT_EQ(song.checksum, checksum);
  EXPECT_EQ(song.track.title, "Ünew");
  EXPECT_EQ(song.track.artist, "Can; Damo Suzuki");
  EXPECT_EQ(song.track.album, "Tago Mago") << "what wasn't set stays";
  EXPECT_EQ(song.track.track, 3);
  EXPECT_EQ(song.track.year, 1971);
  EXPECT_EQ(song.track.genre, "Krautrock");
}

INSTANTIATE_TEST_SUITE_P(Formats, WriteBack, testing::ValuesIn(all_formats),
                         [](const auto& format) { return format.param; });

using WriteBackOnce = WriteBack;

TEST_F(WriteBackOnce, a_file_that_changed_meanwhile_is_left_alone) {
  begin("flac");
  set({{"title", "new"}});
  const auto wanted = plan();
  retag(file_, {{"TITLE", "somebody else"}});
  EXPECT_EQ(write_tags(*wanted).error().code, Errc::conflict);
  EXPECT_EQ(names(), 1u);
  shelf_.scan({music_.path()});
  EXPECT_EQ(now().track.title, "new") << "what was set is still said";
}

TEST_F(WriteBackOnce, what_a_try_left_that_was_cut_off_is_hidden_and_replaced) {
  begin("mp3");
  set({{"title", "new"}});
  const auto wanted = plan();
  write(file_.parent_path() / (".longwave-new-" + std::to_string(id_.value) + ".mp3"), "half a copy");
  EXPECT_EQ(shelf_.scan({music_.path()}).added, 0);
  ASSERT_TRUE(write_tags(*wanted));
  EXPECT_EQ(names(), 1u);
}

TEST_F(WriteBackOnce, links_and_missing_files_are_refused) {
  begin("flac");
  set({{"title", "new"}});
  const auto wanted = plan();
  fs::rename(file_, music_ / "elsewhere.flac");
  EXPECT_FALSE(write_tags(*wanted));
  fs::create_symlink(music_ / "elsewhere.flac", file_);
  EXPECT_EQ(write_tags(*wanted).error().code, Errc::unsupported);
}

}  // namespace
}  // namespace longwave::library
