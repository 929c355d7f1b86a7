// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"
#include "station/media.hpp"

#include <fmt/core.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// Media for simulations: every frame says which frame of which track it is. Completions come when run() is
/// called at or after their time.
namespace longwave::station::simulated {

/// Bytes that begin with '|': track, frame of the item, r = rendition, j = joint. Track 0 is the filler.
inline constexpr std::size_t frame_bytes = 64;
inline std::string frame_text(std::int64_t track, std::int64_t frame, char kind) {
  std::string text(frame_bytes, '.');
  text[0] = '|';
  text[1] = kind;
  // Six bits a byte from '0' on: no byte of it can be taken for another frame's beginning.
  for (std::size_t i = 0; i < 5; ++i) text[2 + i] = static_cast<char>('0' + ((track >> (6 * i)) & 63));
  for (std::size_t i = 0; i < 6; ++i) text[7 + i] = static_cast<char>('0' + ((frame >> (6 * i)) & 63));
  text[13] = '#';
  return text;
}
/// The silence that is wanted.
inline constexpr std::int64_t rest_track = 900'000;

struct Parsed {
  std::int64_t track = -1, frame = -1;
  char kind = '?';
};
inline std::vector<Parsed> parse(std::string_view bytes) {
  std::vector<Parsed> out;
  for (std::size_t at = bytes.find('|'); at != std::string_view::npos; at = bytes.find('|', at + 1)) {
    if (bytes.size() < at + frame_bytes) break;
    if (bytes[at + 13] != '#' || bytes[at + 14] != '.') continue;  // a byte of an Ogg header
    Parsed p{.track = 0, .frame = 0, .kind = bytes[at + 1]};
    for (std::size_t i = 0; i < 5; ++i)
      p.track |= static_cast<std::int64_t>(bytes[at + 2 + i] - '0') << (6 * i);
    for (std::size_t i = 0; i < 6; ++i)
      p.frame |= static_cast<std::int64_t>(bytes[at + 7 + i] - '0') << (6 * i);
    out.push_back(p);
    at += frame_bytes - 1;
  }
  return out;
}

/// How a track behaves.
struct Track {
  std::int64_t frames = 4000;             ///< MP3 frames of the programme; the sound is a frame longer
  double speed = 60;                      ///< × real time at which it is encoded
  std::optional<std::int64_t> stops_at;   ///< hangs at this MP3 frame for ever
  std::optional<std::int64_t> breaks_at;  ///< fails there
  std::int64_t silent_from = -1, silent_to = -1;  ///< MP3 frames
  bool unreadable = false;                        ///< can't be prepared
  int unavailable = 0;                            ///< so often nobody can say at present what it is
  bool vanished = false;                          ///< prepared, but can't be opened
  Duration open_after = std::chrono::milliseconds{20};
  Duration joint_after = std::chrono::milliseconds{60};
  bool joint_fails = false;

  Samples duration() const { return Samples{frames * 1152}; }
};

class Rendition final : public audio::Rendition {
 public:
  Rendition(std::int64_t id, Track track, audio::Format format, std::int64_t from, const Clock& clock,
            bool complete)
      : id_(id),
        track_(track),
        format_(format),
        from_(from),
        clock_(clock),
        born_(clock.now()),
        whole_(complete) {}
  static std::int64_t scaled(audio::Format format, std::int64_t mp3) {
    return audio::frame_at(format, audio::time_of_frame(audio::Format::mp3_128, mp3));
  }
  std::int64_t all() const { return scaled(format_, track_.frames + 1) + 1; }
  audio::Format format() const override { return format_; }
  std::int64_t first_frame() const override { return from_; }
  std::int64_t frames_ready() const override {
    auto most = all();
    if (track_.stops_at) most = std::min(most, scaled(format_, *track_.stops_at));
    if (track_.breaks_at) most = std::min(most, scaled(format_, *track_.breaks_at));
    most = std::max(most, from_);
    if (whole_ && !track_.stops_at && !track_.breaks_at) return most;
    const auto time = Duration{
        static_cast<Duration::rep>(static_cast<double>((clock_.now() - born_).count()) * track_.speed)};
    return std::min(most, from_ + audio::frame_at(format_, to_samples(time)));
  }
  std::string_view frame(std::int64_t i) const override {
    if (made_.size() <= static_cast<std::size_t>(i)) made_.resize(static_cast<std::size_t>(i) + 1000);
    auto& text = made_[static_cast<std::size_t>(i)];
    if (text.empty()) text = frame_text(id_, i, 'r');
    return text;
  }
  bool complete() const override { return frames_ready() == all(); }
  bool failed() const override {
    return track_.breaks_at && frames_ready() >= scaled(format_, *track_.breaks_at);
  }
  std::string problem() const override { return failed() ? "The file is damaged." : ""; }
  int level_db(std::int64_t i) const override {
    const auto mp3 = i * 4410 / 1152;
    return mp3 >= track_.silent_from && mp3 < track_.silent_to ? -90 : -20;
  }
  std::int64_t samples() const override { return all() * audio::info(format_).frame_samples; }
  audio::Edge head() const override { return {}; }
  audio::Edge tail() const override { return {}; }
  std::size_t size_bytes() const override { return 0; }
  std::int64_t id() const { return id_; }

