// SPDX-License-Identifier: Apache-2.0
#include "station/media_pool.hpp"

#include "audio/encode.hpp"
#include "audio/rendition_cache.hpp"
#include "audio/silence.hpp"
#include "base/log.hpp"
#include "io/pool.hpp"

#include <array>
#include <atomic>
#include <future>
#include <list>
#include <unordered_map>
#include <utility>
#include <vector>

namespace longwave::station {
namespace {

/// A cached encoding runs some 60 × real time: what lies further in is better entered by a transient one.
constexpr Duration watch_it_grow = std::chrono::seconds{10};
constexpr Duration first_minute = std::chrono::minutes{1};
constexpr std::size_t remembered_tracks = 512;

/// What happens to work that nobody wants any more.
struct Wanted {
  std::atomic<bool> yes{true};
  std::atomic<bool> stop_when_unwanted{true};
  // Station loop:
  io::JobHandle handle;
  std::shared_ptr<int> sharers;  // how many want what the job makes, if not one
};

class Order final : public MediaWork::Job {
 public:
  explicit Order(std::shared_ptr<Wanted> wanted) : wanted_(std::move(wanted)) {}
  ~Order() override {
    wanted_->yes = false;
    if (wanted_->sharers && --*wanted_->sharers > 0) return;
    if (wanted_->stop_when_unwanted) wanted_->handle.cancel();
  }

 private:
  std::shared_ptr<Wanted> wanted_;
};

using SoundPtr = std::shared_ptr<const audio::TrackSound>;
struct KnownTrack {
  TrackId id;
  SoundPtr sound;
  TrackReady ready;
};

}  // namespace

class MediaPool::Impl {
 public:
  using Then = UniqueFunction<void(Result<KnownTrack>)>;

  Impl(TrackSource& tracks, audio::RenditionCache& cache, io::Pool& pool, Post own_loop, const Clock& clock,
       MediaPoolOptions options)
      : tracks_(tracks),
        cache_(cache),
        pool_(pool),
        post_(std::move(own_loop)),
        clock_(clock),
        options_(options) {
    for (const auto format : audio::public_formats) make_loops(format);
  }

  /// Looks the track up and analyses it if it never was; `then` on the station loop.
  void find_out(TrackId track, Instant by, std::shared_ptr<Wanted> wanted, Then then);
  /// The same, from what is remembered if possible.
  void with_sound(TrackId track, Instant by, std::shared_ptr<Wanted> wanted, Then then);
  void open(const KnownTrack& track, audio::Format format, std::int64_t from, Instant by,
            std::shared_ptr<Wanted> wanted, Done<audio::RenditionPtr> done);
  void joint(JointRequest request, Instant by, std::shared_ptr<Wanted> wanted, Done<audio::SegmentPtr> done);
  audio::RenditionPtr filler(audio::Format format) {
    make_loops(format);
    return fillers_[static_cast<std::size_t>(format)].get();
  }
  /// The hold track as soon as it is made, silence until then and when it can't be played.
  audio::RenditionPtr rest(audio::Format format) {
    make_loops(format);
    const auto& hold = holds_[static_cast<std::size_t>(format)];
    if (hold.valid() && hold.wait_for(Duration{0}) == std::future_status::ready && hold.get())
      return hold.get();
    return rests_[static_cast<std::size_t>(format)].get();
  }

