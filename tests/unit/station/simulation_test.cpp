// SPDX-License-Identifier: Apache-2.0
#include "player_sim.hpp"

/// A day of radio in seconds: numbered frames, a programmer that keeps two items ahead, and everything that
/// goes wrong, from a seed that is printed when a run fails.
namespace longwave::station::simulated {
namespace {

using namespace std::chrono_literals;
using audio::Format;

/// Follows orders.hpp as a programmer does.
class Programmer {
 public:
  Programmer(Station& station, Random& random) : station_(station), random_(random) {
    station_.on_message = [this](const orders::FromPlayer& message) { on(message); };
  }
  struct Entry {
    std::int64_t id = 0;
    Samples duration{}, start{};
    bool prepared = false, ordered = false, started = false;
  };
  struct Run {
    std::int64_t id = 0;
    Samples at{}, end{Samples::max()}, duration{};
    bool ended = false;
    std::string problem;
  };
  std::map<std::int64_t, Run> runs;  // by item
  std::function<Track()> make_track;
  int failed = 0, problems = 0;

  void fill() {
    while (entries_.size() < 3) {
      const auto id = ++last_id_;
      station_.media.tracks[id] = make_track();
      entries_.push_back({.id = id});
      station_.player->receive(orders::Prepare{{id}, {id}});
    }
    order();
  }
  void skip() {
    if (entries_.size() < 2 || !entries_[0].started || !entries_[1].prepared || entries_[1].started) return;
    cut_at_ = Samples{station_.now().count() / 1152 * 1152};
    entries_[1].ordered = false;
    entries_[1].start = cut_at_;
    cut_ = true;
    skipped_ = entries_[0].id;
    order();
  }
  void remove_next() {
    if (entries_.size() < 2 || entries_[1].started) return;
    station_.player->receive(
        orders::Stop{entries_[0].started ? entries_[0].start + entries_[0].duration : Samples{}});
    entries_.erase(entries_.begin() + 1);
    for (auto& entry : entries_)
      if (!entry.started) entry.ordered = false;
    fill();
  }

 private:
  void order() {
    Samples at = free_from_;
    bool cut = false;
    for (std::size_t i = 0; i < entries_.size() && i < 3; ++i) {
      auto& entry = entries_[i];
      if (entry.started) {
        at = entry.start + entry.duration;
        continue;
      }
      if (!entry.prepared) return;
      cut = i == 0 || (i == 1 && cut_);
      const auto start = i == 1 && cut_ ? cut_at_ : at;
      if (!entry.ordered || entry.start != start) {
        station_.player->receive(orders::Play{.item = {entry.id},
                                              .track = {entry.id},
                                              .start_at = start,
                                              .offset = {},
                                              .duration = entry.duration,
                                              .cut = cut});
        entry.ordered = true;
        entry.start = start;
      }
      at = entry.start + entry.duration;
    }
  }
  Entry* find(EntryId id) {
    for (auto& entry : entries_)
      if (entry.id == id.value) return &entry;
    return nullptr;
  }
  void on(const orders::FromPlayer& message) {
    if (const auto* prepared = std::get_if<orders::Prepared>(&message)) {
      if (auto* entry = find(prepared->item)) {
        entry->prepared = true;
        entry->duration = prepared->duration;
      }
    } else if (const auto* lost = std::get_if<orders::Failed>(&message)) {
      ++failed;
      std::erase_if(entries_, [&](const Entry& entry) { return entry.id == lost->item.value; });
      for (auto& entry : entries_)
        if (!entry.started) entry.ordered = false;
    } else if (const auto* started = std::get_if<orders::Started>(&message)) {
      EXPECT_FALSE(runs.contains(started->item.value)) << "an item starts once";
      while (!entries_.empty() && entries_.front().id != started->item.value)
        entries_.erase(entries_.begin());
      ASSERT_FALSE(entries_.empty()) << "only what was ordered starts";
      auto& entry = entries_.front();
      entry.started = true;
      entry.start = started->at;
      cut_ = false;
      runs[entry.id] = {.id = entry.id, .at = started->at, .duration = entry.duration, .problem = {}};
    } else if (const auto* ended = std::get_if<orders::Ended>(&message)) {
      auto& run = runs[ended->item.value];
      EXPECT_FALSE(run.ended) << "an item ends once";
      run.ended = true;
      run.end = ended->at;
      run.problem = ended->problem;
      free_from_ = std::max(free_from_, ended->at);
      if (!ended->problem.empty()) ++problems;
      std::erase_if(entries_, [&](const Entry& entry) { return entry.id == ended->item.value; });
    }
    fill();
  }

