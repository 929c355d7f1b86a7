// SPDX-License-Identifier: Apache-2.0
#include "station/broadcaster.hpp"

#include "audio/icy.hpp"
#include "base/assert.hpp"
#include "io/loop.hpp"
#include "io/timer.hpp"
#include "station/audience.hpp"
#include "station/player.hpp"
#include "web/router.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <unordered_map>
#include <utility>

namespace longwave::station {

namespace {

/// A task for the audience's loop that does nothing once the audience is gone, and never keeps it alive.
template <class F>
Task with(const std::shared_ptr<Audience>& audience, F work) {
  return [weak = std::weak_ptr<Audience>(audience), work = std::move(work)] {
    if (const auto there = weak.lock()) work(*there);
  };
}

constexpr Duration announce_every = std::chrono::milliseconds{250};

}  // namespace

class Broadcaster::Impl final : public PlayerHost {
 public:
  Impl(Broadcaster& self, io::Loop& loop, const std::vector<io::Loop*>& net_loops, Media& media,
       orders::ProgrammerPort& programmer, const Clock& clock, BroadcastOptions options)
      : self_(self),
        loop_(loop),
        media_(media),
        programmer_(programmer),
        clock_(clock),
        options_(options),
        timer_(loop),
        post_(loop.poster()) {
    for (auto* net_loop : net_loops) net_posts_.push_back(net_loop->poster());
    outgoing_.resize(net_loops.size());
  }

  /// Posts look whether we are still there: what arrives after the end is dropped.
  void make_audiences(const std::vector<io::Loop*>& net_loops) {
    for (std::size_t i = 0; i < net_loops.size(); ++i) {
      auto report = [this, alive = std::weak_ptr(alive_), post = post_, i](AudienceReport what) {
        post([this, alive, i, what = std::move(what)] {
          if (!alive.expired()) take_report(i, what);
        });
      };
      audiences_.push_back(
          std::make_shared<Audience>(*net_loops[i], clock_, options_, counts_, std::move(report)));
    }
  }

  void open(StationInfo info);
  void rename(StationId station, std::string name);
  void close(StationId station);
  void receive(StationId station, const orders::ToPlayer& message);
  void set_relayed(StationId station, bool relayed);
  void relay(StationId station, RelayedPiece piece);
  void add_routes(web::Router& router);
  bool answer(web::RequestContext&& context, std::string_view slug, audio::Format format,
              std::uint64_t session, bool prompt);
  StationMetrics metrics() const;
  ListenersChanged listeners(StationId station) const;

  // PlayerHost
  void tell(StationId station, const orders::FromPlayer& message) override {
    programmer_.receive(station, message);
  }
  void batch(const MountBatchPtr& batch) override {
    if (!stations_.at(batch->station).relayed) give(batch);  // what runs down isn't heard any more
  }
  void heard(const Heard& event) override { self_.heard.emit(event); }
  void acted(const WatchdogActed& event) override { self_.watchdog_acted.emit(event); }
  void hurry(StationId station) override;

 private:
  struct OpenMount {
    std::vector<int> listeners;        // per net loop
    std::deque<MountBatchPtr> recent;  // what a net loop needs that gets its first listener now
    int total() const {
      int sum = 0;
      for (const int n : listeners) sum += n;
      return sum;
    }
  };
  struct Station {
    StationCardPtr card;
    std::unique_ptr<Player> player;
    std::array<OpenMount, std::size(audio::all_formats)> mounts;
    Instant wake = Instant::max();  // as it stands in wakes_
    bool relayed = false;
    std::int64_t relay_next = 0;  // unit
    TitlePtr relay_title;
    bool listeners_changed = false;
    Instant announced{};
  };

  void run();
  void arm();
  void give(const MountBatchPtr& batch);
  /// A player whose stream is relayed has no listeners.
  static void tell_player(const Station& station, audio::Format format);
  void schedule(StationId id, Station& station, Instant when);
  void take_report(std::size_t loop, const AudienceReport& report);
  void send_recent(std::size_t loop, Station& station, OpenMount& mount, audio::Format format);
  void announce(StationId id, Station& station, Instant now);

