// SPDX-License-Identifier: Apache-2.0
#include "station/audience.hpp"

#include "audio/icy.hpp"
#include "base/log.hpp"
#include "io/loop.hpp"
#include "web/context.hpp"

#include <algorithm>
#include <utility>

namespace longwave::station {
namespace {

constexpr Duration turn = Duration{std::chrono::seconds{1}} / Mount::slots;
constexpr std::size_t token_limit = 64;
/// Below a second of TCP's own appetite a listener that stands still would look healthy for minutes.
constexpr std::size_t send_buffer_bytes = 128 * 1024;

web::Headers stream_headers(const StationCard& card, audio::Format format, bool icy) {
  const auto& info = audio::info(format);
  web::Headers headers{{"Content-Type", std::string{info.content_type}},
                       {"Cache-Control", "no-store"},
                       {"Access-Control-Allow-Origin", "*"},
                       {"icy-name", card.name},
                       {"icy-genre", card.genre.empty() ? "Various" : card.genre},
                       {"icy-br", std::to_string(info.bitrate / 1000)},
                       {"icy-pub", "0"}};
  if (!card.url.empty()) headers.add("icy-url", card.url);
  if (icy) headers.add("icy-metaint", std::to_string(audio::icy_interval));
  return headers;
}

/// Radios speak ICY or HTTP/1.0 and read until the end; what comes through a proxy must be able to see that a
/// stream broke.
bool wants_chunks(const web::Request& request, bool icy) {
  return request.version >= 11 && !icy &&
         (request.headers.has("Via") || request.headers.has("X-Forwarded-For") ||
          request.headers.has("Forwarded"));
}

}  // namespace

class Audience::Connection final : public ListenerSink {
 public:
  explicit Connection(web::BodyStream stream) : stream_(std::move(stream)) {}
  void write(io::SharedBytes bytes) override { stream_.write(std::move(bytes)); }
  std::size_t queued_bytes() const override { return stream_.queued_bytes(); }
  web::BodyStream& stream() { return stream_; }

