// SPDX-License-Identifier: Apache-2.0
#include "api/body_steps.hpp"
#include "api/context.hpp"
#include "api/endpoint.hpp"
#include "api/json.hpp"
#include "api/rest.hpp"
#include "api/upload.hpp"
#include "api/upload_http.hpp"
#include "io/loop.hpp"
#include "web/router.hpp"

#include <boost/json.hpp>

#include <charconv>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

namespace longwave::api {
namespace {

namespace json = boost::json;

constexpr std::size_t any_length =
    std::numeric_limits<std::int64_t>::max();  // the uploads have limits of their own

web::Response failed(const Error& why) {
  const auto fault = rpc::to_fault(why);
  const int status = why.code == Errc::full ? 413 : why.code == Errc::broken ? 422 : rest_status(fault.code);
  auto response = web::Response::json(
      json::serialize(
          json::object{{"error", {{"code", rpc::code_name(fault.code)}, {"message", fault.message}}}}),
      status);
  response.headers.set("Cache-Control", "no-store");
  if (status == 401) response.headers.set("WWW-Authenticate", "Bearer");
  return response;
}

/// Nothing if the caller may send files.
std::optional<web::Response> refusal(const rpc::Caller& caller) {
  if (caller.server || caller.role >= Role::dj) return std::nullopt;
  return failed(error(Errc::refused, "only who has logged in may send files"));
}

/// The bytes of PUT /upload/:id on their way. Kept by the callbacks of its request, on the connection's loop.
class Piecewise : public std::enable_shared_from_this<Piecewise> {
 public:
  Piecewise(Context& context, web::RequestContext&& request, std::int64_t offset)
      : context_(context),
        request_(std::move(request)),
        post_(request_.loop().poster()),
        id_(request_.request().parameter("id")),
        who_(uploader(caller_of(request_.request()))),
        admin_(caller_of(request_.request()).role == Role::admin),
        at_(offset) {}

  void run() {
    steps_.on_room([this] { request_.resume_body(); });
    const auto self = shared_from_this();
    request_.on_gone([self] { self->over_ = true; });
    request_.read_body({.on_part = [self](std::string_view bytes) { return self->take(bytes); },
                        .on_end = [self] { self->end(); }});
  }

 private:
  bool take(std::string_view bytes) {
    piece_ += bytes;
    if (piece_.size() >= BodySteps::piece) send();
    return steps_.has_room();
  }

  void end() {
    send();
    ended_ = true;
    if (steps_.idle()) ask();
  }

  void send() {
    auto bytes = std::exchange(piece_, {});
    if (bytes.empty()) return;
    const auto size = bytes.size();
    steps_.push(size, [self = shared_from_this(), bytes = std::move(bytes)](Task next) mutable {
      self->append(std::move(bytes), std::move(next));
    });
  }

  /// A body without bytes asks how far it is.
  void ask() {
    steps_.push(0, [self = shared_from_this()](Task next) { self->append({}, std::move(next)); });
  }

  void append(std::string bytes, Task next) {
    if (over_) return next();
    context_.station_loop(
        [self = shared_from_this(), bytes = std::move(bytes), next = std::move(next)]() mutable {
          auto& uploads = *self->context_.uploads;
          auto heard = [self, next = std::move(next)](Result<library::Upload> said) mutable {
            self->post_([self, said = std::move(said), next = std::move(next)]() mutable {
              self->heard(std::move(said));
              next();
              if (self->ended_ && self->steps_.idle()) self->answer();
            });
          };
          const auto found = uploads.find(self->id_);
          if (!found || (found->request.who != self->who_ && !self->admin_))
            return heard(error(Errc::not_found, "there is no such upload (any more)"));
          uploads.append(self->id_, self->at_, std::move(bytes), std::move(heard));
        });
  }

  void heard(Result<library::Upload> said) {
    if (over_) return;
    if (!said) {
      over_ = true;
      steps_.clear();
      return request_.respond(failed(said.error()));
    }
    at_ = said->received;
    last_ = std::move(*said);
  }

  void answer() {
    if (std::exchange(over_, true)) return;
    auto response = web::Response::json(json::serialize(json::object{{"upload", to_json(*last_)}}));
    response.headers.set("Cache-Control", "no-store");
    request_.respond(std::move(response));
  }

  Context& context_;
  web::RequestContext request_;
  const Post post_;
  const std::string id_, who_;
  const bool admin_;
  std::int64_t at_;
  std::string piece_;
  std::optional<library::Upload> last_;
  BodySteps steps_;
  bool ended_ = false;
  bool over_ = false;
};

void put(Context& context, web::RequestContext&& request) {
  if (auto refused = refusal(caller_of(request.request()))) return request.respond(std::move(*refused));
  const auto text = request.request().query_value("offset").value_or("0");
  std::int64_t offset = -1;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), offset);
  if (read.ptr != text.data() + text.size() || offset < 0)
    return request.respond(failed(error(Errc::invalid, "offset is a number of bytes")));
  std::make_shared<Piecewise>(context, std::move(request), offset)->run();
}

void form(Context& context, web::RequestContext&& request) {
  const auto& caller = caller_of(request.request());
  if (!caller.server && caller.user.empty()) {
    auto response = failed(error(Errc::refused, "show a key: Authorization: Bearer KEY"));
    response.status = 401;
    response.headers.set("WWW-Authenticate", "Bearer");
    return request.respond(std::move(response));
  }
  if (auto refused = refusal(caller)) return request.respond(std::move(*refused));
  receive_upload(
      context, std::move(request), {.who = uploader(caller)},
      [](web::RequestContext&& answer, Result<std::vector<ReceivedFile>> files) {
        if (!files) return answer.respond(failed(files.error()));
        json::array list;
        int good = 0;
        for (const auto& file : *files) {
          json::object one{{"name", clean(file.name)}};
          if (file.upload) {
            ++good;
            one["upload"] = to_json(*file.upload);
          } else {
            const auto fault = rpc::to_fault(file.upload.error());
            one["error"] = {{"code", rpc::code_name(fault.code)}, {"message", clean(fault.message)}};
          }
          list.push_back(std::move(one));
        }
        auto response =
            web::Response::json(json::serialize(json::object{{"ok", good}, {"files", std::move(list)}}),
                                good > 0 || files->empty() ? 200 : 422);
        response.headers.set("Cache-Control", "no-store");
        answer.respond(std::move(response));
      });
}

}  // namespace

Result<void> add_upload_routes(web::Router& router, Context& context) {
  auto added =
      router.add({.methods = {"PUT"},
                  .pattern = "/upload/:id",
                  .description = "bytes of an upload from ?offset= on (upload.begin gives the id)",
                  .handler = [&context](web::RequestContext&& request) { put(context, std::move(request)); },
                  .body_limit = any_length,
                  .streamed = true});
  if (!added) return added;
  return router.add(
      {.methods = {"POST"},
       .pattern = std::string(rest_prefix) + "upload",
       .description = "REST: a form with files, imported one by one",
       .handler = [&context](web::RequestContext&& request) { form(context, std::move(request)); },
       .body_limit = any_length,
       .streamed = true});
}

}  // namespace longwave::api
