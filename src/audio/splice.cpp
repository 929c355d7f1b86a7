// SPDX-License-Identifier: Apache-2.0
#include "audio/splice.hpp"

#include "audio/frame_codec.hpp"
#include "audio/item_source.hpp"
#include "audio/joint_check.hpp"
#include "audio/memory_rendition.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace longwave::audio {
namespace {

/// Frames encoded after the last one that is kept, because the encoder looks ahead.
constexpr int trailing_frames = 4;

std::int64_t frames_of(std::int64_t samples, const FormatInfo& f) {
  return (samples + f.frame_samples - 1) / f.frame_samples;
}

/// Copies samples [from, from + n) of the item out of an edge; false if the edge doesn't hold all of them.
/// What lies before the item or after its end is silence.
bool from_edge(const Edge& edge, std::int64_t item_samples, std::int64_t from, std::span<float> pairs) {
  const auto n = static_cast<std::int64_t>(pairs.size() / 2);
  const auto held = static_cast<std::int64_t>(edge.samples.size() / 2);
  const auto first = std::max<std::int64_t>(from, 0);
  const auto last = std::min(from + n, item_samples);
  if (held == 0 || first < edge.at || last > edge.at + held) return false;
  std::fill(pairs.begin(), pairs.end(), 0.0f);
  for (auto i = first; i < last; ++i) {
    const auto to = static_cast<std::size_t>(i - from) * 2;
    const auto source = static_cast<std::size_t>(i - edge.at) * 2;
    pairs[to] = static_cast<float>(edge.samples[source]) / 32767.0f;
    pairs[to + 1] = static_cast<float>(edge.samples[source + 1]) / 32767.0f;
  }
  return true;
}

/// The item's sound after gain and limiter: from an edge of the rendition, else by decoding the file.
Result<std::vector<float>> item_sound(const JointSide& side, Format format, std::int64_t from, std::int64_t n,
                                      const std::stop_token& stop) {
  std::vector<float> pairs(static_cast<std::size_t>(n) * 2);
  const auto& rendition = *side.rendition;
  if (from_edge(rendition.tail(), rendition.samples(), from, pairs)) return pairs;
  if (from_edge(rendition.head(), rendition.samples(), from, pairs)) return pairs;
  if (!side.sound) return error(Errc::invalid, "nothing to make the joint from");
  const auto before = std::clamp<std::int64_t>(-from, 0, n);
  auto source = ItemSource::open(*side.sound, format, from + before, stop);
  if (!source) return source.error();
  std::fill(pairs.begin(), pairs.end(), 0.0f);
  if (auto got = source->read(std::span{pairs}.subspan(static_cast<std::size_t>(before) * 2)); !got)
    return got.error();
  return pairs;
}

/// The sound of the whole window: priming, margin, cross-over, margin, trailing.
Result<std::vector<float>> mix(const JointPlan& plan, const JointShape& shape, const std::stop_token& stop) {
  const auto& f = info(plan.format);
  const auto frame = static_cast<std::int64_t>(f.frame_samples);
  const auto before = shape.before() * frame;
  const auto after = (shape.total() - shape.before()) * frame;
  auto a = item_sound(plan.a, plan.format, plan.a_frame * frame - before, before + shape.overlap, stop);
  if (!a) return a.error();
  auto b = item_sound(plan.b, plan.format, plan.b_frame * frame, after, stop);
  if (!b) return b.error();
  auto& out = *a;
  out.resize(static_cast<std::size_t>(before + after) * 2, 0.0f);
  for (std::int64_t i = 0; i < after; ++i) {
    const float up =
        i < shape.overlap ? (static_cast<float>(i) + 0.5f) / static_cast<float>(shape.overlap) : 1.0f;
    for (std::int64_t channel = 0; channel < 2; ++channel) {
      auto& to = out[static_cast<std::size_t>((before + i) * 2 + channel)];
      to = to * (1 - up) + (*b)[static_cast<std::size_t>(i * 2 + channel)] * up;
    }
  }
  return a;
}

Result<std::vector<std::string>> encode_window(Format format, std::span<const float> pairs) {
  auto encoder = FrameEncoder::open(format);
  if (!encoder) return encoder.error();
  std::vector<std::string> frames;
  const auto sink = [&](std::string_view bytes) { frames.emplace_back(bytes); };
  const auto step = static_cast<std::size_t>(info(format).frame_samples) * 2;
  for (std::size_t at = 0; at + step <= pairs.size(); at += step) {
    if (auto done = encoder->encode(pairs.subspan(at, step), sink); !done) return done.error();
  }
  if (auto done = encoder->finish(sink); !done) return done.error();
  return frames;
}

struct Attempt {
  std::shared_ptr<Segment> segment;
  JointQuality quality;
};

Result<Attempt> attempt(const JointPlan& plan, int shift, const std::stop_token& stop) {
  const auto& f = info(plan.format);
  JointShape shape;
  shape.priming = f.priming_frames;
  shape.margin = f.margin_frames + shift;
  shape.overlap = plan.overlap;
  shape.overlap_frames = frames_of(plan.overlap, f);
  shape.trailing = trailing_frames;
  if (plan.a_frame < shape.margin)
    return error(Errc::invalid, "too near to the beginning of the item before it");

  auto sound = mix(plan, shape, stop);
  if (!sound) return sound.error();
  if (stop.stop_requested()) return error(Errc::cancelled, "cancelled");
  auto frames = encode_window(plan.format, *sound);
  if (!frames) return frames.error();
  if (static_cast<std::int64_t>(frames->size()) < shape.total())
    return error(Errc::unavailable, "the encoder gave too few frames");

  auto segment = std::make_shared<Segment>();
  segment->format = plan.format;
  segment->kind = shift == 0 ? JointKind::gapless : JointKind::shifted;
  segment->a_end = plan.a_frame - shape.margin;
  segment->b_begin = plan.b_frame + shape.overlap_frames + shape.margin;
  for (auto i = shape.priming; i < shape.priming + shape.kept(); ++i) {
    segment->bytes += (*frames)[static_cast<std::size_t>(i)];
    segment->ends.push_back(static_cast<std::uint32_t>(segment->bytes.size()));
    double left = 0, right = 0;
    for (std::int64_t s = i * f.frame_samples; s < (i + 1) * f.frame_samples; ++s) {
      left += std::pow((*sound)[static_cast<std::size_t>(s * 2)], 2);
      right += std::pow((*sound)[static_cast<std::size_t>(s * 2 + 1)], 2);
    }
    segment->level_db.push_back(level_of(std::max(left, right) / f.frame_samples));
  }
  auto quality = check_joint({plan, shape, *segment, *frames, *sound});
  if (!quality) return quality.error();
  segment->excess_db = quality->excess_db;
  return Attempt{std::move(segment), *quality};
}

Result<void> sensible(const JointPlan& plan) {
  if (!plan.a.rendition || !plan.b.rendition) return error(Errc::invalid, "a joint needs two renditions");
  if (plan.a.rendition->format() != plan.format || plan.b.rendition->format() != plan.format)
    return error(Errc::invalid, "the renditions have another format");
  if (plan.overlap < 0 || plan.a_frame < 0 || plan.b_frame < 0)
    return error(Errc::invalid, "a joint before its items");
  return {};
}

}  // namespace

