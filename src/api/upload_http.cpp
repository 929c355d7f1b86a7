// SPDX-License-Identifier: Apache-2.0
#include "api/upload_http.hpp"

#include "api/body_steps.hpp"
#include "api/context.hpp"
#include "io/loop.hpp"
#include "web/multipart.hpp"

#include <charconv>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

namespace longwave::api {
namespace {

using Kind = web::MultipartParser::Event::Kind;

constexpr std::size_t longest_field = 1024;  // of text
constexpr std::size_t most_files = 1000;
constexpr auto told_every = std::chrono::milliseconds{100};

/// One form on its way. Kept by the callbacks of its request; lives on the connection's loop and reaches the
/// uploads by posts to the station loop.
class Form : public std::enable_shared_from_this<Form> {
 public:
  using Done = UniqueFunction<void(web::RequestContext&&, Result<std::vector<ReceivedFile>>)>;

  Form(Context& context, web::RequestContext&& request, ReceiveOptions options, const std::string& boundary,
       Done done)
      : context_(context),
        request_(std::move(request)),
        loop_(request_.loop()),
        post_(loop_.poster()),
        options_(std::move(options)),
        parser_(boundary),
        done_(std::move(done)) {}

  void run() {
    const auto& request = request_.request();
    const auto length = request.headers.get("Content-Length");
    std::from_chars(length.data(), length.data() + length.size(), total_);
    rpc_id_ = request.query_value("rpc_id").value_or("");
    socket_ = request.query_value("socket").value_or("");
    find_progress();
    steps_.on_room([this] { request_.resume_body(); });
    const auto self = shared_from_this();
    request_.on_gone([self] { self->give_up(); });
    request_.read_body({.on_part = [self](std::string_view bytes) { return self->take(bytes); },
                        .on_end = [self] { self->end(); }});
  }

 private:
  bool take(std::string_view bytes) {
    received_ += static_cast<std::int64_t>(bytes.size());
    parser_.feed(bytes);
    for (auto event = parser_.next(); event.kind != Kind::more && !over_; event = parser_.next())
      on_event(event);
    tell(false);
    return steps_.has_room();
  }

  void on_event(const web::MultipartParser::Event& event) {
    switch (event.kind) {
      case Kind::part:
        if (is_file()) return begin_file();
        text_.clear();
        break;
      case Kind::data:
        if (in_file_) return add(event.data);
        if (text_.size() + event.data.size() > longest_field)
          return refuse(error(Errc::invalid, "a field of the form is too long"));
        text_ += event.data;
        break;
      case Kind::ended:
        in_file_ ? end_file() : take_field();
        break;
      case Kind::closed:
        closed_ = true;
        break;
      case Kind::failed:
        refuse(error(Errc::invalid, parser_.problem()));
        break;
      case Kind::more:
        break;
    }
  }

  bool is_file() const { return parser_.part().filename && parser_.part().name == options_.field; }

  void take_field() {
    if (parser_.part().name == "rpc_id") rpc_id_ = text_;
    if (parser_.part().name == "socket") socket_ = text_;
    find_progress();
  }

  void find_progress() {
    if (progress_ || !options_.progress || rpc_id_.empty() || socket_.empty()) return;
    progress_ = options_.progress(rpc_id_, socket_);
  }

  void tell(bool now) {
    if (!progress_) return;
    const auto at = loop_.now();
    if (!now && at - told_ < told_every) return;
    told_ = at;
    progress_(received_, total_);
  }

  // ---- files

  void begin_file() {
    in_file_ = true;
    if (files_.size() == most_files) return refuse(error(Errc::full, "the form has too many files"));
    const std::string name = *parser_.part().filename;
    files_.push_back({name, error(Errc::invalid, "it didn't come to its end")});
    piece_.clear();
    steps_.push(0, [self = shared_from_this(), name](Task next) mutable {
      self->on_uploads(
          [name, who = self->options_.who](library::Uploads& uploads, library::Uploads::Done done) {
            uploads.begin({.name = name, .who = who}, std::move(done));
          },
          std::move(next));
    });
  }

  void add(std::string_view bytes) {
    piece_ += bytes;
    if (piece_.size() >= BodySteps::piece) send_piece();
  }

