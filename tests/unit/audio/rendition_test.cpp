// SPDX-License-Identifier: Apache-2.0
#include "audio/rendition_cache.hpp"

#include <ebur128.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <thread>

#include "unit/audio/sound.hpp"

namespace longwave::audio {
namespace {

using namespace testing;
namespace fs = std::filesystem;

class Rendition_ : public ::testing::Test {
 protected:
  std::shared_ptr<const TrackSound> track(const std::string& name, double seconds, unsigned seed) {
    write_wav(folder / name, static_cast<std::int64_t>(44100 * seconds), music(0.5, seed));
    return sound_of(folder / name);
  }
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator{folder / "cache"}, fs::directory_iterator{}));
  }
  Folder folder;
};

TEST_F(Rendition_, HasTheLevelItShouldHave) {
  // LAME's silent scaling shows here: 0.445 dB would be missing.
  for (const auto format : all_formats) {
    write_wav(folder / "x.wav", 44100 * 3, sine(1000, 0.25));
    const auto sound = sound_of(folder / "x.wav");
    const auto r = encoded(*sound, format);
    const auto pairs = decoded(format, frames_of(*r, 0, r->frames_ready()));
    double sum = 0;
    const auto from = static_cast<std::size_t>(info(format).sample_rate);
    for (std::size_t i = from; i < from * 3; ++i) sum += static_cast<double>(pairs[i]) * pairs[i];
    const double level = 10 * std::log10(sum / static_cast<double>(from * 2));
    const double wanted = 20 * std::log10(0.25 / std::numbers::sqrt2) + sound->gain.db;
    EXPECT_NEAR(level, wanted, 0.03) << info(format).name;
    EXPECT_NEAR(r->level_db(10), wanted, 0.51);
  }
}

TEST_F(Rendition_, IsStoredFoundAndPinned) {
  const auto a = track("a.wav", 2, 1), b = track("b.wav", 2, 2);
  {
    RenditionCache cache{folder / "cache", 1 << 30};
    auto first = cache.obtain(*a, Format::mp3_128);
    ASSERT_TRUE(first.run);
    const auto again = cache.obtain(*a, Format::mp3_128);
    EXPECT_FALSE(again.run);
    EXPECT_EQ(again.rendition, first.rendition);
    EXPECT_FALSE(cache.find(*a, Format::mp3_128));
    first.run({});
    EXPECT_TRUE(first.rendition->complete());
    EXPECT_EQ(cache.find(*a, Format::mp3_128), first.rendition);
    EXPECT_EQ(cache.stats().files, 1u);
  }
  RenditionCache cache{folder / "cache", 1 << 30};
  EXPECT_EQ(cache.stats().files, 1u);
  const auto stored = cache.find(*a, Format::mp3_128);
  ASSERT_TRUE(stored);
  const auto fresh = encoded(*a, Format::mp3_128);
  ASSERT_EQ(stored->frames_ready(), fresh->frames_ready());
  EXPECT_EQ(stored->samples(), fresh->samples());
  for (std::int64_t i = 0; i < fresh->frames_ready(); ++i) ASSERT_EQ(stored->frame(i), fresh->frame(i)) << i;
  for (std::int64_t i = -1; i < 25; ++i) EXPECT_EQ(stored->level_db(i), fresh->level_db(i));
  EXPECT_EQ(stored->tail().at, fresh->tail().at);
  EXPECT_TRUE(std::ranges::equal(stored->tail().samples, fresh->tail().samples));
  EXPECT_TRUE(std::ranges::equal(stored->head().samples, fresh->head().samples));
  // Other gain, other format, other file: other renditions.
  auto louder = *a;
  louder.gain.db += 1;
  EXPECT_FALSE(cache.find(louder, Format::mp3_128));
  EXPECT_FALSE(cache.find(*a, Format::opus_96));
  EXPECT_FALSE(cache.find(*b, Format::mp3_128));
}

