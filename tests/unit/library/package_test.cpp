// SPDX-License-Identifier: Apache-2.0
#include "library/package_file.hpp"
#include "media.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace longwave::library {
namespace {

TEST(PackageFileTest, HoldsSongsAndTheirListOrNothing) {
  const Music folder;
  make(folder / "a.mp3");
  for (const auto format : {PackageFormat::zip, PackageFormat::tar}) {
    const auto path = folder / "package";
    {
      auto file = PackageFile::create(path, "d\xc3\xa9j\xc3\xa0 vu/x", format).value();
      EXPECT_TRUE(file->add({folder / "a.mp3", "M\xc3\xb6t\xc3\xb6rhead", "So/What", ".mp3", 3000}));
      EXPECT_EQ(file->add({folder / "gone.mp3", "", "Gone", ".mp3", 0}).error().code, Errc::not_found);
      EXPECT_EQ(file->tracks(), 1);
      const auto size = file->finish();
      ASSERT_TRUE(size) << size.error().message;
      EXPECT_EQ(*size, static_cast<std::int64_t>(std::filesystem::file_size(path)));
    }
    std::ifstream in(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    EXPECT_NE(bytes.find("d\xc3\xa9j\xc3\xa0 vu_x/01 M\xc3\xb6t\xc3\xb6rhead - So_What.mp3"), bytes.npos);
    EXPECT_NE(
        bytes.find("#EXTINF:3,M\xc3\xb6t\xc3\xb6rhead - So/What\n01 M\xc3\xb6t\xc3\xb6rhead - So_What.mp3\n"),
        bytes.npos);
    std::filesystem::remove(path);
    {
      auto file = PackageFile::create(path, "x", format).value();
      EXPECT_TRUE(file->add({folder / "a.mp3", "A", "B", ".mp3", 1}));
    }
    EXPECT_FALSE(std::filesystem::exists(path)) << "what isn't finished goes";
  }
}

TEST(PackageFileTest, NamesCanBeHeldByAnyFileSystem) {
  EXPECT_EQ(file_text("a/b:c"), "a_b_c");
  EXPECT_EQ(file_text(".."), "_");
  EXPECT_EQ(file_text(""), "_");
  EXPECT_EQ(file_text("con"), "_con");
  EXPECT_LE(file_text(std::string(500, 'x')).size(), 120u);
}

}  // namespace
}  // namespace longwave::library
