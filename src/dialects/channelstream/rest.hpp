// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "dialects/channelstream/settings.hpp"
#include "dialects/channelstream/signatures.hpp"
#include "web/context.hpp"

#include <boost/json/value.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::web {
class Router;
}

namespace longwave::channelstream {

/// A REST call that was let in, on the hub's thread.
struct Call {
  web::RequestContext context;
  bool has_body = false;
  bool authorized = false;       ///< from an allowed address, with a right signature
  boost::json::value body = {};  ///< null without a body

  web::Request& request() { return context.request(); }
  void answer(const boost::json::value& value, int status = 200);
};
using Handle = std::function<void(Call&&)>;

/// The REST side of both generations: who may call (address, signature, age, nonce), which generation is
/// meant, CORS, and bodies. Handlers run on the hub's thread. Made and filled before the loops start; the
/// routes' handlers run on net loops.
class Rest {
 public:
  /// `post` runs a task on the hub's thread. Fails if an address in allow_posting_from is none.
  static Result<std::unique_ptr<Rest>> make(const Settings& settings, const Clock& clock, Post post);
  ~Rest();

  struct Rules {
    bool is_signed = true;  ///< without a right signature: 403 (none), 401 (wrong)
    bool any_body = false;  ///< the body isn't parsed: a form
    bool judges = false;    ///< the handler looks at Call::authorized itself: a cookie may do, too
  };
  /// A path that this generation has; both may have it.
  void add(std::string_view method, std::string_view path, Form generation, Handle handle) {
    add(method, path, generation, Rules{}, std::move(handle));
  }
  void add(std::string_view method, std::string_view path, Form generation, Rules rules, Handle handle);
  /// All of them, and OPTIONS beside each.
  Result<void> add_routes(web::Router& router);
  /// Those that pages of any origin may use: all but what a cookie opens.
  std::vector<std::string> open_paths() const;

  /// What is answered to plain HTTP when only https is wanted.
  std::optional<web::Response> refuse_plain(const web::Request& request) const;
  /// For handlers of their own routes (transports): the fields that let other pages read the answer.
  void add_cors(const web::Request& request, web::Headers& headers) const;
  bool cors_allows(std::string_view origin) const;
  /// For WebSockets, which browsers open without asking: a page of an origin that allow_cors doesn't have.
  bool refuse_origin(const web::Request& request) const;

 private:
  struct State;
  explicit Rest(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace longwave::channelstream
