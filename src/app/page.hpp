// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "web/router.hpp"
#include "web/static_files.hpp"

#include <deque>
#include <string>
#include <vector>

namespace longwave::app {

/// The page that is built into the program: its files under their names, and itself at / and /s/<slug>; the
/// operator's page at /platform.
class Page {
 public:
  Page();
  Result<void> add_routes(web::Router& router) const;

 private:
  std::deque<std::string> texts_;  // what the views of `files_` point to
  std::vector<web::Asset> files_;
  web::Asset index_{}, platform_{}, directory_{};
};

}  // namespace longwave::app
