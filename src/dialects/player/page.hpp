// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "base/task.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace longwave::web {
class Router;
}

namespace longwave::player {

/// `/player`, and `/static/…` with the files of a client folder.
struct PageOptions {
  /// The `static` folder of an original client, with `scripts/` and `css/` in it; empty: our own page.
  std::filesystem::path client;
  /// Runs what reads files.
  std::function<void(Task)> blocking;
};

/// invalid: there is no such folder, or no `scripts/config.js` in it. Looks at the folder once, here; its
/// files are read when they are asked for.
Result<void> add_page_routes(web::Router& router, PageOptions options);

/// Our own page, for those who give no folder.
std::string_view own_page();
std::string_view own_script();
std::string_view own_style();

}  // namespace longwave::player