 private:
  web::BodyStream stream_;
};

Audience::Audience(io::Loop& loop, const Clock& clock, const BroadcastOptions& options,
                   AudienceCounts& counts, std::function<void(AudienceReport)> report)
    : loop_(loop),
      clock_(clock),
      options_(options),
      counts_(counts),
      report_(std::move(report)),
      timer_(loop) {}

Audience::~Audience() = default;

void Audience::open(StationCardPtr card) {
  cards_[card->slug] = std::move(card);
}

void Audience::close(StationId station) {
  sorted_ = false;
  std::erase_if(cards_, [&](const auto& entry) { return entry.second->id == station; });
  for (auto it = rooms_.begin(); it != rooms_.end();) {
    if (it->first.first != station) {
      ++it;
      continue;
    }
    counts_.listeners -= static_cast<std::int64_t>(it->second.mount->listeners());
    it = rooms_.erase(it);
  }
}

void Audience::keep_only(StationId station, audio::Format format) {
  sorted_ = false;
  for (auto it = rooms_.begin(); it != rooms_.end();) {
    const auto key = it->first;
    if (key.first != station || key.second == format || it->second.mount->listeners() == 0) {
      ++it;
      continue;
    }
    it->second.mount->each([&](const Listener& listener) {
      --counts_.listeners;
      pending_.ended.push_back({key.first, key.second, listener.token, false, listener.session});
    });
    changed(key);
    it = rooms_.erase(it);
  }
}

Samples Audience::now(const StationCard& card) const {
  return card.clock.position(clock_.now());
}

Audience::Room& Audience::room(const StationCardPtr& card, audio::Format format) {
  const Key key{card->id, format};
  auto& room = rooms_[key];
  if (room.mount) return room;
  room.card = card;
  Mount::Events events;
  events.started = [this, key](const Listener& listener, Samples position) {
    ++counts_.started;
    pending_.started.push_back({key.first, key.second, listener.token, position, listener.session});
    changed(key);
  };
  events.too_far_behind = [this, key](const Listener& listener) {
    ++counts_.dropped;
    --counts_.listeners;
    log::info("a listener more than {} s behind was dropped",
              std::chrono::duration_cast<std::chrono::seconds>(options_.behind_limit).count());
    pending_.ended.push_back({key.first, key.second, listener.token, true, listener.session});
    changed(key);
  };
  events.sent_bytes = [this](std::size_t bytes) {
    counts_.bytes_sent.fetch_add(static_cast<std::int64_t>(bytes), std::memory_order_relaxed);
  };
  room.mount = std::make_unique<Mount>(
      card->id, format, Mount::Options{.lead = options_.lead, .behind_limit = options_.behind_limit},
      std::move(events));
  return room;
}

bool Audience::answer(web::RequestContext&& context, std::string_view slug, audio::Format format,
                      std::uint64_t session, bool prompt) {
  const auto found = cards_.find(slug);
  if (found == cards_.end()) {
    context.respond(web::Response::text(404, "There is no such station.\n"));
    return false;
  }
  const auto card = found->second;
  const auto& request = context.request();
  const bool icy = audio::is_mp3(format) && request.headers.get("Icy-MetaData") == "1";
  if (counts_.listeners.load() >= options_.max_listeners) {
    ++counts_.refused;
    auto full = web::Response::text(503, "The station is full. Try again later.\n");
    full.headers.add("Retry-After", "30");
    context.respond(std::move(full));
    return false;
  }
  const bool head = request.method == "HEAD";
  auto token = std::string{request.query_value("listener").value_or("")};
  if (token.size() > token_limit) token.clear();
  auto stream = context.start_stream({.status = 200,
                                      .headers = stream_headers(*card, format, icy),
                                      .chunked = wants_chunks(request, icy),
                                      .send_buffer_bytes = send_buffer_bytes});
  if (head) stream.finish();
  if (head || !stream.open()) return false;
  ++counts_.listeners;
  const Key key{card->id, format};
  if (session == 0) session = unasked_session + static_cast<std::uint64_t>(++counts_.unasked);
  auto connection = std::make_unique<Connection>(std::move(stream));
  auto& body = connection->stream();
  auto* listener =
      room(card, format)
          .mount->join(std::move(connection), std::move(token), icy, now(*card), session, prompt);
  body.on_close([this, key, listener] { left(key, listener); });
  changed(key);
  if (timer_.armed()) return true;
  served_turn_ = clock_.now().time_since_epoch() / turn;
  timer_.every(turn, [this] { serve_slots(); });
  return true;
}

void Audience::left(const Key& key, Listener* listener) {
  const auto found = rooms_.find(key);
  if (found == rooms_.end()) return;
  --counts_.listeners;
  pending_.ended.push_back({key.first, key.second, listener->token, false, listener->session});
  found->second.mount->leave(listener);
  changed(key);
}

void Audience::changed(const Key& key) {
  sorted_ = false;
  const auto found = rooms_.find(key);
  if (found != rooms_.end() && found->second.mount) {
    auto& counts = pending_.counts;
    const auto listeners = static_cast<int>(found->second.mount->listeners());
    const auto same = std::find_if(counts.begin(), counts.end(), [&](const AudienceReport::Count& count) {
      return count.station == key.first && count.format == key.second;
    });
    if (same == counts.end()) {
      counts.push_back({key.first, key.second, listeners});
    } else {
      same->listeners = listeners;
    }
  }
  if (std::exchange(flush_asked_, true)) return;
  loop_.defer([this] { flush_report(); });
}

void Audience::flush_report() {
  flush_asked_ = false;
  sorted_ = false;
  for (auto& count : pending_.counts) {
    const auto found = rooms_.find({count.station, count.format});
    count.listeners = found == rooms_.end() ? 0 : static_cast<int>(found->second.mount->listeners());
    if (count.listeners == 0 && found != rooms_.end()) rooms_.erase(found);
  }
  report_(std::exchange(pending_, {}));
  if (rooms_.empty()) timer_.cancel();
}

void Audience::deliver(const std::vector<MountBatchPtr>& batches) {
  for (const auto& batch : batches) {
    const auto found = rooms_.find({batch->station, batch->format});
    if (found != rooms_.end()) found->second.mount->add(batch, now(*found->second.card));
  }
}

void Audience::serve_slots() {
  // A loop that was held up serves every slot it missed, but none twice.
  const auto present = clock_.now().time_since_epoch() / turn;
  const auto from = std::max(served_turn_ + 1, present - Mount::slots + 1);
  if (!sorted_) sort_by_slot();
  for (auto t = from; t <= present; ++t) {
    const auto slot = static_cast<int>(t % Mount::slots);
    for (auto* room : by_slot_[static_cast<std::size_t>(slot)]) room->mount->serve(slot, now(*room->card));
  }
  served_turn_ = present;
}

void Audience::sort_by_slot() {
  sorted_ = true;
  for (auto& slot : by_slot_) slot.clear();
  for (auto& [key, room] : rooms_) {
    const auto taken = room.mount->taken_slots();
    for (std::size_t slot = 0; slot < by_slot_.size(); ++slot)
      if (taken >> slot & 1) by_slot_[slot].push_back(&room);
  }
}

}  // namespace longwave::station
