// SPDX-License-Identifier: Apache-2.0
#include "web/header_scan.hpp"

#include <gtest/gtest.h>

#include <string>

namespace longwave::web {
namespace {

struct Case {
  const char* name;
  std::string fields;
  const char* problem;  // nullptr: fine
};

std::string many(int count) {
  std::string fields;
  for (int i = 0; i < count; ++i) fields += "X-" + std::to_string(i) + ": y\r\n";
  return fields;
}

TEST(HeaderScan, refuses_what_others_might_read_differently) {
  const Case cases[] = {
      {"plain", "Host: a\r\nAccept: */*\r\n", nullptr},
      {"no fields", "", nullptr},
      {"chunked", "Transfer-Encoding: chunked\r\n", nullptr},
      {"space around chunked", "Transfer-Encoding: \t chunked \r\n", nullptr},
      {"empty value", "X:\r\n", nullptr},
      {"bytes above ASCII", "X: \xc3\xa9\r\n", nullptr},
      {"tab inside", "X: a\tb\r\n", nullptr},
      {"100 fields", many(100), nullptr},
      {"101 fields", many(101), "more than 100 header fields"},
      {"folded", "X: a\r\n b\r\n", "a line that begins with space"},
      {"folded by tab", "X: a\r\n\tb\r\n", "a line that begins with space"},
      {"bare LF", "X: a\nY: b\r\n", "a line that ends with a bare LF"},
      {"bare CR", "X: a\rb\r\n", "a bare CR"},
      {"CR CR LF", "X: a\r\r\n", "a bare CR"},
      {"NUL", std::string("X: a\0b\r\n", 8), "a control character"},
      {"DEL", "X: a\x7f\r\n", "a control character"},
      {"escape in a name", "X\x1b: a\r\n", "a control character"},
      {"no colon", "nonsense\r\n", "a header line without a colon"},
      {"no name", ": a\r\n", "a header field without a name"},
      {"space before colon", "Host : a\r\n", "a header field whose name isn't a token"},
      {"tab before colon", "Host\t: a\r\n", "a header field whose name isn't a token"},
      {"a separator in a name", "X(a): b\r\n", "a header field whose name isn't a token"},
      {"a byte above ASCII in a name", "X\xc3\xa9: b\r\n", "a header field whose name isn't a token"},
      {"two hosts", "Host: a\r\nhOST: a\r\n", "more than one Host"},
      {"two lengths", "Content-Length: 1\r\nContent-length: 1\r\n", "more than one Content-Length"},
      {"length and chunked", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
       "both Content-Length and Transfer-Encoding"},
      {"chunked and length", "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
       "both Content-Length and Transfer-Encoding"},
      {"gzip", "Transfer-Encoding: gzip, chunked\r\n", "a Transfer-Encoding that isn't exactly chunked"},
      {"identity", "Transfer-Encoding: identity\r\n", "a Transfer-Encoding other than chunked"},
      {"case of chunked", "Transfer-Encoding: Chunked\r\n", "a Transfer-Encoding that isn't exactly chunked"},
      {"chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
       "a Transfer-Encoding that isn't exactly chunked"},
      {"vertical tab",
       "Transfer-Encoding: \x0b"
       "chunked\r\n",
       "a control character"},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.name);
    const char* found = scan_header_block("GET / HTTP/1.1\r\n" + one.fields + "\r\n");
    EXPECT_STREQ(found, one.problem);
  }
  EXPECT_STREQ(scan_header_block(" GET / HTTP/1.1\r\n\r\n"), "a line that begins with space");
  EXPECT_STREQ(scan_header_block("\r\n"), "an empty request line");
  EXPECT_STREQ(scan_header_block(""), "a header block without an end");
  EXPECT_STREQ(scan_header_block("GET / HTTP/1.1\r\n\r\nmore"), "something behind the empty line");
}

TEST(HeaderScan, finds_the_end_however_the_bytes_come) {
  const std::string block = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(find_header_end(block + "body\r\n\r\n"), block.size());
  EXPECT_EQ(find_header_end("GET /\n\nrest"), 7u);
  for (std::size_t split = 0; split < block.size(); ++split) {
    EXPECT_EQ(find_header_end(block.substr(0, split)), std::string::npos);
    EXPECT_EQ(find_header_end(block, split), block.size()) << split;
  }
}

}  // namespace
}  // namespace longwave::web