 private:
  using Loops = std::array<std::shared_future<audio::RenditionPtr>, std::size(audio::all_formats)>;
  /// Before anything else, so that they are there when somebody listens; of formats that not every station
  /// has, when the first one does.
  void make_loops(audio::Format format) {
    if (fillers_[static_cast<std::size_t>(format)].valid()) return;
    make(fillers_, format, [format] { return audio::make_filler(format); });
    make(rests_, format, [format] { return audio::make_silence(format); });
    if (!options_.hold.empty()) make(holds_, format, [this, format] { return hold_track(format); });
  }
  template <class Make>
  void make(Loops& loops, audio::Format format, Make how) {
    auto promise = std::make_shared<std::promise<audio::RenditionPtr>>();
    loops[static_cast<std::size_t>(format)] = promise->get_future().share();
    auto work = [promise, format, how](std::stop_token) {
      auto loop = how();
      if (!loop)
        log::error("nothing to fill silence with for {}: {}", audio::info(format).extension,
                   loop.error().message);
      promise->set_value(loop ? std::move(loop.value()) : nullptr);
    };
    pool_.submit(
        {.priority = options_.joint_priority - 1, .deadline = clock_.now(), .work = std::move(work)});
  }
  Result<audio::RenditionPtr> hold_track(audio::Format format) const;
  /// One reading of a track, and who waits for it: many radios that begin with the same song have it read
  /// once.
  struct Reading {
    TrackFile file;
    Instant by;
    io::JobHandle handle;
    std::shared_ptr<int> sharers = std::make_shared<int>(0);
    std::vector<std::pair<std::shared_ptr<Wanted>, Then>> waiting;
  };
  void analyse(TrackId track, TrackFile file, Instant by, std::shared_ptr<Wanted> wanted, Then then);
  void analysed(TrackId track, const std::shared_ptr<Reading>& reading, Result<audio::Analysis> found);
  static void share(Reading& reading, std::shared_ptr<Wanted> wanted, Then then);
  void analyse_all_of_it(TrackId track, std::filesystem::path path);
  Result<KnownTrack> known(TrackId track, const TrackFile& file, audio::Analysis analysis) const;
  void remember(KnownTrack track);
  SoundPtr remembered(TrackId track);
  bool is_long(const TrackFile& file) const {
    return std::chrono::milliseconds{file.duration_ms} > options_.long_file;
  }
  /// What is posted to the station loop finds out there whether this still exists.
  std::weak_ptr<const char> weak() const { return alive_; }
  /// Runs on the station loop, if there is still somebody.
  void back(const std::shared_ptr<Wanted>& wanted, Task task) {
    post_([weak = weak(), wanted, task = std::move(task)]() mutable {
      if (const auto alive = weak.lock(); alive && wanted->yes) task();
    });
  }

