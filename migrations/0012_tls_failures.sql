-- SPDX-License-Identifier: Apache-2.0
-- Connections to the agents' ports that died in TLS, by where they came from. Counted in memory and written every few seconds.
create table core.tls_failure (
  peer text not null,           -- source address
  reason text not null,         -- OpenSSL's words
  count bigint not null,
  first_at timestamptz not null default now(),
  last_at timestamptz not null default now(),
  primary key (peer, reason)
);
alter table core.tls_failure enable row level security;
create policy provider on core.tls_failure for select to steward_provider using (true);
grant select on core.tls_failure to steward_provider, steward_tenant, steward_location; -- no policy for the latter two: they see no row

create view api.tls_failures with (security_invoker = true) as select
  f.peer || ' ' || f.reason as id, f.peer as address, f.count, f.first_at as "firstAt", f.last_at as "lastAt", f.reason,
  case
    when f.reason ilike '%not in trusted_gateways%' then
      'A gateway that this console does not trust: put its address into trusted_gateways.'
    when f.reason ilike '%trusted gateway%' then
      'The gateway there does not send PROXY headers of version 2: write its configuration anew with gateway-config.'
    when f.reason ilike '%proxy header%' then 'The gateway there, or something between it and the console, sends broken PROXY headers.'
    when f.reason ilike '%unknown ca%' then
      'The other side does not trust this console''s certificate: a TLS-inspecting firewall that checks what it intercepts, or an agent that was set up for another console.'
    when f.reason ilike '%expired%' or f.reason ilike '%bad certificate%' and f.reason ilike '%alert%' then
      'The other side takes this console''s certificate for out of date: the clock of that machine is wrong.'
    when f.reason ilike '%certificate verify failed%' then
      'The agent showed a certificate that is not (or no longer) valid here.'
    when f.reason ilike '%http request%' then 'Plain HTTP was spoken to a TLS port: a browser, a health check, or a proxy.'
    when f.reason ilike '%wrong version%' or f.reason ilike '%unsupported protocol%' then
      'What came was no TLS of version 1.2 or later: a scanner, an outdated proxy, or another protocol.'
    when f.reason ilike '%eof%' or f.reason ilike '%end of file%' or f.reason ilike '%truncated%' or f.reason ilike '%reset%' then
      'The connection was cut before TLS stood: a firewall that blocks what it does not know, a port scan, or a health check.'
    when f.reason ilike '%intercept%' then 'TLS stood, but nobody identified itself: an intercepting proxy, or a scanner.'
    else 'Look at the firewall between that address and this console.'
  end as "likelyCause",
  (select jsonb_agg(a.host_name order by a.host_name) from core.agent a where a.peer = f.peer) as "knownAgents",
  (select o.uid from core.organization o where o.type = 'Provider') as scope_organization
from core.tls_failure f;
call core.open_for_reading();
