// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/art_shelf.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "io/stream.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace longwave::io {
class Pool;
}
namespace longwave::store {
class Store;
}
namespace longwave::web {
class Router;
}

namespace longwave::api {

/// Artwork in the sizes that clients use (96, 150, 200, 256, 500, 512, 1000), decoded under limits and
/// encoded anew, kept on disk by what it was made of, the latest of it in memory too. Thread-safe; outlives
/// the store's threads and the pool.
class Art {
 public:
  struct Picture {
    io::SharedBytes jpeg;
    std::string accent;  ///< "#rrggbb"
  };
  using Done = UniqueFunction<void(Result<Picture>)>;

  /// `folder`: of the scaled pictures on disk, `disk_bytes` at most; empty: none are kept there.
  Art(store::Store& store, io::Pool& pool, std::filesystem::path folder = {}, std::int64_t disk_bytes = 0);

  /// `done` is called on a pool thread, or at once when the picture is at hand. Callers that want the same
  /// one share the work. Errors: not_found, invalid (a size or hash that isn't one), broken, full (too much
  /// is asked for).
  void picture(const std::string& hash, int size, Done done);

  /// Its colour if it is known. If not, finds it out and calls the hook of on_accent() later.
  std::string accent(std::string_view hash);
  /// `hook` is called on a pool thread when a colour that somebody asked for has become known. Set before
  /// use.
  void on_accent(Task hook) { accent_found_ = std::move(hook); }

  /// GET /art/:hash?size=
  Result<void> add_route(web::Router& router);

 private:
  using Key = std::pair<std::string, int>;

  void start(const Key& key);
  void make(const Key& key);
  void finish(const Key& key, Result<Picture> result);
  void keep(const Key& key, const Picture& picture);

  store::Store& store_;
  io::Pool& pool_;
  ArtShelf shelf_;
  Task accent_found_;

  std::mutex mutex_;  // held for look-ups in the maps, never while something is read or decoded
  std::map<Key, std::pair<Picture, std::list<Key>::iterator>> kept_;
  std::list<Key> used_;  // the latest first
  std::size_t kept_bytes_ = 0;
  std::map<Key, std::vector<Done>> waiting_;
  std::unordered_map<std::string, std::string> accents_;
};

}  // namespace longwave::api
