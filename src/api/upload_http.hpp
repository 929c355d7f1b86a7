// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "base/task.hpp"
#include "library/uploads.hpp"
#include "web/context.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace longwave::api {

struct Context;

/// One file of a form, and what became of it.
struct ReceivedFile {
  std::string name;                ///< as sent
  Result<library::Upload> upload;  ///< imported, or why not
};

/// How far a form is: `received` of `total` bytes of its body (-1: the client didn't say).
using UploadProgress = std::function<void(std::int64_t received, std::int64_t total)>;

struct ReceiveOptions {
  std::string field = "files";  ///< of the files; others are taken as text
  std::string who = {};         ///< whose quota
  /// When the fields `rpc_id` and `socket` have come (both, as fields before the files or in the query):
  /// where the progress goes from then on, at most ten times a second and once at the end; may give an empty
  /// function. On the connection's loop.
  std::function<UploadProgress(const std::string& rpc_id, const std::string& socket)> progress = {};
};

/// Takes a multipart form with files while it comes and imports each: constant memory, however long. Call it
/// in the handler of a route with `streamed`, on the connection's loop. `done` is called there, with the
/// files in their order (files that were refused included), or why the form as a whole was refused: invalid,
/// full. It answers through the context. Not called when the connection breaks: what was half-sent is gone.
void receive_upload(Context& context, web::RequestContext&& request, ReceiveOptions options,
                    UniqueFunction<void(web::RequestContext&&, Result<std::vector<ReceivedFile>>)> done);

}  // namespace longwave::api
