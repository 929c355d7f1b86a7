// SPDX-License-Identifier: Apache-2.0
#include "station/lane.hpp"

#include "audio/ogg.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <utility>

namespace longwave::station {
namespace {

/// So many frames before the filler's end it is left: what remains is crossed over.
constexpr std::int64_t loop_rest = 2;

std::int64_t floor_to(std::int64_t n, std::int64_t grid) {
  const auto rest = n % grid;
  return rest < 0 ? n - rest - grid : n - rest;
}

std::int64_t frames_in(audio::Format format, Duration time) {
  return audio::frame_at(format, to_samples(time));
}

}  // namespace

std::int64_t joint_reach(audio::Format format) {
  const auto& info = audio::info(format);
  return info.priming_frames + info.margin_frames + 8;
}

Lane::Lane(StationId station, audio::Format format, const BroadcastOptions& options, Media& media,
           LaneOwner& owner, StationMetrics& metrics)
    : station_(station),
      timeline_format_(format),
      options_(options),
      media_(media),
      owner_(owner),
      metrics_(metrics),
      timeline_(format),
      watchdog_(format, options.watchdog) {}

Samples Lane::sent(Samples now) const {
  if (!timeline_.running()) return now;
  const auto free = timeline_.committed() ? timeline_.boundary()->joint_end : timeline_.next();
  return std::max(now, audio::time_of_frame(timeline_format_, free));
}

const Item* Lane::item_at(std::int64_t n) const {
  for (const auto& item : owner_.plan().items())
    if (!item.floating && begin_of(item) <= n && n < end_of(item)) return &item;
  return nullptr;
}

const Item* Lane::next_item(std::int64_t n) const {
  for (const auto& item : owner_.plan().items())
    if (!item.floating && begin_of(item) > n) return &item;
  return nullptr;
}

std::optional<Instant> Lane::astray_since(EntryId item) const {
  if (astray_ != item || playing() == item) return std::nullopt;
  return astray_since_;
}

Source Lane::fallback(std::int64_t n) {
  falls_back_ = owner_.fallback();
  if (falls_back_ == Fallback::rest)
    return {.item = {}, .track = {}, .rendition = media_.rest(timeline_format_), .base = n, .loop = true};
  const bool track = last_good_ && last_good_ != bad_fallback_ && falls_back_ == Fallback::track;
  return {.item = {},
          .track = track ? last_good_track_ : TrackId{},
          .rendition = track ? last_good_ : media_.filler(timeline_format_),
          .base = n,
          .loop = true};
}

bool Lane::try_begin(Instant instant, Samples now) {
  const auto per = frames_per_unit(timeline_format_);
  const auto n = floor_to(audio::frame_at(timeline_format_, now) + per - 1, per);
  const auto* item = item_at(n);
  if (item && item->id != blocked_ && has(*item, n)) {
    owner_.commit(item->id);
    timeline_.begin(n, source_of(*item));
    return true;
  }
  const bool rests = owner_.fallback() == Fallback::rest;
  if (instant - born_ < options_.first_frame && !rests) return false;
  if (!rests) ++metrics_.fallbacks;
  timeline_.begin(n, fallback(n));
  return true;
}

MountBatchPtr Lane::advance(Instant instant, Samples now) {
  instant_ = instant;
  waiting_ = starved_ = false;
  if (!timeline_.running() && !try_begin(instant, now)) {
    waiting_ = true;
    return nullptr;
  }
  const auto per = frames_per_unit(timeline_format_);
  const auto due = floor_to(audio::frame_at(timeline_format_, now + to_samples(options_.lead)), per);
  const auto hold = audio::frame_at(timeline_format_, now + to_samples(options_.lead - options_.patience));
  // A machine that slept for a while doesn't make up for what nobody heard.
  due_ = due;
  const auto oldest = audio::frame_at(timeline_format_, now - to_samples(options_.lead));
  if (timeline_.next() < oldest) {
    timeline_.begin(floor_to(audio::frame_at(timeline_format_, now), per), fallback(oldest));
    page_.clear();
  }
  for (int steps = 0; timeline_.next() < due && steps < 10'000; ++steps)
    if (!step(due, timeline_.next() >= hold)) break;
  forget_old();
  return std::exchange(batch_, nullptr);
}

bool Lane::step(std::int64_t due, bool may_wait) {
  if (timeline_.committed()) return take(std::min(due, timeline_.boundary()->joint_end));
  const auto* item = item_at(timeline_.next());
  if (!item || item->id != playing()) timeline_.clear_boundary();
  if (!item) return step_without_item(due, may_wait);
  return item->id == playing() ? step_within(*item, due, may_wait) : step_into(*item, due, may_wait);
}

bool Lane::step_without_item(std::int64_t due, bool may_wait) {
  const auto n = timeline_.next();
  const auto* next = next_item(n);
  if (playing()) {
    const auto* over = owner_.plan().find(playing());
    if (may_wait && over && !over->cut_short) {  // the next order may come any moment
      waiting_ = true;
      return false;
    }
    go_to_fallback();
  } else if (falls_back_ == Fallback::rest) {  // goes on until what was promised begins
    if (owner_.fallback() != Fallback::rest && !(next && next->started)) go_to_fallback();
  } else if (owner_.fallback() == Fallback::rest) {
    go_to_fallback();
  }
  if (!next) return take(due);
  if (next->id == blocked_) return take(std::min(due, begin_of(*next)));
  return towards(*next, begin_of(*next), due, may_wait);
}

bool Lane::step_into(const Item& item, std::int64_t due, bool may_wait) {
  const auto n = timeline_.next();
  const bool blocked = item.id == blocked_;
  if (!blocked && has(item, n)) {
    if (from_fallback(item, n)) return towards(item, entry_at_, due, may_wait);
    owner_.commit(item.id);
    go_to(source_of(item));
    return true;
  }
  if (playing() && !blocked) {
    if (may_wait) {
      waiting_ = true;
      return false;
    }
    if (!item.started) {
      owner_.late(item.id);
      if (item_at(n) == nullptr) return true;  // it floats now
    }
  }
  if (playing()) go_to_fallback();
  if (astray_ != item.id) {
    astray_ = item.id;
    astray_since_ = instant_;
  }
  waiting_ = !blocked;
  return take(std::min({due, end_of(item), n + frames_in(timeline_format_, std::chrono::milliseconds{250})}));
}

/// A hard cut out of the fallback is one rough frame in MP3, but a second of wrong loudness in Opus, whose
/// frames build on each other: there the item is entered a moment later, through a joint.
bool Lane::from_fallback(const Item& item, std::int64_t n) {
  if (timeline_format_ != audio::Format::opus_96 || playing()) return false;
  const auto room = 2 * joint_reach(timeline_format_);
  if (entry_ == item.id && entry_at_ > n) return true;
  if (entry_ == item.id || n + 2 * room > end_of(item)) return false;  // the joint didn't come in time
  entry_ = item.id;
  entry_at_ = n + room;
  return true;
}

bool Lane::step_within(const Item& item, std::int64_t due, bool may_wait) {
  const auto* next = item.cut_short ? nullptr : owner_.plan().follower(item.id);
  if (next && !next->floating && next->id != blocked_) return towards(*next, end_of(item), due, may_wait);
  timeline_.clear_boundary();
  if (take(std::min(due, end_of(item)))) return true;
  if (!item.cut_short) return false;
  go_to_fallback();
  return true;
}

void Lane::ask_joint(const Item& b, std::int64_t at, Instant by) {
  if (!ready_at(b, at)) return;
  if (!timeline_.source().rendition) {
    joint_.failed = true;
    return;
  }
  const auto& rendition = *timeline_.source().rendition;
  // The filler keeps the sound of its last frames only: there a joint can be made.
  if (timeline_.source().loop && !timeline_.source().track)
    timeline_.turn_loop(at, rendition.frames_ready() - loop_rest);
  const auto& source = timeline_.source();
  const auto a_frame = source.frame(at);
  if (a_frame > rendition.frames_ready() && !rendition.complete() && !rendition.failed()) return;
  if (a_frame - joint_reach(timeline_format_) < rendition.first_frame() || rendition.failed()) {
    joint_.failed = true;
    ++metrics_.joints_failed;
    return;
  }
  joint_.work = media_.joint({.format = timeline_format_,
                              .a = source.track,
                              .b = b.track,
                              .a_rendition = source.rendition,
                              .b_rendition = opened(b.id)->rendition,
                              .a_frame = a_frame,
                              .b_frame = at - base_of(b)},
                             by, [this](Result<audio::SegmentPtr> result) {
                               if (result) {
                                 joint_.segment = std::move(result.value());
                                 ++metrics_.joints_made;
                               } else {
                                 joint_.failed = true;
                                 ++metrics_.joints_failed;
                                 log::info("a joint failed: {}", result.error().message);
                               }
                               owner_.hurry();
                             });
}

bool Lane::towards(const Item& b, std::int64_t at, std::int64_t due, bool may_wait) {
  const auto n = timeline_.next();
  if (joint_.a != playing() || joint_.b != b.id || joint_.at != at) {
    timeline_.clear_boundary();
    joint_ = {.a = playing(), .b = b.id, .at = at, .work = {}, .segment = {}};
  }
  if (!joint_.segment && !joint_.failed && !joint_.work) {
    const auto left = audio::time_of_frame(timeline_format_, at - n);
    ask_joint(b, at, instant_ + to_duration(left) - options_.lead);
  }
  if (joint_.segment && joint_.segment->frames() == 0) joint_.failed = true;  // a hard cut is made without it
  if (joint_.segment && !joint_.failed && !timeline_.boundary()) {
    auto boundary = make_boundary(at, source_of(b), timeline_.source(), joint_.segment);
    if (boundary.joint_begin >= n) {
      timeline_.set_boundary(std::move(boundary));
    } else {
      joint_.failed = true;
      ++metrics_.joints_late;
    }
  }
  if (timeline_.boundary()) {
    const auto begin = timeline_.boundary()->joint_begin;
    if (due <= begin) return take(due);
    if (n < begin) return take(begin);
    owner_.commit(b.id);
    return take(std::min(due, std::max(at, timeline_.boundary()->joint_end)));
  }
  const auto decide = at - audio::info(timeline_format_).margin_frames - 2;
  if (n < decide) return take(std::min(due, decide));
  if (!joint_.failed && may_wait) {
    waiting_ = true;
    return false;
  }
  if (!joint_.failed && !joint_.counted_late) {
    joint_.counted_late = true;
    ++metrics_.joints_late;
  }
  return take(std::min(due, at));
}

bool Lane::take(std::int64_t until) {
  planned_to_ = planned_from_;  // the plan may have changed
  const auto before = timeline_.source();
  const auto stop = timeline_.take(until, [this](const SentFrame& frame) { add(frame); });
  if (before.item && before.item != playing() && before.item != blocked_ && before.rendition->complete())
    remember_good(before);
  if (stop == Timeline::Stop::reached) return true;
  waiting_ = starved_ = true;
  return false;
}

void Lane::go_to(Source source) {
  const auto before = timeline_.source();
  timeline_.jump(std::move(source));
  if (before.item && before.item != blocked_ && before.rendition->complete()) remember_good(before);
}

void Lane::remember_good(const Source& source) {
  last_good_ = source.rendition;
  last_good_track_ = source.track;
}

void Lane::go_to_fallback() {
  if (owner_.fallback() != Fallback::rest) ++metrics_.fallbacks;
  go_to(fallback(timeline_.next()));
}

void Lane::retitle(EntryId item) {
  if (marked_ == item) title_ = nullptr;
}

void Lane::distrust(EntryId item) {
  blocked_ = item;
}

void Lane::retreat() {
  if (!timeline_.running()) return;
  if (!playing()) bad_fallback_ = timeline_.source().rendition;
  go_to_fallback();
}

std::optional<Watchdog::Verdict> Lane::check(Instant instant, Samples now) {
  if (!timeline_.running()) return std::nullopt;
  const auto due = audio::frame_at(timeline_format_, now + to_samples(options_.lead));
  auto verdict = watchdog_.check(instant, timeline_.next(), floor_to(due, frames_per_unit(timeline_format_)));
  const auto& rendition = timeline_.source().rendition;
  if (!verdict && starved_ && playing() && (rendition->failed() || rendition->complete())) {
    auto why = rendition->failed() ? rendition->problem() : std::string{"the sound is shorter than it was"};
    return Watchdog::Verdict{Watchdog::Verdict::Kind::stalled, playing(), std::move(why)};
  }
  if (verdict && verdict->kind == Watchdog::Verdict::Kind::stalled) verdict->item = playing();
  return verdict;
}

void Lane::mark_title(EntryId item, std::int64_t unit) {
  if (!title_ || item != marked_) {
    marked_ = item;
    title_ = owner_.title(item);
    if (!batch_->ends.empty()) batch_->marks.push_back({unit, title_});
  }
  if (batch_->marks.empty()) batch_->marks.push_back({unit, title_});
}

EntryId Lane::planned(std::int64_t n) {
  if (n >= planned_from_ && n < planned_to_) return planned_;
  const auto* item = item_at(n);
  planned_ = item ? item->id : EntryId{};
  planned_from_ = n;
  planned_to_ = item ? end_of(*item) : n + 1;
  return planned_;
}

void Lane::add(const SentFrame& frame) {
  const bool wanted = !frame.item && falls_back_ == Fallback::rest;
  watchdog_.sent(frame, planned(frame.n), wanted);
  ++metrics_.frames_made;
  const auto per = frames_per_unit(timeline_format_);
  std::int64_t unit = frame.n;
  std::string whole;
  if (per > 1) {
    if (page_.empty()) page_first_ = frame.n;
    page_.emplace_back(frame.bytes);
    if (static_cast<std::int64_t>(page_.size()) < per) return;
    const std::vector<std::string_view> packets(page_.begin(), page_.end());
    whole = audio::OpusPager(opus_serial(station_), static_cast<int>(per)).page(page_first_, packets);
    unit = page_first_ / per;
    page_.clear();
  }
  if (!batch_) {
    batch_ = std::make_shared<MountBatch>();
    batch_->station = station_;
    batch_->format = timeline_format_;
    batch_->first = unit;
    const auto units = static_cast<std::size_t>(std::max<std::int64_t>(due_ - frame.n, 0) / per + 1);
    batch_->bytes.reserve(units * usual_unit_bytes(timeline_format_));
    batch_->ends.reserve(units);
  }
  mark_title(frame.item, unit);
  batch_->bytes += per > 1 ? std::string_view{whole} : frame.bytes;
  batch_->ends.push_back(static_cast<std::uint32_t>(batch_->bytes.size()));
}

}  // namespace longwave::station
