// SPDX-License-Identifier: Apache-2.0
#include "station/mount.hpp"

#include "audio/icy.hpp"
#include "audio/ogg.hpp"

#include <algorithm>
#include <utility>

namespace longwave::station {
namespace {

/// Longer stretches (bursts, someone catching up) are written piece by piece instead of being joined first.
constexpr std::size_t joined_units_mp3 = 60;
constexpr std::size_t joined_units_opus = 8;

std::size_t unit_begin(const MountBatch& batch, std::int64_t unit) {
  const auto i = unit - batch.first;
  return i == 0 ? 0 : batch.ends[static_cast<std::size_t>(i - 1)];
}

}  // namespace

Mount::Mount(StationId station, audio::Format format, Options options, Events events)
    : station_(station), format_(format), options_(options), events_(std::move(events)) {
  if (format == audio::Format::opus_96)
    headers_ = io::SharedBytes::own(audio::opus_headers(opus_serial(station), "Longwave"));
}

void Mount::add(const MountBatchPtr& batch, Samples now) {
  if (!ring_.empty() && batch->end() <= end() && batch->first >= begin()) return;  // told twice
  if (!ring_.empty() && batch->first != end()) {
    ring_.clear();
    stretch_ = {};
    for (auto& slot : slots_)
      for (auto& listener : slot)
        if (listener->position >= 0) listener->position = batch->first;
  }
  ring_.push_back(batch);
  const auto oldest = unit_at(format_, now - to_samples(options_.kept - options_.lead));
  while (ring_.size() > 1 && ring_.front()->end() <= oldest) ring_.pop_front();
  std::erase_if(fresh_, [&](Listener* listener) {
    send(*listener, end());
    return ahead(now);
  });
  std::erase_if(waiting_, [&](Listener* listener) { return start(*listener, now); });
  for (auto* listener : prompt_) {  // who is too far behind goes when its turn comes
    if (listener->position >= begin() && listener->sink->queued_bytes() == 0) send(*listener, end());
  }
}

Listener* Mount::join(std::unique_ptr<ListenerSink> sink, std::string token, bool icy, Samples now,
                      std::uint64_t session, bool prompt) {
  // Each station begins at another slot: very many with one listener each aren't all served at once.
  const auto first = static_cast<std::size_t>(station_.value) % slots_.size();
  auto fewest = slots_.begin() + static_cast<std::ptrdiff_t>(first);
  for (std::size_t i = 1; i < slots_.size(); ++i) {
    const auto next = slots_.begin() + static_cast<std::ptrdiff_t>((first + i) % slots_.size());
    if (next->size() < fewest->size()) fewest = next;
  }
  auto listener = std::make_unique<Listener>();
  listener->sink = std::move(sink);
  listener->token = std::move(token);
  listener->session = session;
  listener->icy = icy && audio::is_mp3(format_);
  listener->until_block = audio::icy_interval;
  listener->slot = static_cast<std::uint8_t>(fewest - slots_.begin());
  listener->place = static_cast<std::uint32_t>(fewest->size());
  auto* joined = listener.get();
  fewest->push_back(std::move(listener));
  ++count_;
  if (prompt) prompt_.push_back(joined);
  if (!start(*joined, now)) waiting_.push_back(joined);
  return joined;
}

std::unique_ptr<Listener> Mount::take_out(Listener* listener) {
  auto& slot = slots_[listener->slot];
  auto out = std::move(slot[listener->place]);
  if (listener->place + 1 < slot.size()) {
    slot[listener->place] = std::move(slot.back());
    slot[listener->place]->place = listener->place;
  }
  slot.pop_back();
  std::erase(waiting_, listener);
  std::erase(fresh_, listener);
  std::erase(prompt_, listener);
  --count_;
  return out;
}

std::uint32_t Mount::taken_slots() const {
  std::uint32_t taken = 0;
  for (std::size_t i = 0; i < slots_.size(); ++i)
    if (!slots_[i].empty()) taken |= std::uint32_t{1} << i;
  return taken;
}

void Mount::leave(Listener* listener) {
  take_out(listener);
}

bool Mount::start(Listener& listener, Samples now) {
  if (ring_.empty()) return false;
  const auto first = std::max(unit_at(format_, now), begin());
  if (first >= end()) return false;
  listener.position = first;
  if (!headers_.bytes.empty()) listener.sink->write(headers_);
  events_.started(listener, time_of_unit(format_, first));
  send(listener, end());
  if (!ahead(now)) fresh_.push_back(&listener);
  return true;
}

bool Mount::ahead(Samples now) const {
  return time_of_unit(format_, end()) >= now + to_samples(options_.lead) / 2;
}

void Mount::serve(int slot, Samples now) {
  auto& listeners = slots_[static_cast<std::size_t>(slot)];
  for (std::size_t i = 0; i < listeners.size();) {
    if (serve(*listeners[i], now)) {
      ++i;
    } else {
      const auto gone = take_out(listeners[i].get());
      events_.too_far_behind(*gone);
    }
  }
}

bool Mount::serve(Listener& listener, Samples now) {
  if (listener.position < 0) return true;
  const auto queued = listener.sink->queued_bytes();
  if (queued == 0) {
    if (listener.position < begin()) return false;
    send(listener, end());
    return true;
  }
  const auto bitrate = audio::info(format_).bitrate;
  const Samples unsent{static_cast<std::int64_t>(queued) * 8 * 44100 / bitrate};
  const auto got = time_of_unit(format_, listener.position) - unsent;
  return now + to_samples(options_.lead) - got <= to_samples(options_.behind_limit);
}

Mount::Ring::const_iterator Mount::place_of(std::int64_t unit) const {
  // Nearly always the last second is asked for: what is older lies in memory that nobody has touched since.
  auto at = ring_.end();
  while (at != ring_.begin() && (*std::prev(at))->end() > unit) --at;
  return at;
}

const Title& Mount::title_at(std::int64_t first, std::size_t offset) const {
  const auto* batch = place_of(first)->get();
  offset += unit_begin(*batch, first);
  while (offset >= batch->bytes.size() && batch->end() < end()) {
    offset -= batch->bytes.size();
    batch = place_of(batch->end())->get();
  }
  const auto after = std::upper_bound(batch->ends.begin(), batch->ends.end(), offset);
  const auto unit = batch->first + (after - batch->ends.begin());
  const auto* title = batch->marks.front().title.get();
  for (const auto& mark : batch->marks)
    if (mark.unit <= unit) title = mark.title.get();
  return *title;
}

void Mount::write(Listener& listener, const io::SharedBytes& bytes, std::int64_t first) {
  auto sent = bytes.bytes.size();
  if (!listener.icy) {
    listener.sink->write(bytes);
    events_.sent_bytes(sent);
    return;
  }
  for (std::size_t at = 0; at < bytes.bytes.size();) {
    if (listener.until_block == 0) {
      const auto& title = title_at(first, at);
      const bool same = title.number == listener.title;
      listener.title = title.number;
      auto block =
          same ? io::SharedBytes{nullptr, audio::icy_unchanged} : io::SharedBytes::own(title.icy_block);
      sent += block.bytes.size();
      listener.sink->write(std::move(block));
      listener.until_block = audio::icy_interval;
    }
    const auto piece = std::min<std::size_t>(listener.until_block, bytes.bytes.size() - at);
    listener.sink->write({bytes.keep, bytes.bytes.substr(at, piece)});
    listener.until_block -= static_cast<std::uint32_t>(piece);
    at += piece;
  }
  events_.sent_bytes(sent);
}

void Mount::send(Listener& listener, std::int64_t to) {
  const auto from = std::exchange(listener.position, to);
  if (from >= to) return;
  const auto joined = audio::is_mp3(format_) ? joined_units_mp3 : joined_units_opus;
  const bool alone = slots_[listener.slot].size() == 1;  // nobody else would have what is joined
  const bool join = !alone && static_cast<std::size_t>(to - from) <= joined;
  if (join && stretch_.from == from && stretch_.to == to && !stretch_.bytes.bytes.empty()) {
    write(listener, stretch_.bytes, from);
    return;
  }
  std::string bytes;
  if (join) bytes.reserve(static_cast<std::size_t>(to - from) * usual_unit_bytes(format_));
  for (auto at = place_of(from); at != ring_.end() && (*at)->first < to; ++at) {
    const auto& batch = *at;
    const auto first = std::max(from, batch->first), last = std::min(to, batch->end());
    const auto begin = unit_begin(*batch, first);
    const auto piece = std::string_view{batch->bytes}.substr(
        begin, batch->ends[static_cast<std::size_t>(last - 1 - batch->first)] - begin);
    if (join) {
      bytes += piece;
    } else {
      write(listener, {batch, piece}, first);
    }
  }
  if (!join) return;
  stretch_ = {.from = from, .to = to, .bytes = io::SharedBytes::own(std::move(bytes))};
  write(listener, stretch_.bytes, from);
}

}  // namespace longwave::station
