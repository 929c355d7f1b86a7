// SPDX-License-Identifier: Apache-2.0
#include "station/mount.hpp"

#include "audio/icy.hpp"

#include <gtest/gtest.h>

namespace longwave::station {
namespace {

using namespace std::chrono_literals;
using audio::Format;

struct FakeSink final : ListenerSink {
  explicit FakeSink(std::string* into, std::size_t* queued_now) : out(into), queued(queued_now) {}
  void write(io::SharedBytes bytes) override { out->append(bytes.bytes); }
  std::size_t queued_bytes() const override { return *queued; }
  std::string* out;
  std::size_t* queued;
};

/// A mount whose unit u is 418 bytes that all say u (mod 251), with titles where they are put.
class MountTest : public testing::Test {
 protected:
  static constexpr std::size_t unit_bytes = 418;
  MountTest() { make(Format::mp3_128); }
  void make(Format format) {
    Mount::Events events;
    events.started = [this](const Listener& l, Samples at) { started.emplace_back(l.token, at); };
    events.too_far_behind = [this](const Listener& l) { dropped.push_back(l.token); };
    events.sent_bytes = [this](std::size_t n) { bytes += n; };
    mount = std::make_unique<Mount>(StationId{1}, format, Mount::Options{.lead = 4s, .behind_limit = 20s},
                                    events);
  }
  void title(std::int64_t unit, std::int64_t number) {
    auto t = std::make_shared<Title>();
    t->number = number;
    t->text = "Title " + std::to_string(number);
    t->icy_block = audio::icy_block(t->text);
    marks.push_back({unit, t});
  }
  MountBatchPtr batch(std::int64_t first, std::int64_t count) {
    auto b = std::make_shared<MountBatch>();
    b->station = StationId{1};
    b->first = first;
    TitlePtr present;
    for (const auto& m : marks)
      if (m.unit <= first) present = m.title;
    if (!present) present = std::make_shared<Title>();
    b->marks.push_back({first, present});
    for (auto u = first; u < first + count; ++u) {
      for (const auto& m : marks)
        if (m.unit == u && u > first) b->marks.push_back(m);
      b->bytes += std::string(unit_bytes, static_cast<char>(u % 251));
      b->ends.push_back(static_cast<std::uint32_t>(b->bytes.size()));
    }
    return b;
  }
  Samples at(double seconds) { return Samples{static_cast<std::int64_t>(seconds * 44100)}; }
  std::unique_ptr<ListenerSink> sink(std::string& out) { return std::make_unique<FakeSink>(&out, &queued); }

