// SPDX-License-Identifier: Apache-2.0
#include "api/art.hpp"

#include "audio/picture.hpp"
#include "base/log.hpp"
#include "io/pool.hpp"
#include "library/artwork.hpp"
#include "store/store.hpp"
#include "web/router.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace longwave::api {
namespace {

constexpr int sizes[] = {96, 150, 200, 256, 500, 512, 1000};  // of our page, and of the originals
constexpr int accent_size = 96;
constexpr std::size_t most_bytes = 32u << 20;
constexpr std::size_t most_waiting = 256;
constexpr std::size_t most_accents = 10'000;
constexpr int pool_priority = 2;  // behind sound, before scans

bool is_hash(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

web::Response as_response(const Error& why) {
  const int status = why.code == Errc::not_found ? 404
                     : why.code == Errc::invalid ? 400
                     : why.code == Errc::full    ? 503
                                                 : 422;
  return web::Response::text(status, why.message + "\n");
}

}  // namespace

Art::Art(store::Store& store, io::Pool& pool, std::filesystem::path folder, std::int64_t disk_bytes)
    : store_(store), pool_(pool), shelf_(std::move(folder), disk_bytes) {}

void Art::picture(const std::string& hash, int size, Done done) {
  if (!is_hash(hash)) return done(error(Errc::invalid, "a picture is named by 64 hexadecimal digits"));
  if (std::find(std::begin(sizes), std::end(sizes), size) == std::end(sizes)) {
    return done(error(Errc::invalid, "size must be 96, 150, 200, 256, 500, 512 or 1000"));
  }
  const Key key{hash, size};
  std::unique_lock lock(mutex_);
  if (const auto found = kept_.find(key); found != kept_.end()) {
    used_.splice(used_.begin(), used_, found->second.second);
    const Picture picture = found->second.first;
    lock.unlock();
    return done(picture);
  }
  if (const auto found = waiting_.find(key); found != waiting_.end()) {
    found->second.push_back(std::move(done));
    return;
  }
  if (waiting_.size() >= most_waiting) {
    lock.unlock();
    return done(error(Errc::full, "too many pictures are asked for at once; try again"));
  }
  waiting_[key].push_back(std::move(done));
  lock.unlock();
  start(key);
}

void Art::start(const Key& key) {
  pool_.submit(
      {.priority = pool_priority, .work = [this, key](std::stop_token) {
         if (auto kept = shelf_.read(key.first, key.second))
           return finish(key, Picture{io::SharedBytes::own(std::move(kept->jpeg)), std::move(kept->accent)});
         make(key);
       }});
}

void Art::make(const Key& key) {
  auto sources = std::make_shared<std::vector<library::ArtworkSource>>();
  store_.read(
      [sources, key](store::Session& session) { *sources = library::artwork_sources(session, key.first); },
      [this, sources, key](std::exception_ptr problem) {
        if (problem) return finish(key, error(Errc::unavailable, "the database can't be read at present"));
        pool_.submit({.priority = pool_priority, .work = [this, sources, key](std::stop_token) {
                        const auto original = library::read_artwork(*sources, key.first);
                        if (!original) return finish(key, original.error());
                        auto scaled = audio::scale_picture(original->bytes, key.second);
                        if (!scaled) return finish(key, scaled.error());
                        const ArtShelf::Kept kept{std::move(scaled->jpeg), audio::to_css(scaled->accent)};
                        shelf_.write(key.first, key.second, kept);
                        finish(key, Picture{io::SharedBytes::own(kept.jpeg), kept.accent});
                      }});
      });
}

void Art::finish(const Key& key, Result<Picture> result) {
  std::vector<Done> done;
  {
    std::lock_guard lock(mutex_);
    auto found = waiting_.extract(key);
    if (!found.empty()) done = std::move(found.mapped());
    if (result) keep(key, *result);
  }
  if (!result) log::debug("artwork {}: {}", key.first, result.error().message);
  for (auto& each : done) each(result);
}

void Art::keep(const Key& key, const Picture& picture) {
  if (accents_.size() > most_accents) accents_.clear();
  accents_[key.first] = picture.accent;
  if (kept_.contains(key)) return;
  used_.push_front(key);
  kept_.emplace(key, std::pair{picture, used_.begin()});
  kept_bytes_ += picture.jpeg.bytes.size();
  while (kept_bytes_ > most_bytes) {
    const auto oldest = kept_.find(used_.back());
    kept_bytes_ -= oldest->second.first.jpeg.bytes.size();
    kept_.erase(oldest);
    used_.pop_back();
  }
}

std::string Art::accent(std::string_view hash) {
  const std::string key(hash);
  {
    std::lock_guard lock(mutex_);
    if (const auto found = accents_.find(key); found != accents_.end()) return found->second;
  }
  picture(key, accent_size, [this, key](const Result<Picture>& result) {
    if (!result) {  // known to have none: not asked for again
      std::lock_guard lock(mutex_);
      accents_.emplace(key, "");
    } else if (accent_found_) {
      accent_found_();
    }
  });
  return {};
}

Result<void> Art::add_route(web::Router& router) {
  return router.add(
      {.methods = {"GET"},
       .pattern = "/art/:hash",
       .description = "a picture by its hash, ?size=96, 150, 200, 256 (default), 500, 512 or 1000 pixels",
       .handler = [this](web::RequestContext&& context) {
         const auto& request = context.request();
         int size = 256;
         if (const auto asked = request.query_value("size")) {
           size = 0;
           std::from_chars(asked->data(), asked->data() + asked->size(), size);
         }
         const std::string hash(request.parameter("hash"));
         auto held = std::make_shared<web::RequestContext>(std::move(context));
         picture(hash, size, [held, hash, size](Result<Picture> result) {
           if (!result) return held->respond(as_response(result.error()));
           auto response = web::Response::bytes("image/jpeg", result->jpeg);
           response.etag = fmt::format("\"{}-{}\"", hash.substr(0, 32), size);
           response.headers.set("Cache-Control", "public, max-age=31536000, immutable");
           held->respond(std::move(response));
         });
       }});
}

}  // namespace longwave::api
