// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"
#include "base/time.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// Asking other HTTP servers. (Serving is web/'s.)
namespace longwave::http {

struct Request {
  std::string method = "GET";  ///< GET or POST
  std::string url;             ///< http: or https:
  std::string body = {};       ///< of a POST; empty: none, with a Content-Length of 0
  std::string content_type = {};
  std::vector<std::string> fields = {};        ///< further ones of the head, "name: value"
  Duration timeout = std::chrono::seconds{5};  ///< from send() to the end of the answer
  std::size_t most_bytes = 64 * 1024;          ///< of the answer's body; a longer one is a failure
};

struct Answer {
  int status = 0;  ///< 0: there was none, and `failure` says why
  std::string body = {};
  std::string failure = {};  ///< in words that never contain the address or what was sent
};

/// Asks over HTTP/1.1 and TLS, many at once, on a thread of its own: whoever asks is never held up, by names
/// that aren't resolved neither. Connections are kept for the next request. Redirects are not followed.
class Client {
 public:
  explicit Client(std::string user_agent);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  using Done = UniqueFunction<void(Answer)>;
  /// From any thread; returns at once. `done` is called once, on the client's thread, and must not wait
  /// there.
  void send(Request request, Done done);
  /// Breaks off what is under way, which is answered with a failure, as is everything sent later; then the
  /// thread ends. Idempotent; not on the client's thread.
  void stop();

 private:
  class Work;
  std::unique_ptr<Work> work_;
};

/// Undoes text::url_decode(): everything but letters, digits and -._~ as %XX.
std::string url_encode(std::string_view text);

}  // namespace longwave::http