  std::unique_ptr<Mount> mount;
  std::vector<TitleMark> marks;
  std::vector<std::pair<std::string, Samples>> started;
  std::vector<std::string> dropped;
  std::size_t bytes = 0, queued = 0;
};

TEST_F(MountTest, AListenerBeginsWithTheStationsNow) {
  title(0, 1);
  mount->add(batch(0, 400), at(0));
  std::string out;
  mount->join(sink(out), "t", false, at(3));
  const auto first = unit_at(Format::mp3_128, at(3));
  ASSERT_EQ(started.size(), 1u);
  EXPECT_EQ(started[0].second, time_of_unit(Format::mp3_128, first));
  EXPECT_EQ(out.size(), unit_bytes * static_cast<std::size_t>(400 - first));
  EXPECT_EQ(static_cast<unsigned char>(out[0]), first % 251);
  EXPECT_EQ(bytes, out.size());
}

TEST_F(MountTest, AnEarlyListenerWaitsForTheFirstSound) {
  title(0, 1);
  std::string out;
  mount->join(sink(out), "t", false, at(3));
  EXPECT_TRUE(out.empty());
  mount->add(batch(100, 10), at(3));
  EXPECT_TRUE(out.empty()) << "that is the past";
  mount->add(batch(110, 50), at(3));
  EXPECT_EQ(static_cast<unsigned char>(out[0]), 114);  // 3 s
  EXPECT_EQ(started.size(), 1u);
}

TEST_F(MountTest, WhoBeganWithTooLittleSoundGetsMoreAsItComes) {
  title(0, 1);
  mount->add(batch(0, 4), at(0));  // the encoder has only just begun
  std::string out;
  auto* listener = mount->join(sink(out), "", false, at(0));
  EXPECT_EQ(out.size(), 4 * unit_bytes);
  queued = out.size();  // its first bytes may still be on their way
  mount->add(batch(4, 36), at(0.05));
  EXPECT_EQ(out.size(), 40 * unit_bytes) << "its turn may be a second away";
  mount->add(batch(40, 50), at(0.1));
  EXPECT_EQ(out.size(), 90 * unit_bytes);
  mount->add(batch(90, 30), at(0.2));
  EXPECT_EQ(out.size(), 90 * unit_bytes) << "it has two seconds now: its turns are enough";
  queued = 0;
  for (int slot = 0; slot < Mount::slots; ++slot) mount->serve(slot, at(1));
  EXPECT_EQ(out.size(), 120 * unit_bytes);
  mount->leave(listener);
  mount->add(batch(120, 4), at(1));

  mount->join(sink(out), "", false, at(3));
  mount->leave(mount->join(sink(out), "", false, at(3)));
  out.clear();
  mount->add(batch(124, 4), at(3));
  EXPECT_EQ(out.size(), 4 * unit_bytes) << "who has gone is served no more";
}

TEST_F(MountTest, EverySlotIsServedOnceASecondAndAllOfASlotGetTheSameBytes) {
  title(0, 1);
  mount->add(batch(0, 153), at(0));
  std::vector<std::string> outs(100);
  for (auto& out : outs) mount->join(sink(out), "", false, at(0));
  for (auto& out : outs) out.clear();
  mount->add(batch(153, 38), at(1));
  for (int slot = 0; slot < Mount::slots; ++slot) {
    mount->serve(slot, at(1));
    int served = 0;
    for (const auto& out : outs) served += !out.empty();
    EXPECT_EQ(served, 5 * (slot + 1)) << "listeners are spread evenly";
  }
  for (const auto& out : outs) EXPECT_EQ(out, outs[0]);
  EXPECT_EQ(outs[0].size(), 38 * unit_bytes);
  for (int slot = 0; slot < Mount::slots; ++slot) mount->serve(slot, at(1));
  EXPECT_EQ(outs[0].size(), 38 * unit_bytes) << "nothing new, nothing written";
}

TEST_F(MountTest, StationsWithOneListenerEachAreServedInDifferentSlots) {
  std::vector<std::string> outs(Mount::slots);
  std::uint32_t taken = 0;
  for (int station = 1; station <= Mount::slots; ++station) {
    Mount one(StationId{station}, Format::mp3_128, {.lead = 4s, .behind_limit = 20s},
              {[](const Listener&, Samples) {}, [](const Listener&) {}, [](std::size_t) {}});
    EXPECT_EQ(one.taken_slots(), 0u);
    auto* listener = one.join(sink(outs[static_cast<std::size_t>(station - 1)]), "", false, at(0));
    taken |= one.taken_slots();
    one.leave(listener);
    EXPECT_EQ(one.taken_slots(), 0u);
  }
  EXPECT_EQ(taken, (std::uint32_t{1} << Mount::slots) - 1);
}

TEST_F(MountTest, WhoIsAloneInItsSlotGetsTheSameBytesAsOthers) {
  title(0, 1);
  title(170, 2);
  std::vector<std::string> outs(Mount::slots + 1);  // the last one shares a slot with the first
  for (auto& out : outs) mount->join(sink(out), "", true, at(0));
  mount->add(batch(0, 153), at(0));
  for (int second = 1; second <= 4; ++second) {
    for (int part = 0; part < 4; ++part)
      mount->add(batch(115 + second * 38 + part * 9, part < 3 ? 9 : 11), at(second));
    for (int slot = 0; slot < Mount::slots; ++slot) mount->serve(slot, at(second));
  }
  for (const auto& out : outs) EXPECT_EQ(out, outs[0]);
  EXPECT_GT(outs[0].size(), 305 * unit_bytes);
  EXPECT_NE(outs[0].find("Title 2"), std::string::npos);
}

TEST_F(MountTest, WhoPassesTheStreamOnGetsEveryBatchAtOnce) {
  title(0, 1);
  std::string prompt, other;
  mount->join(sink(other), "", false, at(0));
  auto* early = mount->join(sink(prompt), "", false, at(0), 0, true);
  mount->add(batch(0, 153), at(0));
  mount->add(batch(153, 10), at(0.25));
  EXPECT_EQ(prompt.size(), 163 * unit_bytes);
  EXPECT_EQ(other.size(), 153 * unit_bytes) << "its turn comes";
  queued = 1000;
  mount->add(batch(163, 10), at(0.5));
  EXPECT_EQ(prompt.size(), 163 * unit_bytes) << "it hasn't taken what it got";
  queued = 0;
  mount->add(batch(173, 10), at(0.75));
  EXPECT_EQ(prompt.size(), 183 * unit_bytes);
  mount->leave(early);
  mount->add(batch(183, 10), at(1));
}

TEST_F(MountTest, AListenerMoreThanTwentySecondsBehindIsDropped) {
  title(0, 1);
  mount->add(batch(0, 153), at(0));
  std::string out;
  mount->join(sink(out), "slow", false, at(0));
  queued = 1000;
  std::int64_t made = 153;
  for (int second = 1; second <= 19 && dropped.empty(); ++second) {
    mount->add(batch(made, 38), at(second));
    made += 38;
    for (int slot = 0; slot < Mount::slots; ++slot) mount->serve(slot, at(second));
    EXPECT_TRUE(dropped.empty() || second >= 19) << second;
  }
  for (int second = 20; second <= 22; ++second)
    for (int slot = 0; slot < Mount::slots; ++slot) mount->serve(slot, at(second));
  EXPECT_EQ(dropped, std::vector<std::string>{"slow"});
  EXPECT_EQ(mount->listeners(), 0u);
  EXPECT_EQ(out.size(), 153 * unit_bytes) << "nothing was written on top of what waits";
}

TEST_F(MountTest, ASlowListenerCatchesUpWithoutLosingAByte) {
  title(0, 1);
  mount->add(batch(0, 153), at(0));
  std::string out;
  mount->join(sink(out), "", false, at(0));
  queued = 1000;
  std::int64_t made = 153;
  for (int second = 1; second <= 12; ++second) {
    mount->add(batch(made, 38), at(second));
    made += 38;
    if (second == 12) queued = 0;
    for (int slot = 0; slot < Mount::slots; ++slot) mount->serve(slot, at(second));
  }
  ASSERT_EQ(out.size(), static_cast<std::size_t>(made) * unit_bytes);
  for (std::int64_t u = 0; u < made; ++u)
    ASSERT_EQ(static_cast<unsigned char>(out[static_cast<std::size_t>(u) * unit_bytes]), u % 251);
  EXPECT_TRUE(dropped.empty());
}

/// Every place of a title change relative to the metadata interval, written in pieces as they come.
TEST_F(MountTest, TheTitleStandsInTheFirstBlockBehindTheBoundary) {
  for (std::int64_t boundary = 150; boundary < 175; ++boundary) {
    marks.clear();
    make(Format::mp3_128);
    title(0, 1);
    title(boundary, 2);
    mount->add(batch(0, 100), at(0));
    std::string out;
    mount->join(sink(out), "", true, at(0));
    for (std::int64_t made = 100; made < 300; made += 10) {
      mount->add(batch(made, 10), at(static_cast<double>(made) / 38));
      for (int slot = 0; slot < Mount::slots; ++slot) mount->serve(slot, at(static_cast<double>(made) / 38));
    }
    std::string sound;
    std::vector<std::pair<std::size_t, std::string>> titles;
    std::size_t p = 0;
    while (p + audio::icy_interval < out.size()) {
      sound += out.substr(p, audio::icy_interval);
      p += audio::icy_interval;
      const auto length = static_cast<std::size_t>(static_cast<unsigned char>(out[p])) * 16;
      if (length) titles.emplace_back(sound.size(), out.substr(p + 1, length));
      p += 1 + length;
    }
    for (std::size_t i = 0; i < sound.size(); ++i)
      ASSERT_EQ(static_cast<unsigned char>(sound[i]), (i / unit_bytes) % 251) << "the sound is whole";
    ASSERT_EQ(titles.size(), 2u);
    EXPECT_EQ(titles[0].first, audio::icy_interval);
    EXPECT_NE(titles[1].second.find("StreamTitle='Title 2';"), std::string::npos);
    const auto byte = static_cast<std::size_t>(boundary) * unit_bytes;
    EXPECT_GE(titles[1].first + unit_bytes, byte + 1) << boundary;
    EXPECT_LT(titles[1].first, byte + audio::icy_interval) << boundary;
  }
}

TEST_F(MountTest, AStreamThatBeginsAnewTakesItsListenersAlong) {
  title(0, 1);
  mount->add(batch(0, 100), at(0));
  std::string out;
  mount->join(sink(out), "", false, at(0));
  out.clear();
  mount->add(batch(5000, 100), at(130));
  for (int slot = 0; slot < Mount::slots; ++slot) mount->serve(slot, at(130));
  EXPECT_EQ(out.size(), 100 * unit_bytes);
  mount->add(batch(5000, 100), at(130));  // told twice
  for (int slot = 0; slot < Mount::slots; ++slot) mount->serve(slot, at(131));
  EXPECT_EQ(out.size(), 100 * unit_bytes);
}

TEST_F(MountTest, LeavingKeepsTheOthersInTheirPlaces) {
  title(0, 1);
  mount->add(batch(0, 153), at(0));
  std::vector<std::string> outs(60);
  std::vector<Listener*> listeners;
  for (auto& out : outs) listeners.push_back(mount->join(sink(out), "", false, at(0)));
  for (std::size_t i = 0; i < 60; i += 2) mount->leave(listeners[i]);
  EXPECT_EQ(mount->listeners(), 30u);
  for (auto& out : outs) out.clear();
  mount->add(batch(153, 38), at(1));
  for (int slot = 0; slot < Mount::slots; ++slot) mount->serve(slot, at(1));
  for (std::size_t i = 0; i < 60; ++i) EXPECT_EQ(outs[i].empty(), i % 2 == 0);
}

}  // namespace
}  // namespace longwave::station
