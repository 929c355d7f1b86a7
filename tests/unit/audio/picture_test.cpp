// SPDX-License-Identifier: Apache-2.0
#include "audio/picture.hpp"

#include <gtest/gtest.h>

#include "audio/colour.hpp"
#include "unit/audio/sound.hpp"

namespace longwave::audio {
namespace {

using namespace testing;

std::string picture(const Folder& folder, const std::string& kind, const std::string& source) {
  const auto file = folder / ("x." + kind);
  const auto made = run("ffmpeg -v error -y -f lavfi -i " + source + " -frames:v 1 " + file.string());
  EXPECT_EQ(made.code, 0) << made.output;
  return read_all(file);
}

TEST(Picture, EveryKindIsFittedAndEncodedAgain) {
  Folder folder;
  for (const std::string kind : {"jpg", "png", "gif", "bmp", "webp"}) {
    const auto bytes = picture(folder, kind, "testsrc=s=640x320");
    const auto p = scale_picture(bytes, 256);
    ASSERT_TRUE(p.has_value()) << kind << p.error().message;
    EXPECT_EQ(p->width, 256);
    EXPECT_EQ(p->height, 128);
    EXPECT_EQ(picture_type(p->jpeg), "image/jpeg");
    std::ofstream{folder / "out.jpg", std::ios::binary} << p->jpeg;
    EXPECT_EQ(run("ffprobe -v warning -show_entries stream=width,height -of csv=p=0 " +
                  (folder / "out.jpg").string())
                  .output,
              "256,128\n");
    const auto same = scale_picture(bytes, 1000);
    ASSERT_TRUE(same.has_value());
    EXPECT_EQ(same->width, 640) << "never enlarged";
  }
}

TEST(Picture, ColoursSurviveAndTransparencyIsWhite) {
  Folder folder;
  const struct {
    const char* kind;
    const char* source;
    int r, g, b;
  } cases[] = {{"png", "color=c=0xd02020:s=100x60", 0xd0, 0x20, 0x20},
               {"jpg", "color=c=0x2040c0:s=100x60", 0x20, 0x40, 0xc0},
               {"png", "color=c=black@0.0:s=64x64,format=rgba", 255, 255, 255}};
  for (const auto& c : cases) {
    const auto p = scale_picture(picture(folder, c.kind, c.source), 32);
    ASSERT_TRUE(p.has_value());
    std::ofstream{folder / "out.jpg", std::ios::binary} << p->jpeg;
    ASSERT_EQ(run("ffmpeg -v error -y -i " + (folder / "out.jpg").string() + " -f rawvideo -pix_fmt rgb24 " +
                  (folder / "out.raw").string())
                  .code,
              0);
    const auto raw = read_all(folder / "out.raw");
    EXPECT_NEAR(static_cast<unsigned char>(raw[0]), c.r, 8) << c.source;
    EXPECT_NEAR(static_cast<unsigned char>(raw[1]), c.g, 8) << c.source;
    EXPECT_NEAR(static_cast<unsigned char>(raw[2]), c.b, 8) << c.source;
  }
}

TEST(Picture, TheAccentIsReadableOnLightAndDark) {
  const Rgb white{255, 255, 255}, black{0, 0, 0};
  EXPECT_NEAR(contrast(white, black), 21, 0.01);
  EXPECT_EQ(to_css({1, 171, 255}), "#01abff");
  for (int r = 0; r < 256; r += 15) {
    for (int g = 0; g < 256; g += 15) {
      for (int b = 0; b < 256; b += 15) {
        const auto c = readable(
            {static_cast<std::uint8_t>(r), static_cast<std::uint8_t>(g), static_cast<std::uint8_t>(b)});
        ASSERT_GE(contrast(c, white), 4.5) << r << ' ' << g << ' ' << b;
        ASSERT_GE(contrast(c, black), 4.5) << r << ' ' << g << ' ' << b;
      }
    }
  }
  Folder folder;
  const auto p = scale_picture(picture(folder, "png", "color=c=0xe03030:s=64x64"), 32);
  EXPECT_GT(p->accent.r, p->accent.g * 2);
}

TEST(Picture, HostileOnesAreRefused) {
  Folder folder;
  const auto png = picture(folder, "png", "testsrc=s=320x320");
  const auto jpg = picture(folder, "jpg", "testsrc=s=320x320");
  EXPECT_EQ(scale_picture("<svg xmlns='http://www.w3.org/2000/svg'/>", 96).error().code, Errc::unsupported);
  EXPECT_EQ(scale_picture("", 96).error().code, Errc::unsupported);
  EXPECT_EQ(scale_picture(png, 0).error().code, Errc::invalid);
  EXPECT_EQ(scale_picture(png, 96, {1000, 1'000'000}).error().code, Errc::full);
  EXPECT_FALSE(scale_picture(png, 96, {1 << 20, 100 * 100}).has_value()) << "too many pixels";
  auto bomb = png;
  bomb.replace(16, 8, std::string("\0\x01\0\0\0\x01\0\0", 8));  // says 65536 x 65536
  EXPECT_FALSE(scale_picture(bomb, 96).has_value());
  std::mt19937 random{3};
  for (const auto& good : {png, jpg}) {
    for (std::size_t n = 0; n < good.size(); n += 97)
      (void)scale_picture(std::string_view{good}.substr(0, n), 96);
    for (int i = 0; i < 200; ++i) {
      auto bad = good;
      for (int k = 0; k < 5; ++k) bad[random() % bad.size()] = static_cast<char>(random());
      (void)scale_picture(bad, 96);
    }
  }
}

}  // namespace
}  // namespace longwave::audio
