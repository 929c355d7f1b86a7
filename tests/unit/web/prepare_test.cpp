// SPDX-License-Identifier: Apache-2.0
#include "web/prepare.hpp"

#include "web/gzip.hpp"
#include "web/static_files.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

namespace longwave::web {
namespace {

const Headers defaults = {{"X-Content-Type-Options", "nosniff"}};

Prepared prepared(Response response, Headers request_headers = {}, const char* method = "GET",
                  bool keep_alive = true) {
  Request request;
  request.method = method;
  request.headers = std::move(request_headers);
  return prepare(std::move(response), request, {defaults, "Sun, 06 Nov 1994 08:49:37 GMT", keep_alive});
}

std::string field(const Prepared& answer, std::string_view name) {
  const auto line = "\r\n" + std::string{name} + ": ";
  const auto at = answer.head.find(line);
  if (at == answer.head.npos) return "-";
  const auto from = at + line.size();
  return answer.head.substr(from, answer.head.find('\r', from) - from);
}

std::string gunzip(std::string_view bytes) {
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  std::string out(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

Response file() {
  auto response = Response::text(200, "0123456789");
  response.etag = "\"v1\"";
  response.ranges = true;
  return response;
}

struct RangeCase {
  const char* range;
  int status;
  const char* content_range;
  const char* body;
};

TEST(Prepare, ranges) {
  const RangeCase cases[] = {
      {"bytes=0-3", 206, "bytes 0-3/10", "0123"},
      {"bytes=8-", 206, "bytes 8-9/10", "89"},
      {"bytes=-3", 206, "bytes 7-9/10", "789"},
      {"bytes=-30", 206, "bytes 0-9/10", "0123456789"},
      {"bytes=5-500", 206, "bytes 5-9/10", "56789"},
      {"BYTES=9-9", 206, "bytes 9-9/10", "9"},
      {"bytes=10-", 416, "bytes */10", ""},
      {"bytes=-0", 416, "bytes */10", ""},
      {"bytes=99999999999999999999-", 416, "bytes */10", ""},
      {"bytes=3-1", 200, "-", "0123456789"},
      {"bytes=0-1,3-4", 200, "-", "0123456789"},
      {"bytes=a-b", 200, "-", "0123456789"},
      {"bytes=--1", 200, "-", "0123456789"},
      {"bytes=-", 200, "-", "0123456789"},
      {"seconds=1-2", 200, "-", "0123456789"},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.range);
    const auto answer = prepared(file(), {{"Range", one.range}});
    EXPECT_EQ(answer.head.substr(9, 3), std::to_string(one.status));
    EXPECT_EQ(field(answer, "Content-Range"), one.content_range);
    EXPECT_EQ(answer.body.bytes, one.body);
    EXPECT_EQ(field(answer, "Content-Length"), std::to_string(answer.body.bytes.size()));
  }
}

TEST(Prepare, if_range_asks_for_the_same_bytes) {
  EXPECT_EQ(prepared(file(), {{"Range", "bytes=0-0"}, {"If-Range", "\"v1\""}}).body.bytes, "0");
  EXPECT_EQ(prepared(file(), {{"Range", "bytes=0-0"}, {"If-Range", "\"v0\""}}).body.bytes, "0123456789");
  EXPECT_EQ(prepared(file(), {{"Range", "bytes=0-0"}, {"If-Range", "Sun, 06 Nov 1994 08:49:37 GMT"}})
                .body.bytes.size(),
            10u);
  EXPECT_EQ(prepared(file(), {{"Range", "bytes=0-0"}}, "HEAD").head.substr(9, 3), "200");
}

TEST(Prepare, if_none_match_compares_weakly_and_knows_both_forms) {
  for (const char* value : {"\"v1\"", "W/\"v1\"", "\"x\", \"v1\"", "*", "\"v1-gz\""}) {
    const auto answer = prepared(file(), {{"If-None-Match", value}});
    EXPECT_EQ(answer.head.substr(9, 3), "304") << value;
    EXPECT_EQ(field(answer, "ETag"), "\"v1\"");
    EXPECT_EQ(field(answer, "Content-Length"), "-");
    EXPECT_TRUE(answer.body.bytes.empty());
  }
  EXPECT_EQ(prepared(file(), {{"If-None-Match", "\"v2\""}}).head.substr(9, 3), "200");
  EXPECT_EQ(prepared(file(), {{"If-None-Match", "*"}}, "POST").head.substr(9, 3), "200");
}

TEST(Prepare, compresses_text_that_is_worth_it) {
  const std::string large(5000, 'a');
  const Headers wants = {{"Accept-Encoding", "gzip, br"}};
  const auto zipped = prepared(Response::json(large), wants);
  EXPECT_EQ(field(zipped, "Content-Encoding"), "gzip");
  EXPECT_EQ(field(zipped, "Vary"), "Accept-Encoding");
  EXPECT_EQ(gunzip(zipped.body.bytes), large);
  EXPECT_EQ(field(prepared(Response::json(large)), "Content-Encoding"), "-");
  EXPECT_EQ(field(prepared(Response::json(large)), "Vary"), "Accept-Encoding") << "caches must know";
  EXPECT_EQ(field(prepared(Response::json("{}"), wants), "Content-Encoding"), "-") << "small";
  EXPECT_EQ(
      field(prepared(Response::bytes("image/jpeg", io::SharedBytes::own(large)), wants), "Content-Encoding"),
      "-");
  EXPECT_EQ(field(prepared(Response::json(large), {{"Accept-Encoding", "gzip;q=0"}}), "Content-Encoding"),
            "-");
}

TEST(Prepare, accept_encoding) {
  EXPECT_TRUE(accepts_gzip("gzip"));
  EXPECT_TRUE(accepts_gzip("br;q=1.0, GZIP;q=0.5"));
  EXPECT_TRUE(accepts_gzip("*"));
  EXPECT_FALSE(accepts_gzip(""));
  EXPECT_FALSE(accepts_gzip("identity"));
  EXPECT_FALSE(accepts_gzip("gzip;q=0.000, *"));
}

TEST(Prepare, static_files_send_what_was_zipped_beforehand) {
  const auto packed = gzip("body { color: red }");
  const Asset asset{"/a.css", "text/css", "body { color: red }", "\"e\"", packed, true};
  const auto zipped = prepared(asset_response(asset), {{"Accept-Encoding", "gzip"}});
  EXPECT_EQ(zipped.body.bytes.data(), packed.data()) << "not copied";
  EXPECT_EQ(field(zipped, "ETag"), "\"e-gz\"");
  EXPECT_EQ(field(zipped, "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(prepared(asset_response(asset)).body.bytes, asset.bytes);
  EXPECT_EQ(prepared(asset_response(asset), {{"Accept-Encoding", "gzip"}, {"Range", "bytes=0-3"}}).body.bytes,
            "body");
}

TEST(Prepare, head_connection_and_safety) {
  const auto head = prepared(file(), {}, "HEAD");
  EXPECT_EQ(field(head, "Content-Length"), "10");
  EXPECT_TRUE(head.body.bytes.empty());
  EXPECT_EQ(field(prepared(file(), {}, "GET", false), "Connection"), "close");
  EXPECT_EQ(field(prepared(Response::empty(204)), "Content-Length"), "-");
  EXPECT_EQ(field(prepared(Response::empty(404)), "Content-Length"), "0");
  auto overridden = file();
  overridden.headers.add("X-Content-Type-Options", "mine");
  EXPECT_EQ(field(prepared(std::move(overridden)), "X-Content-Type-Options"), "mine");
  auto split = file();
  split.headers.add("X-Name", "a\r\nSet-Cookie: b");
  EXPECT_EQ(field(prepared(std::move(split)), "Set-Cookie"), "-");
  EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
}

}  // namespace
}  // namespace longwave::web
