// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio/format.hpp"
#include "base/time.hpp"
#include "orders/stream_clock.hpp"
#include "station/batch.hpp"
#include "station/events.hpp"
#include "station/media.hpp"
#include "station/options.hpp"
#include "station/plan.hpp"
#include "station/timeline.hpp"
#include "station/watchdog.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace longwave::station {

enum class Fallback {
  track,   ///< something is wrong: the last good track once more
  filler,  ///< nothing is there yet, or not for long
  rest,    ///< silence is wanted (paused, stopped)
};

/// Who runs the lanes of a station: what they need and what they tell.
class LaneOwner {
 public:
  virtual const Plan& plan() const = 0;
  /// From now on this item's start is fact: a frame of it, or of the joint into it, is about to leave.
  virtual void commit(EntryId item) = 0;
  /// The item's time has come and this lane can't play it yet.
  virtual void late(EntryId item) = 0;
  virtual TitlePtr title(EntryId item) = 0;
  /// What is sent when there is no item.
  virtual Fallback fallback() const = 0;
  /// Something arrived; tick soon.
  virtual void hurry() = 0;

 protected:
  ~LaneOwner() = default;
};

/// One live mount of a station: follows the plan on its own frame grid, opens renditions and orders joints
/// ahead of time, makes batches, and never has nothing to send. Pure but for the media port; exists only
/// while somebody listens.
class Lane {
 public:
  Lane(StationId station, audio::Format format, const BroadcastOptions& options, Media& media,
       LaneOwner& owner, StationMetrics& metrics);

  audio::Format format() const { return timeline_format_; }
  bool running() const { return timeline_.running(); }
  /// The first stream position that was not given out, at or after `now`.
  Samples sent(Samples now) const;
  EntryId playing() const { return timeline_.source().item; }
  bool starved() const { return starved_; }
  /// Waits for something and should be looked at again soon.
  bool waiting() const { return waiting_; }

  /// Since when it sends its fallback although this item is on; nothing while it plays the item.
  std::optional<Instant> astray_since(EntryId item) const;

  /// Orders what the coming items need.
  void look_ahead(Instant now, const orders::StreamClock& clock);
  /// It could go over to this item a moment from now. An item that can't be opened at all: problem().
  bool ready_for(const Item& item) const;
  std::optional<std::string> problem(EntryId item) const;

  /// Makes frames up to now + lead. Null if none came.
  MountBatchPtr advance(Instant instant, Samples now);
  std::optional<Watchdog::Verdict> check(Instant instant, Samples now);

  /// The item's title has become known.
  void retitle(EntryId item);
  /// Never (again) begins to play this item, nor repeats it as a fallback.
  void distrust(EntryId item);
  /// Leaves what it plays for the fallback, right behind what was given out; from a bad fallback for the
  /// filler.
  void retreat();

 private:
  struct Opened {
    EntryId item;
    TrackId track;
    std::int64_t from = 0;
    MediaWork work;
    audio::RenditionPtr rendition;
    std::optional<std::string> problem;
  };
  struct Joint {
    EntryId a, b;
    std::int64_t at = 0;
    MediaWork work;
    audio::SegmentPtr segment;
    bool failed = false;
    bool counted_late = false;
  };

  std::int64_t begin_of(const Item& item) const { return audio::frame_at(timeline_format_, item.start); }
  std::int64_t end_of(const Item& item) const { return audio::frame_at(timeline_format_, item.end); }
  /// Where it would be entered.
  std::int64_t entry_of(const Item& item) const {
    const bool under_way = item.floating && item.keeps_time && timeline_.running();
    return under_way ? std::max(begin_of(item), timeline_.next()) : begin_of(item);
  }
  std::int64_t base_of(const Item& item) const { return audio::frame_at(timeline_format_, item.zero()); }
  const Item* item_at(std::int64_t n) const;
  const Item* next_item(std::int64_t n) const;

  const Opened* opened(EntryId item) const;
  void open(const Item& item, std::int64_t from, Instant by);
  void ask_joint(const Item& b, std::int64_t at, Instant by);
  bool ready_at(const Item& item, std::int64_t n) const;
  bool has(const Item& item, std::int64_t n) const;
  Source source_of(const Item& item) const;
  Source fallback(std::int64_t n);

  bool try_begin(Instant instant, Samples now);
  bool step(std::int64_t due, bool may_wait);
  bool step_without_item(std::int64_t due, bool may_wait);
  bool step_into(const Item& item, std::int64_t due, bool may_wait);
  bool step_within(const Item& item, std::int64_t due, bool may_wait);
  bool from_fallback(const Item& item, std::int64_t n);
  /// On with what plays, and at frame `at` through a joint into `b`.
  bool towards(const Item& b, std::int64_t at, std::int64_t due, bool may_wait);
  bool take(std::int64_t until);
  void go_to(Source source);
  void go_to_fallback();
  void remember_good(const Source& source);
  void forget_old();
  EntryId planned(std::int64_t n);
  void add(const SentFrame& frame);
  void mark_title(EntryId item, std::int64_t unit);

  StationId station_;
  audio::Format timeline_format_;
  const BroadcastOptions& options_;
  Media& media_;
  LaneOwner& owner_;
  StationMetrics& metrics_;
  Timeline timeline_;
  Watchdog watchdog_;
  Instant born_{};
  bool waiting_ = false;
  bool starved_ = false;
  EntryId blocked_;
  Fallback falls_back_ = Fallback::track;  // what the fallback that is being sent is
  EntryId astray_;
  Instant astray_since_{};
  std::vector<Opened> opened_;
  Joint joint_;
  audio::RenditionPtr last_good_, bad_fallback_;
  TrackId last_good_track_;
  EntryId entry_;  // the item that is being entered in its middle, and where
  std::int64_t entry_at_ = 0;
  Instant instant_{};
  std::int64_t due_ = 0;
  // What item_at() says from one frame to another, while frames are taken.
  EntryId planned_;
  std::int64_t planned_from_ = 0, planned_to_ = 0;

  std::shared_ptr<MountBatch> batch_;
  std::vector<std::string> page_;  // packets of the Ogg page that isn't full yet
  std::int64_t page_first_ = 0;
  EntryId marked_;
  TitlePtr title_;
};

}  // namespace longwave::station
