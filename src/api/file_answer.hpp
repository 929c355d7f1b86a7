// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"
#include "web/context.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>

namespace longwave::api {

/// A file on disk as an answer.
struct FileAnswer {
  std::filesystem::path path;
  std::string type;            ///< Content-Type
  std::string file_name = {};  ///< offered for saving; empty: shown in place
  std::string etag = {};       ///< with quotes; empty: made from size and time of the file
  std::string cache_control = "no-store";
};

/// Answers GET and HEAD with the bytes of a file (200, 206 for one range, 304, 404, 416; RFC 9110 sections 13
/// and 14) in pieces of 256 KiB, read through `blocking` (the blocking pool) as the client takes them: memory
/// doesn't grow with the file. On the connection's loop. Only regular files, never through a symbolic link at
/// the end of the path.
void answer_file(web::RequestContext&& context, FileAnswer file, std::function<void(Task)> blocking);

}  // namespace longwave::api
