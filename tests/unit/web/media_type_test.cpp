// SPDX-License-Identifier: Apache-2.0
#include "web/media_type.hpp"

#include <gtest/gtest.h>

namespace longwave::web {
namespace {

TEST(MediaType, IsToldByTheEndingInAnyCase) {
  EXPECT_EQ(media_type("/assets/page.js"), "text/javascript; charset=utf-8");
  EXPECT_EQ(media_type("Cover.JPG"), "image/jpeg");
  EXPECT_EQ(media_type("a.tar.woff2"), "font/woff2");
}

TEST(MediaType, IsBytesForWhatHasNoKnownEnding) {
  for (const auto* path : {"", "js", "folder.js/file", "file.", "file.exe"})
    EXPECT_EQ(media_type(path), "application/octet-stream") << path;
}

}  // namespace
}  // namespace longwave::web
