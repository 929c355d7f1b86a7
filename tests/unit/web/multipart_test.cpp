// SPDX-License-Identifier: Apache-2.0
#include "web/multipart.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace longwave::web {
namespace {

using Kind = MultipartParser::Event::Kind;

struct Seen {
  struct Part {
    std::string name, filename, type, bytes;
    bool complete = false;
    bool operator==(const Part&) const = default;
  };
  std::vector<Part> parts;
  bool closed = false;
  std::string problem;
};

/// The body in pieces of that size.
Seen parse(std::string_view body, std::size_t piece = std::string_view::npos, MultipartLimits limits = {}) {
  MultipartParser parser("X", limits);
  Seen seen;
  for (std::size_t at = 0; at < body.size() || at == 0; at += std::min(piece, body.size())) {
    const std::string bytes(body.substr(at, piece));  // where it was before, nothing of it is any more
    parser.feed(bytes);
    while (true) {
      const auto event = parser.next();
      if (event.kind == Kind::more) break;
      if (event.kind == Kind::failed) {
        seen.problem = parser.problem();
        return seen;
      }
      if (event.kind == Kind::part)
        seen.parts.push_back({parser.part().name, parser.part().filename.value_or("-"),
                              parser.part().content_type, "", false});
      if (event.kind == Kind::data) seen.parts.back().bytes += event.data;
      if (event.kind == Kind::ended) seen.parts.back().complete = true;
      if (event.kind == Kind::closed) seen.closed = true;
    }
    if (body.empty()) break;
  }
  return seen;
}

const std::string form =
    "preamble\r\n--X\r\nContent-Disposition: form-data; name=\"rpc_id\"\r\n\r\n7\r\n"
    "--X \t\r\ncontent-disposition: Form-Data; name=files; filename=\"So \\ What.mp3\"\r\n"
    "Content-Type: audio/mpeg\r\n\r\na\r\n--\r\n-\r\r\n--Y\r\n--\r\n--X\r\n"
    "Content-Disposition: form-data; name=\"files\"; filename=\"\"\r\n\r\n\r\n--X--\r\nepilogue --X";

TEST(Multipart, TakesAFormApartHoweverItIsCut) {
  const auto whole = parse(form);
  ASSERT_EQ(whole.parts.size(), 3u);
  EXPECT_EQ(whole.parts[0], (Seen::Part{"rpc_id", "-", "", "7", true}));
  EXPECT_EQ(whole.parts[1],
            (Seen::Part{"files", "So \\ What.mp3", "audio/mpeg", "a\r\n--\r\n-\r\r\n--Y\r\n--", true}));
  EXPECT_EQ(whole.parts[2], (Seen::Part{"files", "", "", "", true}));
  EXPECT_TRUE(whole.closed);
  for (std::size_t piece = 1; piece < form.size(); ++piece) {
    const auto cut = parse(form, piece);
    EXPECT_EQ(cut.parts, whole.parts) << piece;
    EXPECT_TRUE(cut.closed) << piece;
  }
}

TEST(Multipart, FindsABoundaryBehindOtherLineEnds) {
  const std::string body = "--X\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n\r\n\r\r\n--X--";
  for (std::size_t piece = 1; piece <= body.size(); ++piece) {
    const auto seen = parse(body, piece);
    ASSERT_EQ(seen.parts.size(), 1u) << piece;
    EXPECT_EQ(seen.parts[0].bytes, "1\r\n\r\n\r") << piece;
    EXPECT_TRUE(seen.closed) << piece;
  }
}

TEST(Multipart, ABodyThatEndsEarlyIsNeverComplete) {
  const auto end = form.find("--\r\nepilogue") + 2;
  for (std::size_t size = 0; size < end; ++size) {
    const auto cut = parse(std::string_view(form).substr(0, size));
    EXPECT_FALSE(cut.closed) << size;
    EXPECT_EQ(cut.problem, "") << size;
    if (!cut.parts.empty() && size < end - 5)
      EXPECT_FALSE(cut.parts.back().complete && cut.parts.size() == 3);
  }
}

TEST(Multipart, RefusesWhatIsNoForm) {
  const std::string begin = "--X\r\nContent-Disposition: form-data; name=a\r\n";
  EXPECT_NE(parse("--Xfoo\r\n").problem, "");
  EXPECT_NE(parse("--X-\r\n").problem, "");
  EXPECT_NE(parse("--X\r\n\r\n\r\n").problem, "");
  EXPECT_NE(parse("--X\r\nContent-Disposition: attachment; name=a\r\n\r\n").problem, "");
  EXPECT_NE(parse("--X\r\nContent-Disposition: form-data; filename=a\r\n\r\n").problem, "");
  EXPECT_NE(parse(begin + "X: " + std::string(9000, 'x') + "\r\n\r\n", 100).problem, "");
  EXPECT_NE(parse("--X\r\n" + std::string(9000, 'x'), 1000).problem, "");
  EXPECT_NE(parse("--X" + std::string(100, ' ')).problem, "");
  EXPECT_NE(parse(begin + "\r\n1\r\n" + begin + "\r\n2\r\n" + begin + "\r\n3\r\n", 7, {.parts = 2}).problem,
            "");
  EXPECT_EQ(parse(begin + "\r\n1\r\n--X--").problem, "");
}

TEST(Multipart, KeepsNoMoreThanABoundary) {
  // A part of 10 MiB full of near misses, as data at once.
  MultipartParser parser("X");
  const std::string head = "--X\r\nContent-Disposition: form-data; name=a\r\n\r\n";
  parser.feed(head);
  EXPECT_EQ(parser.next().kind, Kind::part);
  EXPECT_EQ(parser.next().kind, Kind::more);
  std::size_t given = 0;
  const std::string near_miss = "\r\n--\r\n-\r\r\n";
  for (int i = 0; i < 1000; ++i) {
    parser.feed(near_miss);
    for (auto event = parser.next(); event.kind != Kind::more; event = parser.next()) {
      ASSERT_EQ(event.kind, Kind::data);
      given += event.data.size();
    }
    EXPECT_GE(given + 4, near_miss.size() * static_cast<std::size_t>(i + 1));
  }
}

TEST(Multipart, FindsTheBoundary) {
  EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=X").value(), "X");
  EXPECT_EQ(multipart_boundary("Multipart/Form-Data ;charset=utf-8; BOUNDARY=\"a:b\"").value(), "a:b");
  for (const auto* bad : {"", "text/plain", "multipart/mixed; boundary=X", "multipart/form-data",
                          "multipart/form-data; boundary=", "multipart/form-data; boundary=\"a",
                          "multipart/form-data; boundary=\"a b\""})
    EXPECT_FALSE(multipart_boundary(bad)) << bad;
  EXPECT_FALSE(multipart_boundary("multipart/form-data; boundary=" + std::string(71, 'x')));
}

}  // namespace
}  // namespace longwave::web
