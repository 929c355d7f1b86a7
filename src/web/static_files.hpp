// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "web/router.hpp"

#include <span>
#include <string_view>

namespace longwave::web {

/// A file that is part of the binary. Everything lives for ever.
struct Asset {
  std::string_view path;          ///< "/app.js"
  std::string_view content_type;  ///< "text/javascript; charset=utf-8"
  std::string_view bytes;
  std::string_view etag;     ///< with quotes
  std::string_view gzipped;  ///< may be empty
  bool immutable =
      false;  ///< the name holds its content's hash: cached for a year; else revalidated every time
};

Response asset_response(const Asset& asset);
/// One GET route per asset. The assets outlive the router.
Result<void> add_static_routes(Router& router, std::span<const Asset> assets);

}  // namespace longwave::web
