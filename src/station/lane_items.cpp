// SPDX-License-Identifier: Apache-2.0
// What a lane has opened for the items ahead: their renditions, as far as they have come.
#include "station/lane.hpp"

#include <algorithm>
#include <utility>

namespace longwave::station {
namespace {

constexpr Duration prepare_ahead = std::chrono::seconds{20};
/// A rendition that won't have grown to the wanted frame within that time is asked for again from there.
constexpr Duration too_far = std::chrono::seconds{5};
constexpr int look_ahead_items = 3;  // what is on, and two behind it

}  // namespace

const Lane::Opened* Lane::opened(EntryId item) const {
  const auto found =
      std::find_if(opened_.begin(), opened_.end(), [&](const Opened& opened) { return opened.item == item; });
  return found == opened_.end() ? nullptr : &*found;
}

void Lane::look_ahead(Instant now, const orders::StreamClock& clock) {
  if (born_ == Instant{}) born_ = now;
  const auto n =
      timeline_.running() ? timeline_.next() : audio::frame_at(timeline_format_, clock.position(now));
  int count = 0;
  for (const auto& item : owner_.plan().items()) {
    const bool fixed = !item.floating || item.keeps_time;
    if (fixed && end_of(item) <= n) continue;
    if (++count > look_ahead_items) break;
    const bool inside = fixed && begin_of(item) < n;
    const auto from = (inside ? n : begin_of(item)) - base_of(item);
    const auto by = inside || item.floating ? now : clock.instant(item.start) - prepare_ahead;
    open(item, std::max<std::int64_t>(0, from), by);
  }
}

void Lane::open(const Item& item, std::int64_t from, Instant by) {
  const auto far = audio::frame_at(timeline_format_, to_samples(too_far));
  if (const auto* have = opened(item.id)) {
    if (have->problem || item.id == blocked_) return;
    const bool fits =
        !have->rendition || (have->rendition->first_frame() <= from &&
                             (have->rendition->complete() || from < have->rendition->frames_ready() + far));
    if (fits || std::abs(from - have->from) < far) return;
    std::erase_if(opened_, [&](const Opened& opened) { return opened.item == item.id; });
  }
  opened_.push_back(
      {.item = item.id, .track = item.track, .from = from, .work = {}, .rendition = {}, .problem = {}});
  const auto slack = from > 2 ? from - 2 : from;  // the grid may move by a frame when an item is shifted
  auto work = media_.open(item.track, timeline_format_, slack, by,
                          [this, id = item.id](Result<audio::RenditionPtr> result) {
                            for (auto& opened : opened_) {
                              if (opened.item != id) continue;
                              if (result) {
                                opened.rendition = std::move(result.value());
                              } else {
                                opened.problem = result.error().message;
                              }
                            }
                            owner_.hurry();
                          });
  opened_.back().work = std::move(work);
}

bool Lane::has(const Item& item, std::int64_t n) const {
  const auto* have = opened(item.id);
  if (!have || !have->rendition || have->problem) return false;
  return source_of(item).has(n);
}

Source Lane::source_of(const Item& item) const {
  const auto* have = opened(item.id);
  return {.item = item.id,
          .track = item.track,
          .rendition = have ? have->rendition : nullptr,
          .base = base_of(item)};
}

bool Lane::ready_for(const Item& item) const {
  return ready_at(item, entry_of(item));
}

/// Frame `n` of the mount and what a joint needs behind it.
bool Lane::ready_at(const Item& item, std::int64_t n) const {
  const auto* have = opened(item.id);
  if (!have || !have->rendition || item.id == blocked_) return false;
  const auto& rendition = *have->rendition;
  const auto first = n - base_of(item);
  return first >= rendition.first_frame() && first < rendition.frames_ready() &&
         (rendition.complete() || first + joint_reach(timeline_format_) <= rendition.frames_ready());
}

std::optional<std::string> Lane::problem(EntryId item) const {
  const auto* have = opened(item);
  if (!have) return std::nullopt;
  if (have->problem) return have->problem;
  if (have->rendition && have->rendition->failed() &&
      have->rendition->frames_ready() == have->rendition->first_frame())
    return have->rendition->problem();
  return std::nullopt;
}

void Lane::forget_old() {
  const auto& plan = owner_.plan();
  std::erase_if(opened_,
                [&](const Opened& opened) { return opened.item != playing() && !plan.find(opened.item); });
  if (joint_.a && !plan.find(joint_.a)) joint_ = {};
}

}  // namespace longwave::station