  Broadcaster& self_;
  io::Loop& loop_;
  Media& media_;
  orders::ProgrammerPort& programmer_;
  const Clock& clock_;
  const BroadcastOptions options_;
  io::Timer timer_;
  Post post_;
  std::vector<Post> net_posts_;
  AudienceCounts counts_;
  std::vector<std::shared_ptr<Audience>> audiences_;
  std::unordered_map<StationId, Station> stations_;
  std::set<std::pair<Instant, StationId>> wakes_;
  std::vector<StationId> hurried_;
  bool run_posted_ = false;
  std::vector<std::vector<MountBatchPtr>> outgoing_;  // per net loop
  StationMetrics metrics_;
  std::int64_t relay_titles_ = std::int64_t{1} << 40;  // beside those of the players
  mutable std::mutex published_mutex_;
  StationMetrics published_;
  std::shared_ptr<const char> alive_ = std::make_shared<const char>('\0');
};

void Broadcaster::Impl::open(StationInfo info) {
  auto card = std::make_shared<const StationCard>(
      StationCard{info.id, info.slug, info.name, info.genre, info.url, info.clock});
  for (std::size_t i = 0; i < audiences_.size(); ++i)
    net_posts_[i](with(audiences_[i], [card](Audience& audience) { audience.open(card); }));
  auto& station = stations_[info.id];
  LW_ASSERT(!station.player, "a station is opened once");
  station.card = card;
  station.player =
      std::make_unique<Player>(info.id, info.name, info.clock, clock_, options_, media_, *this, metrics_);
  for (auto& mount : station.mounts) mount.listeners.assign(audiences_.size(), 0);
  ++metrics_.stations;
}

void Broadcaster::Impl::rename(StationId id, std::string name) {
  const auto found = stations_.find(id);
  if (found == stations_.end()) return;
  auto card = std::make_shared<StationCard>(*found->second.card);
  card->name = std::move(name);
  found->second.card = card;
  found->second.player->rename(card->name);
  for (std::size_t i = 0; i < audiences_.size(); ++i)
    net_posts_[i](with(audiences_[i], [card](Audience& audience) { audience.open(card); }));
}

void Broadcaster::Impl::close(StationId id) {
  const auto found = stations_.find(id);
  if (found == stations_.end()) return;
  const auto& mounts = found->second.mounts;  // what their listeners' ends tell comes too late to be counted
  metrics_.listeners_mp3 -= mounts[static_cast<std::size_t>(audio::Format::mp3_128)].total();
  metrics_.listeners_opus -= mounts[static_cast<std::size_t>(audio::Format::opus_96)].total();
  wakes_.erase({found->second.wake, id});
  stations_.erase(found);
  --metrics_.stations;
  for (std::size_t i = 0; i < audiences_.size(); ++i)
    net_posts_[i](with(audiences_[i], [id](Audience& audience) { audience.close(id); }));
}

void Broadcaster::Impl::receive(StationId id, const orders::ToPlayer& message) {
  const auto found = stations_.find(id);
  if (found != stations_.end()) found->second.player->receive(message);
}

void Broadcaster::Impl::hurry(StationId station) {
  hurried_.push_back(station);
  if (std::exchange(run_posted_, true)) return;
  post_([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) run();
  });
}

void Broadcaster::Impl::schedule(StationId id, Station& station, Instant when) {
  if (when == station.wake) return;
  if (station.wake != Instant::max()) wakes_.erase({station.wake, id});
  station.wake = when;
  if (when != Instant::max()) wakes_.insert({when, id});
}

void Broadcaster::Impl::run() {
  run_posted_ = false;
  auto due = std::exchange(hurried_, {});
  const auto now = clock_.now();
  for (const auto& [when, id] : wakes_) {
    if (when > now) break;
    due.push_back(id);
  }
  std::sort(due.begin(), due.end());
  due.erase(std::unique(due.begin(), due.end()), due.end());
  for (const auto id : due) {
    const auto found = stations_.find(id);
    if (found == stations_.end()) continue;
    auto& station = found->second;
    station.player->tick();
    for (const auto format : audio::all_formats)
      if (!station.relayed && !station.player->live(format))
        station.mounts[static_cast<std::size_t>(format)].recent.clear();
    auto wake = station.player->wake();
    if (station.listeners_changed && now - station.announced >= announce_every) announce(id, station, now);
    if (station.listeners_changed) wake = std::min(wake, station.announced + announce_every);
    schedule(id, station, wake);
  }
  for (std::size_t i = 0; i < outgoing_.size(); ++i) {
    if (outgoing_[i].empty()) continue;
    net_posts_[i](with(audiences_[i], [batches = std::exchange(outgoing_[i], {})](Audience& audience) {
      audience.deliver(batches);
    }));
  }
  {
    const std::lock_guard lock(published_mutex_);
    published_ = metrics_;
  }
  arm();
}

