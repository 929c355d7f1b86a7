// rooms: schedule
// SPDX-License-Identifier: Apache-2.0
#include "base/clock.hpp"
#include "schedule/autodj.hpp"
#include "schedule/keeper.hpp"
#include "schedule/programmer.hpp"
#include "schedule/tables.hpp"
#include "store/store.hpp"

#include <benchmark/benchmark.h>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>

/// What a draw, a command and a tick cost in the programmer of one station, with a large library and a full
/// queue.
namespace longwave::schedule {
namespace {

std::vector<Candidate> library(std::int64_t n, std::int64_t per_artist) {
  std::vector<Candidate> rows;
  for (std::int64_t i = 1; i <= n; ++i) {
    rows.push_back({TrackId{i}, 1 + i / per_artist, 1.0F + static_cast<float>(i % 5), 180'000, true, true});
  }
  return rows;
}

PickContext three_hours(std::int64_t n, std::int64_t per_artist) {
  PickContext context;
  context.at = std::chrono::hours{10};
  for (std::int64_t i = 1; i <= 60; ++i) {
    const auto track = i * 7919 % n + 1;
    context.heard.push_back(
        {TrackId{track}, 1 + track / per_artist, context.at - Samples{(61 - i) * 180 * 44100}});
  }
  return context;
}

void BuildCatalogue(benchmark::State& state) {
  const auto rows = library(state.range(0), 12);
  for (auto _ : state) {
    Catalogue catalogue(rows);
    benchmark::DoNotOptimize(catalogue);
  }
}
BENCHMARK(BuildCatalogue)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

void PickAmong(benchmark::State& state) {
  const Catalogue catalogue(library(state.range(0), 12));
  const auto context = three_hours(state.range(0), 12);
  Random random(1);
  for (auto _ : state) benchmark::DoNotOptimize(pick(catalogue, {}, context, random));
}
BENCHMARK(PickAmong)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMicrosecond);

/// The worst: all tracks but a handful by one artist who was just heard.
void PickAmongFew(benchmark::State& state) {
  auto rows = library(state.range(0), 12);
  for (std::size_t i = 5; i < rows.size(); ++i) rows[i].artist = 7;
  const Catalogue catalogue(rows);
  auto context = three_hours(state.range(0), 12);
  context.heard.back().artist = 7;
  Random random(1);
  for (auto _ : state) benchmark::DoNotOptimize(pick(catalogue, {}, context, random));
}
BENCHMARK(PickAmongFew)->Arg(100'000)->Unit(benchmark::kMicrosecond);

/// A station that plays, with this many requests in its queue.
struct Full {
  explicit Full(std::int64_t entries)
      : programmer(fresh(), {}, std::make_shared<const Catalogue>(library(100'000, 12)), moment(), 1) {
    answer();
    Add add;
    for (std::int64_t i = 0; i < entries; ++i) add.tracks.push_back(TrackId{i % 100'000 + 1});
    if (entries > 0 && !programmer.run(add, moment())) std::abort();
    answer();
  }
  static Saved fresh() {
    Saved saved;
    saved.station.id = StationId{1};
    return saved;
  }
  Moment moment() const { return {clock.now(), clock.wall()}; }
  void answer() {
    for (auto output = programmer.take(); !output.orders.empty(); output = programmer.take()) {
      for (const auto& order : output.orders) {
        if (const auto* prepare = std::get_if<orders::Prepare>(&order)) {
          programmer.receive(orders::Prepared{prepare->item, Samples{180 * 44100 / 1152 * 1152}}, moment());
        }
      }
    }
  }
  ManualClock clock;
  Programmer programmer;
};

void AddAndRemove(benchmark::State& state) {
  Full full(state.range(0));
  for (auto _ : state) {
    const auto answer = full.programmer.run(Add{{TrackId{5}}, 500, "Anna"}, full.moment());
    benchmark::DoNotOptimize(full.programmer.take());
    full.programmer.run(Remove{answer->entries[0], ""}, full.moment()).value();
    benchmark::DoNotOptimize(full.programmer.take());
  }
  state.SetLabel("two commands");
}
BENCHMARK(AddAndRemove)->Arg(0)->Arg(9'990)->Unit(benchmark::kMicrosecond);

void MoveAnywhere(benchmark::State& state) {
  Full full(state.range(0));
  Random random(2);
  for (auto _ : state) {
    const auto& queue = full.programmer.queue();
    const auto entry = queue.entries()[random.below(queue.size() - 10) + 10]->id;
    full.programmer.run(Move{entry, random.below(queue.size() - 10) + 10, ""}, full.moment()).value();
    benchmark::DoNotOptimize(full.programmer.take());
  }
}
BENCHMARK(MoveAnywhere)->Arg(9'990)->Unit(benchmark::kMicrosecond);

/// A whole item: two deadlines, a transition, a draw, an analysis asked for and answered.
void OneItem(benchmark::State& state) {
  Full full(0);
  for (auto _ : state) {
    full.clock.advance(std::chrono::minutes{3});
    full.programmer.tick(full.moment());
    full.answer();
  }
}
BENCHMARK(OneItem)->Unit(benchmark::kMicrosecond);

/// The loop of the keeper: what is posted runs when the benchmark waits for it.
class Turns {
 public:
  Post post() {
    return [this](Task task) {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
      came_.notify_all();
    };
  }
  void one() {
    Task task;
    {
      std::unique_lock lock(mutex_);
      came_.wait(lock, [this] { return !tasks_.empty(); });
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<Task> tasks_;
};

struct NoPlayer final : orders::PlayerPort {
  void receive(StationId, const orders::ToPlayer&) override {}
};

/// From the call to its answer after the commit on disk; `in flight` calls at once.
void AcknowledgedAdd(benchmark::State& state) {
  const auto folder = std::filesystem::temp_directory_path() / "longwave_schedule_bench";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  {
    store::Store store({.file = folder / "bench.db"}, {{"schedule", migrations()}});
    SystemClock clock;
    Turns turns;
    NoPlayer player;
    Rules rules;
    rules.max_entries = 10'000'000;
    Keeper keeper({clock, store, player, turns.post(), [](Instant) {}, 1, rules});
    keeper.open();
    keeper.set_catalogue(std::make_shared<const Catalogue>(library(1000, 12)));
    keeper.start();
    const auto main = *keeper.find("main");
    for (auto _ : state) {
      std::int64_t answered = 0;
      for (std::int64_t i = 0; i < state.range(0); ++i) {
        keeper.run(main, Add{{TrackId{5}}, {}, "Anna"},
                   [&](Result<Answer> answer) { answered += answer.has_value(); });
      }
      while (answered < state.range(0)) turns.one();
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
  }
  std::filesystem::remove_all(folder);
}
BENCHMARK(AcknowledgedAdd)->Arg(1)->Arg(64)->Unit(benchmark::kMicrosecond)->UseRealTime()->Iterations(200);

}  // namespace
}  // namespace longwave::schedule

BENCHMARK_MAIN();
