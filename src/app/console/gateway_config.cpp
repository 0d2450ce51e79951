// SPDX-License-Identifier: Apache-2.0
#include "gateway_config.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "agentlink/gateways.hpp"

namespace steward::console {
namespace {

bool IsAddress(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> ignored{};
  return inet_pton(AF_INET, host.c_str(), ignored.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), ignored.data()) == 1;
}

bool IsPort(const std::string& text) {
  return !text.empty() && text.size() <= 5 && text.find_first_not_of("0123456789") == std::string::npos &&
         std::stoi(text) > 0 && std::stoi(text) <= 65535;
}

bool CanBeWritten(const std::string& text) {
  const auto bad = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f' || c == '\'' || c == '%'; };
  return !text.empty() && std::none_of(text.begin(), text.end(), bad);
}

constexpr const char* kTemplate =
    R"(# HAProxy configuration of the Steward gateway "{name}"; written by steward-console gateway-config.
# Save it as /etc/haproxy/haproxy.cfg on the gateway's host, check it with "haproxy -c -f /etc/haproxy/haproxy.cfg", then
# "systemctl restart haproxy". On the console, trusted_gateways must hold the address from which this host reaches it.
# TLS is not opened here: agents speak with the console itself, end to end.
global
    # To the journal: journalctl -u haproxy
    log stdout format raw daemon info
    user haproxy
    group haproxy
    maxconn {most}

defaults
    mode tcp
    log global
    option tcplog
    option dontlognull
    option tcpka
    maxconn {most}
    timeout connect 5s
    timeout check 5s
    # Agents send a heartbeat every 15 s, and the console cuts a connection that is silent for 75 s: HAProxy is the last to
    # lose patience.
    timeout client 3m
    timeout server 3m
    timeout tunnel 5m
    timeout client-fin 30s
    timeout server-fin 30s
{resolvers}
frontend agents
    bind :{port}
    # By this name the console knows which gateway an agent came through.
    unique-id-format '{name}'
{routing}    default_backend console

backend console
    # Asks the console itself over TLS. Nothing secret is sent, so its certificate is not checked here.
    option httpchk
    http-check send meth GET uri /status ver HTTP/1.1 hdr Host steward-console hdr Connection close
    http-check expect status 200
    # The PROXY header tells the console the agents' own addresses.
    server console {console}:{console_port} send-proxy-v2 proxy-v2-options unique-id check inter 5s fall 2 rise 1 check-ssl verify none check-send-proxy{server_options}
)";

// Agents offer no application protocol in their first message; restic and other HTTP clients do.
constexpr const char* kRouting =
    R"(    # One port for both: agents go to the console, backups to the cloud repository. TLS is not opened for this either.
    tcp-request inspect-delay 5s
    tcp-request content accept if { req.ssl_hello_type 1 }
    use_backend site if { req.ssl_hello_type 1 } { req.ssl_alpn -m sub http/1.1 }
)";

constexpr const char* kSite = R"(
backend site
    server site {site}:{site_port} check inter 5s fall 2 rise 1{server_options}
)";

constexpr const char* kResolvers = R"(
resolvers system
    parse-resolv-conf
)";

}  // namespace

Result<std::string> GatewayConfig(const Config& config, const GatewayConfigOptions& options) {
  std::string console = options.console;
  if (console.empty()) {
    const auto found = std::find_if_not(config.names.begin(), config.names.end(), agentlink::OnlyHere);
    if (found != config.names.end()) console = *found;
  }
  if (console.empty()) {
    return Fail(
        ErrorCode::kInvalid,
        "No other host can reach the console by the names in its configuration (option names). Add one there, or "
        "give --console HOST.");
  }
  if (!CanBeWritten(options.name) || !CanBeWritten(console) || console.find(' ') != std::string::npos) {
    return Fail(ErrorCode::kInvalid, "A gateway's name must be without quotes and percent signs to be written here.");
  }
  const auto server_options = [](const std::string& host) {
    return IsAddress(host) ? "" : " resolvers system init-addr last,libc,none";
  };
  std::string site;
  if (!options.site.empty()) {
    const auto colon = options.site.rfind(':');
    const std::string host = options.site.substr(0, colon);
    const std::string port = colon == std::string::npos ? "8000" : options.site.substr(colon + 1);
    if (!CanBeWritten(host) || host.find(' ') != std::string::npos || !IsPort(port)) {
      return Fail(ErrorCode::kInvalid, "--site is HOST or HOST:PORT, where a steward-site listens.");
    }
    site = fmt::format(kSite, fmt::arg("site", host), fmt::arg("site_port", port),
                       fmt::arg("server_options", server_options(host)));
  }
  const bool names = !IsAddress(console) || site.find("resolvers") != std::string::npos;
  std::string text = fmt::format(
      kTemplate, fmt::arg("name", options.name), fmt::arg("most", options.connections), fmt::arg("port", options.port),
      fmt::arg("console", console), fmt::arg("console_port", config.gateway_port),
      fmt::arg("resolvers", names ? kResolvers : ""), fmt::arg("routing", site.empty() ? "" : kRouting),
      fmt::arg("server_options", server_options(console)));
  return text + site;
}

}  // namespace steward::console
