// SPDX-License-Identifier: Apache-2.0
#include "rpc/link.hpp"

#include "base/log.hpp"
#include "io/loop.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace longwave::rpc {
namespace {

constexpr std::uint16_t internal = 1011;  // RFC 6455 section 7.4.1: something unexpected at our end
constexpr Duration look_after = std::chrono::milliseconds{20};

/// What users wrote is called here; what it throws ends nothing but itself.
template <class F>
bool guarded(std::string_view what, F act) {
  try {
    act();
    return true;
  } catch (const std::exception& e) {
    log::error("rpc: {} threw: {}", what, e.what());
  } catch (...) {
    log::error("rpc: {} threw", what);
  }
  return false;
}

}  // namespace

Link::Link(web::WebSocketSession& session, const Surroundings& surroundings, Dialect dialect,
           web::Request request)
    : session_(session),
      loop_(session.loop()),
      surroundings_(surroundings),
      dialect_(dialect),
      request_(std::move(request)) {}

Link::~Link() {
  end({web::close_code::abnormal, {}});
}

void Link::open(const std::function<std::unique_ptr<Service>()>& make, UniqueFunction<void(Link&)> gone) {
  gone_ = std::move(gone);
  session_.on_close([this](std::uint16_t code, std::string_view reason) {
    end({code, std::string(reason)});
  });
  guarded("the constructor of a service", [&] { service_ = make(); });
  if (!service_) return session_.close(internal, "the service could not be made");
  service_->link_ = this;
  Outlet& outlet = *this;
  auto caller = std::make_shared<Caller>();
  caller->address = request_.peer.ip;
  caller->loopback = request_.is_loopback;
  caller->tls = request_.tls;
  peer_ = std::make_unique<Peer>(
      surroundings_, outlet, std::move(caller),
      Terms{.dialect = dialect_, .connection = session_.id(), .owner = service_.get()});
  session_.on_message([this](std::string_view payload, bool is_binary) {
    if (is_binary) return session_.close(web::close_code::unsupported, "messages are text");
    peer_->receive(payload);
  });
  session_.on_drained([this] { peer_->drained(); });
  if (!guarded("on_open", [&] { service_->on_open(); })) session_.close(internal, "on_open failed");
}

void Link::end(const CloseReason& reason) {
  if (std::exchange(ended_, true)) return;
  disarm();
  if (peer_) peer_->end();
  if (service_) {
    guarded("on_close", [&] { service_->on_close(reason); });
    guarded("the destructor of a service", [&] { service_.reset(); });
  }
  if (gone_) std::exchange(gone_, nullptr)(*this);
}

bool Link::is_open() const {
  return !ended_ && service_ && session_.is_open();
}

void Link::notify(std::string_view method, const Params& params) {
  if (is_open()) peer_->notify(method, params.value());
}

Json Link::call(std::string_view method, const Params& params, RequestOptions options) {
  const auto callback = std::make_shared<UniqueFunction<void(Reply)>>(std::move(options.callback));
  const auto complete = [callback](Reply reply) {
    if (*callback) guarded("the callback of a request", [&] { (*callback)(std::move(reply)); });
  };
  if (!is_open()) {
    complete(Fault{unavailable, "the connection is closed", {}});
    return nullptr;
  }
  CallOptions how;
  if (options.id) how.id = boost::json::serialize(*options.id);
  how.timeout = options.timeout;
  if (options.on_more)
    how.on_more = [more = std::move(options.on_more)](Json value, bool is_gauge) mutable {
      guarded("on_more", [&] { more(std::move(value), is_gauge); });
    };
  const auto id = peer_->call(method, params.value(), std::move(how), complete);
  if (id) return boost::json::parse(*id);
  complete(to_fault(id.error()));
  return nullptr;
}

void Link::cancel(const Json& id) {
  if (is_open()) peer_->cancel(boost::json::serialize(id));
}

void Link::send(Message message) {
  session_.send_text(message.text);
}

std::size_t Link::queued_bytes() const {
  return session_.queued_bytes();
}

void Link::tell_when_drained() {
  look_again_ = std::min(look_again_, loop_.now() + look_after);
  keep_time();
}

void Link::tell_when_due() {
  keep_time();
}

void Link::close(std::uint16_t code, std::string_view reason) {
  session_.close(code, reason);
}

void Link::keep_time() {
  if (ended_) return;
  const Instant due = std::min(peer_->due().value_or(Instant::max()), look_again_);
  if (due == Instant::max())
    disarm();
  else
    io::arm(loop_, *this, due);
}

void Link::on_deadline(Instant now) {
  peer_->on_time(now);
  if (now >= look_again_) {
    look_again_ = Instant::max();
    peer_->drained();
  }
  keep_time();
}

}  // namespace longwave::rpc
