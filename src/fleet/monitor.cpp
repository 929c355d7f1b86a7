// SPDX-License-Identifier: Apache-2.0
#include "fleet/monitor.hpp"

#include "base/html.hpp"
#include "io/loop.hpp"
#include "web/router.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <boost/json.hpp>

#include <charconv>
#include <cmath>
#include <memory>
#include <utility>

namespace longwave::fleet {
namespace {

namespace json = boost::json;

constexpr std::size_t rows = 1000;
constexpr const char* paths[] = {"/status",    "/radios",    "/streaming_radios", "/broken_radios",
                                 "/streamers", "/listeners", "/time_events"};

json::value time_text(std::optional<WallTime> time) {
  if (!time) return nullptr;
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(*time);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(ms);
  return json::string(fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                                  fmt::gmtime(seconds.time_since_epoch().count()), (ms - seconds).count()));
}

json::value or_null(const std::string& text) {
  if (text.empty()) return nullptr;
  return json::string(text);
}

json::object lateness_ms(const radios::LatenessFigures& figures) {
  const auto ms = [](Duration d) { return std::round(std::chrono::duration<double>(d).count() * 1e5) / 100; };
  return {{"p50", ms(figures.p50)},
          {"p99", ms(figures.p99)},
          {"p99.99", ms(figures.p9999)},
          {"max", ms(figures.worst)}};
}

json::object status(const Node::View& view) {
  const auto fleet = view.scheduler ? view.scheduler->counts() : Scheduler::Counts{};
  const auto radios = view.radios ? view.radios->counts() : radios::Counts{};
  const bool active = view.scheduler != nullptr;
  return {
      {"state", view.stopping ? "stopped" : "running"},
      {"role", active ? "active" : "standby"},
      {"node", view.name},
      {"lease_holder", or_null(view.holder)},
      {"term", active ? json::value(view.scheduler->term()) : json::value()},
      {"streamers", fleet.streamers},
      {"radios", radios.radios},
      {"streaming_radios", radios.streaming},
      {"broken_radios", radios.broken},
      {"listeners", fleet.listeners},
      {"events_queued", radios.events},
      {"reports_waiting", view.reports},
      {"events_last_minute", radios.lateness.last_minute},
      {"lateness_ms", lateness_ms(radios.lateness)},
      {"messages", fleet.messages},
      {"messages_refused", fleet.refused},
      {"messages_unsent", fleet.unsent},
      {"streamers_lost", fleet.lost},
      {"radios_handed_over", fleet.handed_over},
      {"writes_failed", view.writes_failed},
      {"threads",
       json::array{json::object{{"thread", "messages, events and pings"}, {"running", !view.stopping}},
                   json::object{{"thread", "programming"}, {"running", active && !view.stopping}},
                   json::object{{"thread", "bus"}, {"running", view.bus_up}}}},
  };
}

json::array radio_rows(const Node::View& view, radios::Show show, std::size_t offset) {
  json::array list;
  if (!view.radios) return list;
  for (const auto& radio : view.radios->list(show, offset, rows)) {
    list.push_back(json::object{{"#", offset + list.size() + 1},
                                {"radio", radio.radio},
                                {"streaming", !radio.master.empty()},
                                {"broken", radio.broken},
                                {"master", or_null(radio.master)},
                                {"song", radio.song ? json::value(radio.song) : json::value()},
                                {"play_time", time_text(radio.play_time)},
                                {"end_time", time_text(radio.end)}});
  }
  return list;
}

json::array streamer_rows(const Node::View& view) {
  json::array list;
  if (!view.scheduler) return list;
  for (const auto& [name, streamer] : view.scheduler->roster().all()) {
    list.push_back(json::object{{"streamer", name},
                                {"status", streamer.missed ? "waiting" : "ok"},
                                {"prepares", streamer.row.features.prepare},
                                {"address", or_null(streamer.row.address)},
                                {"radios", view.radios->radios_of(name).size()}});
  }
  return list;
}

json::array listener_rows(const Node::View& view, std::size_t offset) {
  json::array list;
  if (!view.scheduler) return list;
  std::size_t number = 0;
  for (const auto& [key, listener] : view.scheduler->listeners().all()) {
    if (++number <= offset) continue;
    if (list.size() == rows) break;
    list.push_back(json::object{{"#", number},
                                {"radio", listener.radio_uuid},
                                {"user", listener.user_id ? json::value(*listener.user_id) : json::value()},
                                {"session", listener.session_id},
                                {"streamer", or_null(listener.streamer)},
                                {"start", time_text(listener.since)}});
  }
  return list;
}

std::string_view name_of(radios::EventKind kind) {
  switch (kind) {
    case radios::EventKind::hour:
      return "new hour prepare";
    case radios::EventKind::prepare:
      return "track prepare";
    case radios::EventKind::start:
      return "track start";
    case radios::EventKind::resume:
      return "track continue";
    case radios::EventKind::confirm:
      return "track confirm";
    default:
      return "programme load";
  }
}

json::value time_events(const Node::View& view, std::string_view radio) {
  if (radio.empty()) return json::object{{"hint", "/time_events?radio=UUID shows the events of one radio"}};
  json::array list;
  if (!view.radios) return list;
  for (const auto& event : view.radios->events(radio))
    list.push_back(json::object{{"type", name_of(event.kind)}, {"date", time_text(event.at)}});
  return list;
}

void put_value(std::string& out, const json::value& value);

void put_table(std::string& out, const json::array& list) {
  if (list.empty()) {
    out += "<p>none</p>";
    return;
  }
  out += "<table><tr>";
  for (const auto& column : list.front().as_object())
    out += fmt::format("<th>{}</th>", text::escape_html(column.key()));
  out += "</tr>\n";
  for (const auto& row : list) {
    out += "<tr>";
    for (const auto& column : row.as_object()) {
      out += "<td>";
      put_value(out, column.value());
      out += "</td>";
    }
    out += "</tr>\n";
  }
  out += "</table>\n";
}

void put_value(std::string& out, const json::value& value) {
  if (const auto* list = value.if_array()) return put_table(out, *list);
  if (const auto* object = value.if_object()) {
    out += "<table>\n";
    for (const auto& one : *object) {
      out += fmt::format("<tr><th>{}</th><td>", text::escape_html(one.key()));
      put_value(out, one.value());
      out += "</td></tr>\n";
    }
    out += "</table>\n";
    return;
  }
  if (const auto* words = value.if_string()) {
    out += text::escape_html(*words);
  } else if (const auto* number = value.if_double()) {
    out += fmt::format("{}", *number);
  } else if (!value.is_null()) {
    out += value.is_bool() ? value.get_bool() ? "yes" : "no" : json::serialize(value);
  }
}

std::size_t number_of(std::optional<std::string_view> text) {
  std::size_t number = 0;
  if (text) (void)std::from_chars(text->data(), text->data() + text->size(), number);
  return number;
}

void answer(web::RequestContext&& context, Node& node) {
  const auto& request = context.request();
  struct Asked {
    web::RequestContext context;
    std::string path, radio;
    std::size_t offset;
    bool as_json;
  };
  auto asked = std::make_shared<Asked>(
      Asked{std::move(context), request.path, std::string(request.query_value("radio").value_or("")),
            number_of(request.query_value("offset")),
            request.headers.get("Accept").find("application/json") != std::string_view::npos});
  node.look([asked](const Node::View& view) {
    auto page = monitor_page(view, asked->path, asked->radio, asked->offset);
    // Written out elsewhere: the node's loop has radios to attend to.
    asked->context.loop().post([asked, page = std::move(page)] {
      auto response = web::Response::json(json::serialize(*page));
      if (!asked->as_json) {
        response = web::Response::text(200, monitor_html(asked->path, *page));
        response.headers.set("Content-Type", "text/html; charset=utf-8");
      }
      response.headers.set("Cache-Control", "no-store");
      response.headers.set("Vary", "Accept");
      asked->context.respond(std::move(response));
    });
  });
}

}  // namespace

