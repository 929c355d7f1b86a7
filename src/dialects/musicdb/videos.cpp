// SPDX-License-Identifier: Apache-2.0
#include "dialects/musicdb/videos.hpp"

#include "dialects/musicdb/core.hpp"
#include "dialects/musicdb/records.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace longwave::musicdb {
namespace {

namespace json = boost::json;

constexpr std::size_t most_entries = 10'000;
constexpr const char* stream = "MusicDB:VideoStream";
constexpr const char* queue = "MusicDB:VideoQueue";

std::size_t index_of(const Kept& kept, std::int64_t entry) {
  const auto found = std::find_if(kept.videos.begin(), kept.videos.end(),
                                  [&](const auto& each) { return each.id == entry; });
  return static_cast<std::size_t>(found - kept.videos.begin());
}

bool allowed(const library::Video& video, const schedule::RandomRules& rules) {
  return !(rules.no_disabled && video.disabled) &&
         !(rules.no_hated && video.favourite == library::Favourite::hated) &&
         !(rules.no_bad_audio && video.bad_audio) && !(rules.no_live && video.live);
}

/// What may be drawn: those that were chosen lately give way only when nothing else is there.
std::vector<std::int64_t> candidates(store::Session& session, const Kept& kept,
                                     const schedule::RandomRules& rules, std::int64_t now) {
  std::vector<std::int64_t> fresh;
  const auto oldest = now - static_cast<std::int64_t>(rules.max_age_hours) * 3600;
  for (const auto& video : library::videos(session)) {
    if (!allowed(video, rules)) continue;
    int place = 0;
    const bool listed =
        std::any_of(kept.video_blacklist.begin(), kept.video_blacklist.end(), [&](const auto& one) {
          return place++ < rules.video_list && one.id == video.id && one.time >= oldest;
        });
    if (!listed) fresh.push_back(video.id);
  }
  return fresh;
}

json::object state_json(const Kept& kept) {
  return {{"isstreaming", kept.video_streaming},
          {"isplaying", kept.video_streaming},
          {"currententry",
           kept.videos.empty() ? json::value(nullptr) : json::value(std::to_string(kept.videos.front().id))}};
}

}  // namespace

Videos::Videos(Core& core)
    : core_(core),
      random_(static_cast<std::uint64_t>(core.parts().clock.wall().time_since_epoch().count())) {}

std::optional<std::size_t> Videos::place(const Kept& kept, const std::string& position) const {
  if (position == "next") return std::min<std::size_t>(1, kept.videos.size());
  if (position == "last") return kept.videos.size();
  const auto id = id_of(json::string(position));
  const auto index = id ? index_of(kept, *id) : kept.videos.size();
  if (index == kept.videos.size()) return std::nullopt;
  return index + 1;
}

void Videos::insert(Kept& kept, std::size_t at, std::int64_t video, bool random) const {
  kept.videos.insert(kept.videos.begin() + static_cast<std::ptrdiff_t>(at),
                     {kept.next_video_entry++, video, random});
  const auto scene = core_.scene();
  kept.video_blacklist.insert(kept.video_blacklist.begin(), {video, scene.now});
  const auto most = static_cast<std::size_t>(std::max(scene.random.video_list, 0));
  if (kept.video_blacklist.size() > most) kept.video_blacklist.resize(most);
}

void Videos::tell(Told told) {
  if (core_.kept().videos.empty()) return;
  if (told.status) core_.notify(stream, "onStatusChanged", state_json(core_.kept()));
  if (told.video) {
    core_.notify(queue, "onVideoChanged", nullptr);
    const auto entry = core_.kept().videos.front();
    core_.read(
        [entry, state = state_json(core_.kept())](store::Session& session) -> Value {
          const auto video = library::video(session, entry.video);
          if (!video) return video.error();
          return json::object{
              {"video", record(*video)},
              {"queue",
               {{"entryid", std::to_string(entry.id)}, {"videoid", entry.video}, {"israndom", entry.random}}},
              {"streamstate", state}};
        },
        [this](Value next) {
          if (next) core_.notify(stream, "onStreamNextVideo", *next);
        });
  }
  if (told.queue) core_.notify(queue, "onVideoQueueChanged", nullptr);
}

void Videos::keep(Kept kept, Told told, Answer answer) {
  core_.keep(std::move(kept), nullptr, [this, told, answer = std::move(answer)](Value done) mutable {
    if (done) tell(told);
    answer(std::move(done));
  });
}