std::int64_t gapless_overlap(const Rendition& a, std::int64_t a_frame) {
  const auto frame = static_cast<std::int64_t>(info(a.format()).frame_samples);
  const auto left = std::max<std::int64_t>(a.samples() - a_frame * frame, 0);
  return left <= 4 * frame ? left : frame;
}

std::int64_t frames_needed_of_b(const JointPlan& plan) {
  const auto& f = info(plan.format);
  return frames_of(plan.overlap, f) + f.margin_frames + 2 + trailing_frames;
}

Result<SegmentPtr> make_joint(const JointPlan& plan, std::stop_token stop) {
  if (auto good = sensible(plan); !good) return good.error();
  Error last = error(Errc::unavailable, "the joint sounds worse than it may");
  std::shared_ptr<Segment> best;
  bool best_tolerable = false;
  for (const int shift : {0, 1, 2}) {
    auto made = attempt(plan, shift, stop);
    if (!made) {
      last = made.error();
      if (last.code == Errc::cancelled) return last;
      continue;
    }
    if (made->quality.good) return SegmentPtr{made->segment};
    const bool better =
        !best || made->quality.tolerable > best_tolerable ||
        (made->quality.tolerable == best_tolerable && made->segment->excess_db < best->excess_db);
    if (better) {
      best = made->segment;
      best_tolerable = made->quality.tolerable;
    }
  }
  if (best && best_tolerable) return SegmentPtr{best};
  if (best && !is_mp3(plan.format)) {
    best->kind = JointKind::doubtful;
    return SegmentPtr{best};
  }
  if (!is_mp3(plan.format)) return last;
  auto cut = std::make_shared<Segment>();
  cut->format = plan.format;
  cut->kind = JointKind::hard_cut;
  cut->a_end = plan.a_frame;
  cut->b_begin = plan.b_frame;
  return SegmentPtr{std::move(cut)};
}

}  // namespace longwave::audio