TEST_F(Rendition_, TheLeastRecentlyUsedGoesFirstUnlessItIsPinned) {
  const auto a = track("a.wav", 2, 1), b = track("b.wav", 2, 2), c = track("c.wav", 2, 3);
  RenditionCache cache{folder / "cache", 340'000};  // room for two of about 162 KB, of it 129 KB edges
  auto pinned = cache.obtain(*a, Format::mp3_128);
  pinned.run({});
  cache.obtain(*b, Format::mp3_128).run({});
  EXPECT_EQ(files(), 2u);
  cache.obtain(*c, Format::mp3_128).run({});
  EXPECT_EQ(files(), 2u) << cache.stats().bytes;
  EXPECT_TRUE(cache.find(*a, Format::mp3_128));
  EXPECT_FALSE(cache.find(*b, Format::mp3_128));
  EXPECT_EQ(cache.stats().evicted, 1u);
  pinned.rendition.reset();
  pinned.run = {};
  cache.set_cap(170'000);
  EXPECT_EQ(files(), 1u);
  cache.set_cap(0);
  EXPECT_EQ(files(), 0u);
  EXPECT_EQ(cache.stats().bytes, 0u);
}

TEST_F(Rendition_, DamagedFilesAreThrownAwayAndMadeAgain) {
  const auto a = track("a.wav", 1, 1);
  const auto key = rendition_key(*a, Format::opus_96);
  const auto file = folder / "cache" / (key + ".lwr");
  RenditionCache{folder / "cache", 1 << 30}.obtain(*a, Format::opus_96).run({});
  const auto good = read_all(file);
  ASSERT_GT(good.size(), 1000u);
  std::vector<std::string> bad{"", good.substr(0, 50), good.substr(0, good.size() - 1), good + "x"};
  for (const std::size_t at : {0ul, 5ul, 70ul, 90ul, 104ul, 120ul, good.size() / 2, good.size() - 2}) {
    bad.push_back(good);
    bad.back()[at] = static_cast<char>(bad.back()[at] ^ 0x40);
  }
  for (const auto& bytes : bad) {
    std::ofstream{file, std::ios::binary} << bytes;
    std::ofstream{folder / "cache" / "left.lwr.part"} << "x";
    RenditionCache cache{folder / "cache", 1 << 30};
    EXPECT_FALSE(fs::exists(folder / "cache" / "left.lwr.part"));
    EXPECT_FALSE(cache.find(*a, Format::opus_96)) << bytes.size();
    auto encoding = cache.obtain(*a, Format::opus_96);
    ASSERT_TRUE(encoding.run);
    encoding.run({});
    EXPECT_TRUE(read_all(file) == good);
  }
}

TEST_F(Rendition_, AFullDiskCostsOnlyTheStoring) {
  const auto a = track("a.wav", 2, 1);
  RenditionCache cache{folder / "cache", 1 << 30};
  auto encoding = cache.obtain(*a, Format::mp3_128);
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{10'000, before.rlim_max};  // writing past this fails, as on a disk without room
  ::setrlimit(RLIMIT_FSIZE, &small);
  encoding.run({});
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_TRUE(encoding.rendition->complete());
  EXPECT_EQ(cache.stats().store_failures, 1u);
  EXPECT_NE(cache.stats().last_store_failure, "");
  EXPECT_EQ(files(), 0u);
  EXPECT_EQ(cache.find(*a, Format::mp3_128), encoding.rendition);
}

TEST_F(Rendition_, IsReadWhileItGrows) {
  const auto a = track("a.wav", 20, 1);
  auto encoding = encode_transient(*a, Format::mp3_128, 0);
  std::int64_t read = 0;
  std::uint64_t sum = 0;
  std::thread reader{[&, r = encoding.rendition] {
    while (!r->complete() && !r->failed()) {
      for (const auto ready = r->frames_ready(); read < ready; ++read) {
        for (const char c : r->frame(read)) sum += static_cast<unsigned char>(c);
        static_cast<void>(r->level_db(read / 4));
        static_cast<void>(r->head());
      }
      std::this_thread::yield();
    }
  }};
  encoding.run({});
  reader.join();
  EXPECT_TRUE(encoding.rendition->complete());
  EXPECT_GT(read, 100);
  EXPECT_GT(sum, 0u);
}

TEST_F(Rendition_, AnEndedOrAbandonedEncodeFailsWithAReason) {
  const auto a = track("a.wav", 3, 1);
  RenditionCache cache{folder / "cache", 1 << 30};
  std::stop_source stop;
  stop.request_stop();
  auto encoding = cache.obtain(*a, Format::mp3_128);
  encoding.run(stop.get_token());
  EXPECT_TRUE(encoding.rendition->failed());
  EXPECT_NE(encoding.rendition->problem(), "");
  auto next = cache.obtain(*a, Format::mp3_128);
  ASSERT_TRUE(next.run) << "a failed one isn't handed out again";
  const auto waiting = next.rendition;
  next.run = {};
  EXPECT_TRUE(waiting->failed());
  // A file that shrank or vanished since its analysis.
  write_wav(folder / "a.wav", 44100, music(0.5, 1));
  auto third = cache.obtain(*a, Format::mp3_128);
  third.run({});
  EXPECT_TRUE(third.rendition->failed());
  EXPECT_NE(third.rendition->problem().find("shorter"), std::string::npos);
  fs::remove(folder / "a.wav");
  auto fourth = cache.obtain(*a, Format::mp3_128);
  fourth.run({});
  EXPECT_TRUE(fourth.rendition->failed());
  EXPECT_EQ(files(), 0u);
}

TEST_F(Rendition_, EnteredInTheMiddleItIsTheSameSound) {
  write_wav(folder / "a.wav", 44100 * 8, music(1.2, 7));
  const auto sound = sound_of(folder / "a.wav");
  auto driven = *sound;
  driven.gain = {6, -1, true};  // so that the limiter works
  for (const auto format : all_formats) {
    const auto whole = encoded(driven, format);
    const std::int64_t from = 150;
    const auto late = encoded(driven, format, from);
    EXPECT_EQ(late->first_frame(), from);
    EXPECT_EQ(late->frames_ready(), whole->frames_ready());
    EXPECT_EQ(late->samples(), whole->samples());
    EXPECT_TRUE(late->head().samples.empty());
    EXPECT_TRUE(std::ranges::equal(late->tail().samples, whole->tail().samples,
                                   [](int x, int y) { return std::abs(x - y) <= 1; }));
    for (std::int64_t i = 45; i < 80; ++i) EXPECT_NEAR(late->level_db(i), whole->level_db(i), 1) << i;
    // A listener who gets the one and then the other hears no difference: decode both ways and compare.
    auto mixed = frames_of(*whole, 0, from);
    for (const auto f : frames_of(*late, from, late->frames_ready())) mixed.push_back(f);
    const auto one = decoded(format, frames_of(*whole, 0, whole->frames_ready()));
    const auto two = decoded(format, mixed);
    double difference = 0, energy = 0;
    for (std::size_t i = 0; i < std::min(one.size(), two.size()); ++i) {
      difference += std::pow(one[i] - two[i], 2);
      energy += std::pow(one[i], 2);
    }
    EXPECT_LT(10 * std::log10(difference / energy), -25) << info(format).name;
  }
}

TEST_F(Rendition_, PartialAnalysesArePlayedToTheRealEnd) {
  write_wav(folder / "a.wav", 44100 * 6 + 5, music(0.5, 7));
  AnalyseOptions part;
  part.only_first = Samples{44100 * 2};
  auto analysis = *analyse(folder / "a.wav", part);
  analysis.length = analysis.end = Samples{44100 * 30};  // the container was wrong
  const auto r = encoded({folder / "a.wav", analysis, gain_for(analysis)}, Format::mp3_128);
  EXPECT_EQ(r->samples(), 44100 * 6 + 5);
}

}  // namespace
}  // namespace longwave::audio