  TrackSource& tracks_;
  audio::RenditionCache& cache_;
  io::Pool& pool_;
  Post post_;
  const Clock& clock_;
  MediaPoolOptions options_;
  Loops fillers_, rests_, holds_;
  std::list<KnownTrack> recent_;  // most recently used first
  std::unordered_map<TrackId, std::list<KnownTrack>::iterator> by_track_;
  std::unordered_map<TrackId, std::weak_ptr<Reading>> readings_;
  std::shared_ptr<const char> alive_ = std::make_shared<const char>('\0');
};

Result<audio::RenditionPtr> MediaPool::Impl::hold_track(audio::Format format) const {
  auto analyse = options_.analyse;
  analyse.longest = std::chrono::minutes{30};
  auto analysis = audio::analyse(options_.hold, analyse);
  if (!analysis) return analysis.error();
  const auto gain = audio::gain_for(*analysis, options_.target);
  auto encoding = audio::encode_transient({options_.hold, std::move(*analysis), gain}, format, 0);
  if (encoding.run) encoding.run({});
  if (encoding.rendition->failed()) return error(Errc::broken, encoding.rendition->problem());
  return encoding.rendition;
}

void MediaPool::Impl::remember(KnownTrack track) {
  if (const auto found = by_track_.find(track.id); found != by_track_.end()) {
    recent_.erase(found->second);
    by_track_.erase(found);
  }
  recent_.push_front(std::move(track));
  by_track_[recent_.front().id] = recent_.begin();
  if (recent_.size() <= remembered_tracks) return;
  by_track_.erase(recent_.back().id);
  recent_.pop_back();
}

SoundPtr MediaPool::Impl::remembered(TrackId track) {
  const auto found = by_track_.find(track);
  return found == by_track_.end() ? nullptr : found->second->sound;
}

Result<KnownTrack> MediaPool::Impl::known(TrackId track, const TrackFile& file,
                                          audio::Analysis analysis) const {
  auto gain = audio::gain_for(analysis, options_.target);
  if (analysis.partial && file.gain_db)
    gain = audio::gain_from_replaygain(*file.gain_db, file.peak.value_or(0), options_.target);
  const auto duration = audio::programme_duration(analysis.played());
  if (analysis.played() < audio::min_item_length || duration <= Samples{0})
    return error(Errc::unsupported, "It is too short to be played.");
  auto sound = std::make_shared<audio::TrackSound>(audio::TrackSound{file.path, std::move(analysis), gain});
  return KnownTrack{track, std::move(sound), {duration, file.artist, file.title}};
}

void MediaPool::Impl::find_out(TrackId track, Instant by, std::shared_ptr<Wanted> wanted, Then then) {
  tracks_.find(track, [this, weak = weak(), post = post_, track, by, wanted,
                       then = std::move(then)](Result<TrackFile> found) mutable {
    post([this, weak, track, by, wanted, then = std::move(then), found = std::move(found)]() mutable {
      const auto alive = weak.lock();
      if (!alive || !wanted->yes) return;
      if (!found) return then(found.error());
      auto& file = found.value();
      if (!file.analysis) return analyse(track, std::move(file), by, wanted, std::move(then));
      auto ready = known(track, file, std::move(*file.analysis));
      if (ready) remember(ready.value());
      then(std::move(ready));
    });
  });
}

void MediaPool::Impl::analyse(TrackId track, TrackFile file, Instant by, std::shared_ptr<Wanted> wanted,
                              Then then) {
  const auto found = readings_.find(track);
  auto reading = found == readings_.end() ? nullptr : found->second.lock();
  if (reading && *reading->sharers > 0 && reading->by <= by)
    return share(*reading, std::move(wanted), std::move(then));
  reading = std::make_shared<Reading>();
  reading->file = std::move(file);
  reading->by = by;
  std::erase_if(readings_, [](const auto& entry) { return entry.second.expired(); });
  readings_[track] = reading;

  auto options = options_.analyse;
  if (is_long(reading->file)) options.only_first = to_samples(first_minute);
  auto work = [this, weak = weak(), post = post_, track, reading, options](std::stop_token stop) {
    auto result = audio::analyse(reading->file.path, options, stop);
    post([this, weak, track, reading, result = std::move(result)]() mutable {
      if (const auto alive = weak.lock()) analysed(track, reading, std::move(result));
    });
  };
  reading->handle =
      pool_.submit({.priority = options_.analysis_priority, .deadline = by, .work = std::move(work)});
  share(*reading, std::move(wanted), std::move(then));
}

void MediaPool::Impl::share(Reading& reading, std::shared_ptr<Wanted> wanted, Then then) {
  ++*reading.sharers;
  wanted->sharers = reading.sharers;
  wanted->handle = reading.handle;
  reading.waiting.emplace_back(std::move(wanted), std::move(then));
}

void MediaPool::Impl::analysed(TrackId track, const std::shared_ptr<Reading>& reading,
                               Result<audio::Analysis> found) {
  if (const auto entry = readings_.find(track); entry != readings_.end() && entry->second.lock() == reading)
    readings_.erase(entry);
  const auto ready = [&]() -> Result<KnownTrack> {
    if (!found) {
      const auto code = found.error().code;
      if (code == Errc::broken || code == Errc::unsupported || code == Errc::full)
        tracks_.broken(track, found.error().message);
      return found.error();
    }
    if (found.value().partial) {
      analyse_all_of_it(track, reading->file.path);
    } else {
      tracks_.keep(track, std::make_shared<const audio::Analysis>(found.value()));
    }
    auto sound = known(track, reading->file, std::move(found.value()));
    if (sound) {
      remember(sound.value());
    } else {
      tracks_.broken(track, sound.error().message);
    }
    return sound;
  }();
  for (auto& [wanted, then] : std::exchange(reading->waiting, {}))
    if (wanted->yes) then(ready);
}

void MediaPool::Impl::analyse_all_of_it(TrackId track, std::filesystem::path path) {
  auto work = [this, weak = weak(), post = post_, track, path = std::move(path),
               options = options_.analyse](std::stop_token stop) {
    auto analysed = audio::analyse(path, options, stop);
    if (!analysed) return;
    post(
        [this, weak, track, analysis = std::make_shared<const audio::Analysis>(std::move(analysed.value()))] {
          if (const auto alive = weak.lock()) tracks_.keep(track, analysis);
        });
  };
  pool_.submit(
      {.priority = options_.analysis_priority + 1, .deadline = Instant::max(), .work = std::move(work)});
}

void MediaPool::Impl::with_sound(TrackId track, Instant by, std::shared_ptr<Wanted> wanted, Then then) {
  const auto found = by_track_.find(track);
  if (found == by_track_.end()) return find_out(track, by, std::move(wanted), std::move(then));
  then(*found->second);
}

void MediaPool::Impl::open(const KnownTrack& track, audio::Format format, std::int64_t from, Instant by,
                           std::shared_ptr<Wanted> wanted, Done<audio::RenditionPtr> done) {
  make_loops(format);
  auto give = std::make_shared<Done<audio::RenditionPtr>>(std::move(done));
  auto work = [self = this, sound = track.sound, format, from, wanted, give](std::stop_token stop) {
    if (!wanted->yes) return;
    const auto answer = [&](audio::RenditionPtr rendition) {
      self->back(wanted, [give, rendition = std::move(rendition)] { (*give)(rendition); });
    };
    const bool cacheable = !sound->analysis.partial;
    if (auto whole = cacheable ? self->cache_.find(*sound, format) : nullptr) return answer(std::move(whole));
    const bool grow = cacheable && from <= audio::frame_at(format, to_samples(watch_it_grow));
    // Others may watch a cached rendition grow, and it serves the next time: once begun it is finished.
    if (grow) wanted->stop_when_unwanted = false;
    auto encoding =
        grow ? self->cache_.obtain(*sound, format) : audio::encode_transient(*sound, format, from);
    answer(encoding.rendition);
    if (encoding.run) encoding.run(stop);
  };
  wanted->sharers = nullptr;
  wanted->handle =
      pool_.submit({.priority = options_.rendition_priority, .deadline = by, .work = std::move(work)});
}

void MediaPool::Impl::joint(JointRequest request, Instant by, std::shared_ptr<Wanted> wanted,
                            Done<audio::SegmentPtr> done) {
  audio::JointPlan plan{.format = request.format,
                        .a = {remembered(request.a), request.a_rendition},
                        .b = {remembered(request.b), request.b_rendition},
                        .a_frame = request.a_frame,
                        .b_frame = request.b_frame,
                        .overlap = 0};
  plan.overlap = audio::gapless_overlap(*request.a_rendition, request.a_frame);
  auto give = std::make_shared<Done<audio::SegmentPtr>>(std::move(done));
  auto work = [self = this, plan = std::move(plan), wanted, give](std::stop_token stop) {
    if (!wanted->yes) return;
    auto made = std::make_shared<Result<audio::SegmentPtr>>(audio::make_joint(plan, stop));
    self->back(wanted, [give, made] { (*give)(std::move(*made)); });
  };
  wanted->sharers = nullptr;
  wanted->handle =
      pool_.submit({.priority = options_.joint_priority, .deadline = by, .work = std::move(work)});
}

MediaPool::MediaPool(TrackSource& tracks, audio::RenditionCache& cache, io::Pool& pool, Post own_loop,
                     const Clock& clock, MediaPoolOptions options)
    : impl_(std::make_unique<Impl>(tracks, cache, pool, std::move(own_loop), clock, options)) {}

MediaPool::~MediaPool() = default;

MediaWork MediaPool::prepare(TrackId track, Instant by, Done<TrackReady> done) {
  auto wanted = std::make_shared<Wanted>();
  impl_->find_out(track, by, wanted, [done = std::move(done)](Result<KnownTrack> known) mutable {
    if (!known) return done(known.error());
    done(known.value().ready);
  });
  return MediaWork{std::make_unique<Order>(wanted)};
}

MediaWork MediaPool::open(TrackId track, audio::Format format, std::int64_t from, Instant by,
                          Done<audio::RenditionPtr> done) {
  auto wanted = std::make_shared<Wanted>();
  impl_->with_sound(track, by, wanted,
                    [impl = impl_.get(), format, from, by, wanted,
                     done = std::move(done)](Result<KnownTrack> known) mutable {
                      if (!known) return done(known.error());
                      impl->open(known.value(), format, from, by, wanted, std::move(done));
                    });
  return MediaWork{std::make_unique<Order>(wanted)};
}

MediaWork MediaPool::joint(JointRequest request, Instant by, Done<audio::SegmentPtr> done) {
  auto wanted = std::make_shared<Wanted>();
  impl_->joint(std::move(request), by, wanted, std::move(done));
  return MediaWork{std::make_unique<Order>(wanted)};
}

audio::RenditionPtr MediaPool::rest(audio::Format format) {
  return impl_->rest(format);
}

audio::RenditionPtr MediaPool::filler(audio::Format format) {
  return impl_->filler(format);
}

}  // namespace longwave::station
