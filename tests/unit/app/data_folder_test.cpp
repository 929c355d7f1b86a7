// SPDX-License-Identifier: Apache-2.0
#include "app/data_folder.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace longwave::app {
namespace {

TEST(DataFolder, IsPrivateAndHasOneOwner) {
  const auto path =
      std::filesystem::path(testing::TempDir()) / ("longwave-data-" + std::to_string(getpid())) / "deep";
  {
    auto first = DataFolder::open(path);
    ASSERT_TRUE(first);
    EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms::owner_all);
    auto second = DataFolder::open(path);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::conflict);
    EXPECT_NE(second.error().message.find("in use"), std::string::npos);
  }
  EXPECT_TRUE(DataFolder::open(path));
  std::filesystem::remove_all(path.parent_path());
}

TEST(DataFolder, SaysWhyItCannotBeMade) {
  auto refused = DataFolder::open("/proc/nothing/here");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("/proc/nothing/here"), std::string::npos);
}

}  // namespace
}  // namespace longwave::app