std::optional<json::value> monitor_page(const Node::View& view, std::string_view path, std::string_view radio,
                                        std::size_t offset) {
  if (path == "/status") return status(view);
  if (path == "/radios") return radio_rows(view, radios::Show::all, offset);
  if (path == "/streaming_radios") return radio_rows(view, radios::Show::streaming, offset);
  if (path == "/broken_radios") return radio_rows(view, radios::Show::broken, offset);
  if (path == "/streamers") return streamer_rows(view);
  if (path == "/listeners") return listener_rows(view, offset);
  if (path == "/time_events") return time_events(view, radio);
  return std::nullopt;
}

std::string monitor_html(std::string_view title, const json::value& page) {
  std::string out =
      fmt::format("<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>{0}</title>\n<nav>",
                  text::escape_html(title));
  for (const auto* path : paths) out += fmt::format("<a href=\"{}\">{}</a> ", path, path + 1);
  out += fmt::format("</nav>\n<h1>{}</h1>\n", text::escape_html(title));
  put_value(out, page);
  return out + "</html>\n";
}

Result<void> add_monitor_routes(web::Router& router, Node& node) {
  for (const auto* path : paths) {
    auto added =
        router.add({.methods = {"GET"},
                    .pattern = path,
                    .description = "Monitoring of the scheduler, HTML or JSON",
                    .handler = [&node](web::RequestContext&& context) { answer(std::move(context), node); }});
    if (!added) return added;
  }
  return {};
}

}  // namespace longwave::fleet
