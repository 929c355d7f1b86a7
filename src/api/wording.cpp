// SPDX-License-Identifier: Apache-2.0
#include "api/wording.hpp"

namespace longwave::api {

std::string event_text(std::string_view id, std::string_view text) {
  std::string event;
  event.reserve(id.size() + text.size() + 16);
  if (!id.empty()) event.append("id: ").append(id).append("\n");
  return event.append("data: ").append(text).append("\n\n");
}

const web::SharedFrame& Wording::frame() {
  if (!frame_) frame_ = web::Frame::text(text_);
  return frame_;
}

const io::SharedBytes& Wording::line() {
  if (!line_.keep) line_ = io::SharedBytes::own(text_ + "\n");
  return line_;
}

const io::SharedBytes& Wording::event(std::string_view id) {
  if (!event_.keep || event_id_ != id) {
    event_ = io::SharedBytes::own(event_text(id, text_));
    event_id_ = id;
  }
  return event_;
}

}  // namespace longwave::api
