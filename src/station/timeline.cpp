// SPDX-License-Identifier: Apache-2.0
#include "station/timeline.hpp"

#include "base/assert.hpp"

#include <utility>

namespace longwave::station {

std::int64_t Source::frame(std::int64_t n) const {
  const auto i = n - base;
  if (!loop) return i;
  const auto count = rendition->frames_ready();
  return count > 0 ? ((i % count) + count) % count : 0;
}

bool Source::has(std::int64_t n) const {
  if (!rendition) return false;
  const auto i = frame(n);
  return i >= rendition->first_frame() && i < rendition->frames_ready();
}

Boundary make_boundary(std::int64_t at, Source next, const Source& before, audio::SegmentPtr joint) {
  Boundary boundary{
      .at = at, .next = std::move(next), .joint = std::move(joint), .joint_begin = at, .joint_end = at};
  if (boundary.joint && boundary.joint->frames() > 0) {
    boundary.joint_begin = at - (before.frame(at) - boundary.joint->a_end);
    boundary.joint_end = boundary.joint_begin + boundary.joint->frames();
    LW_ASSERT(boundary.joint_end == boundary.next.base + boundary.joint->b_begin,
              "a joint fits its neighbours");
  } else {
    boundary.joint.reset();
  }
  return boundary;
}

void Timeline::begin(std::int64_t n, Source source) {
  running_ = true;
  next_ = n;
  source_ = std::move(source);
  boundary_.reset();
}

void Timeline::end() {
  running_ = false;
  source_ = {};
  boundary_.reset();
}

void Timeline::set_boundary(Boundary boundary) {
  LW_ASSERT(running_ && !committed(), "a boundary is set on a running mount, outside of a joint");
  LW_ASSERT(boundary.joint_begin >= next_, "a boundary lies ahead");
  boundary_ = std::move(boundary);
  pass_boundary();
}

void Timeline::clear_boundary() {
  LW_ASSERT(!committed(), "a joint that has begun is sent to its end");
  boundary_.reset();
}

void Timeline::turn_loop(std::int64_t n, std::int64_t frame) {
  LW_ASSERT(source_.loop && !boundary_, "only a loop can be turned");
  source_.base = n - frame;
}

void Timeline::jump(Source source) {
  boundary_.reset();
  source_ = std::move(source);
}

void Timeline::pass_boundary() {
  if (!boundary_ || next_ < boundary_->joint_end || next_ < boundary_->at) return;
  source_ = std::move(boundary_->next);
  boundary_.reset();
}

int Timeline::level_of(const Source& source, std::int64_t n) const {
  const auto& format = audio::info(format_);
  return source.rendition->level_db(source.frame(n) * format.frame_samples * 10 / format.sample_rate);
}

Timeline::Stop Timeline::take(std::int64_t until, const std::function<void(const SentFrame&)>& give) {
  while (running_ && next_ < until) {
    const bool in_joint = boundary_ && boundary_->joint && next_ >= boundary_->joint_begin;
    SentFrame frame{.n = next_, .bytes = {}, .item = source_.item};
    if (in_joint) {
      const auto i = next_ - boundary_->joint_begin;
      frame.bytes = boundary_->joint->frame(i);
      frame.level_db = boundary_->joint->level_db[static_cast<std::size_t>(i)];
      if (next_ >= boundary_->at) frame.item = boundary_->next.item;
    } else {
      if (!source_.has(next_))
        return !source_.rendition || source_.rendition->failed() || source_.rendition->complete()
                   ? Stop::failed
                   : Stop::starved;
      frame.bytes = source_.rendition->frame(source_.frame(next_));
      frame.level_db = level_of(source_, next_);
    }
    give(frame);
    ++next_;
    pass_boundary();
  }
  return Stop::reached;
}

}  // namespace longwave::station
