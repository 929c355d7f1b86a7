// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/stream.hpp"
#include "web/frame.hpp"

#include <string>
#include <string_view>

namespace longwave::api {

/// One message on its way to many connections of a loop: each wire form is made when the first connection
/// needs it, and shared from then on. Belongs to the loop, for the time of one publication.
class Wording {
 public:
  explicit Wording(std::string text) : text_(std::move(text)) {}

  const std::string& text() const { return text_; }
  /// A WebSocket frame.
  const web::SharedFrame& frame();
  /// One line of NDJSON.
  const io::SharedBytes& line();
  /// A server-sent event with this `id` (none if empty). Connections that know the same positions have the
  /// same id, so this too is made once for all of them; an id of its own costs a copy.
  const io::SharedBytes& event(std::string_view id);

 private:
  std::string text_;
  web::SharedFrame frame_;
  io::SharedBytes line_, event_;
  std::string event_id_;
};

/// `data:` of an event, after its `id`. The text is one line of JSON.
std::string event_text(std::string_view id, std::string_view text);

}  // namespace longwave::api
