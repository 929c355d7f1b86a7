// SPDX-License-Identifier: Apache-2.0
#include "api/file_answer.hpp"

#include "base/text.hpp"
#include "io/loop.hpp"
#include "web/prepare.hpp"
#include "web/response.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string_view>
#include <utility>

namespace longwave::api {
namespace {

constexpr std::size_t piece = 256u << 10;
constexpr std::size_t ahead = 512u << 10;  // bytes that wait for the client

/// RFC 6266: the plain name for old clients, the real one for all others.
std::string disposition(const std::string& name) {
  std::string plain, coded;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    plain += byte < 0x20 || byte > 0x7e || c == '"' || c == '\\' || c == '%' ? '_' : c;
    const bool safe = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                      (byte >= 'a' && byte <= 'z') ||
                      std::string_view("-._~").find(c) != std::string_view::npos;
    coded += safe ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return fmt::format("attachment; filename=\"{}\"; filename*=UTF-8''{}", plain, coded);
}

/// An open file; closed with its last user.
struct Open {
  int fd = -1;
  struct ::stat stat {};
  explicit Open(const std::filesystem::path& path)
      : fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)) {
    if (fd >= 0 && (::fstat(fd, &stat) != 0 || !S_ISREG(stat.st_mode))) {
      ::close(fd);
      fd = -1;
    }
  }
  ~Open() {
    if (fd >= 0) ::close(fd);
  }
  Open(const Open&) = delete;
  Open& operator=(const Open&) = delete;
};

using OpenPtr = std::shared_ptr<const Open>;

/// RFC 9110 section 13.1.2, by the weak comparison.
bool names(std::string_view field, std::string_view etag) {
  if (field == "*") return true;
  for (auto one : text::split(field, ',')) {
    one = text::trim(one);
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == etag) return true;
  }
  return false;
}

/// The bytes on their way. Owns itself: ends with the last of them, or with the connection.
class Sending : public std::enable_shared_from_this<Sending> {
 public:
  Sending(OpenPtr file, std::int64_t at, std::int64_t left, web::BodyStream stream, io::Loop& loop,
          std::function<void(Task)> blocking)
      : file_(std::move(file)),
        at_(at),
        left_(left),
        stream_(std::move(stream)),
        post_(loop.poster()),
        blocking_(std::move(blocking)) {}

  void run() {
    stream_.on_close([self = shared_from_this()] { self->left_ = 0; });
    pump();
  }

 private:
  void pump() {
    if (!stream_.open()) return;
    if (left_ == 0) return stream_.finish();
    if (stream_.queued_bytes() > ahead)
      return stream_.when_drained([self = shared_from_this()] { self->pump(); });
    const auto size = static_cast<std::size_t>(std::min<std::int64_t>(left_, piece));
    blocking_([self = shared_from_this(), size, at = at_] {
      auto bytes = std::make_shared<std::string>(size, '\0');
      std::size_t got = 0;
      while (got < size) {
        const auto read =
            ::pread(self->file_->fd, bytes->data() + got, size - got, at + static_cast<std::int64_t>(got));
        if (read < 0 && errno == EINTR) continue;
        if (read <= 0) break;
        got += static_cast<std::size_t>(read);
      }
      self->post_([self, bytes, whole = got == size] { self->send(bytes, whole); });
    });
  }

  void send(const std::shared_ptr<std::string>& bytes, bool whole) {
    if (!stream_.open()) return;
    if (!whole) {  // it became shorter: the client sees that something is missing
      stream_ = web::BodyStream();
      return;
    }
    at_ += static_cast<std::int64_t>(bytes->size());
    left_ -= static_cast<std::int64_t>(bytes->size());
    stream_.write(io::SharedBytes::share(bytes));
    stream_.flush();
    pump();
  }

  const OpenPtr file_;
  std::int64_t at_, left_;
  web::BodyStream stream_;
  const Post post_;
  const std::function<void(Task)> blocking_;
};

void answer_open(web::RequestContext& request, const FileAnswer& file, const OpenPtr& open,
                 const std::function<void(Task)>& blocking) {
  if (open->fd < 0) return request.respond(web::Response::text(404, "Not Found\n"));
  const auto& headers = request.request().headers;
  const auto size = static_cast<std::size_t>(open->stat.st_size);
  const auto etag = !file.etag.empty()
                        ? file.etag
                        : fmt::format("\"{:x}-{:x}\"", size,
                                      open->stat.st_mtim.tv_sec * 1'000'000'000 + open->stat.st_mtim.tv_nsec);
  if (headers.has("If-None-Match") && names(headers.get("If-None-Match"), etag)) {
    auto response = web::Response::empty(304);
    response.headers.set("ETag", etag);
    return request.respond(std::move(response));
  }
  web::ByteRange range;
  if (headers.has("Range") && (!headers.has("If-Range") || headers.get("If-Range") == etag))
    range = web::parse_range(headers.get("Range"), size);
  if (range.kind == web::ByteRange::Kind::unsatisfiable) {
    auto response = web::Response::text(416, "Range Not Satisfiable\n");
    response.headers.set("Content-Range", fmt::format("bytes */{}", size));
    return request.respond(std::move(response));
  }
  if (range.kind == web::ByteRange::Kind::whole) range = {range.kind, 0, size};
  web::StreamHead head;
  head.chunked = false;  // its length is known
  head.headers = {{"Content-Type", file.type},
                  {"Content-Length", std::to_string(range.size)},
                  {"Accept-Ranges", "bytes"},
                  {"ETag", etag},
                  {"Cache-Control", file.cache_control}};
  if (!file.file_name.empty()) head.headers.set("Content-Disposition", disposition(file.file_name));
  if (range.kind == web::ByteRange::Kind::part) {
    head.status = 206;
    head.headers.set("Content-Range",
                     fmt::format("bytes {}-{}/{}", range.first, range.first + range.size - 1, size));
  }
  auto& loop = request.loop();
  auto stream = request.start_stream(std::move(head));
  if (!stream.open()) return;
  std::make_shared<Sending>(open, static_cast<std::int64_t>(range.first),
                            static_cast<std::int64_t>(range.size), std::move(stream), loop, blocking)
      ->run();
}

}  // namespace

void answer_file(web::RequestContext&& request, FileAnswer file, std::function<void(Task)> blocking) {
  auto held = std::make_shared<web::RequestContext>(std::move(request));
  const auto run = blocking;
  run([held, file = std::move(file), blocking = std::move(blocking), post = held->loop().poster()] {
    auto open = std::make_shared<const Open>(file.path);
    post([held, file, blocking, open] { answer_open(*held, file, open, blocking); });
  });
}

}  // namespace longwave::api