  Station& station_;
  Random& random_;
  std::deque<Entry> entries_;
  std::int64_t last_id_ = 0;
  Samples free_from_{};
  Samples cut_at_{};
  bool cut_ = false;
  std::int64_t skipped_ = 0;
};

/// What must be true of everything that was sent.
void check(Station& station, const Programmer& programmer, Format format, double most_fallback) {
  const auto& sent = station.sent[format];
  struct On {
    std::int64_t begin, end, item;
  };
  std::vector<On> on;
  for (const auto& [id, run] : programmer.runs)
    on.push_back({audio::frame_at(format, run.at),
                  audio::frame_at(format, std::min(run.end, run.at + run.duration)), id});
  std::sort(on.begin(), on.end(), [](const On& a, const On& b) { return a.begin < b.begin; });
  for (std::size_t i = 1; i < on.size(); ++i) EXPECT_LE(on[i - 1].end, on[i].begin) << "items don't overlap";
  std::int64_t wrong = 0, fallback = 0;
  std::size_t k = 0;
  for (const auto& record : sent) {
    while (k < on.size() && on[k].end <= record.n) ++k;
    const bool planned = k < on.size() && on[k].begin <= record.n;
    if (planned && record.what.track == on[k].item && record.what.frame == record.n - on[k].begin) continue;
    ++fallback;
    // The fallback: the filler, or a track that was on before.
    const auto other = programmer.runs.find(record.what.track);
    const bool known = record.what.track == 0 || (other != programmer.runs.end() &&
                                                  audio::frame_at(format, other->second.at) < record.n &&
                                                  !(planned && record.what.track == on[k].item));
    if (!known && ++wrong < 5)
      ADD_FAILURE() << "mount frame " << record.n << " is frame " << record.what.frame << " of item "
                    << record.what.track;
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_LE(static_cast<double>(fallback), most_fallback * static_cast<double>(sent.size()))
      << "of " << sent.size();
}

struct Trouble {
  bool skips = false, late_joints = false, failures = false, hangs = false, silence = false,
       come_and_go = false;
};

void a_day(std::uint64_t seed, Trouble trouble, Duration length, double most_fallback = 0.0001) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  Station station;
  Programmer programmer(station, random);
  int hung = 0, silent = 0;
  programmer.make_track = [&] {
    Track track;
    track.frames = 2000 + static_cast<std::int64_t>(random.below(10'000));
    if (trouble.late_joints && random.chance(0.2))
      track.joint_after = Duration{random.below(60) * 1'000'000'000};
    if (trouble.late_joints && random.chance(0.1)) track.joint_fails = true;
    if (trouble.late_joints && random.chance(0.05))
      track.open_after = Duration{random.below(90) * 1'000'000'000};
    if (trouble.failures && random.chance(0.1)) track.unreadable = true;
    if (trouble.failures && random.chance(0.1)) track.vanished = true;
    if (trouble.failures && random.chance(0.1))
      track.breaks_at = static_cast<std::int64_t>(random.below(2000));
    if (trouble.hangs && random.chance(0.1))
      ++hung, track.stops_at = static_cast<std::int64_t>(random.below(2000));
    if (trouble.silence && random.chance(0.1)) {
      ++silent;
      track.silent_from = 500;
      track.silent_to = 900;
    }
    return track;
  };
  station.listen(Format::mp3_128, 1);
  programmer.fill();
  std::array<int, 2> here{1, 0};
  const auto until = station.clock.now() + length;
  while (station.clock.now() < until && !testing::Test::HasFailure()) {
    station.run_for(Duration{random.below(120'000) * 1'000'000});
    if (trouble.skips && random.chance(0.2)) programmer.skip();
    if (trouble.skips && random.chance(0.1)) programmer.remove_next();
    if (trouble.come_and_go && random.chance(0.3)) {
      const auto format = random.below(2);
      here[format] = static_cast<int>(random.below(3));
      station.listen(static_cast<Format>(format), here[format]);
    }
  }
  for (const auto format : audio::all_formats) check(station, programmer, format, most_fallback);
  EXPECT_LT(station.worst_lag, -2.0) << "with four seconds of lead, nobody hears a gap";
  if (!trouble.hangs && !trouble.silence && !trouble.failures) {
    EXPECT_TRUE(station.acted_problems.empty());
  }
  if (hung > 3 || silent > 3) {
    EXPECT_FALSE(station.acted_problems.empty());
  }
  const auto hours = std::chrono::duration<double>(length).count() / 3600;
  EXPECT_GT(static_cast<double>(programmer.runs.size()), hours * 3600 / (12'000 * 1152.0 / 44100) * 0.8);
}

TEST(Simulation, ADayOfMusicIsUnbroken) {
  a_day(1, {}, 24h);
}
TEST(Simulation, WithSkipsAndRemovals) {
  a_day(2, {.skips = true}, 3h);
}
TEST(Simulation, WithJointsAndRenditionsThatComeLate) {
  a_day(3, {.skips = true, .late_joints = true}, 3h, 0.02);
}
TEST(Simulation, WithFilesThatCannotBePlayed) {
  a_day(4, {.failures = true}, 3h, 0.02);
}
TEST(Simulation, WithDecodersThatHang) {
  a_day(5, {.hangs = true}, 3h, 0.02);
}
TEST(Simulation, WithSilence) {
  a_day(6, {.silence = true}, 3h, 0.02);
}
TEST(Simulation, WithListenersWhoComeAndGo) {
  a_day(7, {.come_and_go = true}, 4h, 0.01);
}
TEST(Simulation, WithEverythingAtOnce) {
  for (std::uint64_t seed = 100; seed < 106 && !testing::Test::HasFailure(); ++seed)
    a_day(seed,
          {.skips = true,
           .late_joints = true,
           .failures = true,
           .hangs = true,
           .silence = true,
           .come_and_go = true},
          90min, 0.15);
}

}  // namespace
}  // namespace longwave::station::simulated
