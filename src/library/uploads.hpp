// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/signal.hpp"
#include "base/task.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace longwave::store {
class Store;
}

namespace longwave::library {

class Library;

/// What becomes of an upload, in this order; `failed` may follow each but the last.
enum class UploadState {
  receiving = 0,  ///< its bytes come
  checking = 1,   ///< all are here; looked at and decoded in a process of its own
  ready = 2,      ///< it is music; nothing of it is visible yet
  importing = 3,  ///< on its way into the library
  imported = 4,   ///< a track like any other; on disk for good
  failed = 5,     ///< `problem` says why; its bytes are gone
};
const char* to_string(UploadState state);

enum class UploadKind { music = 0, picture = 1 };

struct UploadRequest {
  std::string name;       ///< of the file, checked by upload_name.hpp: a name, never a path
  std::int64_t size = 0;  ///< bytes; 0: not known before the end (multipart)
  std::string sha1 = {};  ///< hex, of the whole file; empty: not checked
  std::string who = {};   ///< whose quota it counts to: a login name or an address
  UploadKind kind = UploadKind::music;
  /// The caller's own mark, kept with it: find_by_tag().
  std::string tag = {};
};

struct Upload {
  std::string id;  ///< 32 hexadecimal digits that nobody can guess
  UploadRequest request;
  UploadState state = UploadState::receiving;
  std::int64_t received = 0;  ///< bytes, from the first on: where append() goes on
  std::string problem = {};
  std::string type = {};  ///< what it turned out to be: "mp3", "flac", "image/jpeg" …; from `ready` on
  TrackId track = {};     ///< from `imported` on; 0 for a picture
  std::string path = {};  ///< relative to the upload folder; from `imported` on
  std::int64_t changed_ms = 0;  ///< wall clock
};

struct UploadLimits {
  std::int64_t largest = 2ll << 30;             ///< bytes of one file
  std::int64_t quota = 20ll << 30;              ///< bytes that one person may send within 24 hours
  int open = 64;                                ///< unfinished uploads of one person
  std::int64_t spare = 64ll << 20;              ///< bytes of the disk that stay free
  Duration forgotten = std::chrono::hours{24};  ///< an upload at which nothing happens for so long ends
};

/// Looks at a file that nobody has looked at: what it is ("mp3" …), or why it isn't taken. Blocks; blocking
/// pool. The program gives one that works in a child process (library/inspector.hpp).
using Inspect = std::function<Result<std::string>(const std::filesystem::path& file, UploadKind kind)>;

struct UploadOptions {
  std::filesystem::path folder;  ///< where imported files go: a music folder, or inside one
  UploadLimits limits = {};
};

struct UploadChanged {
  Upload upload;
};

/// Files that people send, on their way into the library. Until it is complete and checked, an upload lies in
/// a hidden folder of the upload folder that no scan enters; then it gets its place by one rename, never over
/// another file, and the library takes it in. So it is there as a whole or not at all, whenever the process
/// or the machine ends.
///
/// What append() has answered is in the file and outlives the process: recover() finds it, and the sender
/// goes on at `received`. What finish() has answered as imported is on disk.
///
/// Belongs to one loop (the library's): made, called and destroyed there, `done` is called there. Disk work
/// runs through `blocking`, the work of one upload in order. Errors of all calls: invalid, not_found (no such
/// upload, or not this caller's), conflict (not in that state; another offset: the message tells `received`),
/// full (a limit, or the disk), broken (it is no music), unavailable (the folder can't be written).
class Uploads {
 public:
  using Done = UniqueFunction<void(Result<Upload>)>;
  using Blocking = std::function<void(Task)>;

  Uploads(store::Store& store, Library& library, UploadOptions options, Inspect inspect, Blocking blocking,
          Post own_loop, const Clock& clock);
  /// After the pool behind `blocking` has stopped.
  ~Uploads();
  Uploads(const Uploads&) = delete;
  Uploads& operator=(const Uploads&) = delete;

  Signal<UploadChanged> changed;  ///< every state, and progress at most five times a second per upload

  /// Finds what an earlier process left: unfinished uploads go on, finished ones are imported, and what
  /// belongs to nobody is removed. Once, first.
  void recover();

  void begin(UploadRequest request, Done done);
  /// `offset` is `received`; the bytes may be empty (to ask). Calls for one upload may overlap, in order.
  void append(const std::string& id, std::int64_t offset, std::string bytes, Done done);
  /// Everything has been sent. Answers when it is imported; with `import` false when it is `ready`.
  void finish(const std::string& id, Done done, bool import = true);
  /// Takes a `ready` one in. `into`: a folder below the upload folder ("Artist/2021 - Album"), made if
  /// needed; each of its names is checked like a file's. `name`: instead of the one it was sent with.
  void import(const std::string& id, std::string into, std::string name, Done done);
  /// Ends it and removes its bytes; what is imported stays.
  void cancel(const std::string& id, Done done);

  std::optional<Upload> find(const std::string& id) const;
  std::optional<Upload> find_by_tag(const std::string& tag) const;  ///< the latest with it
  std::vector<Upload> list() const;  ///< the oldest first; those that ended an hour ago are left out
  /// Where the bytes of a `ready` upload lie: never sent to clients.
  Result<std::filesystem::path> file_of(const std::string& id) const;

  /// Ends what was forgotten. Now and then.
  void tick();

  const UploadOptions& options() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace longwave::library
