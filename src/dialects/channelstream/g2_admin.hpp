// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/throttle.hpp"
#include "base/task.hpp"
#include "dialects/channelstream/rest.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace longwave::io {
class Loop;
class Timer;
}  // namespace longwave::io

namespace longwave::channelstream {
class Core;
}

namespace longwave::channelstream::g2 {

class Service;

/// The pages for people who run the server: sign in and out, `/admin`, what it shows as JSON, the description
/// of the API and the page that tries it. A cookie opens them, or a signature. Everything on the hub's
/// thread.
class Admin {
 public:
  Admin(Core& core, Service& service, io::Loop& hub_loop);
  ~Admin();
  void add_to(Rest& rest);

  /// Signed in with the cookie, or a right signature.
  bool let_in(Call& call) const;
  /// The first generation's page at /admin, for callers with HTTP Basic and if `admin_basic` is set.
  void on_basic(Handle handle) { basic_ = std::move(handle); }

 private:
  void sign_in(Call&& call);
  void page(Call&& call);
  void json(Call&& call);
  void debug(Call&& call);
  void sign(Call&& call);
  std::string cookie(const web::Request& request) const;
  void later(Duration delay, Task task);

  Core& core_;
  Service& service_;
  io::Loop& loop_;
  std::string key_;  ///< of the cookies
  Handle basic_;
  access::Throttle throttle_;
  Instant started_;
  std::uint64_t next_timer_ = 1;
  std::map<std::uint64_t, std::unique_ptr<io::Timer>> timers_;
};

/// OpenAPI 3 of both generations' shared REST side.
std::string_view openapi();
/// The files of the page that tries it: "/api-explorer", its script and its style.
std::string_view explorer_page();
std::string_view explorer_script();
std::string_view admin_style();

}  // namespace longwave::channelstream::g2
