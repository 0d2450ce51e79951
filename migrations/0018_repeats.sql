-- SPDX-License-Identifier: Apache-2.0
-- Whether a request was carried out already is asked for by its id.
create index audit_request on core.audit (request_id) where request_id is not null;