 private:
  std::int64_t id_;
  Track track_;
  audio::Format format_;
  std::int64_t from_;
  const Clock& clock_;
  Instant born_;
  bool whole_;
  mutable std::deque<std::string> made_;  // views stay valid
};

class Media final : public station::Media {
 public:
  explicit Media(const Clock& clock) : clock_(clock), alive_(std::make_shared<int>(0)) {
    Track short_one;
    short_one.frames = 300;
    for (const auto format : audio::all_formats)
      fillers_.push_back(std::make_shared<Rendition>(0, short_one, format, 0, clock, true));
    short_one.silent_from = 0;
    short_one.silent_to = short_one.frames + 2;
    for (const auto format : audio::all_formats)
      rests_.push_back(std::make_shared<Rendition>(rest_track, short_one, format, 0, clock, true));
  }

  std::map<std::int64_t, Track> tracks;
  int prepares = 0, opens = 0, joints = 0;
  bool cached = false;  ///< every rendition from frame 0 is complete at once

  MediaWork prepare(TrackId id, Instant, Done<TrackReady> done) override {
    ++prepares;
    const auto track = tracks[id.value];
    const bool away = track.unavailable > 0 && tracks[id.value].unavailable-- > 0;
    return later(std::chrono::milliseconds{50}, [track, id, away, done = std::move(done)]() mutable {
      if (away) return done(error(Errc::unavailable, "The library can't be read now."));
      if (track.unreadable) return done(error(Errc::broken, "It can't be decoded."));
      done(TrackReady{track.duration(), "Artist", fmt::format("Title {}", id.value)});
    });
  }
  MediaWork open(TrackId id, audio::Format format, std::int64_t from, Instant,
                 Done<audio::RenditionPtr> done) override {
    ++opens;
    const auto track = tracks[id.value];
    return later(track.open_after, [this, track, id, format, from, done = std::move(done)]() mutable {
      if (track.vanished) return done(error(Errc::not_found, "The file is gone."));
      const auto begin = cached || from < 400 ? 0 : from;
      done(audio::RenditionPtr{std::make_shared<Rendition>(id.value, track, format, begin, clock_, cached)});
    });
  }
  MediaWork joint(JointRequest r, Instant, Done<audio::SegmentPtr> done) override {
    ++joints;
    const auto track = tracks[r.b.value];
    return later(track.joint_after, [track, r, done = std::move(done)]() mutable {
      if (track.joint_fails) return done(error(Errc::unavailable, "It did not fit."));
      auto segment = std::make_shared<audio::Segment>();
      const auto margin = audio::info(r.format).margin_frames;
      segment->format = r.format;
      segment->a_end = r.a_frame - margin;
      segment->b_begin = r.b_frame + margin + 2;
      for (auto i = segment->a_end; i < r.a_frame; ++i) add(*segment, frame_text(r.a.value, i, 'j'));
      for (auto i = r.b_frame; i < segment->b_begin; ++i) add(*segment, frame_text(r.b.value, i, 'j'));
      done(audio::SegmentPtr{std::move(segment)});
    });
  }
  audio::RenditionPtr filler(audio::Format format) override {
    return fillers_[static_cast<std::size_t>(format)];
  }
  audio::RenditionPtr rest(audio::Format format) override { return rests_[static_cast<std::size_t>(format)]; }

  /// Delivers what is due.
  void run() {
    for (bool again = true; again;) {
      again = false;
      for (auto it = queue_.begin(); it != queue_.end(); ++it) {
        if (it->at > clock_.now()) continue;
        auto todo = std::move(*it);
        queue_.erase(it);
        if (*todo.wanted) todo.task();
        again = true;
        break;
      }
    }
  }
  std::optional<Instant> next() const {
    std::optional<Instant> first;
    for (const auto& todo : queue_)
      if (!first || todo.at < *first) first = todo.at;
    return first;
  }

 private:
  struct Pending {
    Instant at;
    std::shared_ptr<bool> wanted;
    Task task;
  };
  struct Work final : MediaWork::Job {
    explicit Work(std::shared_ptr<bool> w) : wanted(std::move(w)) {}
    ~Work() override { *wanted = false; }
    std::shared_ptr<bool> wanted;
  };
  static void add(audio::Segment& segment, const std::string& frame) {
    segment.bytes += frame;
    segment.ends.push_back(static_cast<std::uint32_t>(segment.bytes.size()));
    segment.level_db.push_back(-20);
  }
  MediaWork later(Duration after, Task task) {
    auto wanted = std::make_shared<bool>(true);
    queue_.push_back({clock_.now() + after, wanted, std::move(task)});
    return MediaWork{std::make_unique<Work>(wanted)};
  }

  const Clock& clock_;
  std::shared_ptr<int> alive_;
  std::deque<Pending> queue_;
  std::vector<audio::RenditionPtr> fillers_, rests_;
};

}  // namespace longwave::station::simulated
