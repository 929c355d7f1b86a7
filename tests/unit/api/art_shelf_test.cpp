// SPDX-License-Identifier: Apache-2.0
#include "api/art_shelf.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

namespace longwave::api {
namespace {

namespace fs = std::filesystem;

class ArtShelfTest : public testing::Test {
 protected:
  ArtShelfTest() {
    std::string name = (fs::temp_directory_path() / "longwave-shelf-XXXXXX").string();
    folder = ::mkdtemp(name.data());
  }
  ~ArtShelfTest() override { fs::remove_all(folder); }
  static ArtShelf::Kept picture(std::size_t bytes) {
    return {"\xff\xd8" + std::string(bytes - 4, 'x') + "\xff\xd9", "#102030"};
  }
  static std::string hash(int n) { return std::string(62, 'a') + std::to_string(10 + n); }
  /// The file systems' clocks are coarse: the order is said.
  void age(int n, int minutes) {
    fs::last_write_time(folder / "aa" / (hash(n) + "-64.jpg"),
                        fs::file_time_type::clock::now() - std::chrono::minutes{minutes});
  }
  std::int64_t bytes() const {
    std::int64_t sum = 0;
    for (const auto& at : fs::recursive_directory_iterator(folder))
      sum += at.is_regular_file() ? static_cast<std::int64_t>(at.file_size()) : 0;
    return sum;
  }
  fs::path folder;
};

TEST_F(ArtShelfTest, KeepsWhatItWasGivenAndNothingThatIsDamaged) {
  ArtShelf shelf(folder, 1 << 20);
  EXPECT_FALSE(shelf.read(hash(0), 64));
  shelf.write(hash(0), 64, picture(1000));
  ASSERT_TRUE(shelf.read(hash(0), 64));
  EXPECT_EQ(shelf.read(hash(0), 64)->jpeg, picture(1000).jpeg);
  EXPECT_EQ(shelf.read(hash(0), 64)->accent, "#102030");
  EXPECT_FALSE(shelf.read(hash(0), 128)) << "another size";
  fs::resize_file(folder / "aa" / (hash(0) + "-64.jpg"), 500);
  EXPECT_FALSE(shelf.read(hash(0), 64)) << "cut by a power failure";
}

TEST_F(ArtShelfTest, BeyondItsLimitTheOldestGo) {
  constexpr std::int64_t most = 10'000;
  {
    ArtShelf shelf(folder, most);
    for (int n = 0; n < 9; ++n) {
      shelf.write(hash(n), 64, picture(993));  // 1,000 with its colour
      age(n, 100 - n);
    }
    EXPECT_EQ(bytes(), 9000);
    for (int n = 0; n < 9; ++n) EXPECT_TRUE(shelf.read(hash(n), 64)) << n;
  }
  ArtShelf shelf(folder, most);  // another process finds what is there
  shelf.write(hash(9), 64, picture(993));
  EXPECT_EQ(bytes(), 10'000);
  age(9, 50);
  shelf.write(hash(10), 64, picture(993));
  EXPECT_EQ(bytes(), 9000) << "a tenth is made free at once";
  for (int n = 0; n < 11; ++n) EXPECT_EQ(shelf.read(hash(n), 64).has_value(), n >= 2) << n;
}

}  // namespace
}  // namespace longwave::api