void Broadcaster::Impl::arm() {
  if (wakes_.empty()) return timer_.cancel();
  timer_.at(wakes_.begin()->first, [this] { run(); });
}

void Broadcaster::Impl::give(const MountBatchPtr& made) {
  auto batch = made;
  auto& station = stations_.at(batch->station);
  auto& mount = station.mounts[static_cast<std::size_t>(batch->format)];
  // Between a relayed stream and the player's the two overlap.
  const auto given = mount.recent.empty() ? batch->first : mount.recent.back()->end();
  if (batch->end() <= given) return;
  if (batch->first < given) batch = from_unit(*batch, given);
  if (!mount.recent.empty() && mount.recent.back()->end() != batch->first) mount.recent.clear();
  mount.recent.push_back(batch);
  const auto present = unit_at(batch->format, station.player->stream().position(clock_.now()));
  while (mount.recent.size() > 1 && mount.recent.front()->end() <= present) mount.recent.pop_front();
  for (std::size_t i = 0; i < outgoing_.size(); ++i)
    if (mount.listeners[i] > 0) outgoing_[i].push_back(batch);
}

void Broadcaster::Impl::set_relayed(StationId id, bool relayed) {
  const auto found = stations_.find(id);
  if (found == stations_.end()) return;
  found->second.relayed = relayed;
  found->second.relay_next = 0;
  for (const auto format : audio::all_formats) tell_player(found->second, format);
  hurry(id);
  if (!relayed) return;
  for (std::size_t i = 0; i < audiences_.size(); ++i) {
    net_posts_[i](
        with(audiences_[i], [id](Audience& audience) { audience.keep_only(id, audio::Format::mp3_128); }));
  }
}

void Broadcaster::Impl::relay(StationId id, RelayedPiece piece) {
  const auto found = stations_.find(id);
  if (found == stations_.end() || !found->second.relayed) return;
  auto& station = found->second;
  if (piece.title || !station.relay_title) {
    auto title = std::make_shared<Title>();
    title->number = ++relay_titles_;
    title->text = piece.title.value_or("");
    title->icy_block = audio::icy_block(title->text);
    station.relay_title = std::move(title);
  }
  if (piece.ends.empty()) return;
  constexpr auto format = audio::Format::mp3_128;
  const auto present = unit_at(format, station.player->stream().position(clock_.now()));
  auto made = std::make_shared<MountBatch>();
  made->station = id;
  made->format = format;
  // What comes begins at the moment the other was asked, and is whole: late or not it has its place, and the
  // player will take over at the right second. Only after a hole it is placed anew.
  const auto hole = present - unit_at(format, to_samples(options_.lead));
  made->first = station.relay_next >= hole ? station.relay_next : present;
  made->bytes = std::move(piece.bytes);
  made->ends = std::move(piece.ends);
  made->marks = {{made->first, station.relay_title}};
  station.relay_next = made->end();
  give(made);
  hurry(id);
}

void Broadcaster::Impl::send_recent(std::size_t loop, Station& station, OpenMount& mount,
                                    audio::Format format) {
  const auto present = unit_at(format, station.player->stream().position(clock_.now()));
  std::vector<MountBatchPtr> batches;
  for (const auto& batch : mount.recent)
    if (batch->end() > present) batches.push_back(batch);
  if (batches.empty()) return;
  net_posts_[loop](with(audiences_[loop],
                        [batches = std::move(batches)](Audience& audience) { audience.deliver(batches); }));
}

void Broadcaster::Impl::take_report(std::size_t loop, const AudienceReport& report) {
  for (const auto& count : report.counts) {
    const auto found = stations_.find(count.station);
    if (found == stations_.end()) continue;
    auto& station = found->second;
    auto& mount = station.mounts[static_cast<std::size_t>(count.format)];
    const auto before = std::exchange(mount.listeners[loop], count.listeners);
    if (before == 0 && count.listeners > 0) send_recent(loop, station, mount, count.format);
    (audio::is_mp3(count.format) ? metrics_.listeners_mp3 : metrics_.listeners_opus) +=
        count.listeners - before;
    station.listeners_changed = true;
    tell_player(station, count.format);
  }
  for (const auto& started : report.started) self_.listener_started.emit(started);
  for (const auto& ended : report.ended) self_.listener_ended.emit(ended);
}

