// SPDX-License-Identifier: Apache-2.0
#include "station/backends/remote_player.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <utility>

namespace longwave::station {
namespace {

constexpr Duration try_again = std::chrono::seconds{1};
constexpr Duration look_again = std::chrono::seconds{2};
constexpr Duration enter_within = std::chrono::seconds{20};
constexpr Duration unsure_at_most = std::chrono::seconds{10};
constexpr std::size_t most_known = 1000;  // paths that are remembered

}  // namespace

RemotePlayer::RemotePlayer(StationId station, orders::StreamClock stream, Remote& remote, Ports ports)
    : station_(station), stream_(stream), remote_(remote), ports_(std::move(ports)) {
  remote_.on_taken = [this](Remote::Taken how) { on_taken(how); };
}

RemotePlayer::~RemotePlayer() {
  *alive_ = false;
  remote_.on_taken = [](Remote::Taken) {};
}

void RemotePlayer::receive(StationId station, const orders::ToPlayer& message) {
  if (station != station_) return;
  std::visit([this](const auto& order) { on(order); }, message);
  tick();
}

void RemotePlayer::on(const orders::Prepare& order) {
  ports_.find(order.track, [this, order, alive = alive_](const Result<Song>& song) {
    if (!*alive) return;
    if (song) return look_up(order, *song);
    ports_.tell.receive(station_, orders::Failed{order.item, song.error().message});
  });
}

void RemotePlayer::look_up(const orders::Prepare& order, const Song& song) {
  remote_.look_up(song.uri, [this, order, song, alive = alive_](Result<Duration> found) {
    if (!*alive) return;
    if (!found && found.error().code == Errc::unavailable) {  // it may be back soon
      return again_in(try_again, [this, order, song] { look_up(order, song); });
    }
    if (!found) return ports_.tell.receive(station_, orders::Failed{order.item, found.error().message});
    if (uris_.size() > most_known) uris_.clear();
    uris_[order.item] = song.uri;
    const auto duration = found->count() > 0 ? to_samples(*found) : song.duration;
    ports_.tell.receive(station_, orders::Prepared{order.item, duration});
  });
}

void RemotePlayer::on(const orders::Play& order) {
  std::erase_if(plan_, [&](const orders::Play& other) {
    return other.item == order.item || other.start_at >= order.start_at;
  });
  plan_.push_back(order);
  if (stop_at_ && *stop_at_ <= order.start_at) stop_at_.reset();
}

void RemotePlayer::on(const orders::Stop& order) {
  std::erase_if(plan_, [&](const orders::Play& other) { return other.start_at >= order.at; });
  stop_at_ = order.at;
}

/// Everything whose time has come. Of several that are due, only the last is heard.
void RemotePlayer::tick() {
  auto due = std::move(later_);
  later_.clear();
  for (auto& [when, task] : due) {
    if (when <= ports_.clock.now()) {
      task();
    } else {
      later_.emplace_back(when, std::move(task));
    }
  }
  while (!plan_.empty() && plan_.front().start_at <= now()) {
    const auto order = plan_.front();
    plan_.erase(plan_.begin());
    begin(order);
  }
  if (stop_at_ && *stop_at_ <= now()) {
    end_current(*std::exchange(stop_at_, std::nullopt));
    remote_.stop([](const Result<void>&) {});
  }
  plan_wake();
}

void RemotePlayer::begin(const orders::Play& order) {
  end_current(order.start_at);
  const auto known = uris_.find(order.item);
  current_ = Begun{order, known == uris_.end() ? std::string{} : known->second};
  if (!current_->uri.empty()) return enter();
  ports_.find(order.track, [this, item = order.item, alive = alive_](const Result<Song>& song) {
    if (!*alive || !current_ || current_->order.item != item) return;
    if (!song) return ports_.tell.receive(station_, orders::Failed{item, song.error().message});
    current_->uri = song->uri;
    enter();
  });
}

/// The other plays the current item from where it is now.
void RemotePlayer::enter() {
  const auto order = current_->order;
  const auto late = std::max(Samples{0}, now() - order.start_at);
  const int tries = ++current_->tries;
  remote_.play(current_->uri, to_duration(order.offset + late),
               [this, item = order.item, tries, alive = alive_](const Result<void>& played) {
                 if (*alive && current_ && current_->order.item == item && current_->tries == tries)
                   entered(item, played);
               });
  again_in(enter_within, [this, item = order.item, tries] {
    if (current_ && current_->order.item == item && current_->tries == tries && !current_->there) enter();
  });
}

void RemotePlayer::entered(EntryId item, const Result<void>& played) {
  if (!played && played.error().code == Errc::cancelled) return;
  // What it had and hasn't any more it may have again: an MPD that starts reads its folders first.
  if (!played && played.error().code != Errc::unavailable && !current_->told) {
    current_.reset();
    return ports_.tell.receive(station_, orders::Failed{item, played.error().message});
  }
  if (!played) {
    if (!std::exchange(silent_, true)) log::warn("external player: {}", played.error().message);
    return again_in(try_again, [this, item, tries = current_->tries] {
      if (current_ && current_->order.item == item && current_->tries == tries) enter();
    });
  }
  silent_ = false;
  current_->there = true;
  again_in(look_again, [this, item] { watch(item); });
  if (std::exchange(current_->told, true)) return;
  ports_.tell.receive(station_, orders::Started{item, current_->order.start_at, current_->order.offset});
}

/// It may have gone and come back, or (an MPD) been stopped by somebody: then it is entered again, unless the
/// item is as good as over.
void RemotePlayer::watch(EntryId item) {
  if (!current_ || current_->order.item != item || !current_->there) return;
  remote_.playing([this, item, alive = alive_](const Result<bool>& plays) {
    if (!*alive || !current_ || current_->order.item != item || !current_->there) return;
    if ((plays && *plays) || nearly_over()) return again_in(look_again, [this, item] { watch(item); });
    current_->there = false;
    enter();
  });
}

/// Lengths of songs aren't known exactly, and the other may begin late.
bool RemotePlayer::nearly_over() const {
  const auto& order = current_->order;
  const auto left = order.start_at - order.offset + order.duration - now();
  return left < std::clamp(order.duration / 10, to_samples(look_again), to_samples(unsure_at_most));
}

void RemotePlayer::on_taken(Remote::Taken how) {
  if (!current_ || !current_->there) return;
  if (how == Remote::Taken::silent && nearly_over()) return;
  current_->there = false;
  current_->away = true;
  log::info("external player: somebody else steers it now; the station leaves it to them");
  taken.emit({station_});
}

void RemotePlayer::end_current(Samples at) {
  if (!current_) return;
  const auto item = current_->order.item;
  const bool heard = current_->there || current_->away;
  current_.reset();
  ports_.tell.receive(station_,
                      orders::Ended{item, at, 0, heard ? std::string{} : "the external player wasn't there"});
}

void RemotePlayer::again_in(Duration delay, Task task) {
  later_.emplace_back(ports_.clock.now() + delay, std::move(task));
  plan_wake();
}

void RemotePlayer::plan_wake() {
  auto next = Instant::max();
  if (!plan_.empty()) next = std::min(next, stream_.instant(plan_.front().start_at));
  if (stop_at_) next = std::min(next, stream_.instant(*stop_at_));
  for (const auto& [when, task] : later_) next = std::min(next, when);
  if (next != Instant::max()) ports_.wake(next);
}

}  // namespace longwave::station
