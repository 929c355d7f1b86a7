// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/random.hpp"
#include "orders/orders.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <utility>
#include <vector>

/// A player without sound: keeps a plan of ordered items, begins and ends them by stream time, and has all
/// the troubles that a real one may have, by chance.
namespace longwave::schedule::test {

struct Troubles {
  double silent_prepare = 0.01;  ///< a Prepare is never answered
  double slow_prepare = 0.05;    ///< it takes up to five minutes
  double broken = 0.02;          ///< of all tracks
  double late = 0.03;            ///< an item begins up to 20 s late
  double watchdog = 0.01;        ///< an item is ended before its time
  double dies = 0.005;           ///< decoding fails in the middle
  double mute = 0.02;            ///< says nothing about an item: neither Started nor Ended
};

class SimPlayer {
 public:
  using Tell = std::function<void(const orders::FromPlayer&)>;

  SimPlayer(std::uint64_t seed, Troubles troubles) : random_(seed), troubles_(troubles) {}

  static Samples length(TrackId track) {
    return Samples{(60 + track.value * 7919 % 300) * 44100 / 1152 * 1152};
  }
  bool broken(TrackId track) const {
    return static_cast<double>(track.value * 104729 % 1000) < troubles_.broken * 1000;
  }

  void order(const orders::ToPlayer& message, Samples now) {
    if (const auto* m = std::get_if<orders::Prepare>(&message)) prepare(*m, now);
    if (const auto* m = std::get_if<orders::Play>(&message)) play(*m, now);
    if (const auto* m = std::get_if<orders::Stop>(&message))
      std::erase_if(plan_, [&](const Planned& p) { return !p.started && p.start >= m->at; });
  }

  std::optional<Samples> next() const {
    std::optional<Samples> at;
    const auto earlier = [&](Samples t) {
      if (!at || t < *at) at = t;
    };
    for (const auto& answer : answers_) earlier(answer.first);
    for (const auto& item : plan_) {
      if (!item.started) earlier(item.tell);
      if (item.started) earlier(item.end);
    }
    return at;
  }

  /// Says what is due at `now`.
  void advance(Samples now, const Tell& tell) {
    const auto ready = std::stable_partition(answers_.begin(), answers_.end(),
                                             [&](const auto& answer) { return answer.first > now; });
    std::vector<std::pair<Samples, orders::FromPlayer>> due(ready, answers_.end());
    answers_.erase(ready, answers_.end());
    for (const auto& answer : due) tell(answer.second);
    std::vector<orders::FromPlayer> said;
    for (auto& item : plan_) {
      if (!item.started && item.tell <= now) {
        item.started = true;
        if (!item.mute)
          said.emplace_back(orders::Started{item.order.item, item.start, item.start - item.origin()});
        for (auto& other : plan_) {
          if (&other != &item && other.started && other.end > item.start) other.end = item.start;
        }
      }
    }
    for (auto& item : plan_) {
      if (item.started && item.end <= now) {
        item.over = true;
        if (item.dies) {
          said.emplace_back(orders::Failed{item.order.item, "decoding failed"});
        } else if (!item.mute) {
          said.emplace_back(
              orders::Ended{item.order.item, item.end, static_cast<int>(random_.below(9)), item.problem});
        }
      }
    }
    std::erase_if(plan_, [](const Planned& p) { return p.over; });
    for (const auto& message : said) tell(message);
  }

  /// The process is gone, with all it knew.
  void forget() {
    plan_.clear();
    answers_.clear();
  }

 private:
  struct Planned {
    orders::Play order;
    Samples start{};  ///< when it really begins
    Samples end{};
    Samples tell{};  ///< when Started is said
    bool started = false;
    bool over = false;
    bool mute = false;
    bool dies = false;
    std::string problem;
    Samples origin() const { return origin_; }
    Samples origin_{};
  };

  void prepare(const orders::Prepare& message, Samples now) {
    if (random_.chance(troubles_.silent_prepare)) return;
    const auto slow = random_.chance(troubles_.slow_prepare);
    const auto at = now + Samples{static_cast<std::int64_t>(random_.unit() * (slow ? 300 : 3) * 44100)};
    if (broken(message.track)) {
      answers_.emplace_back(at, orders::Failed{message.item, "no sound in it"});
    } else {
      answers_.emplace_back(at, orders::Prepared{message.item, length(message.track)});
    }
  }

  void play(const orders::Play& order, Samples now) {
    const auto same = std::find_if(plan_.begin(), plan_.end(), [&](const Planned& p) {
      return p.order.item == order.item && (p.started || p.order.start_at == order.start_at);
    });
    if (same != plan_.end()) return;  // known already
    std::erase_if(plan_, [&](const Planned& p) { return !p.started && p.order.start_at >= order.start_at; });
    Planned item;
    item.order = order;
    const auto head = Samples{(now.count() + 2 * 44100) / 1152 * 1152};  // this much was sent
    item.start = order.start_at;
    item.origin_ = order.start_at - order.offset;
    const bool entered = order.start_at + Samples{2 * 44100} < now && !order.cut;  // at the right second
    if (!entered && order.start_at < head && !plan_.empty()) item.start = item.origin_ = head;
    if (random_.chance(troubles_.late)) {
      item.start = item.origin_ =
          std::max(item.start, now) + Samples{static_cast<std::int64_t>(random_.below(760)) * 1152};
    }
    item.end = item.origin_ + order.duration;
    if (random_.chance(troubles_.watchdog)) {
      item.end = item.start + (item.end - item.start) / 3;
      item.problem = "watchdog: silence";
    } else if (random_.chance(troubles_.dies)) {
      item.end = item.start + (item.end - item.start) / 2;
      item.dies = true;
    }
    item.mute = random_.chance(troubles_.mute);
    item.tell = std::max(now, item.start - Samples{static_cast<std::int64_t>(random_.below(4 * 44100))});
    plan_.push_back(item);
  }

  Random random_;
  Troubles troubles_;
  std::vector<Planned> plan_;
  std::vector<std::pair<Samples, orders::FromPlayer>> answers_;
};

}  // namespace longwave::schedule::test