void Broadcaster::Impl::tell_player(const Station& station, audio::Format format) {
  const auto& mount = station.mounts[static_cast<std::size_t>(format)];
  station.player->listeners(format, station.relayed ? 0 : mount.total());
}

void Broadcaster::Impl::announce(StationId id, Station& station, Instant now) {
  station.listeners_changed = false;
  station.announced = now;
  self_.listeners_changed.emit(listeners(id));
}

ListenersChanged Broadcaster::Impl::listeners(StationId id) const {
  const auto found = stations_.find(id);
  if (found == stations_.end()) return {id, 0, 0};
  ListenersChanged now{id, 0, 0};
  for (const auto format : audio::all_formats)
    (audio::is_mp3(format) ? now.mp3 : now.opus) +=
        found->second.mounts[static_cast<std::size_t>(format)].total();
  return now;
}

StationMetrics Broadcaster::Impl::metrics() const {
  StationMetrics out;
  {
    const std::lock_guard lock(published_mutex_);
    out = published_;
  }
  out.listeners_started = counts_.started;
  out.listeners_dropped = counts_.dropped;
  out.listeners_refused = counts_.refused;
  out.bytes_sent = counts_.bytes_sent;
  return out;
}

bool Broadcaster::Impl::answer(web::RequestContext&& context, std::string_view slug, audio::Format format,
                               std::uint64_t session, bool prompt) {
  for (const auto& audience : audiences_) {
    if (&audience->loop() == &context.loop())
      return audience->answer(std::move(context), slug, format, session, prompt);
  }
  context.respond(web::Response::text(503, "Not on this connection.\n"));
  return false;
}

void Broadcaster::Impl::add_routes(web::Router& router) {
  for (const auto format : audio::public_formats) {
    const auto extension = std::string{audio::info(format).extension};
    const auto pattern = "/listen/:station." + extension;
    const auto added =
        router.add({.methods = {"GET"},
                    .pattern = pattern,
                    .description = "The station's stream as " + std::string{audio::info(format).content_type},
                    .handler = [this, format](web::RequestContext&& context) {
                      const std::string slug{context.request().parameter("station")};
                      answer(std::move(context), slug, format, 0, false);
                    }});
    LW_ASSERT(added, "the listening routes are free");
    const auto allowed =
        router.add({.methods = {"OPTIONS"},
                    .pattern = pattern,
                    .description = "Lets players in pages of other sites ask for titles (CORS)",
                    .handler = [](web::RequestContext&& context) {
                      auto response = web::Response::empty(204);
                      response.headers.add("Access-Control-Allow-Origin", "*");
                      response.headers.add("Access-Control-Allow-Methods", "GET, HEAD");
                      response.headers.add("Access-Control-Allow-Headers", "Icy-MetaData, Range");
                      response.headers.add("Access-Control-Max-Age", "86400");
                      context.respond(std::move(response));
                    }});
    LW_ASSERT(allowed, "the listening routes are free");
  }
}

Broadcaster::Broadcaster(io::Loop& station_loop, std::vector<io::Loop*> net_loops, Media& media,
                         orders::ProgrammerPort& programmer, const Clock& clock, BroadcastOptions options)
    : impl_(std::make_unique<Impl>(*this, station_loop, net_loops, media, programmer, clock, options)) {
  impl_->make_audiences(net_loops);
}

Broadcaster::~Broadcaster() = default;

void Broadcaster::add_routes(web::Router& router) {
  impl_->add_routes(router);
}
bool Broadcaster::answer(web::RequestContext&& context, std::string_view slug, audio::Format format,
                         std::uint64_t session, bool prompt) {
  return impl_->answer(std::move(context), slug, format, session, prompt);
}
void Broadcaster::open(StationInfo info) {
  impl_->open(std::move(info));
}
void Broadcaster::rename(StationId station, std::string name) {
  impl_->rename(station, std::move(name));
}
void Broadcaster::close(StationId station) {
  impl_->close(station);
}
void Broadcaster::receive(StationId station, const orders::ToPlayer& message) {
  impl_->receive(station, message);
}
void Broadcaster::set_relayed(StationId station, bool relayed) {
  impl_->set_relayed(station, relayed);
}
void Broadcaster::relay(StationId station, RelayedPiece piece) {
  impl_->relay(station, std::move(piece));
}
StationMetrics Broadcaster::metrics() const {
  return impl_->metrics();
}
ListenersChanged Broadcaster::listeners(StationId station) const {
  return impl_->listeners(station);
}

}  // namespace longwave::station
