// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "library/events.hpp"
#include "library/file.hpp"
#include "library/properties.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace longwave::store {
class Session;
}

/// Writing what clients set into the tags of the file, when somebody asks for it. In three steps, as files
/// and SQL belong to different threads: plan (a reading job), write (blocking pool), keep (a write job).
namespace longwave::library {

struct WritePlan {
  TrackId track;
  std::string path;
  FileStamp stamp;            ///< the file must still be this one
  std::int64_t identity = 0;  ///< of its payload, which must not change
  Values values;              ///< known keys that a client set, with the values to write
};
/// conflict: no client set anything that a file can hold; not_found.
Result<WritePlan> plan_write(store::Session& session, TrackId track);

struct Written {
  FileStamp stamp;
};
/// Copies the file beside itself, writes the tags into the copy, checks that the payload is the same and that
/// the tags read as wanted, syncs, and puts it in the file's place: whoever reads at the same time sees the
/// old file or the new one, whole; after a power cut too. Errors: conflict (the file changed meanwhile),
/// unsupported, refused (no permission), full (no room), broken. On an error the file is as it was.
Result<Written> write_tags(const WritePlan& plan);

/// The file says it now: the clients' values of the plan's keys go. What was set meanwhile stays.
Result<void> keep_written(store::Session& session, const WritePlan& plan, const Written& written,
                          Changes& changes);

}  // namespace longwave::library
