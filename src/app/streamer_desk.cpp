// SPDX-License-Identifier: Apache-2.0
#include "app/streamer_desk.hpp"

#include "io/loop.hpp"
#include "station/broadcaster.hpp"

#include <algorithm>
#include <utility>

namespace longwave::app {
namespace {

constexpr std::size_t longest_radio = 64;

web::Response unavailable() {
  auto response =
      web::Response::text(503, "The radio can't be had at the moment. Try again, or another streamer.\n");
  response.headers.add("Retry-After", "1");
  return response;
}

}  // namespace

bool is_radio_name(std::string_view text) {
  return !text.empty() && text.size() <= longest_radio && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  });
}

StreamerDesks::StreamerDesks(io::LoopGroup& net, station::Broadcaster& broadcaster, Post)
    : broadcaster_(broadcaster) {
  for (std::size_t i = 0; i < net.size(); ++i) {
    desks_.push_back(std::make_unique<Desk>());
    desks_.back()->loop = &net[i];
    desks_.back()->post = net[i].poster();
  }
}

fleet::SessionId StreamerDesks::wait(web::RequestContext&& context, std::string radio, audio::Format format,
                                     std::function<void(fleet::SessionId)> gone, bool passes_on) {
  const auto place = std::find_if(desks_.begin(), desks_.end(),
                                  [&](const auto& desk) { return desk->loop == &context.loop(); });
  if (place == desks_.end()) {
    context.respond(unavailable());
    return 0;
  }
  auto& desk = **place;
  const auto session = ++last_;
  context.on_gone([&desk, session, gone = std::move(gone)] {
    desk.post([&desk, session] { desk.waiting.erase(session); });
    gone(session);
  });
  desk.waiting.emplace(session, Waiting{std::move(context), std::move(radio), format, passes_on});
  return session;
}

void StreamerDesks::answer(fleet::SessionId session, Answer answer) {
  auto shared = std::make_shared<Answer>(std::move(answer));
  for (auto& desk : desks_)  // one of them has it
    desk->post([this, &desk = *desk, session, shared] { decide(desk, session, *shared); });
}

void StreamerDesks::decide(Desk& desk, fleet::SessionId session, Answer& answer) {
  auto node = desk.waiting.extract(session);
  if (node.empty()) return;
  auto& [context, radio, format, passes_on] = node.mapped();
  using Kind = fleet::Admission::Kind;
  if (answer.admission.kind == Kind::unknown)
    return context.respond(web::Response::text(404, "There is no such radio.\n"));
  if (answer.admission.kind == Kind::unavailable) return context.respond(unavailable());
  const bool opus = format == audio::Format::opus_96;
  if (!opus && answer.admission.hd && !(answer.passed_on && answer.elsewhere.empty()))
    format = audio::Format::mp3_256;
  if (format == audio::Format::mp3_128 || !answer.passed_on) {
    if (broadcaster_.answer(std::move(context), radio, format, session, passes_on)) return;
  } else if (answer.elsewhere.empty()) {
    context.respond(unavailable());
  } else {
    context.respond(
        web::Response::redirect(302, answer.elsewhere + (opus ? ".opus" : ".mp3") + answer.query));
  }
  answer.refused();
}

void StreamerDesks::close() {
  for (auto& desk : desks_) {
    desk->post([&desk = *desk] {
      for (auto& [session, waiting] : std::exchange(desk.waiting, {})) waiting.context.respond(unavailable());
    });
  }
}

void StreamerDesks::set_streamers(const std::vector<fleet::Streamers::One>& streamers) {
  const std::lock_guard lock(mutex_);
  if (streamers_ != streamers) streamers_ = streamers;
}

void StreamerDesks::list(web::RequestContext&& context, const std::string& own_address) const {
  std::string radio(context.request().parameter("radio"));
  if (!is_radio_name(radio)) return context.respond(web::Response::text(404, "There is no such radio.\n"));
  std::string text = "#EXTM3U\n" + own_address + "/" + radio + "\n";
  {
    const std::lock_guard lock(mutex_);
    for (const auto& one : streamers_) {
      if (one.address != own_address) text += one.address + "/" + radio + "\n";
    }
  }
  context.respond(web::Response::bytes("audio/x-mpegurl", io::SharedBytes::own(std::move(text))));
}

}  // namespace longwave::app
