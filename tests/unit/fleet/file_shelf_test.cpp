// SPDX-License-Identifier: Apache-2.0
#include "fleet/file_shelf.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>

namespace longwave::fleet {
namespace {

namespace fs = std::filesystem;

struct FileShelfTest : testing::Test {
  ~FileShelfTest() override { fs::remove_all(top); }

  FileShelf& shelf(bool fetches = true, std::uint64_t most = 1000) {
    FileShelf::Parts parts;
    parts.folder = top / "shared";
    parts.fetched = top / "fetched";
    parts.most_bytes = most;
    parts.post = [this](Task task) { posted.push_back(std::move(task)); };
    parts.blocking = [this](Task task) { posted.push_back(std::move(task)); };
    parts.tags = [](const fs::path& path) { return FileShelf::Tags{"artist", path.filename()}; };
    if (fetches) {
      parts.fetch = [this](const std::string& file, const std::string& url, FileShelf::Fetched done) {
        fetched.push_back(file + " " + url);
        if (given.empty()) return done(error(Errc::not_found, "404"));
        done(given);
      };
    }
    made = std::make_unique<FileShelf>(std::move(parts));
    return *made;
  }
  void run() {
    while (!posted.empty()) {
      auto tasks = std::exchange(posted, {});
      for (auto& task : tasks) task();
    }
  }
  /// The path that was found, or "-".
  std::string find(TrackId track) {
    std::string answer = "nothing said";
    made->find(track, [&](Result<station::TrackFile> file) { answer = file ? file->path.string() : "-"; });
    run();
    return answer.starts_with(top.string()) ? answer.substr(top.string().size() + 1) : answer;
  }
  void put(const fs::path& where, const std::string& bytes = "sound") {
    fs::create_directories((top / where).parent_path());
    std::ofstream(top / where) << bytes;
  }

  fs::path top =
      fs::path(testing::TempDir()) /
      fmt::format("shelf-{}-{}", ::getpid(), testing::UnitTest::GetInstance()->current_test_info()->name());
  std::vector<Task> posted;
  std::vector<std::string> fetched;
  std::string given;
  std::unique_ptr<FileShelf> made;
};

TEST(ShelfPath, only_names_of_files_are_paths) {
  EXPECT_EQ(shelf_path("000000042.mp3"), fs::path("000/000/042.mp3"));
  EXPECT_EQ(shelf_path("a1b2c3d4e.flac"), fs::path("a1b/2c3/d4e.flac"));
  EXPECT_EQ(shelf_path("a1b2c3d4e_lq.mp3"), fs::path("a1b/2c3/d4e_lq.mp3"));
  EXPECT_EQ(shelf_path("a1b2c3d4e"), fs::path("a1b/2c3/d4e"));
  for (const char* text : {"", ".mp3", "42.mp3", "../../../etc/passwd", "000/00042.mp3", "000000042.mp3/../x",
                           "0000000042345.mp3", "000000042.", "00000..42.mp3", "000000042.toolongforit",
                           "000000 42.mp3", "00000\0042.mp3"}) {
    const auto path = shelf_path(text);
    EXPECT_TRUE(path.empty() || path.extension() == "." || path.filename() == "042.") << text << " " << path;
  }
}

TEST_F(FileShelfTest, a_number_for_a_name_and_always_the_same) {
  auto& one = shelf();
  const auto first = one.track("000000001.mp3", "");
  EXPECT_NE(one.track("000000002.mp3", ""), first);
  EXPECT_EQ(one.track("000000001.mp3", "http://else/"), first);
}

TEST_F(FileShelfTest, from_the_shared_folder_else_what_was_fetched_else_fetched) {
  put("shared/000/000/001.mp3");
  auto& one = shelf();
  EXPECT_EQ(find(one.track("000000001.mp3", "")), "shared/000/000/001.mp3");
  EXPECT_TRUE(fetched.empty());
  given = "bytes";
  const auto second = one.track("000000002.mp3", "http://node/2");
  EXPECT_EQ(find(second), "fetched/000000002.mp3");
  EXPECT_EQ(find(second), "fetched/000000002.mp3");
  EXPECT_EQ(fetched, (std::vector<std::string>{"000000002.mp3 http://node/2"}));
  EXPECT_EQ(fs::file_size(top / "fetched/000000002.mp3"), 5u);
  EXPECT_FALSE(fs::exists(top / "fetched/000000002.mp3.part"));
}

TEST_F(FileShelfTest, who_asks_at_the_same_time_shares_one_fetch) {
  auto& one = shelf();
  given = "bytes";
  const auto track = one.track("000000003.mp3", "");
  int answers = 0;
  for (int i = 0; i < 3; ++i)
    one.find(track, [&](const Result<station::TrackFile>& file) { answers += file ? 1 : 0; });
  run();
  EXPECT_EQ(answers, 3);
  EXPECT_EQ(fetched.size(), 1u);
}

TEST_F(FileShelfTest, what_cannot_be_had_is_said_and_asked_for_again) {
  auto& one = shelf();
  const auto track = one.track("000000004.mp3", "");
  EXPECT_EQ(find(track), "-");
  given = "now";
  EXPECT_EQ(find(track), "fetched/000000004.mp3");
  EXPECT_EQ(find(TrackId{99}), "-");
  EXPECT_EQ(find(one.track("../../../etc/passwd", "")), "-");
  EXPECT_FALSE(fs::exists(top / "etc"));
}

TEST_F(FileShelfTest, nothing_is_fetched_where_nobody_has_it) {
  auto& one = shelf(false);
  EXPECT_EQ(find(one.track("000000001.mp3", "")), "-");
}

TEST_F(FileShelfTest, the_oldest_goes_before_the_limit_is_passed) {
  auto& one = shelf(true, 250);
  given.assign(100, 'x');
  for (int i = 1; i <= 4; ++i) {
    ASSERT_NE(find(one.track(fmt::format("00000000{}.mp3", i), "")), "-");
    fs::last_write_time(top / fmt::format("fetched/00000000{}.mp3", i),
                        fs::file_time_type::clock::now() - std::chrono::hours{10 - i});
  }
  EXPECT_FALSE(fs::exists(top / "fetched/000000001.mp3"));
  EXPECT_FALSE(fs::exists(top / "fetched/000000002.mp3"));
  EXPECT_TRUE(fs::exists(top / "fetched/000000003.mp3"));
  EXPECT_TRUE(fs::exists(top / "fetched/000000004.mp3"));
  EXPECT_EQ(find(one.track("000000001.mp3", "")), "fetched/000000001.mp3");  // and comes back
}

TEST_F(FileShelfTest, what_was_learned_of_a_file_stays) {
  put("shared/000/000/001.mp3");
  auto& one = shelf();
  const auto track = one.track("000000001.mp3", "");
  one.keep(track, std::make_shared<const audio::Analysis>());
  bool known = false;
  one.find(track, [&](const Result<station::TrackFile>& file) { known = file && file->analysis; });
  run();
  EXPECT_TRUE(known);
}

TEST_F(FileShelfTest, ends_while_somebody_waits) {
  auto& one = shelf();
  given = "bytes";
  bool said = false;
  one.find(one.track("000000001.mp3", ""), [&](const Result<station::TrackFile>&) { said = true; });
  auto tasks = std::exchange(posted, {});
  for (auto& task : tasks) task();  // it was looked for; the answer is under way
  made.reset();
  run();
  EXPECT_FALSE(said);
}

}  // namespace
}  // namespace longwave::fleet
