// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "audio/icy.hpp"
#include "audio/ogg.hpp"
#include "audio/silence.hpp"
#include "base/text.hpp"
#include "unit/audio/sound.hpp"

namespace longwave::audio {
namespace {

using namespace testing;

TEST(Icy, ABlockIsItsLengthAndPaddedText) {
  const struct {
    std::string title, url, text;
  } cases[] = {
      {"A - B", "", "StreamTitle='A - B';StreamUrl='';"},
      {"", "", "StreamTitle='';StreamUrl='';"},
      {"It's", "http://x/", "StreamTitle='It's';StreamUrl='http://x/';"},
      {"a';b", "", "StreamTitle='a' ;b';StreamUrl='';"},
      {";b", "", "StreamTitle=' ;b';StreamUrl='';"},
      {"ends'", "", "StreamTitle='ends' ';StreamUrl='';"},
      {"two\r\nlines", "", "StreamTitle='two  lines';StreamUrl='';"},
      {"Motörhead – Überlieferung", "", "StreamTitle='Motörhead – Überlieferung';StreamUrl='';"},
      {"bad \xff utf", "", "StreamTitle='bad \xef\xbf\xbd utf';StreamUrl='';"},
  };
  for (const auto& c : cases) {
    const auto block = icy_block(c.title, c.url);
    ASSERT_EQ(block.size(), 1 + 16 * static_cast<std::size_t>(static_cast<unsigned char>(block[0])))
        << c.title;
    EXPECT_EQ(block.substr(1, c.text.size()), c.text);
    EXPECT_EQ(block.find_first_not_of('\0', 1 + c.text.size()), std::string::npos) << c.title;
    EXPECT_LT(block.size() - 1 - c.text.size(), 16u);
  }
}

TEST(Icy, LongTitlesAreCutAtAWholeCharacter) {
  for (std::size_t n = 2000; n < 2100; ++n) {
    std::string title;
    for (std::size_t i = 0; i < n; ++i) title += "ü";
    const auto block = icy_block(title, std::string(5000, 'u'));
    EXPECT_LE(block.size(), 1u + 255 * 16);
    EXPECT_TRUE(text::valid_utf8(block.substr(1)));
    EXPECT_NE(block.find("';StreamUrl='';"), std::string::npos);
  }
}

TEST(Icy, TitlesAreArtistAndTitle) {
  EXPECT_EQ(icy_title("A", "B"), "A - B");
  EXPECT_EQ(icy_title("", "B"), "B");
  EXPECT_EQ(icy_title("A", ""), "A");
}

TEST(Ogg, TheChecksumIsThatOfTheRfc) {
  EXPECT_EQ(ogg_crc(""), 0u);
  EXPECT_EQ(ogg_crc("123456789"), 0x89a1897fu);
}

TEST(Ogg, PacketsOfEveryLengthAreLaced) {
  for (const std::size_t n : {0ul, 1ul, 254ul, 255ul, 256ul, 510ul, 1000ul}) {
    const std::string packet(n, 'p');
    const std::string_view packets[] = {packet, "x"};
    const auto page = ogg_page({1, 2, 960, false, false}, packets);
    const auto segments = static_cast<unsigned char>(page[26]);
    EXPECT_EQ(segments, n / 255 + 2);
    EXPECT_EQ(page.size(), 27u + segments + n + 1);
    auto zeroed = page;
    zeroed.replace(22, 4, std::string(4, '\0'));
    std::uint32_t crc = 0;
    std::memcpy(&crc, page.data() + 22, 4);
    EXPECT_EQ(crc, ogg_crc(zeroed));
  }
  const std::string large(255 * 255, 'p');
  const std::string_view packets[] = {large};
  EXPECT_EQ(ogg_page({}, packets), "");
}

// A listener enters a stream that has run for weeks: headers, then pages with large numbers.
TEST(Ogg, OthersDecodeAStreamThatIsEnteredLate) {
  Folder folder;
  write_wav(folder / "a.wav", 44100 * 5, sine(500, 0.3));
  const auto sound = sound_of(folder / "a.wav");
  const auto r = encoded(*sound, Format::opus_96);
  const OpusPager pager{4711, 50};
  std::string bytes = opus_headers(4711, "longwave");
  for (int i = 0; i < 4; ++i)
    bytes += pager.page(50ll * (2'000'000 + i), frames_of(*r, 50 * i, 50 * i + 50), i == 3);
  EXPECT_EQ(pager.page(100, frames_of(*r, 0, 50)), pager.page(100, frames_of(*r, 0, 50)));
  std::ofstream{folder / "late.opus", std::ios::binary} << bytes;
  const auto file = (folder / "late.opus").string();
  const auto ffmpeg =
      run("cat " + file + " | ffmpeg -v warning -i pipe:0 -f f32le -y " + (folder / "out.raw").string());
  EXPECT_EQ(ffmpeg.code, 0);
  EXPECT_EQ(ffmpeg.output, "");
  EXPECT_NEAR(static_cast<double>(std::filesystem::file_size(folder / "out.raw")) / 8, 200 * 960, 960);
  EXPECT_NE(
      run("ffprobe -v error -show_entries stream=codec_name,channels -of csv " + file).output.find("opus,2"),
      std::string::npos);
}

TEST(Filler, GoesRoundWithoutASeamAndIsNeverSilent) {
  for (const auto format : all_formats) {
    const auto filler = make_filler(format);
    ASSERT_TRUE(filler.has_value());
    const auto& r = **filler;
    EXPECT_TRUE(r.complete());
    for (std::int64_t i = 0; i < 79; ++i) {
      EXPECT_GT(r.level_db(i), -60) << i;
      EXPECT_LT(r.level_db(i), -20) << i;
    }
    std::vector<std::string_view> frames;
    for (int round = 0; round < 3; ++round) {
      for (const auto f : frames_of(r, 0, r.frames_ready())) frames.push_back(f);
    }
    const auto pairs = decoded(format, frames);
    const auto period = static_cast<std::size_t>(r.samples()) * 2;
    ASSERT_GT(pairs.size(), 2 * period);
    // The second round is the third, and the step at the seam is no larger than any other.
    float seam = 0, ordinary = 0;
    for (std::size_t i = period; i + 2 < pairs.size(); ++i) {
      const float step = std::fabs(pairs[i + 2] - pairs[i]);
      (i % period < 2000 || i % period > period - 2000 ? seam : ordinary) =
          std::max(i % period < 2000 || i % period > period - 2000 ? seam : ordinary, step);
    }
    EXPECT_LE(seam, ordinary * 1.2f) << info(format).name;
    const auto silence = make_silence(format);
    ASSERT_TRUE(silence.has_value());
    EXPECT_EQ((*silence)->level_db(3), -128);
    for (const float x : decoded(format, frames_of(**silence, 0, (*silence)->frames_ready())))
      ASSERT_LT(std::fabs(x), 1e-4f);
  }
}

}  // namespace
}  // namespace longwave::audio
