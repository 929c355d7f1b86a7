// SPDX-License-Identifier: Apache-2.0
#include "web/prepare.hpp"

#include "base/text.hpp"
#include "web/gzip.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <optional>
#include <utility>

namespace longwave::web {

namespace {

// Below, the saving is less than a packet; above, it would hold up the loop.
constexpr std::size_t gzip_from_bytes = 1024;
constexpr std::size_t gzip_up_to_bytes = 256 * 1024;

std::string_view without_weakness(std::string_view tag) {
  tag = text::trim(tag);
  return tag.starts_with("W/") ? tag.substr(2) : tag;
}

std::string gzip_etag(std::string_view etag) {
  if (etag.size() < 2) return std::string{etag};
  return std::string{etag.substr(0, etag.size() - 1)} + "-gz\"";
}

/// If-None-Match compares weakly (RFC 9110 section 13.1.2). Both forms of the body count.
bool none_match_hits(std::string_view value, std::string_view etag) {
  if (text::trim(value) == "*") return true;
  const auto plain = without_weakness(etag);
  const auto zipped = gzip_etag(plain);
  for (const auto item : text::split(value, ',')) {
    const auto tag = without_weakness(item);
    if (tag == plain || tag == zipped) return true;
  }
  return false;
}

bool has_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

/// A line break inside a value would let a caller write header fields.
void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  for (const char c : value) out += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
  out += "\r\n";
}

std::string render(int status, const Headers& headers, const PrepareOptions& options,
                   std::string_view connection) {
  auto out = fmt::format("HTTP/1.1 {} {}\r\n", status, reason_phrase(status));
  append_field(out, "Date", options.date);
  for (const auto& [name, value] : headers) append_field(out, name, value);
  for (const auto& [name, value] : options.default_headers) {
    if (!headers.has(name)) append_field(out, name, value);
  }
  if (!connection.empty()) append_field(out, "Connection", connection);
  out += "\r\n";
  return out;
}

void apply_range(Response& response, const Request& request) {
  response.headers.set("Accept-Ranges", "bytes");
  const auto* wanted = request.headers.find("Range");
  if (!wanted || request.method != "GET") return;
  // If-Range compares strongly, and dates we don't give out never match (RFC 9110 section 13.1.5).
  if (const auto* condition = request.headers.find("If-Range");
      condition &&
      (response.etag.empty() || response.etag.starts_with("W/") || text::trim(*condition) != response.etag)) {
    return;
  }
  const auto size = response.body.bytes.size();
  const auto range = parse_range(*wanted, size);
  if (range.kind == ByteRange::Kind::part) {
    response.status = 206;
    response.headers.set("Content-Range",
                         fmt::format("bytes {}-{}/{}", range.first, range.first + range.size - 1, size));
    response.body.bytes = response.body.bytes.substr(range.first, range.size);
  } else if (range.kind == ByteRange::Kind::unsatisfiable) {
    response.status = 416;
    response.headers.set("Content-Range", fmt::format("bytes */{}", size));
    response.body = {};
  }
}

void apply_gzip(Response& response, const Request& request) {
  if (response.headers.has("Content-Encoding") || response.status == 206) return;
  const bool on_the_fly = response.body.bytes.size() >= gzip_from_bytes &&
                          response.body.bytes.size() <= gzip_up_to_bytes &&
                          compressible(response.headers.get("Content-Type"));
  if (response.gzipped.bytes.empty() && !on_the_fly) return;
  if (!response.headers.has_token("Vary", "Accept-Encoding")) response.headers.add("Vary", "Accept-Encoding");
  if (!accepts_gzip(request.headers.get("Accept-Encoding"))) return;
  response.body =
      response.gzipped.bytes.empty() ? io::SharedBytes::own(gzip(response.body.bytes)) : response.gzipped;
  response.headers.set("Content-Encoding", "gzip");
  if (!response.etag.empty()) response.etag = gzip_etag(response.etag);
}

}  // namespace

ByteRange parse_range(std::string_view value, std::size_t body_size) {
  value = text::trim(value);
  if (!text::ascii_iequals(value.substr(0, 6), "bytes=")) return {};
  value = text::trim(value.substr(6));
  const auto dash = value.find('-');
  if (dash == value.npos || value.find(',') != value.npos) return {};
  const auto number = [](std::string_view digits) -> std::optional<std::uint64_t> {
    std::uint64_t n = 0;
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
    if (end != digits.data() + digits.size()) return std::nullopt;
    if (failed == std::errc::result_out_of_range) return UINT64_MAX;
    return failed == std::errc{} ? std::optional{n} : std::nullopt;
  };
  const auto first_text = text::trim(value.substr(0, dash));
  const auto last_text = text::trim(value.substr(dash + 1));
  const auto first = number(first_text);
  const auto last = number(last_text);
  const ByteRange unsatisfiable{ByteRange::Kind::unsatisfiable, 0, 0};
  if (first_text.empty()) {  // the last n bytes
    if (!last) return {};
    if (*last == 0 || body_size == 0) return unsatisfiable;
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(*last, body_size));
    return {ByteRange::Kind::part, body_size - size, size};
  }
  if (!first || (!last && !last_text.empty()) || (last && *last < *first)) return {};
  if (*first >= body_size) return unsatisfiable;
  const auto end = std::min<std::uint64_t>(last.value_or(body_size - 1), body_size - 1);
  return {ByteRange::Kind::part, static_cast<std::size_t>(*first),
          static_cast<std::size_t>(end - *first + 1)};
}

Prepared prepare(Response response, const Request& request, const PrepareOptions& options) {
  const bool readable = request.method == "GET" || request.method == "HEAD";
  if (!response.etag.empty()) {
    const auto* condition = request.headers.find("If-None-Match");
    if (readable && response.status == 200 && condition && none_match_hits(*condition, response.etag)) {
      response.status = 304;
      response.body = response.gzipped = {};
      response.headers.remove("Content-Type");
    }
  }
  if (response.ranges && response.status == 200) apply_range(response, request);
  if (has_body(response.status)) apply_gzip(response, request);
  if (!response.etag.empty()) response.headers.set("ETag", response.etag);

  Prepared out;
  out.keep_alive = options.keep_alive;
  if (has_body(response.status)) {
    response.headers.set("Content-Length", std::to_string(response.body.bytes.size()));
    if (request.method != "HEAD") out.body = std::move(response.body);
  }
  const std::string_view connection = !options.keep_alive    ? "close"
                                      : request.version < 11 ? "keep-alive"
                                                             : "";
  out.head = render(response.status, response.headers, options, connection);
  return out;
}

std::string prepare_stream_head(int status, Headers headers, bool chunked, const PrepareOptions& options) {
  if (chunked) headers.set("Transfer-Encoding", "chunked");
  return render(status, headers, options, chunked && options.keep_alive ? "" : "close");
}

std::string http_date(std::int64_t unix_seconds) {
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = unix_seconds;
  std::tm at{};
  ::gmtime_r(&seconds, &at);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", days[static_cast<std::size_t>(at.tm_wday)],
                     at.tm_mday, months[static_cast<std::size_t>(at.tm_mon)], at.tm_year + 1900, at.tm_hour,
                     at.tm_min, at.tm_sec);
}

}  // namespace longwave::web