  void send_piece() {
    auto bytes = std::exchange(piece_, {});
    const auto size = bytes.size();
    if (size == 0) return;
    steps_.push(size, [self = shared_from_this(), bytes = std::move(bytes)](Task next) mutable {
      if (!self->upload_) return next();
      self->on_uploads(
          [id = self->upload_->id, at = self->upload_->received, bytes = std::move(bytes)](
              library::Uploads& uploads, library::Uploads::Done done) mutable {
            uploads.append(id, at, std::move(bytes), std::move(done));
          },
          std::move(next));
    });
  }

  void end_file() {
    send_piece();
    in_file_ = false;
    steps_.push(0, [self = shared_from_this()](Task next) mutable {
      if (!self->upload_) return self->file_over(std::move(next));
      self->on_uploads(
          [id = self->upload_->id](library::Uploads& uploads, library::Uploads::Done done) {
            uploads.finish(id, std::move(done));
          },
          [self, next = std::move(next)]() mutable { self->file_over(std::move(next)); });
    });
  }

  void file_over(Task next) {
    if (upload_) files_.at(at_).upload = *upload_;
    upload_.reset();
    ++at_;
    next();
    answer_if_over();
  }

  /// Asks the uploads for something about the present file; what they say is its state from then on.
  template <class Ask>
  void on_uploads(Ask ask, Task next) {
    context_.station_loop(
        [self = shared_from_this(), ask = std::move(ask), next = std::move(next)]() mutable {
          auto& uploads = *self->context_.uploads;
          ask(uploads, [self, next = std::move(next)](Result<library::Upload> said) mutable {
            self->post_([self, said = std::move(said), next = std::move(next)]() mutable {
              self->heard(std::move(said));
              next();
            });
          });
        });
  }

  void heard(Result<library::Upload> said) {
    if (over_) {  // the connection is gone meanwhile
      if (said) drop(said->id);
      return;
    }
    if (said) {
      upload_ = std::move(*said);
      return;
    }
    files_.at(at_).upload = said.error();
    if (upload_) drop(upload_->id);
    upload_.reset();
  }

  void drop(const std::string& id) {
    context_.station_loop([&uploads = *context_.uploads, id] { uploads.cancel(id, [](const auto&) {}); });
  }

  // ---- the end

  void end() {
    ended_ = true;
    if (!closed_ && !over_) return refuse(error(Errc::invalid, "the form ends before its last boundary"));
    tell(true);
    answer_if_over();
  }

  void answer_if_over() {
    if (over_ || !ended_ || !steps_.idle() || at_ < files_.size()) return;
    over_ = true;
    done_(std::move(request_), std::move(files_));
  }

  void refuse(Error why) {
    if (over_) return;
    give_up();
    done_(std::move(request_), std::move(why));
  }

  void give_up() {
    over_ = true;
    steps_.clear();
    if (upload_) drop(upload_->id);
    upload_.reset();
  }

  Context& context_;
  web::RequestContext request_;
  io::Loop& loop_;
  const Post post_;
  const ReceiveOptions options_;
  web::MultipartParser parser_;
  Done done_;
  BodySteps steps_;
  UploadProgress progress_;
  std::string rpc_id_, socket_, text_, piece_;
  std::vector<ReceivedFile> files_;
  std::size_t at_ = 0;                     // of the file that the steps are at
  std::optional<library::Upload> upload_;  // of it; none: it was refused
  std::int64_t received_ = 0, total_ = -1;
  Instant told_{};
  bool in_file_ = false;
  bool closed_ = false;
  bool ended_ = false;
  bool over_ = false;
};

}  // namespace

void receive_upload(Context& context, web::RequestContext&& request, ReceiveOptions options,
                    UniqueFunction<void(web::RequestContext&&, Result<std::vector<ReceivedFile>>)> done) {
  const auto boundary = web::multipart_boundary(request.request().headers.get("Content-Type"));
  if (!boundary) return done(std::move(request), boundary.error());
  std::make_shared<Form>(context, std::move(request), std::move(options), *boundary, std::move(done))->run();
}

}  // namespace longwave::api
