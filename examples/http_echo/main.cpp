// SPDX-License-Identifier: Apache-2.0
//
// An HTTP/1.1 server that sends back what it gets, for conformance suites and tools:
//   http_echo [--host 127.0.0.1] [--port 8080]
// Any path, any method. A request with a body is answered with that body and its Content-Type; one without,
// with its request line and its fields as text. Fields whose names begin with X- come back as fields of the
// answer. /chunked answers in chunks, /status/404 with that status.
#include "base/clock.hpp"
#include "base/text.hpp"
#include "io/loop.hpp"
#include "io/signals.hpp"
#include "web/server.hpp"

#include <fmt/core.h>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

namespace {

using namespace longwave;

std::string head_as_text(const web::Request& request) {
  auto text = fmt::format("{} {} HTTP/1.{}\n", request.method, request.target, request.version == 10 ? 0 : 1);
  for (const auto& [name, value] : request.headers) text += name + ": " + value + "\n";
  return text;
}

web::Headers echoed_fields(const web::Request& request) {
  web::Headers fields;
  for (const auto& [name, value] : request.headers) {
    if (text::ascii_iequals(name.substr(0, 2), "X-")) fields.add(name, value);
  }
  return fields;
}

void echo(web::RequestContext&& context) {
  auto& request = context.request();
  const auto type = std::string{request.headers.get("Content-Type")};
  auto response = request.body.empty()
                      ? web::Response::text(200, head_as_text(request))
                      : web::Response::bytes(type.empty() ? "application/octet-stream" : type,
                                             io::SharedBytes::own(std::move(request.body)));
  for (const auto& [name, value] : echoed_fields(request)) response.headers.add(name, value);
  context.respond(std::move(response));
}

void echo_in_chunks(web::RequestContext&& context) {
  const auto& request = context.request();
  auto fields = echoed_fields(request);
  fields.set("Content-Type", "text/plain; charset=utf-8");
  const auto lines = request.body.empty() ? head_as_text(request) : request.body;
  auto body = context.start_stream({.headers = std::move(fields)});
  for (const auto line : text::split(lines, '\n')) {
    if (!line.empty()) body.write(io::SharedBytes::own(std::string{line} + "\n"));
  }
  body.finish();
}

void answer_status(web::RequestContext&& context) {
  const auto digits = context.request().parameter("code");
  int status = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), status);
  if (status < 200 || status > 599) status = 400;
  context.respond(status == 204 || status == 304 ? web::Response::empty(status)
                                                 : web::Response::text(status, std::string{digits} + "\n"));
}

web::ServerOptions generous() {
  web::ServerOptions options;
  options.header_limit = 64 * 1024;
  options.request_line_limit = 32 * 1024;
  options.body_limit = std::size_t{1} << 30;
  options.bodies_limit = std::size_t{4} << 30;
  options.connections_per_address = 0;
  options.body_rate = options.read_rate = 0;
  options.default_headers = {};
  return options;
}

int serve(const std::string& host, std::uint16_t port) {
  io::LoopGroup loops{1};
  const SystemClock clock;
  web::Router router;
  using Entry = std::pair<const char*, web::Handler>;
  for (auto& [pattern, handler] : {Entry{"/", echo}, Entry{"/*path", echo}, Entry{"/chunked", echo_in_chunks},
                                   Entry{"/status/:code", answer_status}}) {
    if (const auto added =
            router.add({.methods = {"*"}, .pattern = pattern, .description = "echo", .handler = handler});
        !added) {
      std::fprintf(stderr, "%s\n", added.error().message.c_str());
      return 1;
    }
  }
  web::Server server(loops, clock, router, generous());
  io::Listener::Options listen;
  listen.endpoint.host = host;
  listen.endpoint.port = port;
  const auto endpoint = server.listen(std::move(listen));
  if (!endpoint) {
    std::fprintf(stderr, "%s\n", endpoint.error().message.c_str());
    return 1;
  }
  std::printf("http://%s/\n", endpoint->text().c_str());
  std::fflush(stdout);
  io::Loop& loop = loops[0];
  const io::Signals signals(loop, {SIGINT, SIGTERM},
                            [&](int) { server.shutdown(std::chrono::seconds{1}, [&] { loop.stop(); }); });
  loop.run();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    const std::string_view value = i + 1 < argc ? argv[++i] : "";
    if (option == "--host" && !value.empty()) {
      host = value;
      continue;
    }
    const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), port);
    if (option == "--port" && failed == std::errc{} && end == value.data() + value.size()) continue;
    std::fprintf(stderr, "http_echo [--host HOST (127.0.0.1)] [--port PORT (8080)]\n");
    return option == "--help" ? 0 : 2;
  }
  io::ignore_broken_pipes();
  return serve(host, port);
}