void Videos::top_up(Kept kept, std::size_t least, UniqueFunction<void(Kept)> then) {
  if (kept.videos.size() >= least) return then(std::move(kept));
  auto found = std::make_shared<std::vector<std::int64_t>>();
  auto held = std::make_shared<Kept>(std::move(kept));
  core_.read(
      [found, held, scene = core_.scene()](store::Session& session) -> Value {
        *found = candidates(session, *held, scene.random, scene.now);
        return nullptr;
      },
      [this, found, held, then = std::move(then)](Value) mutable {
        if (!found->empty()) insert(*held, held->videos.size(), (*found)[random_.below(found->size())], true);
        then(std::move(*held));
      });
}

void Videos::add(std::int64_t video, std::string position, Answer answer) {
  core_.read(
      [video](store::Session& session) -> Value {
        if (const auto found = library::video(session, video); !found) return found.error();
        return nullptr;
      },
      [this, video, position = std::move(position), answer = std::move(answer)](Value known) mutable {
        if (!known) return answer(known.error());
        auto kept = core_.kept();
        const auto at = place(kept, position);
        if (!at) return answer(error(Errc::not_found, "the queue has no such entry"));
        if (kept.videos.size() >= most_entries) return answer(error(Errc::full, "the queue is full"));
        const bool first = kept.videos.empty();
        insert(kept, *at, video, false);
        keep(std::move(kept), {.queue = true, .video = first}, std::move(answer));
      });
}

void Videos::add_random(std::string position, Answer answer) {
  const auto before = core_.kept().videos.size();
  if (before >= most_entries) return answer(error(Errc::full, "the queue is full"));
  top_up(core_.kept(), before + 1,
         [this, before, position = std::move(position), answer = std::move(answer)](Kept kept) mutable {
           if (kept.videos.size() == before)
             return answer(error(Errc::not_found, "there is no video to choose"));
           const auto to = position == "next" ? std::min<std::size_t>(1, before) : before;
           std::rotate(kept.videos.begin() + static_cast<std::ptrdiff_t>(to), kept.videos.end() - 1,
                       kept.videos.end());
           keep(std::move(kept), {.queue = true, .video = before == 0}, std::move(answer));
         });
}

void Videos::remove(std::int64_t entry, Answer answer) {
  const auto index = index_of(core_.kept(), entry);
  if (index == core_.kept().videos.size())
    return answer(error(Errc::not_found, "the queue has no such entry"));
  if (index == 0) return next(std::move(answer));
  auto kept = core_.kept();
  kept.videos.erase(kept.videos.begin() + static_cast<std::ptrdiff_t>(index));
  top_up(std::move(kept), 2, [this, answer = std::move(answer)](Kept full) mutable {
    keep(std::move(full), {.queue = true}, std::move(answer));
  });
}

void Videos::move(std::int64_t entry, std::int64_t after, Answer answer) {
  if (entry == after) return answer(nullptr);
  auto kept = core_.kept();
  const auto from = index_of(kept, entry), behind = index_of(kept, after);
  if (from == kept.videos.size() || behind == kept.videos.size())
    return answer(error(Errc::not_found, "the queue has no such entry"));
  if (from == 0) return answer(error(Errc::conflict, "it is played now"));
  const auto moved = kept.videos[from];
  kept.videos.erase(kept.videos.begin() + static_cast<std::ptrdiff_t>(from));
  const auto at = index_of(kept, after) + 1;
  kept.videos.insert(kept.videos.begin() + static_cast<std::ptrdiff_t>(at), moved);
  keep(std::move(kept), {.queue = true}, std::move(answer));
}

void Videos::next(Answer answer) {
  if (core_.kept().videos.empty()) return answer(error(Errc::conflict, "the queue is empty"));
  auto kept = core_.kept();
  kept.videos.erase(kept.videos.begin());
  top_up(std::move(kept), 2, [this, answer = std::move(answer)](Kept full) mutable {
    keep(std::move(full), {.queue = true, .video = true}, std::move(answer));
  });
}

void Videos::ended(std::int64_t entry, Answer answer) {
  if (core_.kept().videos.empty() || core_.kept().videos.front().id != entry) return answer(nullptr);
  next(std::move(answer));
}

void Videos::set_streaming(bool on, Answer answer) {
  auto kept = core_.kept();
  if (kept.video_streaming == on) return answer(nullptr);
  kept.video_streaming = on;
  keep(std::move(kept), {.video = on, .status = true}, std::move(answer));
}

void Videos::fill(Answer answer) {
  if (!core_.kept().videos.empty()) return answer(nullptr);
  top_up(core_.kept(), 1, [this, answer = std::move(answer)](Kept kept) mutable {
    if (kept.videos.empty()) return answer(nullptr);
    core_.keep(std::move(kept), nullptr, std::move(answer));
  });
}

}  // namespace longwave::musicdb
